"""Sessions that were done, marked with one tap: dots by week, how they were, and what stays when a plan is replaced."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from recommender.service.recommend import Recommender
from recommender.web.plan.kept_plan import DoneSession, EarlierPlan, Plan, from_data, lighter, to_data
from recommender.web.plan.sections import marked_lately, weeks
from tests.support.planner import DAY_0, Planner, cookie, heading, moves_on, opened, sealed
from tests.support.visitor import FROM_HERE


def done(planner: Planner, felt: str | None = "right") -> None:
    data = {} if felt is None else {"session_felt": felt}
    sent = planner.client.post("/plan/today/done", data=data, headers=FROM_HERE)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/plan#sessions")


def rows(text: str) -> list[tuple[int, int, str]]:
    """Return the weeks that stand on a page: dots filled, dots in all, and the words."""
    table = re.search(r'<table class="app-weeks">(.*?)</table>', text, re.DOTALL)
    assert table
    lines = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)
    words = [re.findall(r"<td>(.*?)</td>", line)[-1] for line in lines]
    return [
        (line.count("is-done"), line.count("app-weeks__dot "), word) for line, word in zip(lines, words, strict=True)
    ]


def test_one_tap_at_the_end_marks_the_session_on_the_plan(kept: Planner) -> None:
    kept.on_day(1).session({})
    page = kept.client.get("/plan/today/play")
    ways = re.findall(r'name="session_felt" value="(\w+)">([^<]+)<', page.text)
    assert ways == [("easy", "Easy"), ("right", "About right"), ("hard", "Hard"), ("painful", "Painful")]
    done(kept, "hard")
    assert opened(kept).sessions == (DoneSession(DAY_0 + timedelta(days=1), "hard"),)
    text = html.unescape(kept.plan().text)
    assert "You did a session today." in text and "How they were: Hard 1." in text


def test_days_with_a_session_are_dots_week_by_week(kept: Planner) -> None:
    for day in (1, 3, 8):
        kept.on_day(day)
        done(kept)
    done(kept, "easy")  # the same day, told again
    text = kept.on_day(9).plan().text
    assert [(full, words) for full, _, words in rows(text)] == [(2, "2 days"), (1, "1 day")]
    assert "How they were: Easy 1, About right 2." in text


def test_a_day_ahead_is_no_day_without_a_session(kept: Planner) -> None:
    (week,) = weeks(opened(kept), DAY_0 + timedelta(days=2))
    assert (len(week.days), week.ahead, week.done) == (3, 4, 0)


def test_a_long_plan_shows_its_last_twelve_weeks() -> None:
    shown = weeks(Plan(DAY_0, {}, ()), DAY_0 + timedelta(weeks=30))
    assert [week.number for week in shown] == list(range(20, 32))


def test_an_answer_that_is_not_offered_marks_the_day_alone(kept: Planner) -> None:
    kept.on_day(1)
    done(kept, "great")
    assert opened(kept).sessions == (DoneSession(DAY_0 + timedelta(days=1)),)


def test_without_a_plan_or_with_a_stop_nothing_is_marked(planner: Planner) -> None:
    assert planner.client.post("/plan/today/done", headers=FROM_HERE).headers["Location"] == "/plan"
    planner.remember({})
    planner.on_day(3).session({"pre_session": "yes", "rf_nerve": ["saddle"]})
    assert planner.client.post("/plan/today/done").headers["Location"] == "/plan"
    assert opened(planner).sessions == ()


def test_a_check_says_how_many_days_were_marked(kept: Planner) -> None:
    for day in (1, 5, 6):
        kept.on_day(day)
        done(kept)
    assert marked_lately(opened(kept), DAY_0 + timedelta(days=8)) == 2
    kept.on_day(8)
    kept.answer("check", {})
    assert any("In the last 7 days you marked a session on 2 days." in page for page in kept.visitor.shown)


def test_what_was_done_survives_being_written_short() -> None:
    sessions = (DoneSession(DAY_0, "easy"), DoneSession(DAY_0 + timedelta(days=4)))
    earlier = (EarlierPlan(DAY_0, DAY_0, 3, (6, 2)), EarlierPlan(DAY_0, DAY_0, 0))
    plan = Plan(DAY_0, {}, (), hurt=("cobra",), sessions=sessions, earlier=earlier)
    assert from_data(to_data(plan)) == plan
    for name, wrong in (("d", [[1]]), ("d", [["x", None]]), ("e", [[1, 2, 3]]), ("d", [[10**12, None]])):
        assert from_data({**to_data(plan), name: wrong}) is None


def test_twelve_weeks_with_eight_moves_and_a_session_every_day_fit(planner: Planner, recommender: Recommender) -> None:
    """The whole of it is kept: answers, checks, sessions, moves that hurt and the plan before, with room to spare."""
    planner.remember({"main_task": {"task": "漢字é" * 30, "score": 3}, "minutes": "20", "conditions": ["osteoporosis"]})
    felt = ("easy", "right", "hard", "painful")
    for day in range(85):
        planner.on_day(day)
        done(planner, felt[day * day % 4])
        if day and day % 7 == 0:
            hurt = [item["exercise"] for item in opened(planner).routine[1:3]]
            planner.check({"fu_hurt": hurt, "fu_task": 5})
    plan = opened(planner)
    assert len(plan.sessions) == 85 and len(plan.checks) == 12
    moves = recommender.content.catalogue.exercises
    eight = [{"exercise": one.id, "form": one.forms[0].id, "dose": {"sets": 3, "reps": 12}} for one in moves[:8]]
    before = tuple(EarlierPlan(DAY_0, DAY_0, 99, (10, 10)) for _ in range(3))
    full = replace(
        plan, routine=tuple(eight), before=tuple(eight), hurt=tuple(one.id for one in moves[:4]), earlier=before
    )
    sealed(planner, full)
    assert opened(planner) == full
    assert len(cookie(planner)) < 3600


def test_a_session_never_costs_somebody_their_plan(kept: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.on_day(1)
    room = len(cookie(kept))
    monkeypatch.setattr("recommender.web.core.cookie_store.MOST_BYTES", room)
    done(kept)
    assert heading(kept.plan()) == "Your plan"
    assert opened(kept).routine


def test_the_oldest_sessions_give_way_first() -> None:
    sessions = tuple(DoneSession(DAY_0 + timedelta(days=day)) for day in range(5))
    kept = [len(one.sessions) for one in lighter(Plan(DAY_0, {}, (), sessions=sessions))]
    assert kept == [5, 2, 1, 0]
    assert (
        next(one for one in lighter(Plan(DAY_0, {}, (), sessions=sessions)) if len(one.sessions) == 2).sessions
        == sessions[3:]
    )


def test_the_summary_tells_the_story_so_far(kept: Planner) -> None:
    kept.on_day(2)
    done(kept)
    kept.on_day(7).check({"fu_change": "better", "fu_pain": 4})
    page = kept.on_day(8).client.get("/plan/summary")
    text = html.unescape(page.text)
    assert heading(page) == "How my plan has gone"
    assert "From 21 November 2026 to 29 November 2026." in text
    assert "Do a little more" in text and "data-print" in text
    assert [full for full, _, _ in rows(text)] == [1, 0]
    by_id = kept.visitor.recommender.content.catalogue.by_id
    assert all(by_id[item["exercise"]].name in text for item in opened(kept).routine)


def test_there_is_no_summary_without_a_plan(planner: Planner) -> None:
    assert planner.client.get("/plan/summary").headers["Location"] == "/plan"


def test_a_plan_that_is_replaced_leaves_its_story(kept: Planner) -> None:
    for day in (1, 2, 9):
        kept.on_day(day)
        done(kept)
    kept.on_day(7).check({"fu_change": "better", "fu_pain": 3})
    sealed(kept, opened(kept))
    kept.on_day(10).remember({"pain_score": 2})
    plan = opened(kept)
    assert (plan.sessions, plan.checks) == ((), ())
    assert plan.earlier == (EarlierPlan(DAY_0, DAY_0 + timedelta(days=9), 3, (6, 3)),)
    text = html.unescape(kept.plan().text)
    assert "21 November 2026 to 30 November 2026: 3 sessions. Pain 6 at the start, 3 at the end." in text


def test_a_plan_in_which_nothing_was_done_leaves_nothing(kept: Planner) -> None:
    kept.on_day(1).remember({"pain_score": 2})
    assert opened(kept).earlier == ()


def test_answering_again_leaves_the_plan_until_it_is_replaced(kept: Planner) -> None:
    page = kept.plan()
    again = re.search(r'<section class="app-section" id="again">.*?href="([^"]+)"', page.text, re.DOTALL)
    assert again
    kept.visitor.fill_in({"pain_score": 1}, again[1])
    assert opened(kept).answers["pain_score"] == 6
    assert moves_on(kept.session({}))
