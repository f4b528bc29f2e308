"""A routine printed: every move with its picture, amount and steps, what stops somebody, and little paper."""

from __future__ import annotations

import io
from datetime import date

from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.support.paper import printed_words
from tests.support.people import AT_A_DESK
from tests.support.places import Place, Stand
from tests.support.sheets import full_intake


def letters(text: str) -> str:
    """Return a text without its blanks: a line on paper ends where it may."""
    return "".join(text.split())


def test_a_printed_routine_holds_every_step_and_every_reason_to_stop_on_few_sheets(
    browser: Browser, stand: Stand
) -> None:
    context = browser.new_context()
    page = context.new_page()
    stand.bring(page, Place("paper", "", "/result", draft=stand.draft(AT_A_DESK)))
    paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    context.close()
    printed = letters(printed_words(paper))
    recommendation = stand.recommender.recommend(full_intake(stand.recommender, AT_A_DESK))
    shown = stand.localised("en").present(recommendation, "GB", date.today())
    routine = shown["routine"]
    assert routine is not None and len(routine["items"]) >= 8
    said = [text for item in routine["items"] for text in (item["name"], *item["steps"], *item["cautions"])]
    assert [text for text in (*said, *shown["stop_rules"]) if letters(text) not in printed] == []
    assert len(paper.pages) <= len(routine["items"]) / 2.5
    assert letters("Why this is in your routine") not in printed
