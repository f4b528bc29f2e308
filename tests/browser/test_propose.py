"""An edit is proposed by keyboard alone, on a phone and on a wide screen, and without script too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from recommender.proposals.impact_run import Bounds
from recommender.service.recommend import Recommender
from recommender.web.proposals.room import BOUNDS_KEY
from tests.support.proposing import FORM, TARGET, WORDS
from tests.support.reviewers import review_room, signed_in
from tests.support.stand import served

pytestmark = pytest.mark.deep

# The rules are read and gone through before a page comes: how long that takes is the machine's affair.
PATIENCE = 60_000
MOST_TABS = 150


@pytest.fixture(scope="module")
def home(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a room in which no impact is ever worked out in time, and the cookie of a reviewer."""
    with review_room(recommender, tmp_path_factory.mktemp("room")) as app, served(app) as address:
        app.extensions[BOUNDS_KEY] = Bounds(seconds=0)
        cookie = signed_in(app, "ana").client.get_cookie("review")
        assert cookie is not None
        yield address, cookie.value


def visiting(browser: Browser, home: tuple[str, str], width: int, *, with_script: bool = True) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, base_url=home[0], java_script_enabled=with_script
    )
    context.add_cookies([{"name": "review", "value": home[1], "url": home[0]}])
    return context


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there."""
    wanted = page.locator(selector).first
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"No Tab leads to {selector}.")


@pytest.mark.parametrize("width", [390, 1280])
def test_an_edit_is_proposed_by_keyboard(browser: Browser, home: tuple[str, str], width: int) -> None:
    page = visiting(browser, home, width).new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(TARGET)
    tab_to(page, f'a[href="{FORM}"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Propose an edit")).to_be_visible(timeout=PATIENCE)
    tab_to(page, 'input[value="kneel"]')
    page.keyboard.press("Space")
    expect(page.locator("#state")).to_have_text("No fault found.", timeout=PATIENCE)
    expect(page.locator("#result")).to_contain_text("Kneeling", timeout=PATIENCE)
    tab_to(page, "#f-then-exclude-tags-add")
    page.keyboard.type("wrist_weight_baring")
    expect(page.locator("#f-then-exclude-tags-error")).to_contain_text(
        "Did you mean 'wrist_weight_bearing'?", timeout=PATIENCE
    )
    expect(page.locator("#state")).to_have_text("1 thing to mend.", timeout=PATIENCE)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.locator("#state")).to_have_text("No fault found.", timeout=PATIENCE)
    expect(page.locator("#f-then-exclude-tags-error")).to_be_hidden(timeout=PATIENCE)
    tab_to(page, 'button[value="go"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What it does to people")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("main")).to_contain_text("Nobody knows what it does to people.", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    tab_to(page, "#text")
    page.keyboard.type(f"{WORDS} At {width} pixels.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Your request for changes is recorded.", timeout=PATIENCE)
    expect(page.locator("main")).to_contain_text(f"At {width} pixels.", timeout=PATIENCE)
    expect(page.get_by_role("link", name="Download the patch").first).to_be_visible(timeout=PATIENCE)
    assert wrong == []


def test_without_script_the_button_checks(browser: Browser, home: tuple[str, str]) -> None:
    page = visiting(browser, home, 390, with_script=False).new_page()
    page.goto(FORM)
    page.locator("#f-then-exclude-tags-add").fill("wrist_weight_baring")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Did you mean 'wrist_weight_bearing'?", timeout=PATIENCE)
    expect(page.locator("#f-then-exclude-tags-error")).to_be_visible(timeout=PATIENCE)
    page.locator('input[value="wrist_weight_baring"]').uncheck()
    page.locator('input[value="kneel"]').check()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#state")).to_have_text("No fault found.", timeout=PATIENCE)
