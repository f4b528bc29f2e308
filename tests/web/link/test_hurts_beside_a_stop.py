"""A move hurts where a stop has ended or still stands: what is told counts, and never undoes what was told before."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from tests.support.links import NO, YES, hurts, link_on, say
from tests.support.people import AT_A_DESK
from tests.support.planner import Planner, answer_on, bring, heading, kept_cookies, moves_on, site_at, told_stop
from tests.support.sheets import full_sheet
from tests.support.visitor import FROM_HERE

WAYS = ("link", "/result/play/hurts", "/plan/today/hurts", "/plan/offline/stop")
MILD = {"hurt_sharp": "no", "hurt_settles": "yes"}
SADDLE = {"pre_session": "yes", "rf_nerve": ["saddle"]}
SHARP = {"hurt_sharp": "yes", "hurt_settles": "no"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, secret_key="one secret of this site, long enough")


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
    assert planner.client.get(link).status_code == 403
    assert say(planner.client, link, NO) == "/plan"
    assert planner.visitor.go_on("/questions/emergency-check", raw, "/questions/") == "/check-answers"
    fresh = link_on(planner.visitor.see("/result").text)
    assert say(planner.client, fresh, NO) == f"{fresh}/moves"
    assert planner.client.get(link).status_code == 403, "it is of before"


def test_a_pain_told_of_a_result_that_was_cleared_stops_this_device(planner: Planner) -> None:
    planner.visitor.result_of(AT_A_DESK)
    link, move = playing(planner)
    planner.visitor.press("/start-again")
    assert post(planner, "/result/play/hurts", {"hurt_move": move, **SHARP}) == "/plan"
    assert heading(planner.plan()) == "Stop for now"
    assert planner.client.get(link).headers["Location"] == "/plan"


def tell_by(planner: Planner, way: str, link: str, told: dict[str, str], move: str = "cat_cow") -> int:
    address = f"{link}/hurts" if way == "link" else way
    return planner.client.post(address, data={"hurt_move": move, **told}, headers=FROM_HERE).status_code


@pytest.mark.parametrize("way", WAYS)
def test_a_pain_told_while_a_stop_stands_leaves_that_stop_and_nothing_of_it_can_be_put_right(
    planner: Planner, way: str
) -> None:
    planner.remember(AT_A_DESK)
    link = link_on(planner.client.get("/result").text)
    planner.on_day(3).session(SADDLE)
    page = planner.plan()
    begun = post(planner, "/plan/answer-again", {"told": told_stop(planner), "question": "rf_nerve"})
    assert 'action="/plan/answer-again"' in page.text and begun.startswith("/plan/session/")
    assert tell_by(planner, way, link, MILD) == (204 if way.startswith("/plan/off") else 303)
    if not way.startswith("/plan/off"):  # what is sent there is never harmless
        assert 'action="/plan/answer-again"' in planner.plan().text
    assert tell_by(planner, way, link, SHARP) == (204 if way.startswith("/plan/off") else 303)
    page = planner.plan()
    assert heading(page) == "Emergency: Call 999 now" and 'action="/plan/answer-again"' not in page.text
    assert post(planner, "/plan/answer-again", {"told": told_stop(planner), "question": "rf_nerve"}) == "/plan"
    assert planner.client.get(begun).headers["Location"] == "/plan", "begun before the pain"
    assert post(planner, begun.partition("?")[0].partition("#")[0], NO) == "/plan"
    assert planner.client.get("/plan/today").headers["Location"] == "/plan"
    fresh = anew(planner)
    assert say(planner.client, fresh, NO) == f"{fresh}/moves"


def test_a_wrong_tick_before_a_link_can_be_put_right_no_more_once_a_move_hurt(planner: Planner) -> None:
    planner.visitor.result_of(AT_A_DESK)
    link = link_on(planner.client.get("/result").text)
    say(planner.client, link, YES)
    told = re.search(r'name="told" value="(\w+)"', planner.client.get(f"{link}/stopped").text)
    assert told and post(planner, f"{link}/answer-again", {"told": told[1]}) == link
    assert tell_by(planner, "link", link, SHARP) == 303
    assert "I ticked the wrong thing" not in planner.client.get(f"{link}/stopped").text
    assert say(planner.client, link, NO) == "/plan"
    assert heading(planner.plan()) == "Your plan is on hold"


@pytest.mark.parametrize("way", WAYS)
def test_a_second_pain_wants_every_question_answered_after_it(planner: Planner, way: str) -> None:
    planner.remember(AT_A_DESK)
    link, move = playing(planner)
    post(planner.on_day(3), "/plan/today/hurts", {"hurt_move": move, **SHARP})
    page = post(planner, "/plan/answer", {"told": told_stop(planner)})
    assert planner.client.get(page).status_code == 200
    tell_by(planner, way, link, SHARP)
    assert heading(planner.plan()) == "Stop for now"
    assert planner.client.get(page).headers["Location"] == "/plan"
    assert answer_on(planner, {}) == "/plan"
    assert heading(planner.plan()) == "Your plan"


@pytest.mark.parametrize("way", WAYS)
def test_of_two_pains_told_one_after_the_other_neither_move_comes_back(planner: Planner, way: str) -> None:
    planner.remember(AT_A_DESK)
    link, _ = playing(planner)
    planner.on_day(3).session({})
    first, second, *_ = played_today(planner)
    post(planner, "/plan/today/hurts", {"hurt_move": first, **SHARP})
    tell_by(planner, way, link, SHARP, second)
    assert heading(planner.plan()) == "Stop for now"
    assert answer_on(planner, {}) == "/plan"
    assert heading(planner.plan()) == "Your plan"
    planner.session({})
    left = played_today(planner)
    assert left and not {first, second} & set(left)


def played_today(planner: Planner) -> list[str]:
    """Return the ids of the moves of the session of today."""
    return re.findall(r'name="hurt_move" value="(\w+)"', planner.client.get("/plan/today/play").text)


@pytest.mark.parametrize("way", WAYS[:3])
def test_a_pain_told_while_routines_wait_for_an_approval_is_kept(
    planner: Planner, recommender: Recommender, settings: Settings, way: str
) -> None:
    planner.remember(AT_A_DESK)
    link = link_on(planner.client.get("/result").text)
    planner.on_day(3).session({})
    kept = kept_cookies(planner)
    planner.app = site_at(planner.clock, replace(settings, require_approved=True), recommender)
    planner.client = planner.app.test_client()
    bring(planner, kept)
    assert tell_by(planner, way, link, MILD) == 503
    assert planner.client.get_cookie("stop") is None
    assert tell_by(planner, way, link, SHARP) == 303
    assert heading(planner.plan()) == "Stop for now"


def test_an_ended_stop_still_holds_what_was_before_it_once_a_later_one_is_over(planner: Planner) -> None:
    planner.visitor.result_of(AT_A_DESK)
    old = link_on(planner.client.get("/result").text)
    say(planner.client, old, YES)
    link = anew(planner)
    planner.visitor.press("/plan/remember")
    assert say(planner.client, link, NO) == f"{link}/moves"
    assert hurts(planner.client, link, "yes", "no") == "/plan"
    assert answer_on(planner, {}) == "/plan"
    assert heading(planner.plan()) == "Your plan"
    assert say(planner.client, link, NO) == f"{link}/moves"
    assert say(planner.client, old, NO) == "/plan"
