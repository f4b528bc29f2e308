"""A move hurts in a session: two questions, and the rules put an easier one in its place, leave it out, or ask on."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.check_in.field_names import DURING_SESSION, FOLLOW_UP, HURT
from recommender.errors import DecisionError, IntakeError
from recommender.models.check_in import ChangeKind, CheckInResult
from recommender.models.follow_up import Action
from recommender.models.levels import Level
from recommender.models.slots import MOVE_SLOTS
from recommender.service.check_in import CheckingIn, check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import NO_SIGN, Returning, returning

MILD = {"hurt_sharp": "no", "hurt_settles": "yes"}
LASTING = {"hurt_sharp": "no", "hurt_settles": "no"}
SHARP = {"hurt_sharp": "yes", "hurt_settles": "no"}
# The pages that are asked again: no sign of danger, and the pain behaves as it did.
AGAIN = (*NO_SIGN, "stiff_girdle", "rf_neck")


def told_of(person: Returning, move: str, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the request of somebody with a move that hurts on the third day."""
    body = {name: part for name, part in person.body(3).items() if name != FOLLOW_UP}
    return {**body, **more, DURING_SESSION: {"hurt_move": [move], **answers}}


def after(recommender: Recommender, person: Returning, move: str, answers: dict[str, Any]) -> CheckInResult:
    return check_in(recommender, recommender.check_in_sheet.read(told_of(person, move, answers)))


def moves(result: CheckInResult) -> list[str]:
    assembly = result.recommendation.assembly
    return [item.exercise.id for item in assembly.routine.items] if assembly else []


def middle(recommender: Recommender, person: Returning) -> list[str]:
    """Return the moves of a routine that neither warm up nor close."""
    by_id = recommender.content.catalogue.by_id
    return [item["exercise"] for item in person.routine if by_id[item["exercise"]].slot in MOVE_SLOTS]


def test_a_mild_pain_that_fades_at_once_brings_an_easier_move_in_or_none(recommender: Recommender) -> None:
    person = returning(recommender, minutes="15")
    by_id = recommender.content.catalogue.by_id
    eased = 0
    for move in middle(recommender, person):
        result = after(recommender, person, move, MILD)
        (change,) = [one for one in result.changes if move in (one.exercise.id, one.instead and one.instead.id)]
        assert move not in moves(result) and result.action is Action.KEEP
        if change.kind is ChangeKind.EASIER:
            assert change.exercise.id in by_id[move].easier and change.exercise.id in moves(result)
            eased += 1
        else:
            assert change.kind is ChangeKind.REMOVED
    assert eased >= 3


@pytest.mark.parametrize("answers", [LASTING, {"hurt_sharp": "yes", "hurt_settles": "yes"}], ids=["lasting", "sharp"])
def test_a_pain_that_lasts_or_is_sharp_leaves_the_move_out(recommender: Recommender, answers: dict[str, str]) -> None:
    person = returning(recommender, minutes="15")
    for move in middle(recommender, person):
        result = after(recommender, person, move, answers)
        assert move not in moves(result)
        assert not [one for one in result.changes if one.kind is ChangeKind.EASIER], move


def test_every_move_of_a_routine_can_be_left_out_the_first_and_the_last_too(recommender: Recommender) -> None:
    person = returning(recommender, minutes="15")
    for item in person.routine:
        result = after(recommender, person, item["exercise"], LASTING)
        assert item["exercise"] not in moves(result), item
        assert len(moves(result)) >= len(person.routine) - 1


@pytest.mark.parametrize("sharp", ["yes", "not_sure"])
@pytest.mark.parametrize("settles", ["no", "not_sure"])
def test_a_sharp_pain_that_lasts_has_the_safety_questions_asked_first(
    recommender: Recommender, sharp: str, settles: str
) -> None:
    person = returning(recommender)
    answers = {"hurt_sharp": sharp, "hurt_settles": settles}
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(told_of(person, person.routine[1]["exercise"], answers))
    missing = {fault.path[-1] for fault in error.value.faults}
    assert {"rf_nerve", "rf_emergency", "rf_illness", "rf_bone_nerve", "leg_symptoms", "worse_with"} <= missing


def test_what_those_questions_say_decides(recommender: Recommender) -> None:
    person = returning(recommender)
    move = middle(recommender, person)[0]
    body = told_of(person, move, SHARP)
    history, _ = recommender.check_in_sheet.read_story(body)
    asked = recommender.check_walk.walk(history).missing
    calm = {name: NO_SIGN.get(name, person.raw.get(name)) for name in asked}
    result = after(recommender, person, move, {**SHARP, **calm})
    assert move not in moves(result) and moves(result)
    result = after(recommender, person, move, {**SHARP, **calm, "rf_nerve": ["sexual"]})
    assert (result.recommendation.level, moves(result)) == (Level.EMERGENCY_NOW, [])


def test_a_move_that_hurt_does_not_come_back_at_a_check(recommender: Recommender) -> None:
    person = returning(recommender, minutes="15", confidence="afraid")
    came_back = 0
    for move in middle(recommender, person):
        without = [item for item in person.routine if item["exercise"] != move]
        body = {**person.body(7, fu_change="better", fu_hard="easy", fu_pain=1), "routine": without}
        came_back += move in moves(check_in(recommender, recommender.check_in_sheet.read(body)))
        assert move not in moves(check_in(recommender, recommender.check_in_sheet.read({**body, HURT: [move]})))
    assert came_back, "without being told of it, the rules would choose some of them again"


def test_the_moves_that_hurt_are_exercises(recommender: Recommender) -> None:
    person = returning(recommender)
    for hurt in (["no_such_move"], "cat_cow", [3]):
        with pytest.raises(IntakeError) as error:
            recommender.check_in_sheet.read({**person.body(7), HURT: hurt})
        assert [fault.path for fault in error.value.faults] == [(HURT,)]


def test_a_move_of_another_routine_cannot_hurt(recommender: Recommender) -> None:
    person = returning(recommender)
    with pytest.raises(IntakeError) as error:
        recommender.check_in_sheet.read(told_of(person, "plank", MILD))
    assert [fault.path for fault in error.value.faults] == [(DURING_SESSION, "hurt_move")]


def test_silence_of_the_rules_is_never_an_answer(recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    person = returning(recommender)
    check = recommender.check_in_sheet.read(told_of(person, person.routine[1]["exercise"], MILD))
    monkeypatch.setattr("recommender.service.check_in.deciding", lambda decision, plan: None)
    with pytest.raises(DecisionError, match="no rule decided"):
        CheckingIn(recommender, check).result()
