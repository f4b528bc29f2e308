"""The running site for a browser, and a page of it in one state that a browser can be brought to.

Shared by the browser tests, tools/screenshots.py and tools/effort.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from flask import Flask, Response
from playwright.sync_api import Page
from playwright.sync_api import Response as PageResponse
from werkzeug.serving import WSGIRequestHandler, make_server

from recommender.models.edits import NO_EDITS, RoutineEdit, RoutineEdits
from recommender.presentation.localised import LocalisedContent
from recommender.questionnaire.steps import Step
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from recommender.web.core.state import AppState, current_state
from recommender.web.link.link_store import Session, link_store
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import SafetyStop
from recommender.web.questionnaire.answer_store import answer_store
from recommender.web.questionnaire.draft import Draft
from recommender.web.result.edit_store import edit_store
from tests.support.sheets import full_sheet

HOME, ANYWHERE, FAULTY, BROKEN = "GB", "no country", "self-test failed", "no content"


@dataclass(frozen=True)
class Place:
    """A page in one state. ``page`` says which page it is: its states share a title, other pages have another."""

    page: str
    state: str
    address: str
    status: int = 200
    draft: Draft | None = None
    edits: RoutineEdits = NO_EDITS
    plan: Plan | None = None
    check: CheckInDraft | None = None
    stop: SafetyStop | None = None
    session: Session | None = None
    site: str = HOME
    is_sent: bool = False
    is_opened: bool = False

    @property
    def name(self) -> str:
        return f"{self.page}-{self.state}" if self.state else self.page

    def opened(self) -> Place:
        """Return the same with every `<details>` open."""
        return replace(self, state=f"{self.state}-opened" if self.state else "opened", is_opened=True)

    def closed(self) -> Place:
        """Return the same as it looks before anything is opened."""
        return replace(self, state=self.state.removesuffix("opened").rstrip("-"), is_opened=False)


@dataclass(frozen=True)
class Stand:
    """The running site: as set up for one country, for none, and in trouble."""

    recommender: Recommender
    apps: Mapping[str, Flask]
    sites: Mapping[str, AppState]
    addresses: Mapping[str, str]

    def draft(self, given: Mapping[str, Any], before: str | None = None) -> Draft:
        """Return the draft of somebody who answered everything, or everything before one screen."""
        recommender = self.recommender
        answers, messages = recommender.sheet.read_some(full_sheet(recommender, given), recommender.sheet.fields)
        assert not messages, messages
        done = list(recommender.flow.walk(answers).steps)
        if before is not None:
            done = done[: [step.slug for step in done].index(before)]
        behind = recommender.flow.after_result(answers) if before is None else None
        asked = {question.id for step in (*done, *filter(None, [behind])) for question in step.questions}
        kept = {question: answer for question, answer in answers.items() if question in asked}
        return Draft(kept, frozenset(step.slug for step in done))

    def steps(self, given: Mapping[str, Any]) -> tuple[Step, ...]:
        return self.recommender.flow.walk(self.draft(given).answers).steps

    def localised(self, language: str) -> LocalisedContent:
        """Return the words of the site in one language."""
        return self.sites[HOME].localised_by_code[language]

    def html(self, address: str) -> str:
        """Return a page as it comes over the wire, to somebody without cookies."""
        with urlopen(self.addresses[HOME] + address) as response:
            return str(response.read().decode())

    def cookies(self, place: Place) -> dict[str, str]:
        """Return the cookies that the site would have set, by name."""
        response = Response()

        def write() -> None:
            with self.apps[place.site].app_context():
                if place.draft is not None:
                    answer_store().write(response, place.draft)
                if place.edits.each:
                    edit_store().write(response, place.edits)
                if place.plan is not None:
                    rule_set = self.recommender.content.rule_set
                    assert plan_store().write(response, place.plan, rule_set, current_state().today())
                if place.check is not None:
                    plan_store().write_check(response, place.check)
                if place.stop is not None:
                    plan_store().write_stop(response, place.stop, self.recommender.content.rule_set)
                if place.session is not None:
                    link_store().begin(response, place.session)

        with ThreadPoolExecutor(1) as apart:
            apart.submit(write).result()
        jars = map(SimpleCookie, response.headers.getlist("Set-Cookie"))
        return {name: morsel.value for jar in jars for name, morsel in jar.items()}

    def edits(self, given: Mapping[str, Any]) -> RoutineEdits:
        """Return the wishes of somebody who swapped the first move that can be swapped, and took out two others."""
        intake = self.recommender.sheet.read(full_sheet(self.recommender, given))
        edits = NO_EDITS
        for is_swap in (True, False, False):
            choices = self.recommender.choices(self.recommender.recommend(intake, edits=edits))
            ways = [one for one in choices.values() if (one.instead if is_swap else one.stays is None)]
            edits = edits.add(RoutineEdit(ways[-1].origin.id, ways[-1].instead[0].exercise if is_swap else None))
        return edits

    def bring(self, page: Page, place: Place, language: str = "en") -> PageResponse:
        """Open the place in a page that may have been anywhere before, and return the response for its document.

        Raises:
            AssertionError: the site shows something else there.
        """
        home = self.addresses[place.site]
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "language", "value": language, "url": home}])
        for name, value in self.cookies(place).items():
            page.context.add_cookies([{"name": name, "value": value, "url": home}])
        document, part, _ = place.address.partition("#")
        if part:
            page.goto("about:blank")  # a browser that is on the page already would load nothing
        response = page.goto(home + place.address)
        if place.is_sent:
            text = page.locator("main input[type=text]")
            if text.count():
                text.first.fill("Put on my socks")
            with page.expect_navigation() as sending:
                page.locator("main form button[type=submit]").click()
            response = sending.value
        assert response is not None
        assert (response.status, response.url) == (place.status, home + document), place.name
        if place.is_opened:
            page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
        return response


@contextmanager
def running_site(recommender: Recommender) -> Iterator[Stand]:
    """The site on loopback ports, until the end of the with statement."""
    settings = replace(read_settings({}), region="GB")
    faulty = copy.copy(recommender)
    faulty.__dict__["faults"] = ("made up",)
    apps = {
        HOME: create_app(settings, recommender),
        ANYWHERE: create_app(replace(settings, region=None), recommender),
        FAULTY: create_app(settings, faulty),
        BROKEN: create_app(replace(settings, rules_dir=Path("there-is-no-such-folder"))),
    }
    with ExitStack() as running:
        sites = {name: _site_of(app) for name, app in apps.items()}
        yield Stand(recommender, apps, sites, {name: running.enter_context(served(app)) for name, app in apps.items()})


def _site_of(app: Flask) -> AppState:
    """Return the state of an application. What ends with its context does not go with Playwright in the same thread."""

    def read() -> AppState:
        with app.app_context():
            return current_state()

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(read).result()


class Quiet(WSGIRequestHandler):
    """Says nothing about each request, so that what a failed test prints can be read.

    A server that says something wakes the logger of werkzeug for the whole process, and so for every later test.
    """

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port of this machine, by its address, until the end of the with statement."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
