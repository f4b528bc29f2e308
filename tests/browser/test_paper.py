"""A routine printed: every move with its picture, amount and steps, what stops somebody, and little paper."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from recommender.models.levels import Level
from tests.support.paper import printed_words
from tests.support.people import ASKED_EVERYTHING, AT_A_DESK, STRUGGLING, example
from tests.support.sheets import full_intake
from tests.support.stand import Place, Stand

# Plain people, and those who are asked everything that there is.
SUMMED_UP: dict[str, dict[str, Any]] = {
    "at a desk": AT_A_DESK,
    "asked everything": {**ASKED_EVERYTHING, **STRUGGLING},
    "to be seen first": {**ASKED_EVERYTHING, **STRUGGLING, "told_no_exercise": "yes"},
    "an emergency": example(Level.EMERGENCY_NOW),
}
# Of the drawings of a page, how many have come; and what a click on its button to print finds at that moment.
DRAWN = "() => [...document.images].filter(one => one.complete && one.naturalWidth).length"
NOTE_DRAWN_AT_PRINT = f"() => {{ window.print = () => {{ window.drawnAtPrint = ({DRAWN})(); }}; }}"


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


def test_every_drawing_is_fetched_as_soon_as_somebody_prints(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    stand.bring(page, Place("paper", "", "/result", draft=stand.draft(AT_A_DESK)))
    page.wait_for_load_state("networkidle")
    drawings = page.locator("img").count()
    # Those far below and in what is folded away are left for later, as long as nobody prints.
    assert page.evaluate(DRAWN) < drawings
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(f"all => ({DRAWN})() === all", arg=drawings)
    context.close()


def test_the_button_to_print_waits_for_the_drawings(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    stand.bring(page, Place("desk", "", "/result/desk", draft=stand.draft(AT_A_DESK)))
    drawings = page.locator("img").count()
    assert page.evaluate(DRAWN) < drawings
    page.evaluate(NOTE_DRAWN_AT_PRINT)
    page.get_by_role("button", name="Print this page").click()
    page.wait_for_function("() => window.drawnAtPrint !== undefined")
    assert page.evaluate("window.drawnAtPrint") == drawings
    context.close()


@pytest.mark.parametrize("size", ["A4", "Letter"])
@pytest.mark.parametrize("given", SUMMED_UP.values(), ids=SUMMED_UP)
def test_the_summary_for_a_professional_has_one_side(
    browser: Browser, stand: Stand, given: dict[str, Any], size: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    stand.bring(page, Place("summary", "", "/result/summary", draft=stand.draft(given)))
    paper = PdfReader(io.BytesIO(page.pdf(format=size)))
    context.close()
    assert len(paper.pages) == 1
    assert letters("Other answers") in letters(printed_words(paper))


@pytest.mark.deep
def test_a_printed_handout_is_the_page_and_says_what_the_pdf_says(browser: Browser, stand: Stand) -> None:
    context = browser.new_context()
    page = context.new_page()
    stand.bring(page, Place("result", "", "/result", draft=stand.draft({"minutes": "3"})))
    page.get_by_text("Take it with you").click()
    page.get_by_role("link", name="On paper: a page to print").click()
    names = [name.partition(". ")[2] for name in page.locator("h3").all_inner_texts()]
    paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    printed = letters(printed_words(paper))
    context.close()
    assert len(names) == 4 and len(paper.pages) == 1
    places = [printed.index(letters(text)) for text in ("When to stop", *names, "Tick each day that you do it")]
    assert places == sorted(places)
    assert letters("PDF for A4 paper") not in printed
