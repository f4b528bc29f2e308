"""The facts of a check: what is counted, from when, and what earlier answers have become."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from recommender.check_in.carried_answers import remembered
from recommender.check_in.facts import facts_at
from recommender.models.check_in import Check, CheckInHistory
from recommender.models.questionnaire import Answer, Occasion, Task
from recommender.service.recommend import Recommender
from tests.support.sheets import FOLLOW_UP

START = date(2026, 1, 5)
FIRST: dict[str, Answer] = {
    "duration": "lt_2w",
    "trend": "worse_slow",
    "irritability": "next_day",
    "pain_score": 6,
    "main_task": Task("putting on my socks", 3),
    "leg_symptoms": ("none",),
}


def told(day: int, **answers: Any) -> Check:
    return Check(START + timedelta(days=day), {**FOLLOW_UP, **answers})


def history(*checks: Check, occasion: Occasion = Occasion.FOLLOW_UP, **first: Answer) -> CheckInHistory:
    return CheckInHistory(START, {**FIRST, **first}, checks[:-1], checks[-1], occasion)


def fact(recommender: Recommender, name: str, *checks: Check, **given: Any) -> int:
    return facts_at(history(*checks, **given), recommender.content.rule_set.supplied)[name]


def test_weeks_and_days_are_whole_ones(recommender: Recommender) -> None:
    assert [fact(recommender, "weeks_since_start", told(day)) for day in (0, 6, 7, 13, 14)] == [0, 0, 1, 1, 2]
    assert fact(recommender, "days_since_check", told(9)) == 9
    assert fact(recommender, "days_since_check", told(7), told(9)) == 2


def test_the_last_session_may_have_been_a_week_before_the_check(recommender: Recommender) -> None:
    assert fact(recommender, "days_since_session", told(20)) == 7
    assert fact(recommender, "days_since_session", told(3)) == 3
    assert fact(recommender, "days_since_session", told(7), told(21, fu_done="0")) == 21
    assert fact(recommender, "days_since_session", told(20), told(40, fu_done="0")) == 27
    assert fact(recommender, "days_since_session", told(35, fu_done="0")) == 35


def test_health_counts_from_the_last_time_it_was_asked_about(recommender: Recommender) -> None:
    assert fact(recommender, "days_since_health_asked", told(28)) == 28
    assert fact(recommender, "days_since_health_asked", told(28, conditions=("none",))) == 28
    assert fact(recommender, "days_since_health_asked", told(28, conditions=("none",)), told(42)) == 14


def test_worse_is_counted_over_all_checks(recommender: Recommender) -> None:
    checks = (told(7, fu_change="worse"), told(14, fu_change="better"), told(21, fu_after="sore_lasts"))
    assert [fact(recommender, "worse_count", *checks[:number]) for number in (1, 2, 3)] == [1, 1, 2]
    assert fact(recommender, "worse_count", told(7, fu_change="much_worse")) == 1
    assert fact(recommender, "worse_count", told(7, fu_hard="painful")) == 0


def test_checks_are_numbered_and_a_session_is_no_check(recommender: Recommender) -> None:
    assert fact(recommender, "check_number", told(7)) == 1
    assert fact(recommender, "check_number", told(7), told(14)) == 2
    session = Check(START + timedelta(days=15), {"pre_session": "no"})
    assert fact(recommender, "check_number", told(7), session, occasion=Occasion.EACH_SESSION) == 0
    assert fact(recommender, "worse_count", told(7, fu_change="worse"), session, occasion=Occasion.EACH_SESSION) == 1


def test_good_sessions_count_in_a_row_and_never_twice(recommender: Recommender) -> None:
    def green(*checks: Check) -> int:
        return fact(recommender, "green_sessions", *checks)

    assert green(told(7, fu_done="0")) == 0
    assert green(told(7, fu_done="1_2")) == 1
    assert green(told(7, fu_done="3_4")) == 3
    assert green(told(7, fu_done="5_plus"), told(14, fu_done="1_2")) == 6
    assert green(told(7, fu_done="5_plus"), told(13, fu_done="1_2")) == 1
    assert green(told(7, fu_done="5_plus"), told(14, fu_done="1_2", fu_hard="hard")) == 0
    assert green(told(7, fu_hard="hard"), told(14, fu_done="1_2")) == 1


def test_pain_and_task_are_compared_with_the_start(recommender: Recommender) -> None:
    def scores(**given: Any) -> tuple[int, int, int]:
        known = facts_at(history(told(7, **given)), recommender.content.rule_set.supplied)
        return known["pain_drop_points"], known["pain_drop_percent"], known["task_gain"]

    assert scores(fu_pain=4, fu_task=5) == (2, 33, 2)
    assert scores(fu_pain=8) == (-2, -34, 0)
    assert fact(recommender, "pain_drop_percent", told(7, fu_pain=3), pain_score=0) == 0
    assert fact(recommender, "pain_at_start", told(7)) == 6


def test_days_without_pain_run_from_the_first_check_without(recommender: Recommender) -> None:
    checks = (told(7, fu_pain=0), told(14, fu_pain=1), told(28, fu_pain=0), told(42, fu_pain=0))
    assert [fact(recommender, "pain_free_days", *checks[:number]) for number in (1, 2, 3, 4)] == [0, 0, 0, 14]


def test_moves_that_hurt_are_counted_at_this_check_only(recommender: Recommender) -> None:
    hurt = told(7, fu_hurt=("cat_cow", "knee_rolls"))
    assert fact(recommender, "moves_that_hurt", hurt) == 2
    assert fact(recommender, "moves_that_hurt", hurt, told(14)) == 0


@pytest.mark.parametrize(
    ("change", "trend"),
    [
        ("much_better", "better"),
        ("better", "better"),
        ("same", "same"),
        ("worse", "worse_slow"),
        ("much_worse", "worse_fast"),
    ],
)
def test_how_it_goes_becomes_the_trend(recommender: Recommender, change: str, trend: str) -> None:
    known, renewed = remembered(history(told(7, fu_change=change)), recommender.content.questionnaire)
    assert known["trend"] == trend and "trend" in renewed


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        ("next_day", "easier", "hours"),
        ("always", "sore_settles", "hours"),
        ("minutes", "same", "minutes"),
        ("minutes", "sore_lasts", "next_day"),
        ("always", "sore_lasts", "always"),
    ],
)
def test_how_long_it_takes_to_calm_follows_the_sessions(
    recommender: Recommender, before: str, after: str, now: str
) -> None:
    known, _ = remembered(history(told(7, fu_after=after), irritability=before), recommender.content.questionnaire)
    assert known["irritability"] == now


@pytest.mark.parametrize(("day", "duration"), [(7, "lt_2w"), (14, "2_6w"), (41, "2_6w"), (42, "6_12w"), (84, "gt_12w")])
def test_a_spell_of_pain_grows_older(recommender: Recommender, day: int, duration: str) -> None:
    known, _ = remembered(history(told(day)), recommender.content.questionnaire)
    assert known["duration"] == duration


def test_what_was_asked_again_counts_from_that_day(recommender: Recommender) -> None:
    known, _ = remembered(history(told(14, duration="lt_2w"), told(21)), recommender.content.questionnaire)
    assert known["duration"] == "lt_2w"


def test_the_score_of_the_check_is_the_new_score_where_there_was_one(recommender: Recommender) -> None:
    known, renewed = remembered(history(told(7, fu_pain=2)), recommender.content.questionnaire)
    assert known["pain_score"] == 2 and "pain_score" in renewed
    no_pain = CheckInHistory(START, {"pain_location": ("no_pain",)}, (), told(7, fu_pain=2))
    assert "pain_score" not in remembered(no_pain, recommender.content.questionnaire)[0]
