"""Words that templates cannot make themselves: dates, telephone links, the first sentence of a question."""

from __future__ import annotations

import re
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from jinja2 import Environment

from recommender.web.language import current_language
from recommender.web.site import current_site


def install_words(environment: Environment) -> None:
    """Give templates our filters."""
    environment.filters |= {"day": day, "short_day": short_day, "dialled": dialled, "first_sentence": first_sentence}


def day(when: date) -> str:
    """Return a date as the language and country of the request write it, such as '5 December 2026'."""
    return format_date(when, "long", locale=_date_locale(current_language().code, current_site().settings.region))


def short_day(when: date) -> str:
    """Return the day and month as the language and country of the request write them, such as '5 Dec'."""
    locale = _date_locale(current_language().code, current_site().settings.region)
    return format_skeleton("MMMd", when, locale=locale)


def _date_locale(code: str, region: str | None) -> str:
    """Return the language as spoken in the country, or else in the world at large."""
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
