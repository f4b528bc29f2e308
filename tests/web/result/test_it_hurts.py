"""It hurts, one tap away at each move: what comes of it without JavaScript, for a routine of today's answers."""

from __future__ import annotations

import html
import re

import pytest
from werkzeug.test import TestResponse

from recommender.service.recommend import Recommender
from tests.support.people import AT_A_DESK
from tests.support.planner import heading
from tests.support.visitor import FROM_HERE, Visitor

MILD = {"hurt_sharp": "no", "hurt_settles": "yes"}
LASTING = {"hurt_sharp": "no", "hurt_settles": "no"}
SHARP = {"hurt_sharp": "yes", "hurt_settles": "not_sure"}

# Somebody whose strength moves are not for every day.
STRONG = {"goal": "get_stronger", "minutes": "20", "pain_score": 2, "irritability": "minutes"}


def offered(page: TestResponse) -> dict[str, str]:
    """Return the moves that can be told to hurt, by id, with the part of the page that asks about each."""
    found = re.findall(r"<details[^>]* data-hurts.*?</details>", page.text, re.DOTALL)
    return {re.search(r'name="hurt_move" value="(\w+)"', part)[1]: html.unescape(part) for part in found}  # type: ignore[index]


@pytest.fixture
def playing(visitor: Visitor) -> Visitor:
    visitor.fill_in(AT_A_DESK)
    return visitor


def tell(visitor: Visitor, move: str, answers: dict[str, str]) -> str:
    sent = visitor.client.post("/result/play/hurts", data={"hurt_move": move, **answers}, headers=FROM_HERE)
    assert sent.status_code == 303
    return sent.headers["Location"]


def test_every_move_asks_the_two_questions_in_the_words_of_the_rules(
    playing: Visitor, recommender: Recommender
) -> None:
    page = playing.see("/result/play")
    moves = offered(page)
    assert len(moves) == page.text.count('class="app-player__screen" id="move-')
    questions = recommender.content.questionnaire.questions
    for part in moves.values():
        assert questions["hurt_sharp"].text in part and questions["hurt_settles"].text in part
        assert part.count('type="radio"') == 6 and " checked" not in part


def test_a_mild_pain_shows_an_easier_move_at_the_same_place(playing: Visitor, recommender: Recommender) -> None:
    moves = list(offered(playing.see("/result/play")))
    by_id = recommender.content.catalogue.by_id
    eased = []
    for number, move in enumerate(moves, start=1):
        playing.client.delete_cookie("changes")
        address = tell(playing, move, MILD)
        now = list(offered(playing.see(address)))
        assert move not in now or "hurt=stays" in address
        if "hurt=easier" in address:
            assert address.endswith(f"#move-{number}")
            assert set(now) - set(moves) <= set(by_id[move].easier)
            place = playing.shown[-1].partition(f'id="move-{number}"')[2].partition("</section>")[0]
            assert "Here is an easier move" in place, "it stands where the page opens"
            eased.append(move)
    assert eased


def test_a_pain_that_lasts_leaves_the_move_out_here_and_on_the_result(playing: Visitor) -> None:
    moves = list(offered(playing.see("/result/play")))
    address = tell(playing, moves[2], LASTING)
    assert "hurt=out" in address
    assert moves[2] not in offered(playing.see(address))
    assert "The move that hurt is left out" in playing.shown[-1]
    assert moves[2] not in offered(playing.see("/result/play"))


def test_a_sharp_pain_that_lasts_stops_the_session_until_the_safety_questions_are_answered(playing: Visitor) -> None:
    move = list(offered(playing.see("/result/play")))[2]
    address = tell(playing, move, SHARP)
    page = playing.see(address)
    assert heading(page) == "Stop for now"
    assert 'href="tel:999"' in page.text
    for held in ("/result", "/result/play", "/result/summary"):
        sent = playing.client.get(held)
        assert (sent.status_code, sent.headers["Location"]) == (303, "/questions/emergency-check")
    assert playing.go_on("/questions/emergency-check", full(playing), "/questions/") == "/check-answers"
    assert heading(playing.see("/result/play")) == "One move at a time"


def test_a_sign_told_then_is_no_routine(playing: Visitor) -> None:
    move = list(offered(playing.see("/result/play")))[2]
    tell(playing, move, SHARP)
    raw = {**full(playing), "rf_nerve": ["saddle"]}
    playing.go_on("/questions/emergency-check", raw, "/questions/")
    assert heading(playing.see("/result")) == "Emergency: Call 999 now"


def full(visitor: Visitor) -> dict[str, object]:
    from tests.support.sheets import full_sheet

    return full_sheet(visitor.recommender, AT_A_DESK)


@pytest.mark.parametrize("answers", [{}, {"hurt_sharp": "no"}, {**MILD, "hurt_settles": "perhaps"}])
def test_a_question_left_out_is_asked_again_and_nothing_is_assumed(playing: Visitor, answers: dict[str, str]) -> None:
    moves = list(offered(playing.see("/result/play")))
    address = tell(playing, moves[1], answers)
    assert address == "/result/play?open=2&at=2#move-2"
    page = playing.see(address)
    assert list(offered(page)) == moves
    part = offered(page)[moves[1]]
    assert part.startswith("<details") and " open>" in part and "Answer both questions." in part
    assert [move for move, other in offered(page).items() if " open>" in other] == [moves[1]]


@pytest.mark.parametrize("answers", [MILD, LASTING, {}])
def test_a_mild_pain_in_a_move_that_is_not_there_leaves_the_routine_as_it_is(
    playing: Visitor, answers: dict[str, str]
) -> None:
    moves = list(offered(playing.see("/result/play")))
    assert tell(playing, "plank", answers).startswith("/result/play")
    assert list(offered(playing.see("/result/play"))) == moves


@pytest.mark.parametrize("move", ["of the routine", "a_move_of_rules_before", ""])
@pytest.mark.parametrize("answers", [SHARP, {"hurt_sharp": "yes"}])
def test_a_move_that_another_tab_took_out_can_still_stop_the_session(
    playing: Visitor, move: str, answers: dict[str, str]
) -> None:
    if move == "of the routine":
        move = list(offered(playing.see("/result/play")))[2]
        tell(playing, move, LASTING)
    assert tell(playing, move, answers) == "/result/stopped"
    assert playing.client.get("/result/play").headers["Location"] == "/questions/emergency-check"


def test_answers_that_another_tab_cleared_or_began_anew_do_not_drop_what_is_told(playing: Visitor) -> None:
    move = list(offered(playing.see("/result/play")))[2]
    playing.press("/start-again")
    for answers, leads in ((MILD, "/check-answers"), (SHARP, "/plan")):
        assert tell(playing, move, answers) == leads
    assert heading(playing.see("/plan")) == "Stop for now"
    playing.press("/plan/start-again")
    playing.go_on("/questions/about-you", full(playing), "/questions/")
    playing.client.delete_cookie("answers")
    raw = full(playing)
    for slug in ("about-you", "emergency-check"):
        playing.send(f"/questions/{slug}", raw)
    tell(playing, move, SHARP)
    assert playing.client.get("/check-answers").text.count("Sexual") == 0
    assert playing.go_on("/questions/about-you", raw, "/questions/") == "/check-answers"
    assert "/questions/emergency-check" in playing.seen[playing.seen.index("/plan") :]


def test_no_address_says_what_hurts_or_how(playing: Visitor) -> None:
    moves = list(offered(playing.see("/result/play")))
    for answers in (MILD, LASTING, SHARP):
        address = tell(playing, moves[2], answers)
        assert not any(word in address for word in (*moves, "sharp", "settles"))


def test_a_move_of_the_other_days_can_hurt_too(visitor: Visitor) -> None:
    visitor.fill_in(STRONG)
    whole, other = (list(offered(visitor.see(f"/result/play{days}"))) for days in ("", "?days=other"))
    (move, *_) = [one for one in other if one not in whole]
    sent = visitor.client.post("/result/play/hurts?days=other", data={"hurt_move": move, **LASTING}, headers=FROM_HERE)
    at = other.index(move) + 1
    assert sent.headers["Location"] == f"/result/play?hurt=out&days=other&at={at}#move-{at}"
    assert move not in offered(visitor.see("/result/play?days=other"))
    assert move not in offered(visitor.see("/result/play"))
    both = next(one for one in other[1:-1] if one in whole and one != move)
    visitor.client.post("/result/play/hurts?days=other", data={"hurt_move": both, **LASTING}, headers=FROM_HERE)
    assert both not in offered(visitor.see("/result/play?days=other"))
    assert both not in offered(visitor.see("/result/play"))
