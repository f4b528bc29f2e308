"""Keeping a plan, starting a session, and the pages between two checks."""

from __future__ import annotations

import html
import logging
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from recommender.errors import DecisionError
from recommender.service.recommend import Recommender
from recommender.web.plan.kept_plan import days_kept
from tests.support.planner import DAY_0, Planner, cookie, heading, moves_on, opened, sealed
from tests.support.visitor import form

NAMES = ("plan", "check", "answers")


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
    assert days_kept(recommender.content.rule_set) == 84 + 2 * 28


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
    assert kept.visitor.press("/plan/session").headers["Location"] == "/plan/session/before-a-session"
    assert kept.client.post("/plan/forget").headers["Location"] == "/plan/forgotten"


def test_a_result_without_a_routine_is_not_remembered(planner: Planner) -> None:
    assert "Remember my plan" not in planner.visitor.result_of({"told_no_exercise": "yes"}).text
    assert planner.client.post("/plan/remember").headers["Location"] == "/result"
    assert planner.client.get_cookie("plan") is None


def test_without_answers_there_is_nothing_to_remember(planner: Planner) -> None:
    sent = planner.client.post("/plan/remember", headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=True)
    assert "Please start again" in sent.text
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
    assert kept.visitor.press("/plan/check").headers["Location"] == "/plan/check/emergency-check"


def test_a_check_is_offered_first_when_it_is_due_and_when_it_is_late(kept: Planner) -> None:
    assert "It is time for your check." in kept.on_day(7).plan().text
    page = kept.on_day(10).plan()
    assert "Your check was due on 28 November 2026." in page.text
    assert page.text.index("Do your check") < page.text.index("Start today\u2019s session")


@pytest.mark.deep
def test_after_twelve_weeks_the_plan_maintains_and_lives_on_with_every_check(kept: Planner) -> None:
    for day in (7, 14, 28, 42, 56, 70, 84):
        kept.on_day(day).check({"fu_pain": 2})
    assert "Your next check is on 13 March 2027." in kept.plan().text
    assert "A check every few weeks is up to you." in kept.plan().text
    kept.on_day(112).check({"fu_pain": 1})
    assert heading(kept.on_day(168).session({})) == "Today\u2019s session"
    page = kept.on_day(169).plan()
    assert heading(page) == "Your plan has come to its end"
    assert moves_on(page) == []


def test_a_session_begins_with_its_question_and_a_no_leads_to_the_routine(kept: Planner) -> None:
    first = moves_on(kept.visitor.see("/result"))
    sent = kept.visitor.press("/plan/session")
    assert sent.headers["Location"] == "/plan/session/before-a-session"
    assert kept.client.get("/plan/today").headers["Location"] == "/plan"
    page = kept.session({})
    assert heading(page) == "Today\u2019s session"
    assert moves_on(page) == first
    assert "When to stop" in page.text
    assert kept.on_day(2).client.get("/plan/today").headers["Location"] == "/plan"


def test_a_session_without_an_answer_is_asked_again(kept: Planner) -> None:
    address = kept.visitor.press("/plan/session").headers["Location"]
    page = kept.visitor.refused(address, {})
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
    kept.on_day(3).visitor.press("/plan/session")
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
    address = kept.on_day(7).visitor.press("/plan/check").headers["Location"]
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
    kept.on_day(7).visitor.press("/plan/check")
    kept.check({})
    address = "/plan/check/follow-up"
    text = kept.visitor.see(address).text
    routine = opened(kept).before
    assert re.findall(r'name="fu_hurt" type="checkbox" value="(\w+)"', text) == [item["exercise"] for item in routine]
    stray = {"fu_change": "same", "fu_pain": "3", "fu_done": "3_4", "fu_after": "same", "fu_hard": "right"}
    assert 'href="#fu_hurt"' in kept.visitor.refused(address, {**stray, "fu_hurt": ["no-such-move"]}).text


def test_a_move_that_hurt_is_named_on_check_answers(kept: Planner, recommender: Recommender) -> None:
    hurting = opened(kept).routine[1]["exercise"]
    address = kept.on_day(7).answer("check", {"fu_hurt": [hurting]})
    assert address == "/plan/check/check-answers"
    name = recommender.content.catalogue.by_id[hurting].name
    assert name in html.unescape(kept.visitor.see(address).text)


def test_pages_that_are_not_of_this_check_lead_to_where_it_stands(kept: Planner) -> None:
    kept.on_day(7).visitor.press("/plan/check")
    for slug in ("follow-up", "your-plan", "check-answers"):
        assert kept.client.get(f"/plan/check/{slug}").headers["Location"] == "/plan/check/emergency-check"
    assert kept.client.post("/plan/check/finish").headers["Location"] == "/plan/check/emergency-check"
    assert kept.client.get("/plan/check/nowhere").status_code == 404
    assert kept.client.get("/plan/nowhere/follow-up").status_code == 404
    assert kept.client.get("/plan/session/before-a-session").headers["Location"] == "/plan"


def test_a_check_begun_before_midnight_can_be_finished_after_it_and_not_later(kept: Planner) -> None:
    address = kept.on_day(7).visitor.press("/plan/check").headers["Location"]
    assert kept.on_day(8).client.get(address).status_code == 200
    assert kept.on_day(9).client.get(address).headers["Location"] == "/plan"


def test_a_session_begun_before_midnight_can_be_finished_after_it_and_is_one_of_the_new_day(
    kept: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = kept.on_day(3).visitor.press("/plan/session").headers["Location"]
    kept.on_day(4)
    sent = kept.client.post(address, data={"pre_session": "no"})
    assert moves_on(kept.client.get(sent.headers["Location"]))
    later = time.time() + 20 * 3600
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    assert kept.on_day(5).client.get("/plan/today").headers["Location"] == "/plan"


def test_what_came_of_a_check_shows_its_routine_on_that_day_only(kept: Planner) -> None:
    assert moves_on(kept.on_day(7).check({}))
    page = kept.on_day(8).client.get("/plan/latest")
    assert heading(page) == "Do a little more"
    assert moves_on(page) == []


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


def test_starting_anew_forgets_the_plan_the_answers_and_the_changes(kept: Planner) -> None:
    plan = opened(kept)
    sealed(kept, replace(plan, answers={**plan.answers, "no_such_question": "yes"}))
    sent = kept.visitor.press("/plan/start-again")
    cleared = {cookie.partition("=")[0] for cookie in sent.headers.getlist("Set-Cookie")}
    assert cleared >= {"plan", "check", "answers", "changes"}
