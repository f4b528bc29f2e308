"""The page in the documents that others copy: in a browser it shows every word that a person must be told, and fails closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.told import Data, covering, never_told, replies, told_words

pytestmark = pytest.mark.deep

RENDERER = (Path(__file__).resolve().parents[2] / "docs" / "integrate" / "renderer.html").read_text(encoding="utf-8")
SITE = "http://renderer.test"
RULES = {"hash": "0" * 64}
Show = Callable[[dict[str, Any]], str]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def show(page: Page) -> Show:
    """Let the page be given these replies, by the end of the address that it asks, and return all its text."""
    given: dict[str, Any] = {}

    def answer(route: Route) -> None:
        call = route.request.url.rpartition("/")[2]
        if call in given:
            route.fulfill(body=json.dumps(given[call]), content_type="application/json")
        else:
            route.fulfill(body=RENDERER, content_type="text/html")

    page.route("**/*", answer)

    def show(replies: dict[str, Any]) -> str:
        given.clear()
        given.update(replies)
        page.goto(f"{SITE}/page?site={SITE}")
        page.wait_for_function("document.querySelector('h1')")
        return page.locator("main").inner_text()

    return show


def as_sent(reply: Data) -> dict[str, Any]:
    """Return the replies of the two calls that end in what is told."""
    if "routine" not in reply:
        return {"next": {"done": True, "stop": reply, "rule_set": RULES}}
    end = {"done": True, "stop": None, "answers": {}, "rule_set": reply["rule_set"]}
    return {"next": end, "recommendations": reply}


def lost(show: Show, reply: Data) -> list[str]:
    """Return the places of what must be told and is not shown."""
    shown = {" ".join(line.split()) for line in show(as_sent(reply)).splitlines()}
    text = "\n".join(shown)
    return [place for place, words in told_words(reply) if " ".join(words.split()) not in text]


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_page_shows_every_word_that_a_person_must_be_told(
    recommender: Recommender, show: Show, every: bool
) -> None:
    told = replies(recommender, every=True)
    told = told if every else covering(told)
    assert {reply["disposition"]["level"] for reply in told} == set(Level)
    assert never_told(told) == [], "nothing was tried of these"
    assert {place for reply in told for place in lost(show, reply)} == set()


@pytest.mark.parametrize("part", ["act", "do_not", "worse"])
def test_a_word_that_is_not_shown_is_noticed(recommender: Recommender, show: Show, part: str) -> None:
    told = [reply for reply in replies(recommender, every=False) if reply["disposition"][part]]

    def forgetful(sent: dict[str, Any]) -> str:
        name = "recommendations" if "recommendations" in sent else "next"
        reply = sent[name] if name == "recommendations" else sent[name]["stop"]
        empty = [] if isinstance(reply["disposition"][part], list) else None
        less = {**reply, "disposition": {**reply["disposition"], part: empty}}
        return show({**sent, name: less if name == "recommendations" else {**sent[name], "stop": less}})

    places = {place.removesuffix("[]") for place in lost(forgetful, told[0])}
    assert f"disposition.{part}" in places


OTHER_RULES = "1" * 64
BROKEN: dict[str, dict[str, Any]] = {
    "too many requests": {"next": {"status": 429, "detail": "Too many requests."}},
    "no safe answer to the sheet": {
        "next": {"done": True, "stop": None, "answers": {}, "rule_set": RULES},
        "recommendations": {"status": 503, "detail": "No routine."},
    },
    "a reply that is none": {"next": None},
}


@pytest.mark.parametrize("what", BROKEN)
def test_whatever_goes_wrong_names_help_and_shows_no_move(show: Show, what: str) -> None:
    shown = show(BROKEN[what])
    assert "Call your emergency number now" in shown and "Try again" in shown


def test_a_routine_of_other_rules_is_not_shown(recommender: Recommender, show: Show) -> None:
    told = next(reply for reply in replies(recommender, every=False) if reply.get("routine"))
    sent = as_sent(told)
    shown = show({**sent, "next": {**sent["next"], "rule_set": {"hash": OTHER_RULES}}})
    assert "Call your emergency number now" in shown
    assert told["routine"]["items"][0]["name"] not in shown
