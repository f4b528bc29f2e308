"""For every check of single items, routines that exactly that check must refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recommender.models.actions import Actions, Exclusion, Modification, Scope
from recommender.models.catalogue import DefaultRoutine
from tests.support.broken_routines.checked import Breaker, form_of


def _without_positions(*names: str) -> Callable[[Actions], Actions]:
    return lambda then: replace(then, positions=then.positions - set(names))


def _without_equipment(*names: str) -> Callable[[Actions], Actions]:
    def change(then: Actions) -> Actions:
        if then.equipment_available is None:
            return then
        return replace(
            then,
            equipment_available=replace(
                then.equipment_available, equipment=then.equipment_available.equipment - set(names)
            ),
        )

    return change


def _asking_for_nothing(then: Actions) -> Actions:
    return replace(then, prefer=())


def _leaving_nothing_out(then: Actions) -> Actions:
    return replace(then, exclude=())


BREAKERS = (
    Breaker(
        "form_is_of_the_catalogue",
        "the steps are not the catalogue's",
        "cat_cow",
        "cat_cow/all_fours is not a form of the catalogue",
        "simple",
        lambda real: real.item("cat_cow", form=replace(real.items[1].form, steps=("Jump.",))),
    ),
    Breaker(
        "form_is_of_the_exercise",
        "the steps are those of another exercise",
        "pelvic_tilt",
        "knee_rolls/supine is not a form of pelvic_tilt",
        "simple",
        lambda real: real.item("pelvic_tilt", form=real.catalogue.forms["knee_rolls/supine"]),
    ),
    Breaker(
        "exercise_is_of_the_catalogue",
        "the name is not the catalogue's",
        "cat_cow",
        "cat_cow is not as the catalogue has it",
        "simple",
        lambda real: real.item("cat_cow", exercise=replace(real.items[1].exercise, name="Other")),
    ),
    Breaker(
        "may_be_chosen_by_the_program",
        "the catalogue has it for teaching only",
        "cat_cow",
        "cat_cow is never chosen by the program",
        "simple",
        lambda real: real.exercise("cat_cow", default_routine=DefaultRoutine.NO),
    ),
    Breaker(
        "is_asked_for_if_it_must_be",
        "no rule asks for an easier move that must be asked for",
        "relief_position_90_90",
        "no rule asks for relief_position_90_90",
        "simple",
        lambda real: real.with_rules(_asking_for_nothing),
    ),
    Breaker(
        "is_asked_for_if_it_must_be",
        "no rule asks for an item that must be asked for",
        "cat_cow",
        "no rule asks for cat_cow",
        "simple",
        lambda real: (
            real.exercise("cat_cow", default_routine=DefaultRoutine.CONDITIONAL)
            .item("pelvic_tilt", easier=None)
            .with_rules(_asking_for_nothing)
        ),
    ),
    Breaker(
        "is_not_left_out_by_a_rule",
        "a rule leaves out an item",
        "cat_cow",
        "cat_cow/all_fours is left out by RULE-MORE",
        "simple",
        lambda real: real.with_rule(exclude=(Exclusion(form_of("cat_cow/all_fours")),)),
    ),
    Breaker(
        "is_not_left_out_by_a_rule",
        "a rule leaves out an easier move",
        "glute_squeeze",
        "glute_squeeze/standing is left out by RULE-MORE",
        "simple",
        lambda real: real.item("cat_cow", easier=real.another("glute_squeeze/standing")).with_rule(
            exclude=(Exclusion(form_of("glute_squeeze/standing")),)
        ),
    ),
    Breaker(
        "is_not_left_out_by_a_rule",
        "a rule leaves out a harder move",
        "glute_squeeze",
        "glute_squeeze/standing is left out by RULE-MORE",
        "simple",
        lambda real: real.item("cat_cow", harder=real.another("glute_squeeze/standing")).with_rule(
            exclude=(Exclusion(form_of("glute_squeeze/standing")),)
        ),
    ),
    Breaker(
        "is_not_left_out_by_a_rule",
        "a rule leaves out what is in a break",
        "shoulder_rolls",
        "shoulder_rolls/chair is left out by RULE-MORE",
        "desk",
        lambda real: real.with_rule(exclude=(Exclusion(form_of("shoulder_rolls/chair")),)),
    ),
    Breaker(
        "is_not_forbidden_by_the_package",
        "glaucoma, the rule is lost, and an easier move with the hips above the head",
        "pelvic_bridge",
        "pelvic_bridge/supine must not appear for these answers (glaucoma)",
        "glaucoma",
        lambda real: real.with_rules(_leaving_nothing_out).item("cat_cow", easier=real.another("pelvic_bridge/supine")),
    ),
    Breaker(
        "is_not_forbidden_by_the_package",
        "glaucoma, the rule is lost, and a harder move with the hips above the head",
        "pelvic_bridge",
        "pelvic_bridge/supine must not appear for these answers (glaucoma)",
        "glaucoma",
        lambda real: real.with_rules(_leaving_nothing_out).item("cat_cow", harder=real.another("pelvic_bridge/supine")),
    ),
    Breaker(
        "is_not_forbidden_by_the_package",
        "late pregnancy, the rule is lost, and an easier move lying on the back",
        "knee_rolls",
        "knee_rolls/supine must not appear for these answers (pregnant_not_on_the_back)",
        "pregnant",
        lambda real: real.with_rules(_leaving_nothing_out).item(
            real.items[1].exercise.id, easier=real.another("knee_rolls/supine")
        ),
    ),
    Breaker(
        "is_not_forbidden_by_the_package",
        "a fused level and no rule for it, and the knees roll",
        "knee_rolls",
        "knee_rolls/supine must not appear for these answers (fused_level)",
        "simple",
        lambda real: real.answered(surgery_rules=("fusion",)),
    ),
    Breaker(
        "is_not_forbidden_by_the_package",
        "a neck that cannot move, no rule for it, and a break that turns it",
        "seated_twist_chair",
        "seated_twist_chair/chair must not appear for these answers (arm_signs_or_a_neck_that_cannot_move)",
        "desk",
        lambda real: real.answered(limits=("neck_move",)),
    ),
    Breaker(
        "is_no_longer_than_a_rule_allows",
        "a rule leaves it out where it takes longer",
        "marching",
        "marching/standing takes over 89 seconds and is left out by RULE-MORE",
        "simple",
        lambda real: real.with_rule(exclude=(Exclusion(form_of("marching/standing"), longer_than_seconds=89),)),
    ),
    Breaker(
        "form_is_one_that_the_rules_allow",
        "a rule names another form of the exercise",
        "cat_cow",
        "cat_cow/all_fours is not one of the forms that RULE-MORE allows",
        "simple",
        lambda real: real.with_rule(modify=(Modification(only_forms=frozenset({"cat_cow/all_fours_flat_to_dip"})),)),
    ),
    Breaker(
        "form_is_one_that_the_rules_allow",
        "a rule names the forms of all that it speaks of",
        "single_knee_to_chest",
        "single_knee_to_chest/supine is not one of the forms that RULE-MORE allows",
        "simple",
        lambda real: real.alone().with_rule(
            modify=(
                Modification(Scope(kinds=frozenset({"static_stretch"})), only_forms=frozenset({"cat_cow/all_fours"})),
            )
        ),
    ),
    Breaker(
        "fits_the_place",
        "the form is for another place",
        "cat_cow",
        "cat_cow/all_fours does not fit the place",
        "simple",
        lambda real: real.form("cat_cow", place=frozenset({"standing_desk"})),
    ),
    Breaker(
        "fits_the_position",
        "no rule says that the position can be had there",
        "cat_cow",
        "cat_cow/all_fours: position all_fours does not fit the place",
        "simple",
        lambda real: real.alone().with_rules(_without_positions("all_fours")),
    ),
    Breaker(
        "has_all_its_equipment",
        "the form needs a chair, and there is none",
        "relief_position_90_90",
        "relief_position_90_90/supine needs something that is not there",
        "simple",
        lambda real: (
            real.item("marching", easier=None).item("cat_cow", easier=None).with_rules(_without_equipment("chair"))
        ),
    ),
    Breaker(
        "has_one_of_each_kind_of_equipment",
        "the form needs a cushion or a mat, and there is neither",
        "cat_cow",
        "cat_cow/all_fours needs one of several things, and none is there",
        "simple",
        lambda real: real.alone().with_rules(_without_equipment("cushion", "mat")),
    ),
)
