"""Keeping a plan, starting a session, and everything that can be wrong with what a browser sends back."""

from __future__ import annotations

import html
import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from planner import DAY_0, Clock, Planner, heading, moves_on, site_at
from visitor import form

from recommender.errors import DecisionError
from recommender.service import Recommender
from recommender.settings import Settings
from recommender.web import plan_cookie
from recommender.web.plan_memory import Held, Plan, days_kept, from_data, to_data

NAMES = ("plan", "check", "answers")


@pytest.fixture
def planner(recommender: Recommender, settings: Settings) -> Planner:
    clock = Clock()
    return Planner(site_at(clock, settings, recommender), recommender, clock)


@pytest.fixture
def kept(planner: Planner) -> Planner:
    """Somebody who has begun a plan today."""
    planner.remember({"pain_score": 6})
    return planner


def cookie(planner: Planner, name: str = "plan") -> str:
    found = planner.client.get_cookie(name)
    assert found
    return found.value


def test_nothing_is_remembered_unless_it_is_asked_for(planner: Planner) -> None:
    page = planner.visitor.result_of({})
    assert planner.client.get_cookie("plan") is None
    assert "plan=" not in str(page.headers.getlist("Set-Cookie"))


def test_the_routine_says_what_is_kept_and_for_how_long(planner: Planner, recommender: Recommender) -> None:
    text = html.unescape(planner.visitor.result_of({}).text)
    weeks = days_kept(recommender.content.rule_set) // 7
    said = re.search(r"Remember my plan on this device</h2>(.*?)</section>", text, re.DOTALL)
    assert said
    for words in (
        "your answers to the questions",
        "your moves, and how much of each",
        "the days of your checks",
        "your answers at each check",
        f"It is kept for {weeks} weeks",
        "We keep no copy",
    ):
        assert words in said[1]


def test_how_long_it_is_kept_follows_the_rules(recommender: Recommender) -> None:
    assert days_kept(recommender.content.rule_set) == 84 + 14


def test_the_plan_is_kept_in_one_sealed_cookie_until_its_last_day(planner: Planner) -> None:
    sent = planner.remember({"pain_score": 6})
    (made,) = [text for text in sent.headers.getlist("Set-Cookie") if text.startswith("plan=g")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={(98 + 1) * 24 * 3600}"):
        assert part in made
    assert "low_back" not in made
    sent = planner.on_day(40).client.get("/plan")
    assert "until 27 February 2027" in sent.text
    planner.check({})
    (made,) = [
        text for text in planner.client.post("/plan/check/finish").headers.getlist("Set-Cookie") if "plan=" in text
    ]
    assert f"Max-Age={(58 + 1) * 24 * 3600}" in made


def test_a_plan_fits_in_a_cookie_with_room_to_spare_after_every_check(
    planner: Planner, recommender: Recommender
) -> None:
    planner.remember({"main_task": {"task": "漢字é" * 30, "score": 3}, "minutes": "20", "conditions": ["osteoporosis"]})
    for day in range(7, 98, 7):
        hurt = [item["exercise"] for item in opened(planner).routine[1:4]]
        planner.on_day(day).check({"fu_hurt": hurt, "fu_task": 5})
    plan = opened(planner)
    assert len(plan.checks) == 13
    # Two more cookies and the language go with it, and servers refuse a header of more than 8190 bytes.
    assert len(cookie(planner)) < 3000


def opened(planner: Planner) -> Plan:
    with planner.app.test_request_context(headers={"Cookie": f"plan={cookie(planner)}"}):
        from flask import request

        found = plan_cookie.plan_cookies().read(
            request, planner.visitor.recommender.content.rule_set, planner.clock.day
        )
    assert isinstance(found, Plan)
    return found


def sealed(planner: Planner, plan: Plan) -> None:
    """Put a plan in the browser as the site would have sealed it."""
    with planner.app.test_request_context():
        response = planner.app.response_class()
        cookies = plan_cookie.plan_cookies()
        assert cookies.write(response, plan, planner.visitor.recommender.content.rule_set, planner.clock.day)
    value = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    planner.client.set_cookie("plan", value)


def test_what_is_kept_survives_being_written_short() -> None:
    items: tuple[dict[str, Any], ...] = ({"exercise": "a", "form": "b", "dose": {"sets": 1, "reps": 8}},)
    held = Held(DAY_0 + timedelta(days=7), {"fu_pain": 3})
    plan = Plan(
        DAY_0,
        {"pain_score": 6},
        items,
        (held,),
        replace(held, day=held.day + timedelta(days=7)),
        items,
        {"x": "y"},
        held,
    )
    assert from_data(to_data(plan)) == plan


@pytest.mark.parametrize("name", list(to_data(Plan(DAY_0, {}, ()))))
def test_a_plan_of_another_shape_is_not_read(name: str) -> None:
    data = to_data(Plan(DAY_0, {}, ()))
    del data[name]
    assert from_data(data) is None
    assert from_data({**data, name: [["x"]]}) is None


def test_forgetting_takes_everything_back(kept: Planner) -> None:
    kept.session({})
    sent = kept.client.post("/plan/forget")
    assert sent.headers["Location"] == "/plan/forgotten"
    for name in ("plan", "check"):
        assert kept.client.get_cookie(name) is None
    assert heading(kept.client.get("/plan/forgotten")) == "Your plan is forgotten"
    assert heading(kept.plan()) == "There is no plan on this device"
    for address in ("/plan/latest", "/plan/today", "/plan/check/emergency-check", "/plan/session/before-a-session"):
        assert kept.client.get(address).headers["Location"] == "/plan"


@pytest.mark.parametrize("address", ["/plan", "/", "/result", "/privacy"])
def test_the_plan_can_be_forgotten_wherever_it_is_mentioned(kept: Planner, address: str) -> None:
    assert 'action="/plan/forget"' in kept.client.get(address).text


@pytest.mark.parametrize("address", ["/", "/privacy"])
def test_whoever_has_no_plan_is_not_asked_to_forget_one(planner: Planner, address: str) -> None:
    assert 'action="/plan/forget"' not in planner.client.get(address).text


@pytest.mark.parametrize("address", ["remember", "forget", "start-again", "check", "session", "check/finish"])
def test_forms_about_the_plan_from_other_sites_are_refused(kept: Planner, address: str) -> None:
    before = cookie(kept)
    sent = kept.client.post(f"/plan/{address}", headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert cookie(kept) == before


def test_an_old_browser_with_nothing_but_a_plan_can_still_use_it(kept: Planner) -> None:
    kept.client.delete_cookie("answers")
    assert kept.client.post("/plan/session").status_code == 303
    assert kept.client.post("/plan/forget").headers["Location"] == "/plan/forgotten"


def test_a_result_without_a_routine_is_not_remembered(planner: Planner) -> None:
    assert "Remember my plan" not in planner.visitor.result_of({"told_no_exercise": "yes"}).text
    assert planner.client.post("/plan/remember").headers["Location"] == "/result"
    assert planner.client.get_cookie("plan") is None


def test_without_answers_there_is_nothing_to_remember(planner: Planner) -> None:
    assert "Please start again" in planner.client.post("/plan/remember", headers={"Sec-Fetch-Site": "same-origin"}).text
    assert planner.client.get_cookie("plan") is None


def test_the_plan_page_names_the_moves_and_the_next_check_but_shows_no_way_to_do_them(kept: Planner) -> None:
    page = kept.plan()
    assert heading(page) == "Your plan"
    assert "Your next check is on 28 November 2026." in page.text
    assert "Start today\u2019s session" in page.text
    assert moves_on(page) == []
    assert "app-steps" not in page.text
    assert "If it gets worse for a day or two" in page.text


def test_no_check_is_offered_on_the_first_day_and_one_is_from_the_second(kept: Planner) -> None:
    assert 'action="/plan/check"' not in kept.plan().text
    assert kept.client.post("/plan/check").headers["Location"] == "/plan"
    page = kept.on_day(1).plan()
    assert "Do a check now" in page.text
    assert kept.client.post("/plan/check").headers["Location"] == "/plan/check/emergency-check"


def test_a_check_is_offered_first_when_it_is_due_and_when_it_is_late(kept: Planner) -> None:
    assert "It is time for your check." in kept.on_day(7).plan().text
    page = kept.on_day(10).plan()
    assert "Your check was due on 28 November 2026." in page.text
    assert page.text.index("Do your check") < page.text.index("Start today\u2019s session")


def test_after_the_last_check_the_plan_goes_on_to_its_last_day(kept: Planner) -> None:
    for day in (7, 14, 28, 42, 56, 70, 84):
        kept.on_day(day).check({"fu_pain": 2})
    assert "You have done all your checks." in kept.plan().text
    assert heading(kept.on_day(98).session({})) == "Today\u2019s session"
    page = kept.on_day(99).plan()
    assert heading(page) == "Your plan has come to its end"
    assert kept.client.get_cookie("plan") is None


def test_a_session_begins_with_its_question_and_a_no_leads_to_the_routine(kept: Planner) -> None:
    first = moves_on(kept.visitor.see("/result"))
    sent = kept.client.post("/plan/session")
    assert sent.headers["Location"] == "/plan/session/before-a-session"
    assert kept.client.get("/plan/today").headers["Location"] == "/plan"
    page = kept.session({})
    assert heading(page) == "Today\u2019s session"
    assert moves_on(page) == first
    assert "When to stop" in page.text
    assert kept.on_day(1).client.get("/plan/today").headers["Location"] == "/plan"


def test_a_session_without_an_answer_is_asked_again(kept: Planner) -> None:
    address = kept.client.post("/plan/session").headers["Location"]
    page = kept.client.post(address)
    assert page.status_code == 422
    assert "There is something to put right" in page.text


@pytest.mark.parametrize(
    ("answer", "pages"),
    [
        ("not_sure", ["emergency-check", "soon-check"]),
        ("yes", ["emergency-check", "soon-check", "your-health", "details"]),
    ],
)
def test_yes_or_not_sure_asks_the_safety_pages_again_before_any_routine(
    kept: Planner, answer: str, pages: list[str]
) -> None:
    kept.on_day(3)
    start = len(kept.visitor.seen)
    page = kept.session({"pre_session": answer, "conditions": ["osteoporosis"]})
    slugs = [address.rsplit("/", 1)[1] for address in kept.visitor.seen[start:-1]]
    assert slugs == ["before-a-session", *pages]
    assert heading(page) == "Today\u2019s session"


def test_safety_pages_that_are_asked_again_are_not_filled_in_beforehand(kept: Planner) -> None:
    kept.on_day(3).client.post("/plan/session")
    sent = kept.client.post("/plan/session/before-a-session", data={"pre_session": "yes"})
    text = kept.client.get(sent.headers["Location"]).text
    assert 'name="rf_nerve"' in text
    assert not re.search(r"<input[^>]* checked", text)
    assert kept.client.get("/plan/today").headers["Location"] == "/plan"


@pytest.mark.parametrize(
    ("sign", "told"),
    [
        ({"rf_nerve": ["saddle"]}, "Emergency: Call 999 now"),
        ({"rf_illness": ["night_constant"]}, "Urgent: Be seen within 48 hours"),
    ],
)
@pytest.mark.parametrize(("kind", "day"), [("session", 3), ("check", 7)])
def test_a_new_sign_shows_the_care_page_and_stops_the_plan(
    kept: Planner, kind: str, day: int, sign: dict[str, Any], told: str
) -> None:
    given = {"pre_session": "yes", **sign}
    kept.on_day(day)
    page = kept.session(given) if kind == "session" else kept.check(given)
    assert heading(page) == told
    for later in (day, day + 1, day + 20):
        for address in ("/plan", "/plan/latest", "/plan/today"):
            page = kept.on_day(later).client.get(address, follow_redirects=True)
            assert heading(page) == told
            assert moves_on(page) == []
        for start in ("check", "session"):
            sent = kept.client.post(f"/plan/{start}")
            assert sent.headers["Location"] == "/plan"


def test_an_emergency_does_not_wait_for_the_other_questions(kept: Planner) -> None:
    address = kept.on_day(7).client.post("/plan/check").headers["Location"]
    sent = kept.client.post(address, data=form({"rf_nerve": ["bladder"]}))
    assert sent.headers["Location"] == "/plan"
    assert heading(kept.plan()) == "Emergency: Call 999 now"


def test_what_is_told_before_a_session_counts_at_the_next_one_and_at_the_next_check(kept: Planner) -> None:
    told = {"pre_session": "yes", "conditions": ["glaucoma"]}
    before = moves_on(kept.on_day(2).session({}))
    after = moves_on(kept.session(told))
    assert after != before
    assert moves_on(kept.on_day(3).session({})) == after
    kept.on_day(7).check({"fu_change": "same"})
    assert opened(kept).last is not None
    assert opened(kept).checks[-1].answers["conditions"] == ["glaucoma"]


def test_a_move_that_hurt_is_chosen_from_the_own_routine(kept: Planner) -> None:
    kept.on_day(7).client.post("/plan/check")
    kept.check({})
    address = "/plan/check/follow-up"
    text = kept.visitor.see(address).text
    routine = opened(kept).before
    assert re.findall(r'name="fu_hurt" type="checkbox" value="(\w+)"', text) == [item["exercise"] for item in routine]
    stray = {"fu_change": "same", "fu_pain": "3", "fu_done": "3_4", "fu_after": "same", "fu_hard": "right"}
    refused = kept.client.post(address, data={**stray, "fu_hurt": ["no-such-move"]})
    assert refused.status_code == 422


def test_a_move_that_hurt_is_named_on_check_answers(kept: Planner, recommender: Recommender) -> None:
    hurting = opened(kept).routine[1]["exercise"]
    address = kept.on_day(7).answer("check", {"fu_hurt": [hurting]})
    assert address == "/plan/check/check-answers"
    name = recommender.content.catalogue.by_id[hurting].name
    assert name in html.unescape(kept.visitor.see(address).text)


def test_pages_that_are_not_of_this_check_lead_to_where_it_stands(kept: Planner) -> None:
    kept.on_day(7).client.post("/plan/check")
    for slug in ("follow-up", "your-plan", "check-answers"):
        assert kept.client.get(f"/plan/check/{slug}").headers["Location"] == "/plan/check/emergency-check"
    assert kept.client.post("/plan/check/finish").headers["Location"] == "/plan/check/emergency-check"
    assert kept.client.get("/plan/check/nowhere").status_code == 404
    assert kept.client.get("/plan/nowhere/follow-up").status_code == 404
    assert kept.client.get("/plan/session/before-a-session").headers["Location"] == "/plan"


def test_a_check_begun_before_midnight_can_be_finished_after_it_and_not_later(kept: Planner) -> None:
    address = kept.on_day(7).client.post("/plan/check").headers["Location"]
    assert kept.on_day(8).client.get(address).status_code == 200
    assert kept.on_day(9).client.get(address).headers["Location"] == "/plan"


def test_what_came_of_a_check_shows_its_routine_on_that_day_only(kept: Planner) -> None:
    assert moves_on(kept.on_day(7).check({}))
    page = kept.on_day(8).client.get("/plan/latest")
    assert heading(page) == "Do a little more"
    assert moves_on(page) == []


@pytest.mark.parametrize("token", ["rubbish", "é", "gAAAAABn" + "A" * 120, "A" * 4000])
@pytest.mark.parametrize("address", ["/plan", "/plan/latest", "/plan/today", "/", "/privacy", "/plan/check/follow-up"])
def test_a_plan_that_cannot_be_read_is_never_used(planner: Planner, address: str, token: str) -> None:
    planner.client.set_cookie("plan", token)
    planner.client.set_cookie("check", token)
    page = planner.client.get(address, follow_redirects=True)
    assert page.status_code == 200
    assert moves_on(page) == []
    if address.startswith("/plan"):
        assert heading(page) == "We cannot read your plan"
        assert planner.client.get_cookie("plan") is None


def test_a_plan_that_was_changed_on_the_way_is_never_used(kept: Planner) -> None:
    value = cookie(kept)
    kept.client.set_cookie("plan", value[:40] + ("A" if value[40] != "A" else "B") + value[41:])
    assert heading(kept.plan()) == "We cannot read your plan"


def test_the_cookies_of_one_kind_are_not_read_as_another(kept: Planner) -> None:
    kept.client.set_cookie("plan", cookie(kept, "answers"))
    assert heading(kept.plan()) == "We cannot read your plan"


def test_a_plan_of_another_key_cannot_be_read(kept: Planner, recommender: Recommender, settings: Settings) -> None:
    other = Planner(site_at(kept.clock, settings, recommender), recommender, kept.clock)
    other.client.set_cookie("plan", cookie(kept))
    assert heading(other.plan()) == "We cannot read your plan"


def test_a_shared_secret_lets_a_plan_outlive_a_restart(recommender: Recommender, settings: Settings) -> None:
    clock, shared = Clock(), replace(settings, secret_key="a secret that is long enough for this")
    first, second = (Planner(site_at(clock, shared, recommender), recommender, clock) for _ in range(2))
    first.remember({})
    second.client.set_cookie("plan", cookie(first))
    assert heading(second.plan()) == "Your plan"


def test_a_cookie_older_than_a_plan_may_be_is_refused(kept: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: now + (98 + 1) * 24 * 3600 + 5)
    assert heading(kept.plan()) == "We cannot read your plan"


def test_a_plan_with_a_day_that_lies_ahead_is_not_used_and_not_lost(kept: Planner) -> None:
    kept.on_day(7).check({})
    page = kept.on_day(6).plan()
    assert heading(page) == "The dates of your plan lie ahead"
    assert moves_on(kept.client.get("/plan/latest", follow_redirects=True)) == []
    assert heading(kept.on_day(7).plan()) == "Your plan"


def no_such_answer(plan: Plan) -> Plan:
    return replace(plan, answers={**plan.answers, "no_such_question": "yes"})


def no_such_move(plan: Plan) -> Plan:
    return replace(plan, routine=({**plan.routine[0], "exercise": "no_such_move"}, *plan.routine[1:]))


def too_much(plan: Plan) -> Plan:
    first = plan.routine[1]
    return replace(plan, routine=({**first, "dose": dict.fromkeys(first["dose"], 5000)}, *plan.routine[2:]))


@pytest.mark.parametrize("change", [no_such_answer, no_such_move, too_much])
def test_a_plan_that_no_longer_fits_rules_or_moves_gives_no_routine(
    kept: Planner, change: Callable[[Plan], Plan]
) -> None:
    sealed(kept, change(opened(kept)))
    page = kept.plan()
    assert (page.status_code, heading(page)) == (200, "Your plan no longer fits")
    for kind in ("check", "session"):
        page = kept.on_day(3).client.post(f"/plan/{kind}", follow_redirects=True)
        assert heading(page) == "Your plan no longer fits"
    assert 'action="/plan/forget"' in page.text


def test_a_move_that_the_rules_now_leave_out_is_not_in_the_session(kept: Planner) -> None:
    """The plan holds a move that these answers rule out, as after a change of the rules."""
    plan = opened(kept)
    sealed(kept, replace(plan, answers={**plan.answers, "limits": ["kneel", "wrist"]}))
    before = moves_on(kept.visitor.see("/result"))
    after = moves_on(kept.on_day(1).session({}))
    assert after
    assert set(before) - set(after)


def test_a_plan_whose_answers_now_call_for_care_is_on_hold(kept: Planner) -> None:
    plan = opened(kept)
    sealed(kept, replace(plan, answers={**plan.answers, "told_no_exercise": "yes"}))
    page = kept.plan()
    assert heading(page) == "Your plan is on hold"
    assert "/exercises" not in page.text
    assert heading(kept.on_day(1).session({})) == "Advice: See a physiotherapist or doctor before you start"


def test_a_stopped_plan_that_cannot_be_worked_out_any_more_stays_stopped(kept: Planner) -> None:
    kept.on_day(7).check({"fu_change": "much_worse"})
    sealed(kept, no_such_answer(opened(kept)))
    page = kept.on_day(9).plan()
    assert heading(page) == "Your plan is on hold"
    assert 'href="tel:999"' in page.text
    assert kept.client.post("/plan/session").headers["Location"] == "/plan"


def test_a_plan_that_does_not_fit_is_said_and_not_kept(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    planner.visitor.result_of({})
    monkeypatch.setattr("recommender.web.sealed_cookie.MOST_BYTES", 700)
    page = planner.client.post("/plan/remember")
    assert heading(page) == "Your plan is too big to keep"
    assert planner.client.get_cookie("plan") is None


def test_a_check_that_no_longer_fits_is_shown_once_and_the_old_routine_does_not_come_back(
    kept: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.on_day(7).answer("check", {"fu_change": "worse"})
    monkeypatch.setattr("recommender.web.sealed_cookie.MOST_BYTES", 700)
    page = kept.client.post("/plan/check/finish")
    assert heading(page) == "Do less for now"
    assert "too big for your browser to keep" in page.text
    assert moves_on(page)
    assert kept.client.get_cookie("plan") is None


def test_a_stop_that_does_not_fit_is_kept_as_a_stop(kept: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.on_day(7).answer("check", {"fu_change": "much_worse"})
    monkeypatch.setattr("recommender.web.sealed_cookie.MOST_BYTES", 700)
    kept.client.post("/plan/check/finish")
    assert heading(kept.plan()) == "Your plan is on hold"
    assert kept.client.post("/plan/session").headers["Location"] == "/plan"


@pytest.mark.parametrize("failure", [DecisionError("made to fail"), KeyError("saddle")])
def test_a_failing_engine_gives_no_routine_from_a_plan(
    kept: Planner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    kept.session({})

    def failing(*_: Any) -> Any:
        raise failure

    monkeypatch.setattr(kept.visitor.recommender.engine, "fire", failing)
    with caplog.at_level(logging.DEBUG):
        for address in ("/plan", "/plan/today"):
            page = kept.client.get(address)
            assert page.status_code == 503
            assert moves_on(page) == []
            assert "tel:999" in page.text
    assert "saddle" not in caplog.text


def test_answers_of_checks_stay_out_of_the_log_and_the_address(kept: Planner, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        kept.on_day(7).check({"rf_illness": ["night_constant"]})
    assert "night_constant" not in caplog.text
    assert all("night" not in address for address in kept.visitor.seen)


def test_pages_of_a_plan_are_not_stored_and_hold_nothing_inline(kept: Planner) -> None:
    kept.on_day(7).check({})
    kept.session({})
    for address in ("/plan", "/plan/latest", "/plan/today"):
        page = kept.client.get(address)
        assert page.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<style|<script(?! type=\"module\" src=\"/static/)| style=| on\w+=", page.text)


def test_nobody_can_choose_the_day_of_the_site(kept: Planner) -> None:
    later = (DAY_0 + timedelta(days=40)).isoformat()
    for query in ("today", "date", "day"):
        page = kept.client.get(f"/plan?{query}={later}")
        assert "Your next check is on 28 November 2026." in page.text
    assert isinstance(kept.clock.day, date)


def test_a_plan_keeps_the_routine_as_the_person_changed_it(planner: Planner) -> None:
    shown = planner.visitor.result_of({"pain_score": 6}).text
    unwanted, instead = re.findall(
        r'action="/result/swap">\s*<input type="hidden" name="move" value="(\w+)">.*?name="instead" value="(\w+)"',
        shown,
        re.DOTALL,
    )[-1]
    assert planner.client.post("/result/swap", data={"move": unwanted, "instead": instead}).status_code == 303
    planner.client.post("/plan/remember")
    kept_moves = {item["exercise"] for item in opened(planner).routine}
    assert instead in kept_moves
    assert unwanted not in kept_moves


def test_starting_anew_forgets_the_plan_the_answers_and_the_changes(kept: Planner) -> None:
    sent = kept.client.post("/plan/start-again")
    cleared = {cookie.partition("=")[0] for cookie in sent.headers.getlist("Set-Cookie")}
    assert cleared >= {"plan", "check", "answers", "changes"}
