"""Whoever wants to get stronger gets a second set from week 2 and a third from week 5, and other moves make room for them."""

from __future__ import annotations

from typing import Any

from recommender.models.catalogue import Exercise
from recommender.models.check_in import ChangeKind
from recommender.models.routine import Item
from recommender.models.slots import END_SLOTS, Slot
from recommender.service.recommend import Recommender
from tests.support.check_ins import Returning, returning

READY: dict[str, Any] = {"pain_score": 2, "irritability": "minutes", "minutes": "20"}
EASY: dict[str, Any] = {
    "fu_change": "better",
    "fu_pain": 2,
    "fu_hard": "easy",
    "fu_after": "easier",
    "fu_done": "5_plus",
}


def checked(one: Returning, *days: int) -> dict[int, Any]:
    """Return what comes of good checks on these days, by day."""
    found = {}
    for day in days:
        body = one.filled(one.body(day, **EASY))
        found[day] = one.check(day, **body["follow_up"])
    return found


def strength(result: Any) -> list[Item]:
    items = result.recommendation.assembly.routine.items
    return [item for item in items if item.exercise.slot is Slot.STRENGTH and item.slot not in END_SLOTS]


def test_in_week_1_there_is_one_set_of_each(recommender: Recommender) -> None:
    found = checked(returning(recommender, **READY, goal="get_stronger"), 7)
    assert {item.dose.sets for item in strength(found[7])} == {1}


def test_from_week_2_there_are_second_sets_and_from_week_5_third_ones(recommender: Recommender) -> None:
    found = checked(returning(recommender, **READY, goal="get_stronger"), 7, 14, 28, 42, 56)
    assert max(item.dose.sets for item in strength(found[14])) == 2
    assert max(item.dose.sets for item in strength(found[28])) == 2
    assert max(item.dose.sets for day in (42, 56) for item in strength(found[day])) == 3


def test_three_things_at_most_are_more_at_a_check(recommender: Recommender) -> None:
    for result in checked(returning(recommender, **READY, goal="get_stronger"), 7, 14, 28).values():
        more = [change for change in result.changes if change.kind not in (ChangeKind.REMOVED, ChangeKind.LESS)]
        assert len({change.exercise.id for change in more}) <= 3


def test_moves_that_make_room_say_why_and_are_of_other_parts_first(recommender: Recommender) -> None:
    result = checked(returning(recommender, **READY, goal="prevent"), 7, 14)[14]
    gone = [change for change in result.changes if change.kind is ChangeKind.REMOVED]
    assert gone and all(reason.rule_id == "DOS-02" for change in gone for reason in change.reasons)
    assert any(not _builds_strength(change.exercise) for change in gone)
    assert sum(item.seconds for item in result.recommendation.assembly.routine.items) <= 20 * 60
    assert len(strength(result)) >= 3
    stretches = [item for item in result.recommendation.assembly.routine.items if item.exercise.slot is Slot.STRETCH]
    assert len(stretches) >= 2


def _builds_strength(exercise: Exercise) -> bool:
    return exercise.slot is Slot.STRENGTH


def test_whoever_wants_something_else_loses_no_move_for_a_set(recommender: Recommender) -> None:
    for result in checked(returning(recommender, **READY, goal="move_freely"), 7, 14, 28).values():
        assert not [change for change in result.changes if change.kind is ChangeKind.REMOVED]
