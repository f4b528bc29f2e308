"""Going back to a page, and loading it again: it is the same page, and a browser never asks to send a form twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_walks import PHONE, Walker
from tests.support.fields import BOXES
from tests.support.sheets import full_sheet
from tests.support.stand import HOME, Stand

FIRST = "/questions/about-you"
# Somebody whose way has a page of details, and whose routine has a desk part.
SOMEBODY: dict[str, Any] = {"conditions": ["high_bp"], "sit_hours": "gt_8", "sit_where": "desk"}
READ_TICKED = """boxes => boxes.filter(box => box.checked).map(box => `${box.name} ${box.value}`)"""


@contextmanager
def navigations(page: Page) -> Iterator[list[str]]:
    """The methods of the requests for a page; "POST" on a reload is what a browser asks about."""
    methods: list[str] = []

    def note(request: Any) -> None:
        if request.is_navigation_request():
            methods.append(request.method)

    page.on("request", note)
    yield methods
    page.remove_listener("request", note)


def seen(page: Page) -> tuple[str, str, str, list[str]]:
    """Return where somebody is, what stands at the head of the page, its words, and what is ticked."""
    ticked = page.locator(BOXES).evaluate_all(READ_TICKED)
    return page.url, page.locator("h1").inner_text(), page.locator("main").inner_text(), ticked


def reload_shows_the_same(page: Page) -> None:
    page.wait_for_load_state("networkidle")  # scripts have shown what they show
    before = seen(page)
    with navigations(page) as methods:
        page.reload(wait_until="networkidle")
    assert methods == ["GET"], before[0]
    assert seen(page) == before


def test_a_corrected_error_can_be_gone_back_to_and_loaded_again(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    with navigations(page) as methods:
        page.goto(address + FIRST)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_selector(".govuk-error-summary")
        methods.clear()
        page.reload()
        assert page.locator(".govuk-error-summary").is_visible()
        page.locator('input[name="age_band"][value="45_49"]').check()
        page.locator('input[name="pain_location"][value="low_back"]').check()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/questions/emergency-check")
        assert methods == ["GET", "POST", "GET"]
        methods.clear()
        page.go_back()
        page.wait_for_selector("h1")
        assert page.url == address + FIRST
        assert not page.locator(".govuk-error-summary").count()
        page.reload()
        assert set(methods) <= {"GET"}
    context.close()


@pytest.mark.long
def test_every_page_of_a_whole_walk_is_the_same_when_it_is_loaded_again(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    walker, raw = Walker(page, stand), full_sheet(stand.recommender, SOMEBODY)
    page.goto(stand.addresses[HOME] + "/")
    reload_shows_the_same(page)
    walker.press("Start now")
    slugs = []
    while "/questions/" in page.url:
        reload_shows_the_same(page)
        slugs.append(page.url.rpartition("/")[2])
        walker.fill_in(raw)
        here, ticked = page.url, seen(page)[3]
        assert ticked
        walker.press("Continue")
        page.go_back()
        assert (page.url, seen(page)[3]) == (here, ticked), "what was sent stays ticked"
        reload_shows_the_same(page)
        walker.press("Continue")
    assert "details" in slugs and len(slugs) >= 8
    reload_shows_the_same(page)
    walker.press("Show my routine")
    _after_the_questions(walker)
    context.close()


def _after_the_questions(walker: Walker) -> None:
    """Go through the result, what belongs to it, and the plan."""
    page = walker.page
    home = page.url.removesuffix("/result")
    handout = page.locator('a[href$="/handout"]').get_attribute("href")
    for address in (
        "/result",
        "/result/play",
        "/result/play#move-2",
        "/result/play#end",
        "/result/desk",
        "/result/summary",
    ):
        page.goto(home + address)
        reload_shows_the_same(page)
    page.goto(f"{home}{handout}")
    reload_shows_the_same(page)
    page.goto(home + "/result")
    walker.press("Remember my plan")
    assert page.url == home + "/plan"
    reload_shows_the_same(page)
    walker.press("Start today\u2019s session")
    reload_shows_the_same(page)
