"""Whose day it is: the person's own where the script of the page has told their time zone, else that of TIMEZONE.

A browser keeps the name of its zone in a cookie for as long as it is open. It says nothing else, and nobody relies on it
for more than a date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_gmt
from flask import has_request_context, request

from recommender.web.core.cookie_store import cookie_name
from recommender.web.core.state import current_state

ZONE = "zone"

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def day_here(zone: ZoneInfo | None, clock: Clock = utc_now) -> date:
    """Return which day it is for the person of this request, or else in a zone, or where the machine is."""
    return clock().astimezone(browser_zone() or zone).date()


def day_of(moment: datetime) -> date:
    """Return the day of a moment, for the person of this request."""
    return moment.astimezone(browser_zone() or _own_zone()).date()


def zone_in_doubt(moment: datetime, locale: str) -> str | None:
    """Return whose time was used for the day of a moment, such as GMT+13:00, where the person's own is not known."""
    return None if browser_zone() else get_timezone_gmt(moment.astimezone(_own_zone()), locale=locale)


def browser_zone() -> ZoneInfo | None:
    """Return the time zone that the browser of this request told; None where it told none that there is."""
    if not has_request_context():
        return None
    return known_zone(request.cookies.get(zone_cookie(), ""))


def zone_cookie() -> str:
    """Return the name of the cookie."""
    return cookie_name(current_state().settings, ZONE)


@lru_cache(maxsize=1024)
def known_zone(name: str) -> ZoneInfo | None:
    """Return a time zone by its name, if there is one of that name."""
    return ZoneInfo(name) if name in _names() else None


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _own_zone() -> ZoneInfo | None:
    name = current_state().settings.timezone
    return ZoneInfo(name) if name else None
