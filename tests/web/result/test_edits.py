"""Swap, take out, put back: on the routine page, without JavaScript, remembered in the browser only."""

from __future__ import annotations

import html
import json
import logging
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.assembly.final_check import check_assembly
from recommender.errors import DecisionError
from recommender.models.catalogue import DefaultRoutine
from recommender.models.edits import NO_EDITS, RoutineEdit
from recommender.models.routine import ExclusionReason, WhyNotRemovable
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.result.edit_store import EDITS, edit_store, from_data
from tests.support.people import AT_A_DESK as DESK
from tests.support.sheets import full_intake, full_sheet
from tests.support.visitor import Visitor


@pytest.fixture
def arrived(visitor: Visitor) -> Visitor:
    """Somebody who has just got their routine."""
    visitor.fill_in(DESK)
    visitor.see("/result")
    return visitor


def first_swap(recommender: Recommender) -> tuple[str, str]:
    choices = recommender.choices(recommender.recommend(full_intake(recommender, DESK)))
    return next((move, given.instead[0].exercise) for move, given in choices.items() if given.instead)


def removable(recommender: Recommender) -> list[str]:
    choices = recommender.choices(recommender.recommend(full_intake(recommender, DESK)))
    return [move for move, given in choices.items() if given.stays is None]


def names(page: TestResponse) -> list[str]:
    """Return the names of the moves on the page, in order."""
    found = [html.unescape(name) for name in re.findall(r'class="app-move__name">([^<]+)<', page.text)]
    assert found
    return found


def name(recommender: Recommender, exercise: str) -> str:
    return recommender.content.catalogue.by_id[exercise].name


def test_a_swap_shows_the_other_move_and_what_was_changed(arrived: Visitor, recommender: Recommender) -> None:
    move, instead = first_swap(recommender)
    sent = arrived.send("/result/swap", {"move": move, "instead": instead})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/result#moves")
    page = arrived.see("/result")
    assert name(recommender, instead) in names(page)
    assert name(recommender, move) not in names(page)
    text = html.unescape(page.text)
    assert f"You chose “{name(recommender, instead)}” in place of “{name(recommender, move)}”." in text
    assert f"You chose this in place of: {name(recommender, move)}" in text


def test_a_move_taken_out_is_gone_and_listed_as_taken_out(arrived: Visitor, recommender: Recommender) -> None:
    move = removable(recommender)[0]
    before = names(arrived.see("/result"))
    assert arrived.send("/result/remove", {"move": move}).headers["Location"] == "/result#moves"
    page = arrived.see("/result")
    assert names(page) == [one for one in before if one != name(recommender, move)]
    assert f"You took out “{name(recommender, move)}”." in html.unescape(page.text)
    found = re.search(r"You took it out \(1\).*?</details>", page.text, re.DOTALL)
    assert found and name(recommender, move) in html.unescape(found[0])
    assert f"{len(before) - 1} moves" in page.text


def test_one_tap_puts_a_move_back_and_forgets_the_change(arrived: Visitor, recommender: Recommender) -> None:
    before = names(arrived.see("/result"))
    move = removable(recommender)[0]
    arrived.send("/result/remove", {"move": move})
    assert "Put it back" in arrived.see("/result").text
    sent = arrived.send("/result/put-back", {"move": move})
    assert sent.status_code == 303
    assert arrived.client.get_cookie(EDITS) is None
    page = arrived.see("/result")
    assert names(page) == before
    assert "What you changed" not in page.text


def test_all_changes_can_be_undone_at_once(arrived: Visitor, recommender: Recommender) -> None:
    before = names(arrived.see("/result"))
    for move in removable(recommender)[:2]:
        arrived.send("/result/remove", {"move": move})
    assert "Undo all my changes" in arrived.see("/result").text
    arrived.send("/result/put-all-back", {})
    assert names(arrived.see("/result")) == before
    assert arrived.client.get_cookie(EDITS) is None


def test_every_form_of_the_page_does_what_it_says(arrived: Visitor, recommender: Recommender) -> None:
    """Each button for a swap or a removal, as the page itself would send it."""
    page = arrived.see("/result").text
    swaps = re.findall(
        r'action="/result/swap">\s*<input type="hidden" name="move" value="(\w+)">(.*?)</form>', page, re.S
    )
    pairs = [(move, instead) for move, body in swaps for instead in re.findall(r'name="instead" value="(\w+)"', body)]
    removals = re.findall(r'action="/result/remove">\s*<input type="hidden" name="move" value="(\w+)">', page)
    assert len(pairs) > 3 and len(removals) > 3
    for move, instead in pairs:
        assert arrived.send("/result/swap", {"move": move, "instead": instead}).status_code == 303
        assert name(recommender, instead) in names(arrived.see("/result"))
        arrived.send("/result/put-all-back", {})
    for move in removals:
        assert arrived.send("/result/remove", {"move": move}).status_code == 303
        arrived.send("/result/put-all-back", {})


def test_each_move_on_offer_has_a_name_a_position_and_a_line_on_what_it_does(
    arrived: Visitor, recommender: Recommender
) -> None:
    move, instead = first_swap(recommender)
    choices = recommender.choices(recommender.recommend(full_intake(recommender, DESK)))
    form = choices[move].instead[0]
    catalogue = recommender.content.catalogue
    text = html.unescape(arrived.see("/result").text)
    position = catalogue.vocabulary["positions"][form.position].name
    exercise = catalogue.by_id[instead]
    assert f"<strong>{exercise.name}</strong><br>{position}. {exercise.purpose}<" in text


def test_a_move_without_another_of_its_kind_says_so(visitor: Visitor, recommender: Recommender) -> None:
    given = {**DESK, "minutes": "20"}
    visitor.fill_in(given)
    choices = recommender.choices(recommender.recommend(full_intake(recommender, given)))
    lonely = [move for move, choice in choices.items() if not choice.instead]
    assert lonely
    assert visitor.see("/result").text.count("We have no other move of this kind that fits you now.") == len(lonely)


@pytest.mark.parametrize(
    "because", [ExclusionReason.CONTRAINDICATED, ExclusionReason.NO_EQUIPMENT_OR_PLACE, ExclusionReason.NEVER_AUTOMATIC]
)
def test_a_forged_swap_brings_nothing_in(visitor: Visitor, recommender: Recommender, because: ExclusionReason) -> None:
    given = {**DESK, "conditions": ["glaucoma"], "equipment": ["none"]}
    visitor.fill_in(given)
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.assembly is not None
    forbidden = [left.exercise for left in recommendation.assembly.left_out if left.because is because]
    assert forbidden
    before = names(visitor.see("/result"))
    for item in recommendation.assembly.routine.items[:3]:
        for exercise in forbidden[:8]:
            sent = visitor.send("/result/swap", {"move": item.exercise.id, "instead": exercise.id})
            assert sent.headers["Location"] == "/result?refused=not_offered#refused"
            assert visitor.client.get_cookie(EDITS) is None
    assert names(visitor.see("/result")) == before


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/result/swap", {}),
        ("/result/swap", {"move": "nowhere", "instead": "cat_cow"}),
        ("/result/swap", {"move": "cat_cow", "instead": "../etc"}),
        ("/result/swap", {"move": "cat_cow", "instead": ""}),
        ("/result/remove", {}),
        ("/result/remove", {"move": "crunch"}),
        ("/result/remove", {"move": "é\x00"}),
    ],
)
def test_a_form_that_makes_no_sense_gets_a_clear_page(arrived: Visitor, address: str, fields: dict[str, str]) -> None:
    sent = arrived.send(address, fields)
    assert sent.status_code == 303
    page = arrived.see(sent.headers["Location"])
    assert "Your routine is as it was" in page.text


@pytest.mark.parametrize("why", ["", "made-up", "<script>"])
def test_a_reason_that_is_none_of_ours_is_not_told(arrived: Visitor, why: str) -> None:
    page = arrived.see(f"/result?refused={why}")
    assert page.status_code == 200
    assert 'id="refused"' not in page.text


@pytest.mark.deep
def test_taking_everything_out_ends_with_a_kind_answer(arrived: Visitor, recommender: Recommender) -> None:
    for move in removable(recommender) * 2:
        arrived.send("/result/remove", {"move": move})
    page = arrived.see("/result")
    assert len(names(page)) == 3
    assert "This is the last move between the warm-up and the end" in page.text
    choices = recommender.choices(
        recommender.recommend(full_intake(recommender, DESK), edits=_wishes(arrived, recommender))
    )
    for move, given in choices.items():
        assert given.stays is not None
        refused = arrived.send("/result/remove", {"move": move})
        assert refused.headers["Location"] == f"/result?refused={given.stays.value}#refused"
        assert "Your routine is as it was" in arrived.see(refused.headers["Location"]).text
    assert {given.stays for given in choices.values()} == {
        WhyNotRemovable.WARM_UP,
        WhyNotRemovable.LAST,
        WhyNotRemovable.CLOSING,
    }


def _wishes(visitor: Visitor, recommender: Recommender) -> Any:
    """Return the wishes that the page says were made."""
    page = visitor.see("/result").text
    edits = NO_EDITS
    for move in re.findall(r'action="/result/put-back">\s*<input type="hidden" name="move" value="(\w+)">', page):
        edits = edits.add(RoutineEdit(move))
    return edits


def test_the_changes_are_in_an_encrypted_cookie_that_scripts_cannot_read(
    arrived: Visitor, recommender: Recommender, settings: Settings
) -> None:
    move = removable(recommender)[0]
    sent = arrived.send("/result/remove", {"move": move})
    (cookie,) = [one for one in sent.headers.getlist("Set-Cookie") if one.startswith("changes=")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={settings.answer_hours * 3600}"):
        assert part in cookie
    assert move not in cookie


def test_nobody_who_changes_nothing_gets_the_cookie(arrived: Visitor) -> None:
    assert arrived.client.get_cookie(EDITS) is None


@pytest.mark.parametrize("token", ["rubbish", "é", "gAAAAABn" + "A" * 120, '{"cat_cow": "crunch"}'])
def test_a_cookie_that_was_tampered_with_changes_nothing(arrived: Visitor, token: str) -> None:
    before = names(arrived.see("/result"))
    arrived.client.set_cookie(EDITS, token)
    page = arrived.see("/result")
    assert page.status_code == 200
    assert names(page) == before


@pytest.mark.parametrize("content", [{"cat_cow": 5}, {"x": None}, {"cat_cow": "x"}, {"cat_cow": ["plank"]}, {"a": {}}])
def test_even_our_own_cookie_is_read_with_care(recommender: Recommender, content: dict[str, Any]) -> None:
    assert from_data(content, recommender.content.catalogue.by_id) == NO_EDITS


def test_a_wish_for_a_forbidden_move_in_our_own_cookie_is_not_met(
    visitor: Visitor, recommender: Recommender, app: Any
) -> None:
    """As after a change of the answers or of the rules: what is kept is held against the rules of the moment."""
    visitor.fill_in(DESK)
    never = next(
        exercise.id
        for exercise in recommender.content.catalogue.exercises
        if exercise.default_routine is DefaultRoutine.NO
    )
    edits = NO_EDITS
    for move in removable(recommender):
        edits = edits.add(RoutineEdit(move, never))
    visitor.client.set_cookie(EDITS, sealed(app, edits))
    page = visitor.see("/result")
    assert page.status_code == 200
    assert name(recommender, never) not in names(page)
    assert "does not fit in your routine now" in page.text


def sealed(app: Any, edits: Any) -> str:
    with app.test_request_context():
        response = app.response_class()
        edit_store().write(response, edits)
    return str(response.headers["Set-Cookie"].partition("=")[2].partition(";")[0])


def test_every_exercise_at_once_fits_in_the_cookie(recommender: Recommender, app: Any) -> None:
    ids = [exercise.id for exercise in recommender.content.catalogue.exercises]
    edits = NO_EDITS
    for unwanted, instead in zip(ids, reversed(ids), strict=True):
        edits = edits.add(RoutineEdit(unwanted, instead))
    assert len(sealed(app, edits)) < 4000


def test_wishes_that_break_the_routine_stand_in_nobodys_way(
    arrived: Visitor, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is then the routine without them, worked out and checked anew; they are kept, and said not to be met."""
    before = names(arrived.see("/result"))
    move = removable(recommender)[0]
    arrived.send("/result/remove", {"move": move})
    monkeypatch.setattr("recommender.service.recommend.check_assembly", refusing_changes)
    page = arrived.see("/result")
    assert (page.status_code, names(page)) == (200, before)
    assert f"You took out “{name(recommender, move)}”. It is back" in html.unescape(page.text)
    assert arrived.client.get_cookie(EDITS)
    assert arrived.send("/result/put-back", {"move": move}).status_code == 303
    assert arrived.client.get_cookie(EDITS) is None


def test_a_routine_that_breaks_without_wishes_too_is_not_shown(
    arrived: Visitor, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived.send("/result/remove", {"move": removable(recommender)[0]})

    def refuse(*_: Any) -> None:
        raise DecisionError("made to fail")

    monkeypatch.setattr("recommender.service.recommend.check_assembly", refuse)
    page = arrived.see("/result")
    assert page.status_code == 503
    assert "app-move" not in page.text


def refusing_changes(assembly: Any, *others: Any) -> None:
    check_assembly(assembly, *others)
    if assembly.changes:
        raise DecisionError("made to fail")


def test_a_change_that_the_last_check_refuses_is_not_remembered(
    arrived: Visitor, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.service.recommend.check_assembly", refusing_changes)
    assert arrived.send("/result/remove", {"move": removable(recommender)[0]}).status_code == 503
    assert arrived.client.get_cookie(EDITS) is None


@pytest.mark.parametrize("address", ["/result/swap", "/result/remove", "/result/put-back", "/result/put-all-back"])
def test_changes_sent_from_another_site_are_refused(arrived: Visitor, recommender: Recommender, address: str) -> None:
    move, instead = first_swap(recommender)
    headers = {"Sec-Fetch-Site": "cross-site"}
    sent = arrived.client.post(address, data={"move": move, "instead": instead}, headers=headers)
    assert sent.status_code == 403
    assert arrived.client.get_cookie(EDITS) is None


@pytest.mark.parametrize("address", ["/result/swap", "/result/remove", "/result/put-back", "/result/put-all-back"])
def test_without_answers_there_is_nothing_to_change(client: FlaskClient, address: str) -> None:
    data, headers = {"move": "cat_cow"}, {"Sec-Fetch-Site": "same-origin"}
    page = client.post(address, data=data, headers=headers, follow_redirects=True)
    assert "Please start again" in page.text


@pytest.mark.parametrize("address", ["/result/swap", "/result/remove"])
def test_whoever_needs_help_first_is_led_back_to_it(visitor: Visitor, address: str) -> None:
    visitor.fill_in({"rf_nerve": ["saddle"]})
    sent = visitor.send(address, {"move": "cat_cow", "instead": "pelvic_tilt"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/result")
    page = visitor.see("/result").text
    assert "/result/swap" not in page and "/result/remove" not in page


def test_changes_stay_when_an_answer_changes_and_are_asked_again(arrived: Visitor, recommender: Recommender) -> None:
    move = removable(recommender)[0]
    arrived.send("/result/remove", {"move": move})
    arrived.fill_in({**DESK, "minutes": "20"})
    assert name(recommender, move) not in names(arrived.see("/result"))
    arrived.fill_in({**DESK, "rf_nerve": ["saddle"]})
    page = arrived.see("/result").text
    assert "What you changed" not in page
    assert name(recommender, move) not in page


def test_starting_again_forgets_the_changes(arrived: Visitor, recommender: Recommender) -> None:
    arrived.send("/result/remove", {"move": removable(recommender)[0]})
    assert arrived.client.get_cookie(EDITS)
    arrived.client.post("/start-again")
    assert arrived.client.get_cookie(EDITS) is None


def test_the_summary_says_what_the_person_changed(arrived: Visitor, recommender: Recommender) -> None:
    move, instead = first_swap(recommender)
    arrived.send("/result/swap", {"move": move, "instead": instead})
    other = next(one for one in removable(recommender) if one not in (move, instead))
    arrived.send("/result/remove", {"move": other})
    text = html.unescape(arrived.see("/result/summary").text)
    assert "What the person changed in it" in text
    assert f"“{name(recommender, instead)}” in place of “{name(recommender, move)}”" in text
    assert f"Without “{name(recommender, other)}”" in text


def test_changes_stay_out_of_the_log_the_address_and_the_api(
    arrived: Visitor, recommender: Recommender, caplog: pytest.LogCaptureFixture
) -> None:
    move, instead = first_swap(recommender)
    with caplog.at_level(logging.DEBUG):
        sent = arrived.send("/result/swap", {"move": move, "instead": instead})
        arrived.see("/result")
    assert move not in caplog.text and instead not in caplog.text
    assert move not in sent.headers["Location"]
    reply = arrived.client.post("/api/v1/recommendations", json={"answers": full_sheet(recommender, DESK)})
    shown = json.loads(reply.data)
    assert move in {item["exercise"] for item in shown["routine"]["items"]}
    assert not [left for left in shown["left_out"] if left["because"] == "taken_out"]
