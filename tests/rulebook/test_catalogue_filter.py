"""The filters of the open catalogue follow the rules that run, and only where these are certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.assembly.screening import ExerciseScreening
from recommender.engine.decide import decide
from recommender.engine.reference import Oracle
from recommender.engine.staging import stage_rules
from recommender.models.actions import Actions, Exclusion, Scope
from recommender.models.catalogue import DefaultRoutine, DoseType, Exercise
from recommender.models.conditions import All, Always, Chosen, Condition, Found, Not
from recommender.models.content import Content
from recommender.models.rules import Branch, Rule
from recommender.rulebook.catalogue_filter import LIMITS, CatalogueFilter, bars, first_dose, matching, stop_advice
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake

KNEEL: Condition = Chosen(LIMITS, ("kneel",))


def limits(recommender: Recommender) -> list[str]:
    return [option.id for option in recommender.content.questionnaire.questions[LIMITS].options if not option.exclusive]


def kept_forms(content: Content, oracle: Oracle, *chosen: str) -> set[str]:
    found = matching(content, oracle, CatalogueFilter(limits=frozenset(chosen)))
    return {form.key for match in found for form in match.forms}


def with_cases(content: Content, *cases: tuple[Condition, Actions]) -> tuple[Content, Oracle]:
    """Return the content with these cases of one rule as its only rule."""
    branches = tuple(
        Branch(f"X-01/{number}", "X-01", when, then, say=f"Case {number}.", why="")
        for number, (when, then) in enumerate(cases, start=1)
    )
    rule = Rule("X-01", "Test", "contraindications", "", (), (), False, "", branches)
    rule_set = replace(content.rule_set, rules=(rule,))
    return replace(content, rule_set=rule_set), Oracle(stage_rules(rule_set))


def exclude(exercise: Exercise) -> Actions:
    return Actions(exclude=(Exclusion(Scope(exercises=frozenset({exercise.id}))),))


def test_without_a_filter_every_move_stays_in_every_form(recommender: Recommender) -> None:
    found = matching(recommender.content, recommender.oracle, CatalogueFilter())
    assert [(match.exercise, match.forms) for match in found] == [
        (exercise, exercise.forms) for exercise in recommender.content.catalogue.exercises
    ]


def test_each_limit_leaves_out_only_what_the_rules_leave_out_for_somebody_with_it(recommender: Recommender) -> None:
    content = recommender.content
    for limit in limits(recommender):
        kept = kept_forms(content, recommender.oracle, limit)
        assert kept < set(content.catalogue.forms), limit
        intake = full_intake(recommender, {LIMITS: [limit]})
        screen = ExerciseScreening(content.catalogue, decide(content.rule_set, recommender.oracle.fire(intake)), intake)
        allowed = {
            form.key for exercise in content.catalogue.exercises for form in screen.forms_passing_exclusions(exercise)
        }
        assert allowed <= kept, limit


def test_two_limits_leave_out_what_either_leaves_out(recommender: Recommender) -> None:
    content, oracle = recommender.content, recommender.oracle
    both = kept_forms(content, oracle, "kneel", "lie_front")
    assert both == kept_forms(content, oracle, "kneel") & kept_forms(content, oracle, "lie_front")


def test_limits_follow_the_rules_that_run(recommender: Recommender) -> None:
    first = recommender.content.catalogue.exercises[0]
    content, oracle = with_cases(recommender.content, (KNEEL, exclude(first)))
    gone = set(content.catalogue.forms) - kept_forms(content, oracle, "kneel")
    assert gone == {form.key for form in first.forms}
    assert kept_forms(content, oracle, "wrist") == set(content.catalogue.forms)


@pytest.mark.parametrize(
    "also",
    [
        Not(Chosen("conditions", ("pregnant",))),
        Chosen("conditions", ("pregnant",)),
        Not(Found("stage=settle")),
    ],
)
def test_a_rule_that_hangs_on_another_answer_leaves_nothing_out(recommender: Recommender, also: Condition) -> None:
    first = recommender.content.catalogue.exercises[0]
    content, oracle = with_cases(recommender.content, (All((KNEEL, also)), exclude(first)))
    assert kept_forms(content, oracle, "kneel") == set(content.catalogue.forms)


def test_what_is_left_out_for_everybody_is_still_shown(recommender: Recommender) -> None:
    first = recommender.content.catalogue.exercises[0]
    content, oracle = with_cases(recommender.content, (Always(), exclude(first)))
    assert kept_forms(content, oracle, "kneel") == set(content.catalogue.forms)
    assert bars(content, oracle, first) == ()


def test_only_forms_in_a_wanted_position_stay(recommender: Recommender) -> None:
    found = matching(recommender.content, recommender.oracle, CatalogueFilter(positions=frozenset({"chair"})))
    assert found
    assert {form.position for match in found for form in match.forms} == {"chair"}
    assert any(len(match.forms) < len(match.exercise.forms) for match in found)


def test_a_form_needs_all_of_its_equipment_and_one_of_each_choice(recommender: Recommender) -> None:
    forms = recommender.content.catalogue.forms
    choosing = next(form for form in forms.values() if form.equipment_any and not form.equipment)
    needing = next(form for form in forms.values() if form.equipment and not form.equipment_any)

    def kept(*things: str) -> set[str]:
        wanted = CatalogueFilter(equipment=frozenset(things))
        found = matching(recommender.content, recommender.oracle, wanted)
        return {form.key for match in found for form in match.forms}

    nothing = kept("none")
    assert nothing == {form.key for form in forms.values() if not form.equipment and not form.equipment_any}
    assert choosing.key in kept(*(min(group) for group in choosing.equipment_any))
    assert needing.key in kept(*needing.equipment)
    assert not {choosing.key, needing.key} & nothing


def test_regions_and_kinds_narrow_together(recommender: Recommender) -> None:
    wanted = CatalogueFilter(regions=frozenset({"neck"}), kinds=frozenset({"static_stretch"}))
    found = matching(recommender.content, recommender.oracle, wanted)
    assert found
    assert all("neck" in match.exercise.regions and match.exercise.kind == "static_stretch" for match in found)


def test_whatever_a_limit_leaves_out_has_a_reason_on_the_page_of_the_move(recommender: Recommender) -> None:
    content, oracle = recommender.content, recommender.oracle
    barred = {
        form.key
        for exercise in content.catalogue.exercises
        for bar in bars(content, oracle, exercise)
        for form in bar.forms
    }
    for limit in limits(recommender):
        assert set(content.catalogue.forms) - kept_forms(content, oracle, limit) <= barred, limit


def test_no_reason_is_given_twice(recommender: Recommender) -> None:
    for exercise in recommender.content.catalogue.exercises:
        said = [bar.say for bar in bars(recommender.content, recommender.oracle, exercise)]
        assert len(said) == len(set(said)), exercise.id


def test_a_case_that_only_narrows_another_is_not_listed_again(recommender: Recommender) -> None:
    first, second = recommender.content.catalogue.exercises[:2]
    narrower = All((KNEEL, Chosen("equipment", ("chair",))))
    content, oracle = with_cases(
        recommender.content, (KNEEL, exclude(first)), (narrower, exclude(first)), (narrower, exclude(second))
    )
    assert [bar.say for bar in bars(content, oracle, first)] == ["Case 1."]
    assert [bar.say for bar in bars(content, oracle, second)] == ["Case 3."]


def test_the_first_dose_lies_in_the_usual_range(recommender: Recommender) -> None:
    for exercise in recommender.content.catalogue.exercises:
        usual = exercise.dose
        if usual.type is DoseType.NONE:
            assert exercise.default_routine is DefaultRoutine.NO, exercise.id
            continue
        first = first_dose(recommender.content, recommender.oracle, exercise)
        for amount, span in (
            (first.reps, usual.reps),
            (first.hold_seconds, usual.hold_seconds),
            (first.seconds, usual.seconds),
            (first.sets, usual.sets),
        ):
            assert (amount is None) == (span is None), exercise.id
            assert span is None or amount is None or span[0] <= amount <= span[1], exercise.id


def test_when_to_stop_is_what_holds_for_everybody(recommender: Recommender) -> None:
    texts = stop_advice(recommender.content, recommender.oracle)
    assert any("bladder" in text for text in texts)
    assert not any("maternity" in text for text in texts)
