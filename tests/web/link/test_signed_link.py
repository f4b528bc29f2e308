"""A signed link: the question comes first, a stop goes before it, and what does not verify shows no routine."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from copy import copy
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from recommender.models.content import Content
from recommender.models.questionnaire import Occasion
from recommender.presentation.linked_routine import from_data, linked, to_data
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.cookie_store import Seal, unpacked
from recommender.web.link.link_store import LINK_DAYS
from recommender.web.link.own_link import harmless_options
from recommender.web.plan.stop_guard import ROOMS_OF_THEIR_OWN
from tests.support.links import NO, NOT_SURE, YES, hurts, link_on, say
from tests.support.people import ASKED_EVERYTHING, AT_A_DESK, STRUGGLING
from tests.support.planner import Clock, Planner, cookie, heading, moves_on, site_at, told_stop
from tests.support.sheets import full_intake
from tests.support.visitor import FROM_HERE

SECRET = "one secret of this site, long enough"
DAY = 24 * 3600
SADDLE = {"pre_session": "yes", "rf_nerve": ["saddle"]}
# Every page of a link that shows something of its routine.
PAGES = ("/moves", "/play")


@pytest.fixture
def keyed(settings: Settings) -> Settings:
    return replace(settings, secret_key=SECRET)


@pytest.fixture
def planner(recommender: Recommender, keyed: Settings) -> Planner:
    clock = Clock()
    return Planner(site_at(clock, keyed, recommender), recommender, clock)


@pytest.fixture
def link(planner: Planner) -> str:
    """The address of the link to the routine of somebody at a desk."""
    return link_on(planner.visitor.result_of(AT_A_DESK).text)


def made_at(link: str, moment: float, settings: Settings) -> str:
    """Return the same link as if it had been made at another time."""
    seal = Seal(settings, "routine link, version 1")
    unlocked = seal.unlock(link.rpartition("/")[2])
    assert unlocked
    data = unpacked(unlocked[0])
    assert data
    return "/routine/" + seal.lock(data, moment)


def names(recommender: Recommender, page: str) -> list[str]:
    """Return the names of moves that stand on a page, of those that are no plain word."""
    text = html.unescape(page)
    return [one.name for one in recommender.content.catalogue.exercises if " " in one.name and one.name in text]


def test_the_question_comes_first_and_no_leads_to_the_very_routine(planner: Planner, link: str) -> None:
    whole = moves_on(planner.client.get("/result"))
    stranger = planner.app.test_client()
    page = stranger.get(link)
    assert heading(page) == "Before you start"
    assert names(planner.visitor.recommender, page.text) == []
    for part in PAGES:
        assert stranger.get(link + part).headers["Location"] == link, part
    assert say(stranger, link, NO) == f"{link}/moves"
    assert moves_on(stranger.get(f"{link}/moves")) == whole
    assert all(name in html.unescape(stranger.get(f"{link}/play").text) for name in whole)


def test_each_link_asks_for_itself(planner: Planner, link: str, keyed: Settings) -> None:
    other = made_at(link, time.time() - DAY, keyed)
    say(planner.client, link, NO)
    assert planner.client.get(f"{other}/moves").headers["Location"] == other


def test_without_an_answer_the_question_is_asked_again(planner: Planner, link: str) -> None:
    for sent in ({}, {"pre_session": "something"}, {"other": "no"}):
        address = say(planner.client, link, sent)
        assert address == f"{link}?missing=yes"
    assert "There is something to put right" in planner.client.get(address).text
    assert planner.client.get_cookie("stop") is None


@pytest.mark.parametrize("answer", [YES, NOT_SURE, {"pre_session": ["no", "yes"]}])
def test_anything_but_no_stops_this_whole_device(planner: Planner, link: str, answer: dict[str, str]) -> None:
    recommender = planner.visitor.recommender
    address = say(planner.client, link, answer)
    page = planner.client.get(address)
    assert heading(page) == "Do not do the moves now"
    assert "999" in page.text
    assert "Numb or odd feeling around your bottom" in page.text
    assert names(recommender, page.text) == []
    for other in (link, *(link + part for part in PAGES), "/result", "/result/play"):
        assert planner.client.get(other).headers["Location"] == "/plan", other
    assert say(planner.client, link, NO) == "/plan"
    assert heading(planner.plan()) == "Your plan is on hold"


def test_only_no_is_harmless(recommender: Recommender) -> None:
    pages = recommender.content.questionnaire.pages_asked(Occasion.EACH_SESSION)
    questions = [question for page in pages for question in page.questions]
    assert [harmless_options(question) for question in questions] == [{"no"}]
    assert harmless_options(recommender.content.questionnaire.questions["rf_nerve"]) == frozenset()


def test_a_stop_that_a_plan_told_holds_its_links_too(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    link = link_on(planner.client.get("/result").text)
    assert say(planner.client, link, NO) == f"{link}/moves"
    planner.on_day(3).session(SADDLE)
    for address in (link, *(link + part for part in PAGES)):
        assert planner.client.get(address).headers["Location"] == "/plan", address
    assert say(planner.client, link, NO) == "/plan"
    assert planner.client.get(f"{link}/stopped").status_code == 200
    sent = planner.client.post(f"{link}/answer-again", data={"told": told_stop(planner)}, headers=FROM_HERE)
    assert sent.headers["Location"] == "/plan", "a link cannot undo what a check told"
    assert planner.client.get(link).headers["Location"] == "/plan"


def test_a_stop_by_a_link_holds_the_plan_of_the_device(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    link = link_on(planner.client.get("/result").text)
    say(planner.on_day(3).client, link, YES)
    assert heading(planner.plan()) == "Your plan is on hold"
    assert planner.client.get("/plan/today").headers["Location"] == "/plan"


def test_answers_begun_after_the_stop_make_links_that_work_and_the_old_one_stays_held(
    planner: Planner, link: str
) -> None:
    say(planner.client, link, YES)
    planner.client.post("/plan/start-again", data={"told": told_stop(planner)})
    fresh = link_on(planner.visitor.result_of(AT_A_DESK).text)
    assert say(planner.client, fresh, NO) == f"{fresh}/moves"
    assert moves_on(planner.client.get(f"{fresh}/moves"))
    for part in ("", *PAGES):
        page = planner.client.get(link + part)
        assert (page.status_code, heading(page)) == (403, "This link is from before you were told to stop")
        assert 'href="/check-answers"' in page.text and names(planner.visitor.recommender, page.text) == []
    assert say(planner.client, link, NO) == "/plan"


def test_a_wrong_tick_can_be_put_right_and_shows_nothing_until_it_is(planner: Planner, link: str) -> None:
    page = planner.client.get(say(planner.client, link, YES))
    told = re.search(r'name="told" value="(\w+)"', page.text)
    assert told and "I ticked the wrong thing" in page.text
    again = planner.client.post(f"{link}/answer-again", data={"told": told[1]}, headers=FROM_HERE)
    assert again.headers["Location"] == link
    assert heading(planner.client.get(link)) == "Before you start"
    for part in PAGES:
        assert planner.client.get(link + part).headers["Location"] == "/plan", part
    kept = cookie(planner, "stop")
    assert say(planner.client, link, NOT_SURE) == f"{link}/stopped"
    assert cookie(planner, "stop") == kept
    planner.client.post(f"{link}/answer-again", data={"told": told[1]}, headers=FROM_HERE)
    assert say(planner.client, link, NO) == f"{link}/moves"
    assert moves_on(planner.client.get(f"{link}/moves"))
    assert planner.client.get_cookie("stop") is None


def test_a_yes_cannot_be_put_right_two_days_later(planner: Planner, link: str) -> None:
    page = planner.client.get(say(planner.client, link, YES))
    told = re.search(r'name="told" value="(\w+)"', page.text)
    assert told
    planner.on_day(2)
    assert "I ticked the wrong thing" not in planner.client.get(f"{link}/stopped").text
    sent = planner.client.post(f"{link}/answer-again", data={"told": told[1]}, headers=FROM_HERE)
    assert sent.headers["Location"] == "/plan"
    assert planner.client.get(link).headers["Location"] == "/plan"


def forged(link: str) -> str:
    return link[:-6] + ("A" if link[-6] != "A" else "B") + link[-5:]


def of_other_key(link: str) -> str:
    return "/routine/" + Fernet(Fernet.generate_key()).encrypt(b"{}").decode()


@pytest.mark.parametrize("bend", [forged, of_other_key, lambda link: "/routine/x", lambda link: link[:-8]])
def test_a_link_that_does_not_verify_shows_no_routine(planner: Planner, link: str, bend: Callable[[str], str]) -> None:
    for part in ("", *PAGES, "/stopped"):
        page = planner.client.get(bend(link) + part)
        assert (page.status_code, heading(page)) == (404, "This link cannot be used"), part
    assert planner.client.post(bend(link), data=NO, headers=FROM_HERE).status_code == 404


def test_a_cookie_is_no_link(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    for name in ("plan", "answers"):
        assert planner.client.get(f"/routine/{cookie(planner, name)}").status_code == 404


def test_a_link_ends_after_four_weeks(planner: Planner, link: str, keyed: Settings) -> None:
    assert LINK_DAYS == 28
    for days, status in ((27.9, 200), (28.1, 410), (400, 410)):
        assert planner.client.get(made_at(link, time.time() - days * DAY, keyed)).status_code == status, days
    assert heading(planner.client.get(made_at(link, time.time() - 30 * DAY, keyed))) == "This link has come to its end"
    assert planner.client.get(made_at(link, time.time() + DAY, keyed)).status_code == 404


def with_other_rules(recommender: Recommender) -> Recommender:
    """Return the service as it would be after a change that is in the hash and nowhere else."""
    changed = copy(recommender)
    changed.content = replace(recommender.content, hash="0" * 64)
    return changed


def test_a_link_of_other_rules_is_refused_with_a_plain_line(
    planner: Planner, link: str, recommender: Recommender, keyed: Settings
) -> None:
    """Without the answers nobody can say that the routine still passes the last check."""
    client = create_app(keyed, with_other_rules(recommender)).test_client()
    page = client.get(link)
    assert (page.status_code, heading(page)) == (409, "The rules have changed since this link was made")
    assert "Answer the questions" in page.text
    for part in PAGES:
        assert client.get(link + part).status_code == 409
    assert client.post(link, data=NO, headers=FROM_HERE).status_code == 409


def test_a_link_opens_on_another_machine_of_the_service_and_after_a_new_secret(
    link: str, recommender: Recommender, keyed: Settings
) -> None:
    other = create_app(keyed, recommender).test_client()
    renewed = replace(keyed, secret_key="another secret, and long enough too", secret_key_fallbacks=(SECRET,))
    newer = create_app(renewed, recommender).test_client()
    assert [client.get(link).status_code for client in (other, newer)] == [200, 200]


def test_a_link_shows_no_routine_while_routines_wait_for_an_approval(
    link: str, recommender: Recommender, keyed: Settings
) -> None:
    client = create_app(replace(keyed, require_approved=True), recommender).test_client()
    page = client.get(link)
    assert page.status_code == 503
    assert names(recommender, page.text) == []


def test_a_link_holds_no_answer_no_reason_and_no_level(recommender: Recommender) -> None:
    """What it says of a routine can be the same for people who answered otherwise; nothing else is in it."""
    content = recommender.content
    recommendation = recommender.recommend(full_intake(recommender, {**ASKED_EVERYTHING, **STRUGGLING}))
    data = to_data(linked(recommendation), content)
    assert set(data) == {"r", "i", "t", "w"}
    assert data["r"] == content.hash[:16]
    assert all(type(part) in (int, bool, str, list, type(None)) for item in data["i"] for part in item)
    assert {part for item in data["i"] for part in item if isinstance(part, str)} <= {"hold", "reps", "time"}
    assert not {str(answer) for answer in recommendation.intake.answers.values()} & set(map(str, data.values()))


@pytest.mark.parametrize("given", [AT_A_DESK, STRUGGLING, {**ASKED_EVERYTHING, **STRUGGLING}])
def test_a_link_says_what_the_routine_says(recommender: Recommender, given: dict[str, object]) -> None:
    content = recommender.content
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.assembly
    routine = from_data(to_data(linked(recommendation), content), content)
    assert routine
    for read, own in zip(routine.items, recommendation.assembly.routine.items, strict=True):
        assert (read.form, read.dose, read.seconds, read.slot) == (own.form, own.dose, own.seconds, own.slot)
        assert read.notes == own.notes


@pytest.mark.parametrize(
    "data",
    [{}, {"r": "HASH"}, {"r": "HASH", "i": [], "t": [1] * 6, "w": []}, {"r": "HASH", "i": [[9999]], "t": [], "w": []}],
)
def test_data_of_another_shape_is_no_routine(recommender: Recommender, data: dict[str, object]) -> None:
    content: Content = recommender.content
    assert from_data({**data, **({"r": content.hash[:16]} if "r" in data else {})}, content) is None


def test_the_room_of_links_is_the_only_one_that_looks_at_the_stop_itself() -> None:
    assert ROOMS_OF_THEIR_OWN == {"link"}


def test_a_link_marks_the_moves_of_strength_days_as_the_result_does(planner: Planner) -> None:
    marks = r'app-move__name">([^<]*)<(?:(?!app-move__name).)*?app-move__dose">[^<]*strength days'
    page = planner.visitor.result_of({}).text
    link = link_on(page)
    say(planner.client, link, NO)
    strong = re.findall(marks, page, re.DOTALL)
    shown, paper = (planner.client.get(f"{link}/{part}").text for part in ("moves", "handout"))
    assert re.findall(marks, shown, re.DOTALL) == strong != []
    assert paper.count("(strength days)</p>") == len(strong)
    assert all("Do the strength moves on 2 or 3 days a week" in one for one in (page, shown, paper))


@pytest.mark.parametrize(("sharp", "settles"), [("no", "yes"), ("no", "no"), ("yes", "yes")])
def test_a_move_of_a_link_that_hurts_is_left_out_and_nothing_is_kept_of_it(
    planner: Planner, link: str, sharp: str, settles: str
) -> None:
    stranger = planner.app.test_client()
    say(stranger, link, NO)
    kept = stranger.get_cookie("session")
    address = hurts(stranger, link, sharp, settles)
    assert address == f"{link}/play?hurt=stays&at=3#move-3"
    assert "Leave out the move that hurt" in stranger.get(address).text
    assert stranger.get_cookie("session") == kept and stranger.get_cookie("stop") is None


def test_after_the_last_move_of_a_link_comes_the_end(planner: Planner, link: str) -> None:
    say(planner.client, link, NO)
    last = re.findall(r'name="hurt_move" value="(\w+)"', planner.client.get(f"{link}/play").text)[-1]
    address = hurts(planner.client, link, "no", "yes", last)
    end = planner.client.get(address).text.partition('id="end"')[2]
    assert f'id="{address.partition("#")[2]}"' in end and "Leave out the move that hurt" in end


@pytest.mark.parametrize(("sharp", "settles"), [("yes", "no"), ("not_sure", "not_sure")])
def test_a_sharp_pain_that_lasts_stops_this_whole_device(planner: Planner, link: str, sharp: str, settles: str) -> None:
    say(planner.client, link, NO)
    assert hurts(planner.client, link, sharp, settles) == "/plan"
    page = planner.plan()
    assert heading(page) == "Stop for now" and 'href="tel:999"' in page.text
    assert names(planner.visitor.recommender, page.text) == []
    for other in (link, *(link + part for part in PAGES), "/result", "/result/play"):
        assert planner.client.get(other).headers["Location"] == "/plan", other
    sent = planner.client.post(f"{link}/answer-again", data={"told": told_stop(planner)}, headers=FROM_HERE)
    assert sent.headers["Location"] == "/plan" and planner.client.get(link).headers["Location"] == "/plan"
    sent = planner.client.post("/plan/start-again", data={"told": told_stop(planner)}, headers=FROM_HERE)
    assert sent.headers["Location"] == "/questions/about-you"
    assert planner.client.get(f"{link}/play").status_code == 403, "the link is of before"


def test_a_plan_on_the_device_of_the_link_goes_on_once_its_questions_are_answered(planner: Planner) -> None:
    planner.remember(AT_A_DESK)
    link = link_on(planner.client.get("/result").text)
    say(planner.on_day(3).client, link, NO)
    assert hurts(planner.client, link, "yes", "no") == "/plan"
    assert 'action="/plan/answer"' in planner.plan().text


def test_what_is_told_counts_where_the_link_has_come_to_its_end_meanwhile(
    planner: Planner, link: str, keyed: Settings
) -> None:
    for old in (made_at(link, time.time() - 29 * DAY, keyed), "/routine/nothing"):
        client = planner.app.test_client()
        assert hurts(client, old, "no", "no", "cat_cow") == ""
        assert client.get_cookie("stop") is None
        assert hurts(client, old, "yes", "no", "cat_cow") == "/plan"
        assert heading(client.get("/plan")) == "Stop for now"


def test_a_question_left_out_about_a_move_of_a_link_is_asked_again(planner: Planner, link: str) -> None:
    say(planner.client, link, NO)
    assert hurts(planner.client, link, "yes", "") == f"{link}/play?open=2&at=2#move-2"
    assert "Answer both questions." in planner.client.get(f"{link}/play?open=2&at=2").text
