"""A sign of danger told by a tab or a link of before, while another stop stands or nothing takes it any more: it counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import request
from werkzeug.datastructures import MultiDict

from recommender.settings import Settings
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import SafetyStop
from recommender.web.plan.told_beside import tells_of_danger
from tests.support.links import NO, NOT_SURE, YES, link_on, say
from tests.support.people import AT_A_DESK
from tests.support.planner import STATE, Planner, heading, kept_cookies, moves_on
from tests.support.visitor import FROM_HERE

SADDLE = {"rf_nerve": "saddle"}
# A tab of a check, of the question before a session, and of the first questions.
TABS = {
    "/plan/check/emergency-check": SADDLE,
    "/plan/check/short-safety-check": {"screen_now": "not_sure", "screen_soon": "none"},
    "/plan/session/before-a-session": YES,
    "/questions/emergency-check": SADDLE,
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, secret_key="one secret of this site, long enough")


def kept_stop(planner: Planner) -> SafetyStop | None:
    """Return the stop that the browser keeps."""
    cookies = "; ".join(f"{name}={value}" for name, value in kept_cookies(planner).items())
    with planner.app.test_request_context(headers={"Cookie": cookies}):
        return plan_store().read_stop(request, planner.visitor.recommender.content.rule_set)


def link_of(planner: Planner) -> str:
    """Keep a plan, and return the link to its routine."""
    planner.remember(AT_A_DESK)
    return link_on(planner.client.get("/result").text)


def post(planner: Planner, address: str, told: dict[str, str]) -> str:
    return planner.client.post(address, data=told, headers=FROM_HERE).headers.get("Location", "")


@pytest.mark.parametrize("address", TABS)
def test_a_sign_told_in_a_tab_of_before_leaves_nothing_of_the_stop_that_stands_to_be_put_right(
    planner: Planner, address: str
) -> None:
    link = link_of(planner)
    assert say(planner.client, link, NOT_SURE) == f"{link}/stopped"
    assert post(planner, address, TABS[address]) == "/plan"
    stop = kept_stop(planner)
    assert stop is not None and stop.is_told_again
    assert post(planner, f"{link}/answer-again", {"told": stop.id}) == "/plan"
    assert say(planner.client, link, NO) == "/plan"


def test_a_graver_sign_told_beside_a_stop_is_what_the_page_of_the_stop_then_says(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    page = planner.on_day(7).check({"screen_now": ["none"], "screen_soon": ["not_sure"], "rf_illness": ["weight_loss"]})
    assert "Call 999" not in heading(page) and moves_on(page) == []
    assert post(planner, "/plan/check/emergency-check", SADDLE) == "/plan"
    assert "Call 999 now" in planner.plan().text
    assert post(planner, "/plan/check/soon-check", {"rf_illness": "weight_loss"}) == "/plan"
    assert "Call 999 now" in planner.plan().text, "the milder one does not take it away"


def test_questions_that_a_pain_waits_for_do_not_end_a_stop_that_was_told_again(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    planner.on_day(3).session({"pre_session": "no"})
    played = planner.client.get("/plan/today/play").text
    move = played.partition('name="hurt_move" value="')[2].partition('"')[0]
    assert post(planner, "/plan/today/hurts", {"hurt_move": move, "hurt_sharp": "yes", "hurt_settles": "no"}) == "/plan"
    assert 'action="/plan/answer"' in planner.plan().text
    assert post(planner, "/plan/session/before-a-session", YES) == "/plan"
    page = planner.plan()
    assert 'action="/plan/answer"' not in page.text and moves_on(page) == []
    stop = kept_stop(planner)
    assert stop is not None
    assert post(planner, "/plan/answer", {"told": stop.id}) == "/plan"


def test_a_sign_told_on_a_page_whose_answers_are_gone_is_a_stop_that_says_what_to_do(planner: Planner) -> None:
    link = link_of(planner)
    planner.client.delete_cookie("answers")
    assert post(planner, "/questions/emergency-check", SADDLE) == "/plan"
    assert "Call 999 now" in planner.plan().text and moves_on(planner.plan()) == []
    assert planner.client.get(link).headers["Location"] == "/plan"


@pytest.mark.parametrize(("language", "call"), [("en", "Call 999 now"), ("es", "Llame a emergencias (999) ahora")])
def test_a_first_emergency_is_told_as_news_and_not_as_what_was_said_then(
    planner: Planner, language: str, call: str
) -> None:
    planner.client.set_cookie("language", language)
    assert post(planner, "/questions/emergency-check", SADDLE) == "/plan"
    page = planner.plan()
    assert heading(page) == call
    assert "<title>" + call in page.text
    assert not any(words in page.text for words in ("what we said then", "lo que le dijimos entonces"))


def test_the_first_page_and_a_page_that_tells_of_nothing_begin_as_ever_without_answers(planner: Planner) -> None:
    assert post(planner, "/questions/emergency-check", {"rf_nerve": "none", "rf_emergency": "none"}) == "/check-answers"
    sent = planner.client.post("/questions/about-you", data={"age_band": "under_18"}, headers=FROM_HERE)
    assert sent.headers.get("Location", "") != "/plan"
    assert kept_stop(planner) is None


def test_a_not_sure_that_is_put_right_and_becomes_a_yes_is_a_yes(planner: Planner) -> None:
    link = link_of(planner)
    say(planner.client, link, NOT_SURE)
    stop = kept_stop(planner)
    assert stop is not None
    assert post(planner, f"{link}/answer-again", {"told": stop.id}) == link
    assert say(planner.client, link, YES) == f"{link}/stopped"
    after = kept_stop(planner)
    assert after is not None and after.draft is not None and dict(after.draft.answers) == YES
    planner.on_day(3)
    assert post(planner, f"{link}/answer-again", {"told": after.id}) == "/plan"


def test_a_tab_of_before_that_tells_of_nothing_leaves_the_stop_as_it_is(planner: Planner) -> None:
    link = link_of(planner)
    say(planner.client, link, NOT_SURE)
    before = kept_stop(planner)
    for address in TABS:
        assert post(planner, address, {"rf_nerve": "none", "screen_now": "none", "pre_session": "no"}) == "/plan"
    assert before is not None and kept_stop(planner) == before
    assert post(planner, f"{link}/answer-again", {"told": before.id}) == link


def test_a_sign_told_at_the_question_of_one_link_counts_beside_the_stop_of_another(planner: Planner) -> None:
    link = link_of(planner)
    say(planner.client, link, NOT_SURE)
    other = f"{link[:-3]}abc"
    assert say(planner.client, other, YES) == "/plan"
    stop = kept_stop(planner)
    assert stop is not None and stop.is_told_again


def test_a_sign_told_at_the_question_of_a_link_that_leads_nowhere_any_more_stops_this_device(planner: Planner) -> None:
    link = link_of(planner)
    other = f"{link[:-3]}abc"
    assert say(planner.client, other, YES) == "/plan"
    assert heading(planner.plan()) == "Your plan is on hold" and moves_on(planner.plan()) == []
    assert planner.client.get(link).headers["Location"] == "/plan"


def test_a_link_that_leads_nowhere_says_so_to_whoever_tells_of_nothing(planner: Planner) -> None:
    other = f"{link_of(planner)[:-3]}abc"
    assert planner.client.post(other, data=NO, headers=FROM_HERE).status_code == 404
    assert kept_stop(planner) is None


def test_a_sign_told_in_a_check_whose_plan_is_gone_stops_the_links_of_this_device(planner: Planner) -> None:
    link = link_of(planner)
    planner.visitor.press("/plan/session")
    for name in STATE:
        planner.client.delete_cookie(name)
    assert post(planner, "/plan/session/before-a-session", YES) == "/plan"
    assert planner.client.get(link).headers["Location"] == "/plan"


@pytest.mark.parametrize(
    ("told", "is_danger"),
    [
        ([("rf_nerve", "saddle")], True),
        ([("rf_emergency", "not_sure")], True),
        ([("rf_illness", "weight_loss")], True),
        ([("pre_session", "not_sure")], True),
        ([("pre_session", "no")], False),
        ([("rf_nerve", "none"), ("rf_emergency", "none")], False),
        ([("rf_nerve", "")], True),
        ([], False),
    ],
)
def test_what_is_a_sign_of_danger_is_what_the_package_itself_holds(
    told: list[tuple[str, str]], is_danger: bool
) -> None:
    assert tells_of_danger(MultiDict(told)) is is_danger
