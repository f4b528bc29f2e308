"""Words that templates cannot make themselves: translation hooks, dates, telephone links."""

from __future__ import annotations

import re
from datetime import date

from jinja2 import Environment


def install_words(environment: Environment) -> None:
    """Give templates `_()` and `ngettext()`, which a translation catalogue can take over, and our filters."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(_same, _singular_or_plural, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {"day": day, "dialled": dialled, "first_sentence": first_sentence}


def day(when: date) -> str:
    """Return a date as '5 December 2026'."""
    return f"{when.day} {when:%B %Y}"


def dialled(number: str) -> str:
    """Return a telephone number as it stands in a tel: link."""
    return re.sub(r"[^\d+]", "", number)


def first_sentence(text: str) -> str:
    """Return a question up to its first question mark, for summaries."""
    return re.split(r"(?<=\?)\s", text, maxsplit=1)[0]


def _same(text: str) -> str:
    return text


def _singular_or_plural(singular: str, plural: str, count: int) -> str:
    return singular if count == 1 else plural
