"""Every page of the site in every state that matters, each a place that a browser can be brought to.

Shared by the browser tests and tools/screenshots.py. Pages without parameters come from the site's own list of routes,
questions from the questionnaire and outcomes from the worked examples, so that new ones are here from their first day.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from flask import Flask, Response
from playwright.sync_api import Page
from playwright.sync_api import Response as PageResponse
from werkzeug.serving import WSGIRequestHandler, make_server

from recommender.models.catalogue import DefaultRoutine
from recommender.models.edits import NO_EDITS, RoutineEdit, RoutineEdits
from recommender.models.levels import Level
from recommender.models.questionnaire import Occasion
from recommender.presentation.localised import LocalisedContent
from recommender.questionnaire.steps import Step
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from recommender.web.core.day import utc_now
from recommender.web.core.state import AppState, current_state
from recommender.web.link.link_store import Session, digest, link_store
from recommender.web.link.own_link import routine_token
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.kept_plan import DoneSession, EarlierPlan, Plan, StoredCheck, checked, kept_items
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import SafetyStop, stop_by_pain
from recommender.web.questionnaire.answer_store import answer_store
from recommender.web.questionnaire.draft import Draft
from recommender.web.result.edit_store import edit_store
from tests.support.people import ASKED_EVERYTHING, AT_A_DESK, CALM, FLARE, STRUGGLING, URGENT, example
from tests.support.routes import FILTERED, NO_MATCH, page_rules
from tests.support.sample import place_in_hundred
from tests.support.sheets import full_sheet

LANGUAGES = ("en", "es")
_SOME_IN_HUNDRED = 5
HOME, ANYWHERE, FAULTY, BROKEN = "GB", "no country", "self-test failed", "no content"
# These show something only once there are answers; start_again stands for them without.
NEED_ANSWERS = frozenset(
    {
        "questions.check",
        "result.show",
        "result.summary",
        "result.desk",
        "result.play",
        "plan.latest",
        "plan.today",
        "plan.play",
        "plan.summary",
        "check_ins.show",
        "check_ins.check",
        "offline.routine",
        "offline.stopped",
    }
)


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


def all_places(stand: Stand) -> list[Place]:
    places = [*public_places(stand), *question_places(stand), *check_places(stand), *outcome_places(stand)]
    places += [*changed_places(stand), *sitting_places(stand), *player_places(stand), *plan_places(stand)]
    places += link_places(stand)
    return [*places, *exercise_places(stand), *trouble_places()]


def some_places(places: list[Place]) -> list[Place]:
    """Return the few places that `make test` looks at, chosen by a hash of their names."""
    return [place for place in places if place_in_hundred(place.name) < _SOME_IN_HUNDRED]


def public_places(stand: Stand) -> Iterator[Place]:
    """Every page that is the same for everybody, and the start page as it greets somebody who comes back."""
    for rule in page_rules(stand.apps[HOME]):
        if rule.arguments or rule.endpoint in NEED_ANSWERS:
            continue
        place = Place(rule.rule.strip("/").replace("/", "-") or "start", "", rule.rule)
        yield place
        if "<details" in stand.html(rule.rule):
            yield place.opened()
    yield Place("start", "begun", "/", draft=stand.draft({}))
    yield Place("start", "no-country", "/", site=ANYWHERE)


def question_places(stand: Stand) -> Iterator[Place]:
    """Every screen of questions: empty, filled in with every help text open, and sent with something missing."""
    screens = [(ASKED_EVERYTHING, step) for step in stand.steps(ASKED_EVERYTHING)]
    extra = [(URGENT, step) for step in stand.steps(URGENT) if step.page is None]
    for given, step in screens + extra:
        page, address = f"question-{step.slug}", f"/questions/{step.slug}"
        before = stand.draft(given, before=step.slug)
        yield Place(page, "empty", address, draft=before)
        yield Place(page, "filled", address, draft=stand.draft(given)).opened()
        yield Place(page, "errors", address, draft=before, is_sent=True)
    told = {**AT_A_DESK, "main_task": {"task": "Put on my socks", "score": 3}}
    behind = stand.recommender.flow.after_result(stand.draft(told).answers)
    assert behind is not None
    page, address = f"question-{behind.slug}", f"/questions/{behind.slug}?from=result"
    untold = stand.draft(told).answers.keys() - {question.id for question in behind.questions}
    draft = stand.draft(told)
    begun = replace(draft, answers={name: draft.answers[name] for name in untold})
    yield Place(page, "empty", address, draft=begun)
    yield Place(page, "filled", address, draft=draft).opened()
    yield Place(page, "errors", address, draft=begun, is_sent=True)


def check_places(stand: Stand) -> Iterator[Place]:
    yield Place("check-answers", "complete", "/check-answers", draft=stand.draft(ASKED_EVERYTHING))
    yield Place("check-answers", "stopped", "/check-answers", draft=stand.draft(example(Level.EMERGENCY_NOW)))
    yield Place("start-again", "", "/result")


def outcome_places(stand: Stand) -> Iterator[Place]:
    """Each of the outcomes, a fuller one where much is said, and the worst one where we do not know the country."""
    for level in Level:
        page = f"result-{level.value.replace('_', '-')}"
        place = Place(page, "", "/result", draft=stand.draft(example(level)))
        yield place
        yield place.opened()
    for level in (Level.ROUTINE_REVIEW, Level.URGENT_48H, Level.EMERGENCY_NOW):
        yield Place("summary", level.value.replace("_", "-"), "/result/summary", draft=stand.draft(example(level)))
    yield Place("summary", "full", "/result/summary", draft=stand.draft({**ASKED_EVERYTHING, **STRUGGLING})).opened()
    told = {**ASKED_EVERYTHING, **STRUGGLING, "told_no_exercise": "yes"}
    yield Place("summary", "full-without-routine", "/result/summary", draft=stand.draft(told)).opened()
    review, see = "result-routine-review", "result-see-before-start"
    yield Place(review, "full", "/result", draft=stand.draft(STRUGGLING)).opened()
    yield Place(see, "full", "/result", draft=stand.draft({**STRUGGLING, "told_no_exercise": "yes"})).opened()
    for level in (Level.EMERGENCY_NOW, Level.SEE_BEFORE_START, Level.ROUTINE_REVIEW):
        page = f"result-{level.value.replace('_', '-')}"
        yield Place(page, "no-country", "/result", draft=stand.draft(example(level)), site=ANYWHERE).opened()


def changed_places(stand: Stand) -> Iterator[Place]:
    """A routine that somebody changed, and what is said of it elsewhere."""
    draft, edits = stand.draft(AT_A_DESK), stand.edits(AT_A_DESK)
    yield Place("result-routine", "changed", "/result", draft=draft, edits=edits)
    yield Place("result-routine", "changed", "/result", draft=draft, edits=edits).opened()
    yield Place("summary", "changed", "/result/summary", draft=draft, edits=edits)


def sitting_places(stand: Stand) -> Iterator[Place]:
    """The part about sitting on its own page: at a desk, in a wheelchair, at the wheel."""
    for where in ("desk", "wheelchair", "driving"):
        place = Place("sitting", where, "/result/desk", draft=stand.draft({**AT_A_DESK, "sit_where": where}))
        yield place
        yield place.opened() if where == "desk" else replace(place, state=f"{where}-no-country", site=ANYWHERE)


def player_places(stand: Stand) -> Iterator[Place]:
    """A routine one move at a time: before it, at a move with an easier one, at one with a hold, and after it."""
    draft = stand.draft(AT_A_DESK)
    yield Place("player", "begin", "/result/play", draft=draft).opened()
    yield Place("player", "no-country", "/result/play", draft=draft, site=ANYWHERE).opened()
    yield Place("player", "open-question", "/result/play?open=2#move-2", draft=draft)
    for screen in ("move-1", "move-3", "end"):
        yield Place("player", screen, f"/result/play#{screen}", draft=draft).opened()


def plan_places(stand: Stand) -> Iterator[Place]:
    """A plan on its first day, after checks, due, stopped and unreadable, with every page of a check and a session."""
    kept, now = plan_of(stand, FLARE), date.today()
    follow_up = {name: answer for name, answer in CALM.items() if name.startswith("fu_") and name != "fu_leg"}
    safe = {name: CALM[name] for name in ("rf_emergency", "rf_nerve", "rf_illness", "rf_bone_nerve")}
    answers = {**safe, **follow_up, "fu_task": 6}
    week = replace(kept, started=now - timedelta(days=7))
    held = StoredCheck(now, answers)
    grown = checked(week, held, kept.routine)
    stopped = checked(week, StoredCheck(now, {**answers, "fu_change": "much_worse"}), None)
    draft = CheckInDraft(Occasion.FOLLOW_UP, now, answers, frozenset({"emergency-check", "soon-check", "follow-up"}))
    ready = CheckInDraft(Occasion.EACH_SESSION, now, {"pre_session": "no"}, frozenset({"before-a-session"}))
    yield Place("plan", "first-day", "/plan", plan=kept).opened()
    yield Place("plan", "due", "/plan", plan=week)
    yield Place("plan", "scores", "/plan", plan=grown).opened()
    days = [now - timedelta(days=day) for day in (6, 4, 1, 0)]
    done = [DoneSession(day, felt) for day, felt in zip(days, ("hard", "right", "right", None), strict=True)]
    before = EarlierPlan(now - timedelta(days=60), now - timedelta(days=20), 14, (6, 3))
    lived = replace(grown, sessions=tuple(done), earlier=(before,), hurt=(kept.routine[1]["exercise"],))
    yield Place("plan", "sessions", "/plan", plan=lived).opened()
    yield Place("plan-summary", "", "/plan/summary", plan=lived)
    hurting = {"hurt_move": [kept.routine[1]["exercise"]], "hurt_sharp": "yes", "hurt_settles": "no"}
    hurt = CheckInDraft(Occasion.DURING_SESSION, now, hurting, frozenset({"it-hurts"}))
    yield Place("result-stopped", "plan", "/plan", plan=kept, stop=SafetyStop("a", hurt))
    yield Place("result-stopped", "by-link", "/plan", stop=stop_by_pain(now))
    asked = replace(hurt, correcting="a")
    held_on = SafetyStop("a", hurt)
    yield Place("hurt-it-hurts", "filled", "/plan/hurt/it-hurts", plan=kept, check=asked, stop=held_on)
    yield Place("hurt-emergency-check", "", "/plan/hurt/emergency-check", plan=kept, check=asked, stop=held_on)
    yield Place("result-see-before-start", "stopped-plan", "/plan", plan=stopped).opened()
    unsure = CheckInDraft(Occasion.EACH_SESSION, now, {"pre_session": "yes", "rf_nerve": ["not_sure"]})
    yield Place("plan-on-hold", "", "/plan", stop=SafetyStop("a", replace(unsure, answers={}), Level.EMERGENCY_NOW))
    yield Place("start", "on-hold", "/", plan=kept, stop=SafetyStop("a", unsure, Level.URGENT_SAME_DAY))
    yield Place("plan-unreadable", "", "/plan", plan=replace(kept, answers={"no_such_question": "yes"}))
    yield Place("start", "plan", "/", plan=kept)
    yield Place("privacy", "plan", "/privacy", plan=kept)
    yield Place("result-routine", "plan", "/result", plan=kept, draft=stand.draft(FLARE))
    yield Place("plan-latest", "", "/plan/latest", plan=grown).opened()
    yield Place("plan-today", "", "/plan/today", plan=kept, check=ready).opened()
    yield Place("player", "plan", "/plan/today/play#end", plan=kept, check=ready)
    for slug in ("emergency-check", "soon-check", "follow-up"):
        yield Place(f"check-{slug}", "filled", f"/plan/check/{slug}", plan=week, check=draft).opened()
    begun = replace(draft, answers={}, visited=frozenset())
    first = "/plan/check/emergency-check"
    yield Place("check-emergency-check", "errors", first, plan=week, check=begun, is_sent=True)
    yield Place(
        "session",
        "empty",
        "/plan/session/before-a-session",
        plan=kept,
        check=replace(ready, answers={}, visited=frozenset()),
    )
    yield Place("check-check-answers", "", "/plan/check/check-answers", plan=week, check=draft)


def link_places(stand: Stand) -> Iterator[Place]:
    """A routine behind its link: the question, each of its pages, the stop, why a link is refused, and what is kept of it."""
    link = link_of(stand, AT_A_DESK)
    yield Place("link-question", "", link)
    yield Place("link-question", "errors", f"{link}?missing=yes", is_sent=True)
    begun = Session(digest(link.rpartition("/")[2]))
    yield Place("link-moves", "", f"{link}/moves", session=begun)
    yield Place("link-moves", "", f"{link}/moves", session=begun).opened()
    yield Place("player", "link", f"{link}/play#move-1", session=begun).opened()
    yield Place("handout", "", f"{link}/handout")
    draft = CheckInDraft(Occasion.EACH_SESSION, date.today(), {"pre_session": "yes"})
    yield Place("link-stopped", "", f"{link}/stopped", stop=SafetyStop("a", draft, by_link=True))
    yield Place("link-refused", "", "/routine/x", status=404)
    kept = plan_of(stand, FLARE)
    yield Place("kept-routine", "", "/plan/offline", plan=kept)
    yield Place("link-stopped", "kept", "/plan/offline/stopped", plan=kept)


def link_of(stand: Stand, given: Mapping[str, Any]) -> str:
    """Return the address of the link to the routine of somebody who has just answered."""
    recommender = stand.recommender
    recommendation = recommender.recommend(recommender.sheet.read(full_sheet(recommender, given)))

    def lock() -> str:
        with stand.apps[HOME].app_context():
            return routine_token(recommendation, utc_now())

    with ThreadPoolExecutor(1) as apart:
        return f"/routine/{apart.submit(lock).result()}"


def plan_of(stand: Stand, given: Mapping[str, Any]) -> Plan:
    """Return the plan of somebody who keeps the routine of these answers today."""
    answers = full_sheet(stand.recommender, given)
    recommendation = stand.recommender.recommend(stand.recommender.sheet.read(answers))
    shown = stand.localised("en").present(recommendation, "GB", date.today())
    version = stand.recommender.content.questionnaire.version
    return Plan(date.today(), answers, kept_items(shown["routine"]["items"]), questions=version)


def exercise_places(stand: Stand) -> Iterator[Place]:
    """The catalogue under filters, one page with much on it, and one of a move that is never chosen."""
    exercises = stand.recommender.content.catalogue.exercises
    most = max(exercises, key=lambda exercise: (len(exercise.forms), len(exercise.aliases)))
    never = next(exercise for exercise in exercises if exercise.default_routine is DefaultRoutine.NO)
    yield Place("exercises", "filtered", FILTERED).opened()
    yield Place("exercises", "no-match", NO_MATCH).opened()
    yield Place("exercise-many-ways", "", f"/exercises/{most.id}").opened()
    yield Place("exercise-never-chosen", "", f"/exercises/{never.id}")


def trouble_places() -> Iterator[Place]:
    yield Place("not-found", "", "/nowhere", status=404)
    yield Place("not-allowed", "", "/start-again", status=405)
    yield Place("unavailable", "", "/", status=503, site=FAULTY)
    yield Place("unavailable", "without-content", "/", status=503, site=BROKEN)
