"""The remembered plan, the check that is being filled in and the safety stop, in the person's own browser.

The server keeps nothing. A plan lasts to its last day and no longer; the check lasts as long as other answers do. A stop
outlives every plan that there was when it was told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from enum import Enum, auto

from flask import Flask, Request, Response, current_app

from recommender.errors import RecommenderError
from recommender.models.rules import RuleSet
from recommender.settings import Settings
from recommender.web.core.cookie_store import CookieStore
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_draft import from_data as draft_from_data
from recommender.web.plan.kept_plan import Plan, days_kept, from_data, last_day, lighter, to_data
from recommender.web.plan.safety_stop import SafetyStop, unreadable_stop
from recommender.web.plan.safety_stop import from_data as stop_from_data
from recommender.web.plan.safety_stop import to_data as stop_to_data

PLAN, CHECK, STOP = "plan", "check", "stop"
_EXTENSION = "plan_store"
ONE_DAY = timedelta(days=1)
_DAY_SECONDS = 24 * 3600


class NoPlan(Enum):
    """Why there is no plan to work with."""

    NOT_KEPT = auto()
    UNREADABLE = auto()
    OVER = auto()
    AHEAD = auto()


class PlanStore:
    """Reads and writes all three of one application."""

    def __init__(self, settings: Settings) -> None:
        self._stop: CookieStore[SafetyStop] = CookieStore(STOP, settings, stop_to_data, stop_from_data)
        self._plan: CookieStore[Plan] = CookieStore(PLAN, settings, to_data, from_data)
        self._check: CookieStore[CheckInDraft] = CookieStore(CHECK, settings, lambda draft: draft.data, draft_from_data)

    def read(self, request: Request, rule_set: RuleSet, today: date) -> Plan | NoPlan:
        """Return the plan that this browser keeps, or why there is none that may be used today."""
        if self._plan.sent(request) is None:
            return NoPlan.NOT_KEPT
        plan = self._plan.read(request, (days_kept(rule_set) + 1) * _DAY_SECONDS)
        if plan is None:
            return NoPlan.UNREADABLE
        if plan.newest > today + ONE_DAY:  # tomorrow is no more than another time zone
            return NoPlan.AHEAD
        return NoPlan.OVER if last_day(plan, rule_set) < today else plan

    def write(self, response: Response, plan: Plan, rule_set: RuleSet, today: date) -> bool:
        """Keep the plan to its last day. Return False, and keep nothing of it, where it does not fit in a cookie.

        Its oldest sessions give way first: nobody loses a plan for having done them. A plan that was stopped then stays as
        no more than that, so that it can never come back as a routine.
        """
        seconds = ((last_day(plan, rule_set) - today).days + 1) * _DAY_SECONDS
        for one in lighter(plan):
            try:
                self._plan.write(response, one, seconds)
                return True
            except RecommenderError:
                continue
        if plan.stopped is None:
            self._plan.clear(response)
        else:
            bare = Plan(plan.started, {}, (), stopped=replace(plan.stopped, answers={}), after=plan.after)
            self._plan.write(response, bare, seconds)
        return False

    def read_check(self, request: Request, seconds: int | None = None) -> CheckInDraft | None:
        """Return the check that is being filled in, or None if there is none that can be read, and is no older."""
        return self._check.read(request, seconds)

    def write_check(self, response: Response, draft: CheckInDraft) -> None:
        """Keep a check that is being filled in.

        Raises:
            RecommenderError: it does not fit in a cookie.
        """
        self._check.write(response, draft)

    def read_stop(self, request: Request, rule_set: RuleSet) -> SafetyStop | None:
        """Return the stop that this browser keeps. One that cannot be read is a stop nevertheless."""
        token = self._stop.sent(request)
        if token is None:
            return None
        return self._stop.read(request, (days_kept(rule_set) + 1) * _DAY_SECONDS) or unreadable_stop(token)

    def write_stop(self, response: Response, stop: SafetyStop, rule_set: RuleSet) -> None:
        """Keep a stop, and where it does not fit in a cookie no more of it than that it is one."""
        seconds = (days_kept(rule_set) + 1) * _DAY_SECONDS
        try:
            self._stop.write(response, stop, seconds)
        except RecommenderError:
            self._stop.write(response, stop.bare(), seconds)

    def lift_stop(self, response: Response, after: str | None, rule_set: RuleSet) -> None:
        """Take back the stop of something begun after an earlier one, which has ended and holds what was before it still."""
        if after is None:
            self.forget_stop(response)
        else:
            self.write_stop(response, SafetyStop(after, is_ended=True), rule_set)

    def forget_stop(self, response: Response) -> None:
        """Take back the stop, and leave the plan."""
        self._stop.clear(response)

    def forget(self, response: Response) -> None:
        """Take back the plan and its check; a stop stays."""
        self._plan.clear(response)
        self.forget_check(response)

    def forget_check(self, response: Response) -> None:
        """Take back the check, and leave the plan."""
        self._check.clear(response)


def install_plans(app: Flask, settings: Settings) -> None:
    """Let an application keep plans in the browser."""
    app.extensions[_EXTENSION] = PlanStore(settings)


def plan_store() -> PlanStore:
    """Return the store of the application that handles this request."""
    store: PlanStore = current_app.extensions[_EXTENSION]
    return store
