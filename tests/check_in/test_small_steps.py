"""Who starts with little on purpose gets a little more at each good check: fear (IN-12) and pain all over (CI-R13)."""

from __future__ import annotations

from typing import Any

from recommender.models.check_in import CheckInResult
from recommender.models.routine import Item
from recommender.models.slots import END_SLOTS
from recommender.presentation.check_in import present_check_in
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import Returning, returning

GOOD = {"fu_change": "better", "fu_hard": "right", "fu_after": "easier", "fu_pain": 4, "fu_done": "5_plus"}
DAYS = (14, 28, 42, 56)


def checked(person: Returning, day: int, **said: Any) -> CheckInResult:
    """Return what comes of a check at which everything that is asked is answered as before."""
    body = person.filled(person.body(day, **{**GOOD, **said}))
    result = check_in(person.recommender, person.recommender.check_in_sheet.read(body))
    person.remember(body, present_check_in(result, person.recommender.content, "GB"))
    return result


def moves(result: CheckInResult) -> list[Item]:
    assert result.recommendation.assembly is not None
    return [item for item in result.recommendation.assembly.routine.items if item.slot not in END_SLOTS]


def test_each_good_check_adds_one_move_for_who_is_afraid_and_the_first_goes_a_little_way_where_it_hurts(
    recommender: Recommender,
) -> None:
    person = returning(recommender, confidence="afraid", worse_with=["twisting"], minutes="15", pain_location=["neck"])
    assert len(person.routine) - 2 == 5
    before = {item["exercise"] for item in person.routine}
    first, second = (checked(person, day) for day in DAYS[:2])
    assert [len(moves(first)), len(moves(second))] == [6, 7]
    assert ({item.exercise.id for item in moves(first)} - before) <= {"seated_twist_chair", "knee_rolls"}


def test_a_check_that_was_too_hard_adds_none(recommender: Recommender) -> None:
    person = returning(recommender, confidence="afraid", worse_with=["twisting"], minutes="15")
    assert len(moves(checked(person, 14, fu_hard="hard", fu_change="same"))) <= 5


def test_pain_all_over_gets_more_repeats_first_and_more_moves_after_three_good_checks(recommender: Recommender) -> None:
    person = returning(recommender, conditions=["widespread_pain"], minutes="15", pain_score=3, irritability="minutes")
    start = sum(item["dose"]["reps"] or 0 for item in person.routine)
    told = [checked(person, day, fu_pain=2) for day in DAYS]
    assert [len(moves(one)) for one in told[:2]] == [3, 3]
    repeats = [sum(item.dose.reps or 0 for item in moves(one)) for one in told[:2]]
    assert start < repeats[0] < repeats[1]
    assert len(moves(told[3])) > 3
