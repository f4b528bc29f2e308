"""A plan over eight weeks, page by page without JavaScript: better, better, the same, worse, and worse again."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.support.people import FLARE
from tests.support.planner import Planner, heading, moves_on, told_stop
from tests.support.visitor import hidden_in

# The day, what is answered then, and the heading of what comes of it.
STORY: list[tuple[int, dict[str, Any], str]] = [
    (7, {"fu_change": "better", "fu_pain": 5, "fu_task": 4}, "Do a little more"),
    (14, {"fu_change": "better", "fu_pain": 4, "fu_task": 5}, "Do a little more"),
    (28, {"fu_change": "same", "fu_pain": 4, "fu_task": 5}, "Carry on as you are"),
    (42, {"fu_change": "worse", "fu_pain": 4, "fu_task": 5}, "Do less for now"),
    (
        56,
        {"fu_change": "worse", "fu_pain": 6, "fu_task": 3},
        "Advice: See a physiotherapist or doctor before you go on",
    ),
]

SCORES = r"<table class=\"app-scores__table.*?</table>"


def test_the_story_of_eight_weeks_grows_stays_eases_and_ends_with_someone(planner: Planner) -> None:
    planner.remember(FLARE)
    seen = []
    for day, given, _ in STORY:
        page = planner.on_day(day).check(given)
        assert page.status_code == 200
        seen.append(heading(page))
        assert bool(moves_on(page)) == (day < 56)
    assert seen == [told for _, _, told in STORY]


def test_each_check_of_the_story_says_what_changed_and_when_the_next_is(planner: Planner) -> None:
    planner.remember(FLARE)
    days = {7: "5 December 2026", 14: "19 December 2026", 28: "2 January 2027", 42: "5 January 2027 and 9 January 2027"}
    for day, given, _ in STORY[:-1]:
        text = html.unescape(planner.on_day(day).check(given).text)
        assert days[day] in text, day
        changes = re.search(r"What changed since last time, and why</h2>(.*?)</section>", text, re.DOTALL)
        assert changes
        assert "<li>" in changes[1] or "You do as much as fits your minutes" in changes[1], day
        assert "You told us" in text


def test_the_routine_after_a_check_is_the_one_of_the_next_session(planner: Planner) -> None:
    planner.remember(FLARE)
    for day, given, _ in STORY[:-1]:
        after = moves_on(planner.on_day(day).check(given))
        session = planner.on_day(day + 1).session({})
        assert heading(session) == "Today\u2019s session"
        assert moves_on(session) == after


def test_the_scores_are_drawn_and_stand_in_a_table(planner: Planner) -> None:
    planner.remember(FLARE)
    assert '<svg class="app-scores' not in planner.plan().text
    for day, given, _ in STORY[:2]:
        planner.on_day(day).check(given)
    text = planner.plan().text
    table = re.search(SCORES, text, re.DOTALL)
    assert table
    assert re.findall(r"<td>(\d+)</td>", table[0]) == ["6", "3", "5", "4", "4", "5"]
    drawing = re.search(r"<svg class=\"app-scores.*?</svg>", text, re.DOTALL)
    assert drawing
    assert len(re.findall(r"<circle|<rect", drawing[0])) == 6
    assert "style=" not in text
    assert "6 at the start, 4 at the last check." in text


def test_a_gain_that_counts_is_said_in_words(planner: Planner) -> None:
    planner.remember(FLARE)
    assert "much the same as at the start" in planner.on_day(7).check({"fu_pain": 5, "fu_task": 4}).text
    assert "better by an amount that counts" in planner.on_day(14).check({"fu_pain": 4, "fu_task": 4}).text
    assert "better by an amount that counts" in planner.on_day(20).plan().text


def test_nobody_is_asked_to_score_a_task_they_did_not_name_in_the_drawing(planner: Planner) -> None:
    planner.remember({"main_task": None})
    planner.on_day(7).check({"fu_pain": 2})
    text = planner.plan().text
    assert "Pain (lower is better)" in text
    assert "Your task (higher is better)" not in text


def test_the_end_of_the_story_stops_the_plan_until_somebody_starts_anew(planner: Planner) -> None:
    planner.remember(FLARE)
    for day, given, _ in STORY:
        planner.on_day(day).check(given)
    names = {exercise.name for exercise in planner.visitor.recommender.content.catalogue.exercises}
    for address in ("/plan", "/plan/latest", "/plan/today"):
        page = planner.on_day(60).client.get(address, follow_redirects=True)
        assert heading(page) == STORY[-1][2]
        assert moves_on(page) == []
        assert not [name for name in names if " " in name and name in html.unescape(page.text)]
        assert "Your plan is on hold" in page.text
        assert "6 at the start, 6 at the last check." in page.text
        assert "/exercises" not in page.text
    for kind in ("check", "session"):
        assert planner.client.post(f"/plan/{kind}").headers["Location"] == "/plan"
    sent = planner.client.post("/plan/start-again", data={"told": told_stop(planner)})
    assert sent.headers["Location"] == "/questions/about-you"
    assert "Your plan is on hold" in planner.plan().text
    planner.remember({})
    assert heading(planner.plan()) == "Your plan"


def test_a_check_can_be_put_right_on_its_day(planner: Planner) -> None:
    planner.remember(FLARE)
    page = planner.on_day(7).check({"fu_change": "much_worse"})
    assert "before you go on" in heading(page)
    assert "I ticked the wrong thing" in page.text
    sent = planner.client.post("/plan/answer-again", data={"told": told_stop(planner), "question": "fu_change"})
    again = "/plan/check/follow-up?from=check"
    assert sent.headers["Location"] == f"{again}#fu_change"
    assert re.search(r'value="much_worse" checked', planner.visitor.see(again).text)
    planner.visitor.send(
        again, {"fu_change": "better", "fu_pain": "5", "fu_done": "3_4", "fu_after": "same", "fu_hard": "right"}
    )
    assert planner.visitor.press("/plan/check/finish").headers["Location"] == "/plan/latest"
    assert heading(planner.client.get("/plan/latest")) == "Do a little more"
    assert heading(planner.plan()) == "Your plan"


def test_a_page_opened_before_a_check_begins_no_second_one_on_that_day(planner: Planner) -> None:
    planner.remember(FLARE)
    open_before = hidden_in(planner.on_day(7).plan().text, "/plan/check")
    assert open_before["seen"]
    assert heading(planner.check({"fu_change": "better", "fu_pain": 5})) == "Do a little more"
    sent = planner.client.post("/plan/check", data=open_before)
    assert sent.headers["Location"].startswith("/plan?")
    table = re.search(SCORES, planner.plan().text, re.DOTALL)
    assert table
    assert len(re.findall(r"<tr>", table[0])) == 3


def test_a_day_to_be_seen_by_does_not_move_away_with_every_visit(planner: Planner) -> None:
    planner.remember({})
    day = "By 2 January 2027"
    assert day in planner.plan().text
    assert day in planner.on_day(5).plan().text
    assert day in planner.session({}).text
    assert day in planner.on_day(7).check({}).text
    assert day in planner.on_day(20).plan().text


def test_the_task_that_was_named_stands_beside_its_score_and_no_score_is_asked_for_without(planner: Planner) -> None:
    planner.remember(FLARE)
    planner.on_day(7).answer("check", {})
    assert "<bdi>Put on my socks</bdi>" in planner.client.get("/plan/check/follow-up").text
    planner.client.post("/plan/forget")
    planner.on_day(7).remember({"main_task": None})
    planner.on_day(14).answer("check", {})
    assert 'name="fu_task"' not in planner.client.get("/plan/check/follow-up").text
