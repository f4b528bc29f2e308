"""A safety stop is final: whatever is opened, sent, sent late or brought back, no routine is shown until it has ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask, request
from werkzeug.routing import Rule

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import SafetyStop, from_data, to_data
from recommender.web.plan.stop_guard import OPEN_ROOMS
from tests.support.planner import (
    STATE,
    Clock,
    Planner,
    bring,
    cookie,
    heading,
    kept_cookies,
    moves_on,
    opened,
    sealed,
    site_at,
    told_stop,
)
from tests.support.sheets import full_sheet
from tests.support.told_stops import CALL, SADDLE, again, shows_routine
from tests.support.visitor import FIRST, FROM_HERE, form

# What these show is open to everybody, and not made for anybody.
REFERENCE = (OPEN_ROOMS - {"pages", "country"}) | {"static_files"}
VALUES = {"number": "1", "slug": "your-pain", "kind": "session", "exercise_id": "cat_cow", "rule_id": "RF-E01"}


def of_people(room: str) -> bool:
    """Return whether the pages of a room know something of the person."""
    return room not in REFERENCE


def addresses(app: Flask, method: str, among: Callable[[str], bool]) -> Iterator[str]:
    """Return an address of every route that takes a method, of the rooms that are meant."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if method in (rule.methods or ()) and among(rule.endpoint.partition(".")[0]):
                yield built(app, rule)


def built(app: Flask, rule: Rule) -> str:
    adapter = app.url_map.bind("localhost")
    given = {name: VALUES.get(name, "x") for name in rule.arguments}
    if rule.endpoint.startswith("review."):
        given["kind"] = "rule"
    return adapter.build(rule.endpoint, {**(rule.defaults or {}), **given}, method=None)


def test_no_page_and_no_form_shows_a_routine_while_a_stop_stands(
    stopped: Planner, app: Flask, recommender: Recommender
) -> None:
    move = opened(stopped).routine[1]["exercise"]
    seen = set()
    for address in addresses(app, "GET", of_people):
        page = stopped.client.get(address, follow_redirects=True)
        assert shows_routine(page, recommender) == [], address
        seen.add(address)
    assert {"/", "/result", "/result/play", "/plan/today", "/plan/latest", "/check-answers"} <= seen
    for address in addresses(app, "POST", of_people):
        page = stopped.client.post(address, data={"move": move, "pre_session": "no"})
        assert shows_routine(page, recommender) == [], address
        if address == "/plan/offline/stop":  # which takes a stop and leads nowhere
            assert page.status_code == 204
        elif address == "/country":  # which keeps whose numbers to show, and leads back to any page
            assert page.headers["Location"] == "/"
        else:
            assert page.headers["Location"] == "/plan", address
    for day in (3, 4, 20):
        assert heading(stopped.on_day(day).plan()) == CALL


def test_whose_number_to_call_can_be_chosen_while_a_stop_stands(recommender: Recommender, settings: Settings) -> None:
    clock = Clock()
    person = Planner(site_at(clock, replace(settings, region=None), recommender), recommender, clock)
    person.remember({})
    page = person.session(SADDLE)
    assert "999" in page.text and "112" in page.text, "where the country is not known every number is listed"
    (address, *_) = re.findall(r'href="(/country\?back=/plan)"', page.text)
    assert 'action="/country"' in person.client.get(address).text
    sent = person.client.post("/country", data={"country": "GB", "back": "/plan"}, headers=FROM_HERE)
    assert sent.headers["Location"] == "/plan"
    assert heading(person.plan()) == CALL
    assert person.client.get("/result").headers["Location"] == "/plan"


@pytest.mark.parametrize("address", ["/result", "/result/play", "/result/summary", "/check-answers", FIRST])
def test_the_pages_of_the_first_answers_lead_to_the_stop(stopped: Planner, address: str) -> None:
    assert stopped.client.get(address).headers["Location"] == "/plan"


def test_what_another_tab_still_shows_brings_nothing_back(kept: Planner) -> None:
    """One tab is left open on the routine, the other tells of the sign. Then the first one keeps its plan."""
    assert "Replace it with this plan" in kept.visitor.see("/result").text
    kept.on_day(3).session(SADDLE)
    for address in ("/plan/remember", "/result/remove", "/plan/session", "/plan/check", FIRST):
        assert kept.client.post(address, data={"move": "cat_cow"}).headers["Location"] == "/plan"
    assert heading(kept.plan()) == CALL


@pytest.mark.parametrize("late", [("plan",), ("answers",), ("check",), ("plan", "check"), ("plan", "answers", "check")])
def test_a_late_reply_that_writes_what_was_there_before_does_not_write_the_stop_away(
    kept: Planner, recommender: Recommender, late: tuple[str, ...]
) -> None:
    kept.on_day(3).session({})
    before = kept_cookies(kept)
    kept.session(SADDLE)
    bring(kept, kept_cookies(kept) | {name: before[name] for name in late})
    for address in ("/result", "/result/play", "/plan/today", "/plan/today/play", "/plan/latest", "/check-answers"):
        assert kept.client.get(address).headers["Location"] == "/plan", address
    page = kept.plan()
    assert (heading(page), shows_routine(page, recommender)) == (CALL, [])


def test_a_plan_kept_at_the_very_moment_of_the_stop_is_held_too(kept: Planner) -> None:
    """The form was sent before the stop, and its reply comes after it."""
    kept.on_day(3)
    kept.visitor.press("/plan/remember")
    fresh = cookie(kept)
    kept.on_day(3).session(SADDLE)
    kept.client.set_cookie("plan", fresh)
    page = kept.plan()
    assert moves_on(page) == []
    assert page.text.count("999")
    assert kept.client.post("/plan/session").headers["Location"] == "/plan"


def test_a_stop_outlives_its_plan_cookie(stopped: Planner) -> None:
    stopped.client.delete_cookie("plan")
    page = stopped.plan()
    assert heading(page) == "Your plan is on hold"
    assert "This is what we said then: Call 999 now." in page.text.replace("<strong>", "").replace("</strong>", "")
    assert stopped.client.get("/result").headers["Location"] == "/plan"


def test_a_stop_that_a_plan_of_before_holds_itself_stands_too(stopped: Planner) -> None:
    stopped.client.delete_cookie("stop")
    assert heading(stopped.plan()) == CALL
    assert stopped.client.get("/result").headers["Location"] == "/plan"
    stopped.client.post("/plan/start-again", data={"told": told_stop(stopped)})
    stopped.remember({})
    assert heading(stopped.plan()) == "Your plan"


@pytest.mark.parametrize("token", ["rubbish", "gAAAAABn" + "A" * 120])
def test_a_stop_that_cannot_be_read_is_a_stop_and_is_left_alone(kept: Planner, token: str) -> None:
    kept.client.set_cookie("stop", token)
    page = kept.plan()
    assert heading(page) == "Your plan is on hold"
    assert kept.client.get("/result").headers["Location"] == "/plan"
    told = {"told": told_stop(kept)}
    assert kept.client.post("/plan/start-again", data=told).headers["Location"] == FIRST
    kept.remember({})
    assert heading(kept.plan()) == "Your plan"
    assert cookie(kept, "stop") == token


def test_a_stop_without_room_for_its_answers_is_kept_as_a_stop(kept: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.on_day(7).answer("check", {"fu_change": "much_worse"})
    monkeypatch.setattr("recommender.web.core.cookie_store.MOST_BYTES", 340)
    kept.visitor.press("/plan/check/finish")
    kept.client.delete_cookie("plan")
    page = kept.plan()
    assert heading(page) == "Your plan is on hold"
    assert "See a physiotherapist or doctor" in page.text


def test_a_stop_is_read_as_it_was_written(stopped: Planner) -> None:
    with stopped.app.test_request_context(headers={"Cookie": f"stop={cookie(stopped, 'stop')}"}):
        stop = plan_store().read_stop(request, stopped.visitor.recommender.content.rule_set)
    assert stop is not None
    assert from_data(to_data(stop)) == stop
    assert from_data({**to_data(stop), "level": "no such level"}) is None
    assert from_data({}) is None
    assert from_data(to_data(SafetyStop("x"))) == SafetyStop("x")


# --- how it ends ---


def test_programs_are_answered_whatever_a_browser_keeps(stopped: Planner, recommender: Recommender) -> None:
    sent = stopped.client.post("/api/v1/recommendations", json={"answers": full_sheet(recommender, {})})
    assert (sent.status_code, bool(sent.get_json()["routine"])) == (200, True)
    assert "Set-Cookie" not in sent.headers


def test_the_stop_is_sealed_and_kept_at_least_as_long_as_any_plan(stopped: Planner) -> None:
    sent = stopped.client.post(again(stopped), data=form({"rf_nerve": ["bladder"], "rf_emergency": ["none"]}))
    (made,) = [text for text in sent.headers.getlist("Set-Cookie") if text.startswith("stop=")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={(140 + 1) * 24 * 3600}"):
        assert part in made
    assert "bladder" not in made


# --- what a page that was asked for writes ---


def states(planner: Planner) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what a browser may keep, from nothing to a stop that has ended."""
    yield "nothing", {}
    planner.visitor.send(FIRST, {"age_band": "45_49", "pain_location": ["low_back"]})
    yield "begun", kept_cookies(planner)
    planner.remember({})
    planner.on_day(7).answer("check", {})
    yield "mid-check", kept_cookies(planner)
    planner.session({})
    yield "session", kept_cookies(planner)
    planner.session(SADDLE)
    yield "stopped", kept_cookies(planner)
    again(planner)
    yield "correcting", kept_cookies(planner)
    planner.client.post("/plan/start-again", data={"told": told_stop(planner)})
    yield "begun again", kept_cookies(planner)
    planner.on_day(200)
    yield "over", kept_cookies(planner)
    yield "rubbish", dict.fromkeys(STATE, "rubbish")


def test_no_page_that_is_merely_asked_for_writes_what_is_kept_of_a_person(planner: Planner) -> None:
    """Its reply may come late, and would then write back what has changed since."""
    shown = set()
    for state, cookies in states(planner):
        rooms = of_people if cookies else lambda room: room != "static_files"
        for address in addresses(planner.app, "GET", rooms):
            bring(planner, cookies)
            page = planner.client.get(address)
            written = {text.partition("=")[0] for text in page.headers.getlist("Set-Cookie")}
            assert written & set(STATE) == set(), f"{address} as {state}"
            shown |= {address} if page.status_code == 200 else set()
        bring(planner, cookies)
    assert {"/result", "/plan/today", "/check-answers", "/questions/your-pain"} <= shown


def without_links(page: str) -> str:
    """Return a page without the tokens of signed links: they are locked anew each time, and say the same."""
    return re.sub(r"/routine/[\w=-]+", "", page)


def test_pages_of_a_session_can_be_loaded_again_and_say_the_same(kept: Planner) -> None:
    told = {"pre_session": "yes", "conditions": ["glaucoma"]}
    first = kept.on_day(2).session(told)
    assert "Changed after your answers today" in first.text
    for _ in range(2):
        page = kept.client.get("/plan/today")
        assert without_links(page.text) == without_links(first.text)
    assert heading(kept.on_day(3).session({})) == "Today\u2019s session"
    assert moves_on(kept.client.get("/plan/today")) == moves_on(first)


def test_a_stop_stands_on_every_process_that_shares_the_secret(recommender: Recommender, settings: Settings) -> None:
    clock, shared = Clock(date(2026, 11, 21)), replace(settings, secret_key="a secret that is long enough for this")
    first, second = (Planner(site_at(clock, shared, recommender), recommender, clock) for _ in range(2))
    first.remember({})
    first.on_day(3).session(SADDLE)
    bring(second, kept_cookies(first))
    assert heading(second.plan()) == CALL
    sealed(second, replace(opened(second), stopped=None))
    assert second.client.get("/result").headers["Location"] == "/plan"
