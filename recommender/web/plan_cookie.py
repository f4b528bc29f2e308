"""The remembered plan and the check that is being filled in: two sealed cookies in the person's own browser.

The server keeps nothing. A plan lasts to its last day and no longer; the check lasts as long as other answers do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, auto
from typing import Any

from flask import Flask, Request, Response, current_app

from recommender.errors import RecommenderError
from recommender.models.questionnaire import Occasion
from recommender.models.rules import RuleSet
from recommender.settings import Settings
from recommender.web.plan_memory import Plan, days_kept, from_data, last_day, to_data
from recommender.web.sealed_cookie import SealedCookie

PLAN, CHECK = "plan", "check"
_EXTENSION = "recommender_plans"


class NoPlan(Enum):
    """Why there is no plan to work with."""

    NOT_KEPT = auto()
    UNREADABLE = auto()
    OVER = auto()
    AHEAD = auto()


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """A check being filled in: raw answers, and the slugs of the pages sent in."""

    occasion: Occasion
    day: date
    answers: Mapping[str, Any] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()


class PlanCookies:
    """Reads and writes both cookies of one application."""

    def __init__(self, settings: Settings) -> None:
        # Without a key in the settings one is made, as for other answers: a restart then forgets every plan.
        self._settings = replace(settings, secret_key=settings.secret_key or secrets.token_hex(32))
        self._check = SealedCookie(CHECK, self._settings)

    def read(self, request: Request, rule_set: RuleSet, today: date) -> Plan | NoPlan:
        """Return the plan that this browser keeps, or why there is none that may be used today."""
        cookie = self._cookie(days_kept(rule_set) + 1)
        if not cookie.is_sent(request):
            return NoPlan.NOT_KEPT
        data = cookie.open(request)
        plan = from_data(data) if data is not None else None
        if plan is None:
            return NoPlan.UNREADABLE
        if plan.newest > today:
            return NoPlan.AHEAD
        return NoPlan.OVER if last_day(plan, rule_set) < today else plan

    def write(self, response: Response, plan: Plan, rule_set: RuleSet, today: date) -> bool:
        """Keep the plan to its last day. Return False, and keep nothing of it, where it does not fit in a cookie.

        A plan that was stopped then stays as no more than that, so that it can never come back as a routine.
        """
        cookie = self._cookie((last_day(plan, rule_set) - today).days + 1)
        try:
            cookie.seal(response, to_data(plan))
        except RecommenderError:
            if plan.stopped is None:
                cookie.clear(response)
            else:
                bare = Plan(plan.started, {}, (), stopped=replace(plan.stopped, answers={}))
                cookie.seal(response, to_data(bare))
            return False
        return True

    def read_check(self, request: Request) -> CheckDraft | None:
        data = self._check.open(request) or {}
        try:
            visited = frozenset(str(slug) for slug in data["visited"])
            return CheckDraft(
                Occasion(data["occasion"]), date.fromisoformat(data["day"]), dict(data["answers"]), visited
            )
        except (KeyError, TypeError, ValueError):
            return None

    def write_check(self, response: Response, draft: CheckDraft) -> None:
        """Keep a check that is being filled in.

        Raises:
            RecommenderError: it does not fit in a cookie.
        """
        self._check.seal(
            response,
            {
                "occasion": draft.occasion.value,
                "day": draft.day.isoformat(),
                "answers": dict(draft.answers),
                "visited": sorted(draft.visited),
            },
        )

    def forget(self, response: Response) -> None:
        """Take back both cookies."""
        self._cookie(1).clear(response)
        self.forget_check(response)

    def forget_check(self, response: Response) -> None:
        self._check.clear(response)

    def _cookie(self, days: int) -> SealedCookie:
        """Return the cookie of a plan that lasts so many more days."""
        return SealedCookie(PLAN, replace(self._settings, answer_hours=24 * days))


def install_plans(app: Flask, settings: Settings) -> None:
    app.extensions[_EXTENSION] = PlanCookies(settings)


def plan_cookies() -> PlanCookies:
    """Return the cookies of the application that handles this request."""
    cookies: PlanCookies = current_app.extensions[_EXTENSION]
    return cookies
