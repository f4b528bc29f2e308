"""What is asked about being seen: one thing with its day first, the rest after it, and times that do not move away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from recommender.models.levels import Level, ReviewKind
from recommender.presentation.recommendation import present
from recommender.presentation.replies import ReviewShown
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import START, returning
from tests.support.sheets import full_intake

DAY = date(2026, 3, 2)


def asked(recommender: Recommender, **given: Any) -> ReviewShown:
    shown = present(recommender.recommend(full_intake(recommender, given)), recommender.content, "GB", day=DAY)
    review = shown["review"]
    assert review is not None
    assert review["within"] == shown["disposition"]["within"]
    return review


def asked_at(recommender: Recommender, day: int, given: dict[str, Any], **follow_up: Any) -> ReviewShown:
    """Return what is asked at the first check of a plan, on this day."""
    person = returning(recommender, **given)
    body = person.filled(person.body(day, **follow_up))
    result = check_in(recommender, recommender.check_in_sheet.read(body))
    review = present(result.recommendation, recommender.content, "GB", day=DAY)["review"]
    assert review is not None
    return review


def after(first: date, **time: int) -> str:
    return (first + timedelta(**time)).isoformat()


def test_the_stronger_kind_wins_over_the_earlier_day(recommender: Recommender) -> None:
    """Booking within four weeks stands before checking in again within one."""
    review = asked(recommender, pain_score=7, duration="gt_12w")
    assert (review["kind"], review["rule"], review["by"]) == ("book", "RF-R03", after(DAY, weeks=4))
    assert review["others"][0]["kind"] == "check_in"


def test_of_one_kind_the_earlier_day_wins(recommender: Recommender) -> None:
    review = asked(recommender, age_band="60_64", duration="6_12w", pain_score=4, history="first_time")
    assert (review["kind"], review["who"], review["by"]) == ("ask_now", "gp", after(DAY, weeks=2))
    nets = asked(recommender, pain_location=["upper_back"])
    assert (nets["kind"], nets["by"]) == ("net", after(DAY, weeks=2))
    assert [line["kind"] for line in nets["others"]] == ["net"]


def test_what_has_no_day_comes_after_what_has_one(recommender: Recommender) -> None:
    review = asked(recommender, coping="worried")
    assert review["by"] == after(DAY, weeks=6)
    assert [line["rule"] for line in review["others"]] == ["RF-R11"]


@pytest.mark.parametrize("given", [{}, {"age_band": "50_59"}])
def test_two_rules_with_the_same_words_are_said_once(recommender: Recommender, given: dict[str, Any]) -> None:
    assert asked(recommender, **given)["others"] == []


def test_a_time_of_the_start_does_not_move_away_with_a_check(recommender: Recommender) -> None:
    review = asked_at(recommender, 7, {"duration": "gt_12w", "pain_score": 6}, fu_change="better", fu_pain=5)
    assert (review["kind"], review["by"]) == ("book", after(START, weeks=4))


def test_checking_in_again_counts_from_each_check(recommender: Recommender) -> None:
    given = {"pain_location": ["upper_back"], "age_band": "50_59"}
    review = asked_at(recommender, 7, given, fu_change="better", fu_pain=3)
    assert (review["kind"], review["by"]) == ("check_in", after(START, days=7 + 14))


def test_what_a_check_asks_for_counts_from_the_check(recommender: Recommender) -> None:
    review = asked_at(recommender, 42, {"pain_score": 5}, fu_change="same", fu_pain=5)
    assert (review["kind"], review["by"]) == ("book", after(START, days=42 + 14))
    assert "FU-06" in {line["rule"] for line in (review, *review["others"])}


def test_every_line_of_every_kind_belongs_to_its_level() -> None:
    assert {kind: kind.level for kind in ReviewKind} == {
        ReviewKind.NET: Level.ROUTINE,
        ReviewKind.CHECK_IN: Level.ROUTINE_REVIEW,
        ReviewKind.BOOK: Level.ROUTINE_REVIEW,
        ReviewKind.ASK_NOW: Level.ROUTINE_REVIEW,
    }
