"""The handout: a routine on paper, as a page to print and as a PDF of the same page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from babel import Locale
from babel.dates import get_day_names
from flask import Flask, current_app, render_template
from flask_babel import gettext

from recommender.models.questionnaire import Question
from recommender.web.core.day import day_of
from recommender.web.core.filters import date_locale
from recommender.web.core.language import current_language
from recommender.web.core.state import current_state, site_address
from recommender.web.link.link_store import Link
from recommender.web.link.qr import qr_svg
from recommender.web.paper.pdf import Press

PAPERS = {"a4": "A4", "letter": "letter"}
# Where people print on Letter; everybody else has A4.
_LETTER_REGIONS = frozenset({"US", "CA"})
_LINES, _WEEKS, _WEEK_DAYS = 3, 2, 7
# Longer than this and whoever waits is better served by the page itself.
_PDF_SECONDS = 5.0
_EXTENSION = "handout_press"


def install_handouts(app: Flask) -> None:
    """Let an application make PDFs, one at a time in each process."""
    app.extensions[_EXTENSION] = Press(_PDF_SECONDS)


def handout_page(link: Link, shown: Mapping[str, Any], asked: Sequence[Question]) -> str:
    """Return the page of a handout. Printed, it is the handout; what is only for the screen stays off the paper.

    ``shown`` is what templates need to show the routine of the link, and ``asked`` what is asked before each session.
    """
    lines = [short_lines(item["steps"]) for item in shown["shown"]["routine"]["items"]]
    return render_template(
        "link/handout.html",
        lines=lines,
        asked=asked,
        made=day_of(link.made),
        ends=day_of(link.ends),
        weeks=_WEEKS,
        weekdays=[name for _, name in weekdays("abbreviated")],
        qr=_qr(link),
        **shown,
    )


def handout_pdf(page: str, paper: str) -> bytes | None:
    """Return the page of a handout on a paper of ``PAPERS``; None where it cannot be made in time, or at all."""
    press: Press = current_app.extensions[_EXTENSION]
    return press.pdf(page, f"@page {{ size: {PAPERS[paper]}; margin: 15mm }}")


def usual_paper() -> str:
    """Return which of ``PAPERS`` people print on in the country of the site."""
    return "letter" if current_state().settings.region in _LETTER_REGIONS else "a4"


def short_lines(steps: Sequence[str]) -> list[str]:
    """Return the steps in order on three lines at most, as even in length as whole steps allow. No step is left out."""
    if len(steps) <= _LINES:
        return list(steps)
    cuts = ((first, second) for first in range(1, len(steps)) for second in range(first + 1, len(steps)))
    parts = ([steps[:first], steps[first:second], steps[second:]] for first, second in cuts)
    texts = ([" ".join(part) for part in each] for each in parts)
    return min(texts, key=lambda lines: max(map(len, lines)))


def weekdays(width: Literal["abbreviated", "wide"]) -> list[tuple[int, str]]:
    """Return the days of a week as people here begin it: the number, Monday being 0, and the name."""
    locale = Locale.parse(date_locale(current_language().code, current_state().settings.region))
    names = get_day_names(width, locale=locale)
    days = ((locale.first_week_day + offset) % _WEEK_DAYS for offset in range(_WEEK_DAYS))
    return [(day, names[day]) for day in days]


def _qr(link: Link) -> str | None:
    """Return the picture of the link; None where the address of the site for the world is not known."""
    address = site_address("link.ask", token=link.token)
    if address is None:
        return None
    return qr_svg(address, gettext("A code that a phone can read: the link to this routine"))
