"""Somebody who keeps a plan, on a site whose day a test sets."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.state import current_state, keep_state
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.plan_store import plan_store
from tests.support.people import CALM
from tests.support.sheets import BASELINE
from tests.support.visitor import FROM_HERE, Visitor

DAY_0 = date(2026, 11, 21)
# What a browser keeps of a person, and may bring back as it was at any time.
STATE = ("answers", "changes", "plan", "check", "stop")


@dataclass
class Clock:
    """The day of the site, which only the server can move."""

    day: date = field(default=DAY_0)

    def __call__(self) -> date:
        return self.day

    def pass_days(self, days: int) -> None:
        self.day += timedelta(days=days)


def site_at(clock: Clock, settings: Settings, recommender: Recommender) -> Flask:
    """Return an application on which it is the day of the clock."""
    return set_day(create_app(settings, recommender), clock)


def set_day(app: Flask, clock: Clock) -> Flask:
    """Return the application, on which it now is the day of the clock."""
    with app.app_context():
        keep_state(app.extensions, replace(current_state(), today=clock))
    return app


class Planner:
    """Somebody with a browser and a plan."""

    def __init__(self, app: Flask, recommender: Recommender, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        self.client: FlaskClient = app.test_client()
        self.visitor = Visitor(self.client, recommender)

    def remember(self, given: Mapping[str, Any]) -> TestResponse:
        """Answer the questions, look at the routine, and keep it."""
        assert "Remember my plan" in self.visitor.result_of(given).text
        sent = self.visitor.press("/plan/remember")
        assert (sent.status_code, sent.headers["Location"]) == (303, "/plan")
        return sent

    def on_day(self, day: int) -> Planner:
        self.clock.day = DAY_0 + timedelta(days=day)
        return self

    def answer(self, kind: str, given: Mapping[str, Any]) -> str:
        """Do a check page by page, and return where it leads after check answers."""
        sent = self.visitor.press(f"/plan/{kind}")
        assert sent.status_code == 303
        raw = {**BASELINE, **CALM, **given}
        return self.visitor.go_on(sent.headers["Location"], raw, f"/plan/{kind}/")

    def check(self, given: Mapping[str, Any]) -> TestResponse:
        """Do a whole check and return the page that it leads to."""
        address = self.answer("check", given)
        if address.endswith("/check-answers"):
            assert self.client.get(address).status_code == 200
            address = self.visitor.press("/plan/check/finish").headers["Location"]
        return self.visitor.see(address)

    def session(self, given: Mapping[str, Any]) -> TestResponse:
        return self.visitor.see(self.answer("session", given))

    def see_all(self) -> None:
        """Look at every page about the plan."""
        for address in ("/", "/plan", "/plan/latest", "/plan/today", "/result", "/privacy"):
            self.visitor.seen.append(address)
            self.visitor.shown.append(self.client.get(address, follow_redirects=True).text)

    def plan(self) -> TestResponse:
        return self.client.get("/plan")


def heading(page: TestResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    assert found
    return html.unescape(" ".join(re.sub(r"<[^>]+>", "", found[1]).split()))


def moves_on(page: TestResponse) -> list[str]:
    """Return the names of the moves whose cards stand on a page."""
    return moves_in(page.text)


def moves_in(text: str) -> list[str]:
    """Return the same for the text of a page."""
    return [html.unescape(name) for name in re.findall(r'<h3 class="app-move__name">(.*?)</h3>', text)]


def told_stop(planner: Planner) -> str:
    """Return the id of the stop whose reason stands on the page of the plan."""
    found = re.search(r'name="told" value="(\w+)"', planner.plan().text)
    assert found
    return found[1]


def answer_on(planner: Planner, given: dict[str, Any]) -> str:
    """Answer the questions that the stop waits for, and return where they lead."""
    sent = planner.client.post("/plan/answer", data={"told": told_stop(planner)}, headers=FROM_HERE)
    raw = {**BASELINE, **CALM, **given}
    address = planner.visitor.go_on(sent.headers["Location"], raw, "/plan/hurt/")
    if address.endswith("/check-answers"):
        address = planner.visitor.press("/plan/hurt/finish").headers["Location"]
    return address


def cookie(planner: Planner, name: str = "plan") -> str:
    found = planner.client.get_cookie(name)
    assert found
    return found.value


def opened(planner: Planner) -> Plan:
    with planner.app.test_request_context(headers={"Cookie": f"plan={cookie(planner)}"}):
        found = plan_store().read(request, planner.visitor.recommender.content.rule_set, planner.clock.day)
    assert isinstance(found, Plan)
    return found


def sealed(planner: Planner, plan: Plan) -> None:
    """Put a plan in the browser as the site would have sealed it."""
    with planner.app.test_request_context():
        response = planner.app.response_class()
        assert plan_store().write(response, plan, planner.visitor.recommender.content.rule_set, planner.clock.day)
    value = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    planner.client.set_cookie("plan", value)


def kept_cookies(planner: Planner) -> dict[str, str]:
    """Return what the browser keeps of a person, as it is sealed."""
    found = ((name, planner.client.get_cookie(name)) for name in STATE)
    return {name: one.value for name, one in found if one}


def bring(planner: Planner, cookies: Mapping[str, str]) -> None:
    """Put this in the browser in place of all that it keeps of a person."""
    for name in STATE:
        planner.client.delete_cookie(name)
    for name, value in cookies.items():
        planner.client.set_cookie(name, value)
