"""In a made-up language every word stands in brackets: what does not was never given to the translators."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from babel.dates import format_date, format_skeleton, get_day_names
from flask import Flask

from recommender.errors import DecisionError, IntakeError, NotApprovedError
from recommender.models.catalogue import DefaultRoutine
from recommender.presentation.localised import localise
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.state import current_state, keep_state
from tests.support.brackets import BRACKETED, bracketed, has_words, outside_brackets
from tests.support.people import ASKED_EVERYTHING, AT_A_DESK, OF_EVERY_KIND, URGENT
from tests.support.planner import DAY_0, Clock, Planner, told_stop
from tests.support.routes import FILTERED, NO_MATCH, page_rules
from tests.support.sheets import full_sheet
from tests.support.visitor import FIRST, FROM_HERE, Visitor

REGIONS = ("GB", None)
NOT_SPOKEN = {"script", "style", "svg", "bdi"}
# The days of the week are written as the language writes them, by Babel.
WEEKDAYS = {
    name for width in ("wide", "abbreviated") for name in get_day_names(width, locale=BRACKETED.locale).values()
}


class Words(HTMLParser):
    """Gathers what a page says: its text, its title, and the attributes that are read aloud.

    Left out are parts marked as being in another language, and a person's own words (``bdi``).
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = tag != "html" and "lang" in given
        if self._skipped or tag in NOT_SPOKEN or foreign or "app-hash" in (given.get("class") or ""):
            if tag not in ("input", "br", "meta", "link", "path"):
                self._skipped.append(tag)
            return
        for name in ("aria-label", "alt", "title", "placeholder"):
            self.found.append(given.get(name) or "")
        if given.get("name") == "description":
            self.found.append(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipped:
            del self._skipped[self._skipped.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.found.append(data)


def untranslatable(page: str) -> list[str]:
    reader = Words()
    reader.feed(page)
    left = [outside_brackets(one).strip() for one in reader.found]
    return [one for one in left if has_words(one) and one not in WEEKDAYS]


def bracketed_app(settings: Settings, recommender: Recommender | None) -> Flask:
    """The site with one language, where each translated message stands in brackets. Its name is nothing to translate."""
    app = create_app(replace(settings, site_name="*"), recommender)
    with app.app_context():
        site = current_state()
    code = BRACKETED.code
    localised_by_code = {code: localise(site.recommender, BRACKETED)} if site.recommender else {}
    keep_state(app.extensions, replace(site, languages={code: BRACKETED}, localised_by_code=localised_by_code))
    return app


@pytest.fixture(scope="module", params=REGIONS, ids=["one country", "no country"])
def bracketed_site(request: pytest.FixtureRequest, recommender: Recommender, settings: Settings) -> Flask:
    return bracketed_app(replace(settings, region=request.param), recommender)


@pytest.fixture
def bracketed_visitor(bracketed_site: Flask, recommender: Recommender) -> Visitor:
    return Visitor(bracketed_site.test_client(), recommender)


def test_a_page_has_no_word_outside_the_translations(bracketed_site: Flask) -> None:
    client = bracketed_site.test_client()
    addresses = [rule.rule for rule in page_rules(bracketed_site) if not rule.arguments]
    found = {
        address: untranslatable(client.get(address, follow_redirects=True).text)
        for address in [*addresses, FILTERED, NO_MATCH]
    }
    assert {address: words for address, words in found.items() if words} == {}
    assert len(addresses) > 8
    assert "app-entry" in client.get(FILTERED).text
    assert "app-entry" not in client.get(NO_MATCH).text


def test_the_pages_of_the_moves_have_no_word_outside_the_translations(
    bracketed_site: Flask, recommender: Recommender
) -> None:
    exercises = recommender.content.catalogue.exercises
    client = bracketed_site.test_client()
    found = {one.id: untranslatable(client.get(f"/exercises/{one.id}").text) for one in exercises}
    assert {exercise: words for exercise, words in found.items() if words} == {}
    assert {one.default_routine for one in exercises} == set(DefaultRoutine)


def test_every_route_with_a_parameter_is_read_somewhere(bracketed_site: Flask) -> None:
    routes = {rule.endpoint for rule in page_rules(bracketed_site) if rule.arguments}
    read_here = {"questions.show", "exercises.show", "check_ins.show", "check_ins.check"}
    read_here |= {"link.ask", "link.moves", "link.play", "link.handout", "link.stopped"}
    assert routes == read_here, "read the new one here too"


@pytest.mark.parametrize("change", ["better", "much_worse"], ids=["carried on", "stopped"])
def test_a_plan_has_no_word_outside_the_translations(settings: Settings, recommender: Recommender, change: str) -> None:
    clock = Clock()
    planner = Planner(bracketed_app(replace(settings, region="GB"), recommender), recommender, clock)
    with planner.app.app_context():
        keep_state(planner.app.extensions, replace(current_state(), today=clock))
    planner.remember({"pain_score": 6})
    planner.session({"pre_session": "no"})
    planner.see_all()
    planner.on_day(7).session({"pre_session": "not_sure"})
    planner.check({"fu_change": change, "fu_pain": 3})
    planner.see_all()
    if change == "much_worse":
        planner.client.post("/plan/answer-again", data={"told": told_stop(planner), "question": "fu_change"})
    planner.visitor.see("/plan/check/check-answers")
    shown = dict(zip(planner.visitor.seen, planner.visitor.shown, strict=True))
    # A day is written as the language writes it, by Babel.
    days = [DAY_0, DAY_0 + timedelta(days=7)]
    written = {f"({format_date(day, 'long', BRACKETED.locale)})" for day in days}
    written |= {format_skeleton("MMMd", day, locale=BRACKETED.locale) for day in days}
    found = {address: set(untranslatable(page)) - written for address, page in shown.items()}
    assert {address: words for address, words in found.items() if words} == {}
    assert {"/plan", "/plan/session/before-a-session", "/plan/check/follow-up"} <= set(shown)


def test_the_pages_of_a_link_have_no_word_outside_the_translations(bracketed_visitor: Visitor) -> None:
    found = re.search(r'href="(/routine/[^"/]+)"', bracketed_visitor.result_of(AT_A_DESK).text)
    assert found
    link, client = found[1], bracketed_visitor.client
    shown = {"ask": client.get(link), "missing": client.get(f"{link}?missing=yes")}
    for answer, parts in (("no", ("moves", "play", "handout")), ("yes", ("stopped",))):
        assert client.post(link, data={"pre_session": answer}, headers=FROM_HERE).status_code == 303
        shown |= {part: client.get(f"{link}/{part}") for part in parts}
    assert {page.status_code for page in shown.values()} == {200}
    found_on = {part: set(untranslatable(page.text)) for part, page in shown.items()}
    assert {part: words for part, words in found_on.items() if words} == {}


@pytest.mark.parametrize("person", OF_EVERY_KIND)
def test_a_journey_has_no_word_outside_the_translations(bracketed_visitor: Visitor, person: str) -> None:
    bracketed_visitor.fill_in(OF_EVERY_KIND[person])
    for address in [*bracketed_visitor.seen, "/", "/check-answers", "/result", "/result/summary"]:
        assert bracketed_visitor.see(address).status_code == 200, address
    for address, page in zip(bracketed_visitor.seen, bracketed_visitor.shown, strict=True):
        assert untranslatable(page) == [], address


@pytest.mark.parametrize("given", [ASKED_EVERYTHING, URGENT], ids=["asked everything", "an extra screen"])
def test_a_page_sent_empty_has_no_word_outside_the_translations(
    bracketed_visitor: Visitor, given: dict[str, Any]
) -> None:
    raw, address, refused = full_sheet(bracketed_visitor.recommender, given), FIRST, 0
    while address.startswith("/questions/"):
        bracketed_visitor.see(address)
        sent = bracketed_visitor.send(address, {})
        # A page whose questions are all optional goes on.
        if sent.headers["Location"] == address:
            refused += 1
            assert untranslatable(bracketed_visitor.see(address).text) == [], address
        before, address = address, bracketed_visitor.send(address, raw).headers["Location"]
        assert address != before, f"{before} came back"
    assert refused >= 4


def test_errors_have_no_word_outside_the_translations(bracketed_visitor: Visitor) -> None:
    bracketed_visitor.see(FIRST)
    for sent in ({"pain_location": ["no_pain", "neck"]}, {"age_band": "wrong"}):
        page = bracketed_visitor.refused(FIRST, sent)
        assert untranslatable(page.text.replace(", ".join(ids(bracketed_visitor.recommender)), "")) == []


def ids(recommender: Recommender) -> list[str]:
    return [option.id for option in recommender.content.questionnaire.questions["age_band"].options]


@pytest.mark.parametrize(
    ("method", "address", "sent", "status"),
    [
        ("GET", "/no-such-page", {}, 404),
        ("GET", "/start-again", {}, 405),
        ("POST", "/start-again", {"headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
        ("POST", FIRST, {"data": {"age_band": "x" * 70_000}, "headers": FROM_HERE}, 413),
    ],
    ids=["not found", "not allowed", "from another site", "too large"],
)
def test_a_refusal_has_no_word_outside_the_translations(
    bracketed_visitor: Visitor, method: str, address: str, sent: dict[str, Any], status: int
) -> None:
    bracketed_visitor.see(FIRST)
    page = bracketed_visitor.client.open(address, method=method, **sent)
    assert page.status_code == status
    assert untranslatable(page.text) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(ValueError(), 500), (IntakeError({}), 422), (DecisionError(), 503), (NotApprovedError(), 503)],
    ids=["unexpected", "intake", "decision", "not approved"],
)
def test_a_failure_has_no_word_outside_the_translations(
    bracketed_site: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    monkeypatch.setattr("recommender.web.site.about.figures", Mock(side_effect=error))
    page = bracketed_site.test_client().get("/how-it-works")
    assert page.status_code == status
    assert untranslatable(page.text) == []


@pytest.mark.parametrize("has_content", [True, False], ids=["self-test failed", "no content"])
def test_a_site_that_is_not_ready_has_no_word_outside_the_translations(
    recommender: Recommender, settings: Settings, tmp_path: Path, has_content: bool
) -> None:
    faulty = copy.copy(recommender)
    faulty.__dict__["faults"] = ("made up",)
    app = bracketed_app(settings, faulty) if has_content else bracketed_app(replace(settings, rules_dir=tmp_path), None)
    page = app.test_client().get("/")
    assert page.status_code == 503
    assert untranslatable(page.text) == []


def test_brackets_are_what_the_test_looks_for() -> None:
    assert untranslatable(f"<p>{bracketed('Yes')}</p><p>No</p>") == ["No"]
