"""What comes of a check: better, the same, worse, a new sign; and a routine that grows by one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from recommender.assembly.next_routine import next_routine
from recommender.errors import DecisionError, IntakeError
from recommender.models.check_in import ChangeKind, CheckInResult, NextCheck
from recommender.models.follow_up import Action
from recommender.models.levels import Level, Stage
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import FLARE, START, Returning, returning
from tests.support.sheets import full_sheet

BETTER: dict[str, Any] = {"fu_change": "better", "fu_pain": 2}
LEG: dict[str, Any] = {
    "pain_location": ["low_back", "leg"],
    "pain_main": "low_back",
    "leg_symptoms": ["thigh_ache"],
    "worse_with": ["sitting"],
    "better_with": ["standing_walking"],
}


def moves(result: CheckInResult) -> dict[str, Any]:
    assert result.recommendation.assembly is not None
    items = result.recommendation.assembly.routine.items
    return {item.exercise.id: item for item in items if item.slot not in ("warm_up", "closing")}


def told(error: pytest.ExceptionInfo[IntakeError]) -> set[str]:
    return set(error.value.messages)


def test_a_flare_that_gets_better_and_then_worse_is_met_step_by_step(recommender: Recommender) -> None:
    person = returning(recommender, **FLARE)
    first = person.check(7, fu_change="better", fu_pain=5)
    second = person.check(14, fu_change="better", fu_pain=4)
    third = person.check(28, fu_change="same", fu_pain=4, **person.health())
    fourth = person.check(42, fu_change="worse", fu_pain=5)
    fifth = person.check(56, fu_change="worse", fu_pain=5, **person.health())
    actions = [result.action for result in (first, second, third, fourth, fifth)]
    assert actions == [Action.PROGRESS, Action.PROGRESS, Action.KEEP, Action.REGRESS, Action.REFER]
    assert fifth.recommendation.assembly is None and fifth.next_check is None
    assert fifth.recommendation.level is Level.SEE_BEFORE_START


def test_better_raises_one_figure_of_one_move(recommender: Recommender) -> None:
    result = returning(recommender, minutes="20").check(7, **BETTER)
    assert result.action is Action.PROGRESS
    (change,) = result.changes
    assert change.is_more and change.reasons
    assert not result.full


def test_a_routine_grows_until_nothing_is_left_and_then_says_so(recommender: Recommender) -> None:
    person = returning(recommender, goal="move_freely")
    for number in range(1, 30):
        result = person.check(7 * number, fu_change="better", fu_pain=2, **person.health())
        assert len(result.changes) <= 1 and all(change.is_more for change in result.changes)
        if not result.changes:
            break
    assert result.action is Action.PROGRESS and result.full
    assert number > 1


def test_a_harder_move_starts_in_no_more_sets_than_the_one_before(recommender: Recommender) -> None:
    person = returning(recommender, activity="active", pain_score=2, irritability="minutes")
    sets = {item["exercise"]: item["dose"]["sets"] for item in person.routine}
    result = person.check(7, **BETTER)
    (change,) = result.changes
    assert change.kind is ChangeKind.HARDER and change.instead
    assert (change.exercise.id, change.instead.id) == ("single_leg_bridge", "pelvic_bridge")
    assert moves(result)["single_leg_bridge"].dose.sets == sets["pelvic_bridge"] == 1


def test_worse_halves_repeats_to_three_at_least_and_lowers_the_stage(recommender: Recommender) -> None:
    person = returning(recommender)
    before = {item["exercise"]: item["dose"] for item in person.routine}
    result = person.check(7, fu_change="worse", fu_pain=5)
    assert result.action is Action.REGRESS
    assert result.recommendation.decision.stage is Stage.SETTLE
    kept = {name: item for name, item in moves(result).items() if name in before}
    assert kept
    assert all(item.dose.reps <= max(3, before[name]["reps"] / 2) for name, item in kept.items() if item.dose.reps)
    assert not any(change.is_more for change in result.changes)
    assert result.next_check == NextCheck(START + timedelta(days=10), START + timedelta(days=14))


def test_the_same_changes_one_move_for_another_of_the_same_use(recommender: Recommender) -> None:
    result = returning(recommender).check(7, fu_change="same")
    assert result.action is Action.KEEP
    (change,) = result.changes
    assert change.kind is ChangeKind.SWAPPED and change.instead
    assert change.exercise.slot == change.instead.slot and change.exercise.regions & change.instead.regions


def test_few_sessions_and_the_same_gives_a_shorter_session(recommender: Recommender) -> None:
    result = returning(recommender).check(7, fu_change="same", fu_done="1_2")
    assert result.recommendation.assembly is not None
    assert result.recommendation.assembly.routine.minutes_budget == 5
    assert not any(change.is_more for change in result.changes)


def test_soreness_that_settles_changes_nothing(recommender: Recommender) -> None:
    result = returning(recommender).check(7, fu_change="better", fu_after="sore_settles", fu_pain=2)
    assert (result.action, result.changes) == (Action.KEEP, ())


def test_a_move_that_hurt_is_eased_and_does_not_come_back(recommender: Recommender) -> None:
    person = returning(recommender)
    hurting = next(item["exercise"] for item in person.routine[1:-1] if item["dose"]["reps"])
    result = person.check(7, fu_change="better", fu_pain=2, fu_hurt=[hurting])
    assert result.action is Action.KEEP
    assert hurting not in moves(result)
    assert [change.kind for change in result.changes] in ([ChangeKind.EASIER], [ChangeKind.REMOVED])
    for day in (14, 21):
        assert hurting not in moves(person.check(day, **BETTER))


@pytest.mark.parametrize(
    ("question", "option", "level"),
    [
        ("rf_nerve", "saddle", Level.EMERGENCY_NOW),
        ("rf_nerve", "sexual", Level.EMERGENCY_NOW),
        ("rf_nerve", "not_sure", Level.URGENT_SAME_DAY),
        ("rf_emergency", "chest_pain", Level.EMERGENCY_NOW),
        ("rf_illness", "fever", Level.URGENT_SAME_DAY),
        ("rf_bone_nerve", "foot_weak", Level.URGENT_SAME_DAY),
    ],
)
def test_a_new_red_flag_stops_the_routine_at_once(
    recommender: Recommender, question: str, option: str, level: Level
) -> None:
    person = returning(recommender)
    result = person.check(7, **{**BETTER, question: [option]})
    assert result.action is Action.REFER
    assert result.recommendation.level is level
    assert result.recommendation.assembly is None and result.changes == () and result.next_check is None


def test_an_emergency_needs_no_other_answer(recommender: Recommender) -> None:
    body = returning(recommender).body(7)
    body["follow_up"] = {"rf_nerve": ["bladder"]}
    result = check_in(recommender, recommender.check_in_sheet.read(body))
    assert result.recommendation.level is Level.EMERGENCY_NOW


def test_an_urgent_answer_asks_its_extra_questions_afresh(recommender: Recommender) -> None:
    body = returning(recommender, conditions=["osteoporosis"], bone_detail="never").body(7)
    body["follow_up"] = {
        "rf_nerve": ["none"],
        "rf_emergency": ["none"],
        "rf_illness": ["fever"],
        "rf_bone_nerve": ["fall_knock"],
    }
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(body)
    assert "follow_up.trend" in told(error) and "follow_up.fu_change" not in told(error)


def test_without_the_safety_answers_there_is_no_routine(recommender: Recommender) -> None:
    for missing in ("rf_nerve", "rf_emergency", "rf_illness", "rf_bone_nerve"):
        body = returning(recommender).body(7, **{**BETTER, missing: None})
        with pytest.raises(IntakeError) as error:
            recommender.check_in_sheet.read(body)
        assert told(error) == {f"follow_up.{missing}"}


def test_an_old_safety_answer_never_stands_in_for_a_new_one(recommender: Recommender) -> None:
    person = returning(recommender)
    person.check(7, **BETTER)
    body = person.body(9, **BETTER, rf_illness=None)
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(body)
    assert told(error) == {"follow_up.rf_illness"}


def test_after_four_weeks_the_questions_about_health_are_asked_again(recommender: Recommender) -> None:
    person = returning(recommender)
    person.check(27, **BETTER)
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(person.body(28, **BETTER))
    assert "follow_up.conditions" in told(error)
    person.check(28, **BETTER, **person.health())
    assert person.check(42, **BETTER).action is Action.PROGRESS


def test_what_is_new_about_health_counts_from_then_on(recommender: Recommender) -> None:
    person = returning(recommender)
    health = {**person.health(), "conditions": ["glaucoma"]}
    first = person.check(28, **{**BETTER, **health})
    later = person.check(42, **BETTER)
    for result in (first, later):
        assert "CI-A07" in {branch.rule_id for branch in result.recommendation.fired}


def test_a_long_break_opens_the_pages_about_the_pain_too(recommender: Recommender) -> None:
    person = returning(recommender)
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(person.body(40, fu_done="0"))
    assert {"follow_up.duration", "follow_up.irritability", "follow_up.conditions"} <= told(error)
    assert "follow_up.pain_score" not in told(error)


def test_a_new_pain_in_somebody_without_pain_is_looked_into(recommender: Recommender) -> None:
    person = returning(recommender, pain_location=["no_pain"])
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(person.body(7, fu_pain=4))
    assert "follow_up.pain_location" in told(error)
    answers = {name: answer for name, answer in full_sheet(recommender, {}).items() if name not in person.raw}
    again = {"age_band": person.raw["age_band"], "pain_location": ["low_back"], "pain_score": 4}
    assert person.check(7, fu_pain=4, **{**answers, **again}).action is not Action.PROGRESS


def test_a_feeling_that_moves_down_stops_both_directions_for_good(recommender: Recommender) -> None:
    person = returning(recommender, **LEG)
    assert "prone_lying" in {item["exercise"] for item in person.routine}
    again = {
        name: person.raw[name] for name in ("irritability", "function", "leg_symptoms", "worse_with", "better_with")
    }
    first = person.check(7, fu_change="better", fu_pain=2, fu_leg="gone_down", **again)
    second = person.check(14, fu_change="better", fu_pain=2)
    assert first.action is Action.REGRESS
    for result in (first, second):
        assert not {"prone_lying", "sphinx", "cobra", "standing_back_bend"} & set(moves(result))


def test_new_numbness_is_for_today_however_much_better_it_is(recommender: Recommender) -> None:
    result = returning(recommender, **LEG).check(7, **BETTER, fu_leg="new_numb")
    assert (result.action, result.recommendation.level) == (Action.REFER, Level.URGENT_SAME_DAY)


def test_worse_twice_is_a_referral_whoever_has_been_seen(recommender: Recommender) -> None:
    person = returning(recommender)
    assert person.check(7, fu_change="worse", fu_seen="yes", fu_pain=4).action is Action.REGRESS
    assert person.check(14, fu_change="worse", fu_seen="yes", fu_pain=4).action is Action.REFER


def test_too_few_sessions_or_too_soon_raises_nothing(recommender: Recommender) -> None:
    assert returning(recommender).check(7, **BETTER, fu_done="1_2").action is Action.KEEP
    person = returning(recommender)
    assert person.check(7, **BETTER).action is Action.PROGRESS
    assert person.check(8, **BETTER).action is Action.KEEP


def test_sessions_of_two_checks_count_together(recommender: Recommender) -> None:
    person = returning(recommender)
    days = [person.check(day, **BETTER, fu_done="1_2").action for day in (7, 14, 21)]
    assert days == [Action.KEEP, Action.KEEP, Action.PROGRESS]


def test_the_checks_are_on_the_days_of_the_plan_and_then_every_four_weeks(recommender: Recommender) -> None:
    person = returning(recommender)
    found = []
    for day in (7, 14, 28, 42, 56, 70, 84, 100, 112):
        body = person.filled(person.body(day, fu_change="better", fu_pain=0, **person.health()))
        after = person.check(day, **body["follow_up"]).next_check
        found.append((after.first - START).days if after else None)
    assert found == [14, 28, 42, 56, 70, 84, 112, 112, 140]


def test_when_it_first_began_is_asked_once_as_soon_as_the_pain_has_lasted_for_long(recommender: Recommender) -> None:
    person = returning(recommender)
    asked = []
    for day in (42, 70, 84):
        body = person.filled(person.body(day, fu_change="better", fu_pain=0, **person.health()))
        asked += [day] * ("onset_age" in body["follow_up"])
        person.check(day, **body["follow_up"])
    assert asked == [70]


def test_before_a_session_a_no_gives_the_same_routine(recommender: Recommender) -> None:
    person = returning(recommender)
    body = {name: part for name, part in person.body(3).items() if name != "follow_up"}
    result = check_in(recommender, recommender.check_in_sheet.read({**body, "before_session": {"pre_session": "no"}}))
    assert (result.action, result.changes) == (Action.KEEP, ())


@pytest.mark.parametrize("answer", ["yes", "not_sure"])
def test_before_a_session_anything_else_opens_the_safety_pages(recommender: Recommender, answer: str) -> None:
    person = returning(recommender)
    body = {name: part for name, part in person.body(3).items() if name != "follow_up"}
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read({**body, "before_session": {"pre_session": answer}})
    assert {"before_session.rf_nerve", "before_session.rf_illness"} <= told(error)
    given = {"pre_session": answer, "rf_nerve": ["both_legs"]}
    result = check_in(recommender, recommender.check_in_sheet.read({**body, "before_session": given}))
    assert result.recommendation.level is Level.EMERGENCY_NOW


def test_what_is_not_allowed_any_more_goes_with_its_reason(recommender: Recommender) -> None:
    person = returning(recommender)
    forged = {"exercise": "childs_pose", "form": "kneeling", "dose": {"sets": 1, "reps": 2, "hold_seconds": 15}}
    person.raw = full_sheet(recommender, {"conditions": ["glaucoma"]})
    person.routine = [person.routine[0], forged, *person.routine[2:]]
    result = person.check(7, **BETTER)
    assert "childs_pose" not in moves(result)
    gone = [
        change
        for change in result.changes
        if "childs_pose" in (change.exercise.id, change.instead and change.instead.id)
    ]
    assert any(branch.rule_id == "CI-A07" for change in gone for branch in change.reasons)


def test_a_forged_dose_is_brought_down_to_what_can_have_been_reached(recommender: Recommender) -> None:
    person = returning(recommender)
    start = {item["exercise"]: item["dose"] for item in person.routine}
    number = next(n for n, item in enumerate(person.routine) if item["exercise"] == "pelvic_bridge")
    name = person.routine[number]["exercise"]
    most = recommender.content.catalogue.by_id[name].dose.reps
    assert most is not None
    person.routine[number] = {**person.routine[number], "dose": {**start[name], "reps": most[1]}}
    result = person.check(7, fu_change="same")
    assert most[1] > start[name]["reps"] + 1
    assert name not in moves(result) or moves(result)[name].dose.reps <= start[name]["reps"] + 1


def test_an_answer_that_was_never_complete_gives_no_routine(recommender: Recommender) -> None:
    body = returning(recommender).body(7)
    body["answers"] = {"age_band": "45_49", "pain_location": ["low_back"], "rf_nerve": ["saddle"]}
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(body)
    assert "follow_up.conditions" in told(error)


def test_an_error_inside_is_never_a_routine(recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    check = recommender.check_in_sheet.read(returning(recommender).body(7))
    monkeypatch.setattr("recommender.service.check_in.next_routine", lambda *_: 1 / 0)
    with pytest.raises(DecisionError):
        check_in(recommender, check)


def test_a_broken_next_routine_is_refused_by_the_last_check(
    recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> Any:
        carried = next_routine(*given)
        routine = carried.assembly.routine
        items = [
            replace(item, dose=replace(item.dose, reps=99) if item.dose.reps else item.dose) for item in routine.items
        ]
        return replace(carried, assembly=replace(carried.assembly, routine=replace(routine, items=tuple(items))))

    check = recommender.check_in_sheet.read(returning(recommender).body(7))
    monkeypatch.setattr("recommender.service.check_in.next_routine", broken)
    with pytest.raises(DecisionError, match="final check"):
        check_in(recommender, check)


def test_who_is_well_and_strong_gets_there_step_by_step(recommender: Recommender) -> None:
    person = Returning(
        recommender, full_sheet(recommender, {"pain_score": 5, "irritability": "next_day", "minutes": "15"})
    )
    stages = [person.first.decision.stage]
    for week in (1, 2, 4, 6):
        result = person.check(7 * week, fu_change="much_better", fu_pain=1, **person.health())
        stages.append(result.recommendation.decision.stage)
    assert stages == sorted(stages, key=lambda stage: stage.rank)
    assert all(after.rank - before.rank <= 1 for before, after in pairwise(stages))
    assert stages[0] is Stage.SETTLE and stages[-1] is not Stage.SETTLE
