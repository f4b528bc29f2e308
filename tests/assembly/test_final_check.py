"""The last check notices every way in which a routine could break a rule: one broken routine for each check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from recommender.assembly.dose import Dosing
from recommender.assembly.final_check import CHECKS, RoutineFault, check_assembly
from recommender.assembly.final_check.grounds import Grounds, Way
from recommender.assembly.screening import Candidate, ExerciseScreening
from recommender.errors import DecisionError
from recommender.models.actions import Actions, Exclusion, Modification, NeverNext, Order, Scope, Size, SlotLimit
from recommender.models.catalogue import DefaultRoutine, DoseRange, DoseType
from recommender.models.routine import Dose
from recommender.service.recommend import Recommender
from tests.assembly import without_checks
from tests.support.broken_routines import BREAKERS, PEOPLE, Breaker, routine_of
from tests.support.sheets import full_intake


@pytest.mark.parametrize("person", PEOPLE)
def test_the_last_check_finds_nothing_amiss_with_a_real_routine(recommender: Recommender, person: str) -> None:
    assert routine_of(recommender, person).faults() == ()


@pytest.mark.parametrize("breaker", BREAKERS, ids=lambda breaker: f"{breaker.check}: {breaker.what}")
def test_the_last_check_finds_exactly_what_is_broken(recommender: Recommender, breaker: Breaker) -> None:
    found = breaker.change(routine_of(recommender, breaker.person)).faults()
    assert found == (RoutineFault(breaker.check, breaker.about, breaker.says),)


def test_every_check_has_a_breaker_and_every_breaker_a_check() -> None:
    assert {breaker.check for breaker in BREAKERS} == set(CHECKS)


def test_no_check_can_be_taken_out_unnoticed(recommender: Recommender) -> None:
    """Each one, some groups, and all of them together: the breakers that then fail name what is missing."""
    assert list(without_checks.unnoticed(recommender, groups=20, seed=1)) == []


def test_everything_amiss_is_told_at_once(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    broken = real.dose("cat_cow", reps=None).item("single_knee_to_chest", notes=())
    assert broken.found_by() == ["says_how_much", "is_shown_with_its_watch_outs"]
    with pytest.raises(
        DecisionError, match="cat_cow: the dose is not whole; single_knee_to_chest is shown without"
    ) as refused:
        check_assembly(broken.assembly, broken.decision, broken.intake, broken.catalogue)
    assert all(fault.text in str(refused.value) for fault in broken.faults())


def test_a_routine_that_may_be_shown_passes_quietly(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    check_assembly(real.assembly, real.decision, real.intake, real.catalogue)


def test_what_is_just_allowed_is_not_refused(recommender: Recommender) -> None:
    """Every limit is the most that may be, not the first that may not."""
    real = routine_of(recommender, "simple")
    stretch, walk = (Scope(forms=frozenset({key})) for key in ("single_knee_to_chest/supine", "marching/standing"))
    allowed = [
        real.with_rule(session_size=Size(minutes_at_most=10, moves_at_most=5)),
        real.with_rule(slot_limits=(SlotLimit("mobility", at_most=3),)),
        real.with_rule(exclude=(Exclusion(walk, longer_than_seconds=90),)),
        real.with_rule(modify=(Modification(stretch, hold_seconds_at_most=15, reps_at_most=2, sets_at_most=1),)),
        real.ordered(floor_trips_at_most=1, same_region_holds_at_most=1, main_place_share_at_least=1.0),
        real.item("marching", seconds=90 + 600 - sum(item.seconds for item in real.items)),
        real.dose("cat_cow", reps=10),
        real.dose("cat_cow", reps=1),
        real.dose("pelvic_tilt", hold_seconds=5),
        real.with_rules(lambda then: replace(then, modify=())).easier_dose("pelvic_tilt", seconds=300),
        real.decided(targets=frozenset({"neck"})).ordered(main_place_share_at_least=None),
        real.item("cat_cow", slot="direction"),
        real.exercise("marching", slot="mobility"),
        real.exercise("breathing_relaxation", slot="mobility"),
        real.exercise("marching", dose=DoseRange(DoseType.TIME, seconds=(30, 45))),
    ]
    assert [one.faults() for one in allowed] == [()] * len(allowed)


def test_what_no_rule_orders_is_not_refused(recommender: Recommender) -> None:
    """Without a rule on it a routine may begin, end and be ordered in any way."""
    assert routine_of(recommender, "strong").decided(order=Order()).faults() == ()
    real = routine_of(recommender, "simple").decided(order=Order())
    names = [item.exercise.id for item in real.items]
    assert real.in_order(names[4], names[6], *names[1:4], names[0], names[5]).faults() == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("pelvic_tilt", "supine_spinal_twist"),
        ("single_knee_to_chest", "pelvic_bridge"),
        ("single_knee_to_chest", "supine_spinal_twist"),
        ("supine_spinal_twist", "supine_figure_four"),
        ("supine_spinal_twist", None),
        (None, "single_knee_to_chest"),
    ],
)
def test_only_a_hold_straight_after_a_hold_is_one_that_must_not_follow(
    recommender: Recommender, first: str | None, second: str | None
) -> None:
    real = routine_of(recommender, "strong").alone().ordered(never_next=NeverNext(frozenset("1"), frozenset("2")))
    for exercise, tag in ((first, "1"), (second, "2")):
        if exercise is not None:
            tags = real.items[real.place(exercise)].form.tags
            real = real.form(exercise, tags=tags | {tag})
    assert real.faults() == ()


def test_holds_of_different_places_may_follow_each_other(recommender: Recommender) -> None:
    real = routine_of(recommender, "strong").alone().ordered(same_region_holds_at_most=1)
    assert real.found_by() == ["has_not_too_many_holds_of_a_place_in_a_row"]
    assert real.exercise("supine_spinal_twist", regions=frozenset({"chest"})).faults() == ()


def test_what_a_rule_spares_is_not_left_out(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    own = Scope(exercises=frozenset({"cat_cow"}))
    for spared in (
        Scope(tags=frozenset(sorted(real.items[1].form.tags)[:1])),
        Scope(exercises=frozenset({"cat_cow"})),
        Scope(forms=frozenset({"cat_cow/all_fours"})),
        Scope(kinds=frozenset({real.items[1].exercise.kind})),
    ):
        assert real.with_rule(exclude=(Exclusion(own, spared),)).faults() == ()
        assert "is_not_left_out_by_a_rule" in real.with_rule(exclude=(Exclusion(spared),)).found_by()


def test_a_move_that_must_be_asked_for_is_refused_where_no_rule_asks(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    results = ExerciseScreening(real.catalogue, real.decision, real.intake).results
    unasked = [
        candidate
        for candidate in results
        if isinstance(candidate, Candidate)
        and candidate.exercise.default_routine is DefaultRoutine.CONDITIONAL
        and not candidate.asked_for
    ]
    assert unasked
    for candidate in unasked:
        forged = real.item("cat_cow", easier=real.another(candidate.forms[0].key))
        # Of some moves the table of the package says the same in its own way.
        assert set(forged.found_by()) - {"is_not_forbidden_by_the_package"} == {"is_asked_for_if_it_must_be"}


def test_the_last_check_counts_the_same_seconds_by_itself(recommender: Recommender) -> None:
    real = routine_of(recommender, "strong")
    dosing = Dosing(real.decision)
    grounds = real.case.grounds
    doses = [
        Dose(DoseType.TIME, seconds=90),
        Dose(DoseType.TIME, seconds=90, per_side=True),
        Dose(DoseType.REPS, reps=5),
        Dose(DoseType.REPS, reps=5, hold_seconds=2, sets=3, rest_seconds=60),
        Dose(DoseType.HOLD, reps=2, hold_seconds=15, per_side=True),
        Dose(DoseType.HOLD, reps=2, hold_seconds=15, sets=2, rest_seconds=30, per_side=True),
    ]
    items = [replace(real.items[1], dose=dose) for dose in doses]
    assert [grounds.work_seconds(item) for item in items] == [dosing.work_seconds(dose) for dose in doses]
    assert len({grounds.work_seconds(item) for item in items}) == len(doses)


def test_where_no_rule_says_how_long_things_take_only_that_is_amiss(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple").decided(plan=None)
    limit = Exclusion(Scope(forms=frozenset({"cat_cow/all_fours"})), longer_than_seconds=0)
    assert real.with_rule(exclude=(limit,)).found_by() == ["has_a_time_plan"]


def test_time_is_left_over_only_where_something_that_can_be_done_would_fill_it(recommender: Recommender) -> None:
    names = "marching cat_cow knee_rolls pelvic_tilt single_knee_to_chest pelvic_bridge breathing_relaxation"
    short = routine_of(recommender, "desk").only(*names.split())
    assert "fills_its_minutes" in short.found_by()
    # Without a size from another rule the plan says how many moves there may be.
    assert "fills_its_minutes" in short.with_rules(lambda actions: replace(actions, session_size=None)).found_by()
    assert "fills_its_minutes" not in short.decided(plan=None).found_by()
    assert "fills_its_minutes" not in short.answered(place="nowhere").found_by()


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"place": "chair_only"},
        {"place": "standing_desk"},
        {"place": "bed"},
        {"equipment": ["none"]},
        {"equipment": ["chair"]},
        {"limits": ["floor", "balance"]},
        {"limits": ["neck_move", "wrist"]},
        {"pain_location": ["no_pain"], "goal": "get_stronger", "activity": "sport", "minutes": "20"},
        *PEOPLE.values(),
    ],
    ids=str,
)
def test_the_last_check_and_the_assembly_agree_on_what_can_be_done(
    recommender: Recommender, answers: dict[str, Any]
) -> None:
    made = recommender.recommend(full_intake(recommender, answers))
    assert made.assembly is not None
    catalogue = recommender.content.catalogue
    grounds = Grounds(made.decision, made.intake, catalogue)
    results = ExerciseScreening(catalogue, made.decision, made.intake).results
    allowed = {form.key for one in results if isinstance(one, Candidate) for form in one.forms}
    ways = [Way(exercise, form) for exercise in catalogue.exercises for form in exercise.forms]
    assert {way.form.key for way in ways if grounds.can_be_done(way)} == allowed


def test_what_is_there_is_not_there_for_a_form_that_the_rule_spares(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")

    def spare(then: Actions) -> Actions:
        given = then.equipment_available
        spared = Scope(exercises=frozenset({"cat_cow"}))
        return replace(then, equipment_available=replace(given, spared=spared) if given else None)

    assert real.with_rules(spare).found_by() == ["has_one_of_each_kind_of_equipment"]


def test_a_routine_of_nothing_is_refused(recommender: Recommender) -> None:
    assert {
        "has_a_move",
        "accounts_for_the_whole_catalogue",
        "begins_with_a_warm_up",
        "ends_with_a_closing_item",
    } == set(routine_of(recommender, "simple").routine(items=()).found_by())


def test_without_an_answer_of_how_long_there_is_no_time(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    answers = {name: answer for name, answer in real.intake.answers.items() if name != "minutes"}
    silent = replace(real, intake=replace(real.intake, answers=answers))
    assert silent.found_by() == ["minutes_are_within_those_given"]
    assert silent.routine(minutes_budget=1).found_by() == ["minutes_are_within_those_given", "fits_its_minutes"]


def test_of_several_lengths_of_time_the_shortest_counts(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    for minutes in (("5", "20"), ("20", "5")):
        broken = replace(real, intake=replace(real.intake, answers={**real.intake.answers, "minutes": minutes}))
        assert broken.found_by() == ["minutes_are_within_those_given"]


def test_the_catalogue_may_stand_in_any_order(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    backwards = replace(real.catalogue, exercises=real.catalogue.exercises[::-1])
    assert replace(real, catalogue=backwards).faults() == ()


def test_a_broken_routine_is_never_recommended(recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = routine_of(recommender, "simple").dose("single_knee_to_chest", hold_seconds=60).assembly
    monkeypatch.setattr("recommender.service.recommend.assemble", lambda *_: broken)
    with pytest.raises(DecisionError, match="single_knee_to_chest: hold of 60 is over"):
        recommender.recommend(full_intake(recommender, {}))


def test_an_incomplete_intake_is_never_answered(recommender: Recommender) -> None:
    intake = full_intake(recommender, {})
    for question in ("rf_nerve", "rf_emergency", "conditions", "medicines"):
        fewer = {name: answer for name, answer in intake.answers.items() if name != question}
        with pytest.raises(DecisionError):
            recommender.recommend(replace(intake, answers=fewer))


def test_too_few_movements_left_means_see_someone_first(recommender: Recommender) -> None:
    """GEN-06: can hardly stand or sit, and only room for that, with nothing to hold or sit on."""
    given = {"place": "standing_desk", "equipment": ["none"], "limits": ["stand"], "minutes": "5"}
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.level == "see_before_start"
    assert recommendation.assembly is None
    assert "GEN-06" in {branch.rule_id for branch in recommendation.decision.outcomes}


def test_the_only_way_to_close_is_not_spent_on_the_warm_up(recommender: Recommender) -> None:
    """At work, standing, with nothing at hand, a short walk is the only closing item."""
    given = {"place": "standing_desk", "equipment": ["none"], "minutes": "15"}
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.assembly is not None
    items = recommendation.assembly.routine.items
    assert items[0].exercise.id != items[-1].exercise.id
