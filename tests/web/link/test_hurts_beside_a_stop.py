"""A move hurts where a stop has ended or still stands: what is told counts, and never undoes what was told before."""

from __future__ import annotations

import re
from typing import Any

from tests.support.links import NO, hurts, link_on, say
from tests.support.people import AT_A_DESK
from tests.support.planner import Planner, answer_on, heading, moves_on, told_stop
from tests.support.sheets import full_sheet
from tests.support.visitor import FROM_HERE

SADDLE = {"pre_session": "yes", "rf_nerve": ["saddle"]}
SHARP = {"hurt_sharp": "yes", "hurt_settles": "no"}


def anew(planner: Planner) -> str:
    """Begin anew once seen, and return the link to the routine of the new answers."""
    sent = planner.client.post("/plan/start-again", data={"told": told_stop(planner)}, headers=FROM_HERE)
    assert sent.headers["Location"] == "/questions/about-you"
    return link_on(planner.visitor.result_of(AT_A_DESK).text)


def hurt_by(planner: Planner, link: str) -> None:
    assert say(planner.client, link, NO) == f"{link}/moves"
    assert hurts(planner.client, link, "yes", "no") == "/plan"
    assert heading(planner.plan()) == "Stop for now"


def post(planner: Planner, address: str, data: dict[str, Any]) -> str:
    return planner.client.post(address, data=data, headers=FROM_HERE).headers.get("Location", "")


def test_a_pain_told_after_a_stop_has_ended_leads_to_questions_and_not_round_and_round(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    planner.on_day(3).session(SADDLE)
    hurt_by(planner, anew(planner))
    assert 'action="/plan/answer"' not in planner.plan().text
    fresh = anew(planner)
    assert say(planner.client, fresh, NO) == f"{fresh}/moves"


def test_a_plan_that_an_ended_stop_holds_does_not_come_back_by_a_pain_told_since(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    link = link_on(planner.client.get("/result").text)
    planner.client.post("/plan/offline/stop", data={"pre_session": "yes"}, headers=FROM_HERE)
    hurt_by(planner, anew(planner))
    assert post(planner, "/plan/answer", {"told": told_stop(planner)}) == "/plan"
    fresh = anew(planner)
    assert moves_on(planner.plan()) == [] and planner.client.get("/plan/today").headers["Location"] == "/plan"
    assert planner.client.get(link).headers["Location"] == "/plan"
    assert say(planner.client, fresh, NO) == f"{fresh}/moves"


def playing(planner: Planner) -> tuple[str, str]:
    """Return the link to the routine of the answers, and a move of it."""
    page = planner.client.get("/result/play").text
    (move, *_) = re.findall(r'name="hurt_move" value="(\w+)"', page)
    return link_on(planner.client.get("/result").text), move


def test_a_pain_told_of_the_result_holds_the_plan_and_the_links_of_this_device(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    link, move = playing(planner)
    assert post(planner, "/result/play/hurts", {"hurt_move": move, **SHARP}) == "/plan"
    page = planner.plan()
    assert heading(page) == "Stop for now" and 'action="/plan/answer"' in page.text
    for address in ("/plan/today", "/result", "/result/play", link):
        assert planner.client.get(address).headers["Location"] == "/plan", address
    assert answer_on(planner, {}) == "/plan"
    assert heading(planner.plan()) == "Your plan" and move not in planner.client.get("/plan").text
    assert planner.client.get("/result").headers["Location"] == "/questions/emergency-check"


def test_a_pain_told_of_the_result_holds_the_links_where_there_is_no_plan(planner: Planner) -> None:
    raw = full_sheet(planner.visitor.recommender, AT_A_DESK)
    planner.visitor.result_of(AT_A_DESK)
    link, move = playing(planner)
    assert post(planner, "/result/play/hurts", {"hurt_move": move, **SHARP}) == "/result/stopped"
    assert planner.client.get(link).headers["Location"] == "/plan"
    assert say(planner.client, link, NO) == "/plan"
    assert planner.visitor.go_on("/questions/emergency-check", raw, "/questions/") == "/check-answers"
    fresh = link_on(planner.visitor.see("/result").text)
    assert say(planner.client, fresh, NO) == f"{fresh}/moves"
    assert planner.client.get(link).headers["Location"] == "/plan", "it is of before"


def test_a_pain_told_of_a_result_that_was_cleared_stops_this_device(planner: Planner) -> None:
    planner.visitor.result_of(AT_A_DESK)
    link, move = playing(planner)
    planner.visitor.press("/start-again")
    assert post(planner, "/result/play/hurts", {"hurt_move": move, **SHARP}) == "/plan"
    assert heading(planner.plan()) == "Stop for now"
    assert planner.client.get(link).headers["Location"] == "/plan"
