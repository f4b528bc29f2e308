"""A safety stop ends where its reason was told and the questions are begun again, or where a wrong tick is put right."""

from __future__ import annotations

import html

import pytest

from recommender.service.recommend import Recommender
from tests.support.planner import (
    Planner,
    bring,
    cookie,
    heading,
    kept_cookies,
    moves_on,
    told_stop,
)
from tests.support.sheets import full_sheet
from tests.support.told_stops import CALL, SADDLE, again, shows_routine
from tests.support.visitor import FIRST, form


def test_only_a_questionnaire_begun_after_the_reason_was_told_ends_it(stopped: Planner) -> None:
    for data in ({}, {"told": "made up"}):
        sent = stopped.client.post("/plan/start-again", data=data)
        assert sent.headers["Location"] == "/plan"
        assert stopped.client.get(FIRST).headers["Location"] == "/plan"
    sent = stopped.client.post("/plan/start-again", data={"told": told_stop(stopped)})
    assert sent.headers["Location"] == FIRST
    page = stopped.plan()
    assert heading(page) == CALL
    assert "You have begun to answer the questions again" in page.text
    assert moves_on(stopped.visitor.result_of({}))
    assert heading(stopped.plan()) == CALL
    stopped.visitor.press("/plan/remember")
    assert heading(stopped.plan()) == "Your plan"
    assert moves_on(stopped.session({}))
    stopped.client.post("/plan/forget")
    assert set(kept_cookies(stopped)) == {"answers"}


def test_answers_of_before_stay_held_once_the_questions_were_begun_again(
    kept: Planner, recommender: Recommender
) -> None:
    before = kept_cookies(kept)
    kept.on_day(3).session(SADDLE)
    kept.client.post("/plan/start-again", data={"told": told_stop(kept)})
    bring(kept, kept_cookies(kept) | {name: before[name] for name in ("answers", "plan")})
    for address in ("/result", "/plan/today", "/plan", "/check-answers"):
        page = kept.client.get(address, follow_redirects=True)
        assert (heading(page), shows_routine(page, recommender)) == (CALL, [])


def test_whoever_comes_back_later_can_go_on_answering_without_being_told_again(stopped: Planner) -> None:
    stopped.client.post("/plan/start-again", data={"told": told_stop(stopped)})
    stopped.client.delete_cookie("answers")  # as after a day
    assert moves_on(stopped.on_day(5).visitor.result_of({}))
    stopped.visitor.press("/plan/remember")
    assert heading(stopped.plan()) == "Your plan"


def test_a_new_plan_can_be_stopped_as_the_old_one_was(stopped: Planner) -> None:
    """On the same day and by the same answers, too."""
    old = kept_cookies(stopped)
    stopped.client.post("/plan/start-again", data={"told": told_stop(stopped)})
    stopped.remember({})
    free = kept_cookies(stopped)
    assert heading(stopped.session(SADDLE)) == CALL
    for cookies in (free, old):
        bring(stopped, kept_cookies(stopped) | {name: cookies[name] for name in ("plan", "answers") if name in cookies})
        assert stopped.client.get("/result").headers["Location"] == "/plan"
        assert moves_on(stopped.plan()) == []


def test_forgetting_ends_it_only_where_its_reason_was_told_and_takes_the_answers_too(stopped: Planner) -> None:
    assert stopped.client.post("/plan/forget").headers["Location"] == "/plan"
    assert heading(stopped.plan()) == CALL
    sent = stopped.client.post("/plan/forget", data={"told": told_stop(stopped)})
    assert sent.headers["Location"] == "/plan/forgotten"
    assert kept_cookies(stopped) == {}
    assert heading(stopped.plan()) == "There is no plan on this device"
    assert "Please start again" in stopped.client.get("/result").text


def test_the_start_page_speaks_of_the_stop(stopped: Planner) -> None:
    page = stopped.client.get("/")
    assert "Your plan is on hold" in page.text
    assert 'action="/plan/forget"' not in page.text
    assert "/check-answers" not in page.text
    stopped.client.post("/plan/start-again", data={"told": told_stop(stopped)})
    assert "Start now" in stopped.client.get("/").text


# --- a wrong tick, and a "not sure" ---


def test_a_wrong_tick_leads_to_the_very_question_and_ends_the_stop_if_the_new_answer_is_none(stopped: Planner) -> None:
    assert "I ticked the wrong thing" in stopped.plan().text
    address = again(stopped)
    assert address == "/plan/session/emergency-check?from=check#rf_nerve"
    page = stopped.visitor.see(address)
    assert 'value="saddle" checked' in page.text
    assert heading(stopped.plan()) == CALL
    assert stopped.client.get("/result").headers["Location"] == "/plan"
    address = stopped.client.post(address, data=form({"rf_nerve": ["none"], "rf_emergency": ["none"]})).headers[
        "Location"
    ]
    assert heading(stopped.plan()) == CALL, "the other pages are still to be answered"
    answers = {"rf_illness": ["none"], "rf_bone_nerve": ["none"], "rf_neck": ["none"], "conditions": ["none"]}
    raw = {**full_sheet(stopped.visitor.recommender, {}), **answers}
    address = stopped.visitor.go_on(address, raw, "/plan/session/")
    assert address == "/plan/today"
    assert moves_on(stopped.visitor.see(address))
    assert heading(stopped.plan()) == "Your plan"
    assert stopped.client.get("/result").status_code == 200
    assert stopped.client.get_cookie("stop") is None


def test_an_answer_that_is_changed_and_stops_again_keeps_the_stop(stopped: Planner) -> None:
    sent = stopped.client.post(again(stopped), data=form({"rf_nerve": ["bladder"], "rf_emergency": ["none"]}))
    assert sent.headers["Location"] == "/plan"
    page = stopped.plan()
    assert heading(page) == CALL
    assert "numb" not in html.unescape(page.text).partition("What to tell them")[2].partition("</ul>")[0].lower()


def test_a_wrong_tick_can_be_put_right_until_the_day_after(stopped: Planner) -> None:
    assert "I ticked the wrong thing" in stopped.on_day(4).plan().text
    told = told_stop(stopped)
    assert "I ticked the wrong thing" not in stopped.on_day(5).plan().text
    sent = stopped.client.post("/plan/answer-again", data={"told": told, "question": "rf_nerve"})
    assert sent.headers["Location"] == "/plan"
    assert stopped.client.get("/plan/session/emergency-check").headers["Location"] == "/plan"


def test_a_not_sure_can_be_answered_again_as_long_as_it_stops(unsure: Planner) -> None:
    page = unsure.on_day(20).plan()
    assert "I was not sure, and now I know" in page.text
    address = again(unsure)
    assert unsure.client.get(address).status_code == 200
    sent = unsure.client.post(address, data=form({"rf_nerve": ["none"], "rf_emergency": ["none"]}))
    raw = {**full_sheet(unsure.visitor.recommender, {}), "rf_neck": ["none"]}
    unsure.visitor.go_on(sent.headers["Location"], raw, "/plan/session/")
    assert heading(unsure.plan()) == "Your plan"
    assert moves_on(unsure.client.get("/plan/today", follow_redirects=True)) == [], "the session was of another day"


def test_a_not_sure_beside_a_sign_is_no_mere_not_sure(kept: Planner) -> None:
    page = kept.on_day(3).session({"pre_session": "yes", "rf_nerve": ["saddle"], "rf_emergency": ["not_sure"]})
    assert "I ticked the wrong thing" in page.text
    assert "I was not sure, and now I know" not in page.text


@pytest.mark.parametrize("question", ["", "fu_change", "told_no_exercise", "no_such_question"])
def test_only_what_led_to_the_stop_can_be_answered_again(stopped: Planner, question: str) -> None:
    assert again(stopped, question) == "/plan"
    assert stopped.client.get("/plan/session/emergency-check").headers["Location"] == "/plan"


def test_nothing_can_be_put_right_once_the_questions_were_begun_again(stopped: Planner) -> None:
    address = again(stopped)
    correcting = cookie(stopped, "check")
    stopped.client.post("/plan/start-again", data={"told": told_stop(stopped)})
    stopped.client.set_cookie("check", correcting)
    assert stopped.client.get(address).headers["Location"] == "/plan"
    assert "I ticked the wrong thing" not in stopped.plan().text


# --- what a stop does not touch ---


def test_the_answers_of_a_first_questionnaire_may_be_changed(planner: Planner) -> None:
    planner.visitor.fill_in({"rf_nerve": SADDLE["rf_nerve"]})
    assert heading(planner.visitor.see("/result")) == CALL
    assert planner.client.get_cookie("stop") is None
    planner.visitor.fill_in({}, "/questions/emergency-check?from=check")
    assert moves_on(planner.visitor.see("/result"))
