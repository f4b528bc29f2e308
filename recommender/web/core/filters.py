"""Words that templates cannot make themselves: dates, telephone links, the first sentence of a question."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from jinja2 import Environment


def install_filters(environment: Environment, locale: Callable[[], str]) -> None:
    """Give templates our filters. ``locale`` returns that of the page that is being made."""

    def local_day(when: date | str) -> str:
        return day(date.fromisoformat(when) if isinstance(when, str) else when, locale())

    def local_short_day(when: date) -> str:
        return short_day(when, locale())

    environment.filters |= {
        "day": local_day,
        "short_day": local_short_day,
        "dialled": dialled,
        "first_sentence": first_sentence,
    }


def day(when: date, locale: str) -> str:
    """Return a date as a locale writes it, such as '5 December 2026'."""
    return format_date(when, "long", locale=locale)


def short_day(when: date, locale: str) -> str:
    """Return the day and month as a locale writes them, such as '5 Dec'."""
    return format_skeleton("MMMd", when, locale=locale)


def date_locale(code: str, region: str | None) -> str:
    """Return the locale of a language as spoken in the country, or else in the world at large."""
    for place in filter(None, (region, "001")):
        try:
            return str(Locale.parse(f"{code}_{place}"))
        except (UnknownLocaleError, ValueError):
            continue
    return code


def dialled(number: str) -> str:
    """Return a telephone number as it stands in a tel: link."""
    return re.sub(r"[^\d+]", "", number)


def first_sentence(text: str) -> str:
    """Return a question up to its first question mark, for summaries."""
    return re.split(r"(?<=\?)\s", text, maxsplit=1)[0]
