"""It hurts, in a session of a kept plan: the move does not come back, and a pain to be looked at holds the plan."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.planner import Planner, answer_on, cookie, heading, kept_cookies, moves_on, opened, told_stop
from tests.support.visitor import FROM_HERE

MILD = {"hurt_sharp": "no", "hurt_settles": "yes"}
LASTING = {"hurt_sharp": "no", "hurt_settles": "no"}
SHARP = {"hurt_sharp": "yes", "hurt_settles": "no"}


@pytest.fixture
def playing(kept: Planner) -> Planner:
    """Somebody on the third day of a plan, in the middle of a session."""
    assert heading(kept.on_day(3).session({})) == "Today\u2019s session"
    return kept


def moves_of(planner: Planner) -> list[str]:
    """Return the moves that the session of today leads through; empty where there is none."""
    page = planner.client.get("/plan/today/play", follow_redirects=True)
    return re.findall(r'name="hurt_move" value="(\w+)"', page.text)


def tell(planner: Planner, move: str, answers: dict[str, Any]) -> str:
    sent = planner.client.post("/plan/today/hurts", data={"hurt_move": move, **answers}, headers=FROM_HERE)
    assert sent.status_code == 303
    return sent.headers["Location"]


def test_a_move_that_hurts_leaves_the_session_and_the_plan(playing: Planner) -> None:
    moves = moves_of(playing)
    address = tell(playing, moves[2], LASTING)
    assert address == "/plan/today/play?hurt=out&at=3#move-3"
    assert moves[2] not in moves_of(playing) and moves_of(playing)
    assert moves[2] not in {item["exercise"] for item in opened(playing).routine}
    assert opened(playing).hurt == (moves[2],)
    playing.on_day(5).session({})
    assert moves[2] not in moves_of(playing)
    playing.on_day(7).check({"fu_change": "better", "fu_hard": "easy"})
    playing.on_day(8).session({})
    assert moves[2] not in moves_of(playing)


def test_two_moves_may_hurt_in_one_session(playing: Planner) -> None:
    moves = moves_of(playing)
    tell(playing, moves[1], LASTING)
    tell(playing, moves[3], MILD)
    assert not {moves[1], moves[3]} & set(moves_of(playing))
    assert opened(playing).hurt == (moves[1], moves[3])


def test_a_sharp_pain_that_lasts_holds_the_plan_until_the_questions_are_answered(playing: Planner) -> None:
    moves = moves_of(playing)
    before = kept_cookies(playing)
    assert tell(playing, moves[2], SHARP) == "/plan"
    page = playing.plan()
    assert heading(page) == "Stop for now" and moves_on(page) == []
    for day in (3, 4, 20):
        playing.on_day(day)
        for address in ("/plan/today", "/plan/today/play", "/plan/latest", "/plan/summary", "/result/play"):
            assert playing.client.get(address).headers["Location"] == "/plan", address
        assert playing.client.post("/plan/session").headers["Location"] == "/plan"
        assert heading(playing.plan()) == "Stop for now"
    # A browser that brings the session back as it was is held too: the stop stands apart.
    playing.on_day(3).client.set_cookie("check", before["check"])
    assert playing.client.get("/plan/today/play").headers["Location"] == "/plan"


def test_no_sign_of_danger_lets_the_plan_go_on_without_the_move(playing: Planner) -> None:
    moves = moves_of(playing)
    tell(playing, moves[2], SHARP)
    assert answer_on(playing, {}) == "/plan"
    assert heading(playing.plan()) == "Your plan"
    assert playing.client.get_cookie("stop") is None
    assert moves_of(playing) == []  # the session that hurt is over
    playing.session({})
    assert moves_of(playing) and moves[2] not in moves_of(playing)


def test_a_sign_told_then_is_a_stop_like_any_other(playing: Planner) -> None:
    moves = moves_of(playing)
    tell(playing, moves[2], SHARP)
    assert answer_on(playing, {"rf_nerve": ["sexual"]}) == "/plan"
    assert heading(playing.plan()) == "Emergency: Call 999 now"
    assert playing.on_day(9).client.post("/plan/session").headers["Location"] == "/plan"
    assert opened(playing).stopped is not None


def test_the_check_of_a_stop_outlives_its_own_cookie(playing: Planner) -> None:
    tell(playing, moves_of(playing)[2], SHARP)
    playing.client.delete_cookie("check")
    assert heading(playing.plan()) == "Stop for now"
    assert answer_on(playing, {}) == "/plan"
    assert heading(playing.plan()) == "Your plan"


def test_a_question_left_out_is_asked_again_and_the_plan_stays(playing: Planner) -> None:
    before = cookie(playing)
    assert tell(playing, moves_of(playing)[1], {"hurt_sharp": "no"}) == "/plan/today/play?open=2&at=2#move-2"
    assert cookie(playing) == before


@pytest.mark.parametrize("answers", [MILD, LASTING, {"hurt_sharp": "yes", "hurt_settles": "yes"}])
def test_without_a_session_a_pain_that_is_no_reason_to_stop_changes_nothing(
    kept: Planner, answers: dict[str, str]
) -> None:
    before = cookie(kept)
    assert tell(kept.on_day(3), opened(kept).routine[1]["exercise"], answers) == "/plan"
    assert heading(kept.plan()) == "Your plan" and cookie(kept) == before
    assert kept.client.post("/plan/hurt").headers["Location"] == "/plan"


@pytest.mark.parametrize("answers", [SHARP, {"hurt_sharp": "not_sure", "hurt_settles": "not_sure"}])
def test_a_tab_whose_session_is_gone_still_stops_the_plan(kept: Planner, answers: dict[str, str]) -> None:
    move = opened(kept).routine[1]["exercise"]
    assert tell(kept.on_day(3), move, answers) == "/plan"
    assert heading(kept.plan()) == "Stop for now"
    assert answer_on(kept, {}) == "/plan"
    assert heading(kept.plan()) == "Your plan"
    kept.session({})
    assert moves_of(kept) and move not in moves_of(kept)


def test_a_tab_whose_plan_is_gone_still_stops_this_device(playing: Planner) -> None:
    move = moves_of(playing)[2]
    playing.visitor.press("/plan/forget")
    assert tell(playing, move, SHARP) == "/plan"
    page = playing.plan()
    assert heading(page) == "Stop for now" and 'href="tel:999"' in page.text
    for address in ("/result", "/result/play", "/plan/today"):
        assert playing.client.get(address).headers["Location"] == "/plan", address
    sent = playing.client.post("/plan/start-again", data={"told": told_stop(playing)}, headers=FROM_HERE)
    assert sent.headers["Location"] == "/questions/about-you"
    assert playing.client.get("/result").headers["Location"] != "/plan"


@pytest.mark.parametrize("told", [SHARP, {"hurt_sharp": "yes"}, {"hurt_settles": "no"}, {"hurt_sharp": "x", **LASTING}])
def test_a_move_that_another_tab_took_out_can_still_stop_the_plan(playing: Planner, told: dict[str, str]) -> None:
    move = moves_of(playing)[2]
    tell(playing, move, LASTING)
    is_stop = told != {"hurt_sharp": "x", **LASTING}
    address = tell(playing, move, told)
    assert (address == "/plan") == is_stop
    assert heading(playing.plan()) == ("Stop for now" if is_stop else "Your plan")


def test_a_move_that_is_no_move_any_more_can_still_stop_the_plan(playing: Planner) -> None:
    assert tell(playing, "a_move_of_rules_before", MILD) == "/plan/today/play"
    assert tell(playing, "a_move_of_rules_before", SHARP) == "/plan"
    assert heading(playing.plan()) == "Stop for now"


def test_a_form_that_tells_nothing_changes_nothing(playing: Planner) -> None:
    before = kept_cookies(playing)
    assert tell(playing, "", {}) == "/plan/today/play"
    assert kept_cookies(playing) == before


def test_only_the_page_of_the_stop_leads_on_from_it(playing: Planner) -> None:
    tell(playing, moves_of(playing)[2], SHARP)
    assert playing.client.post("/plan/answer", data={"told": "other"}).headers["Location"] == "/plan"
    assert playing.client.post("/plan/forget").headers["Location"] == "/plan"
    assert heading(playing.plan()) == "Stop for now"
    assert (
        playing.client.post("/plan/forget", data={"told": told_stop(playing)}).headers["Location"] == "/plan/forgotten"
    )


def test_a_move_of_the_days_between_strength_days_can_hurt_too(planner: Planner) -> None:
    planner.remember({"goal": "get_stronger", "minutes": "20", "pain_score": 2, "irritability": "minutes"})
    planner.on_day(3).session({})

    def moves_on_days(days: str) -> list[str]:
        page = planner.client.get(f"/plan/today/play{days}").text
        return re.findall(r'name="hurt_move" value="(\w+)"', page)

    whole, other = moves_on_days(""), moves_on_days("?days=other")
    move = next(one for one in other if one not in whole)
    sent = planner.client.post("/plan/today/hurts?days=other", data={"hurt_move": move, **LASTING}, headers=FROM_HERE)
    assert sent.headers["Location"].startswith("/plan/today/play?hurt=out&days=other&at=")
    assert opened(planner).hurt == (move,)
    assert moves_on_days("") == whole
    assert move not in moves_on_days("?days=other")
    planner.on_day(5).session({})
    assert move not in moves_on_days("?days=other")
