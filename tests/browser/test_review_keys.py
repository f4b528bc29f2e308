"""Keys of the review room: announced, off in fields, turned off for good, and never what approves by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from recommender.service.recommend import Recommender
from tests.support.reviewers import password_of, review_room
from tests.support.stand import served

pytestmark = pytest.mark.deep

LIST = "theme=emergency&group=red_flags"


@pytest.fixture
def page(browser: Browser, recommender: Recommender, tmp_path: Path) -> Iterator[Page]:
    with review_room(recommender, tmp_path) as app, served(app) as home:
        opened = browser.new_context(viewport={"width": 390, "height": 844}, base_url=home).new_page()
        opened.goto("/review")
        opened.get_by_label("Email").fill("ana@example.org")
        opened.get_by_label("Password").fill(password_of("ana"))
        opened.get_by_role("button", name="Sign in").click()
        opened.goto(f"/review/work?{LIST}")
        yield opened


def test_a_list_is_walked_through_and_a_key_leads_to_the_approval_without_giving_it(page: Page) -> None:
    expect(page.locator("[data-keys]")).to_be_visible()
    items = page.locator("[data-keys-item]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(items.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What an approval covers")).to_be_visible()
    first = page.url
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve this version")).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_label("Your words")).to_be_focused()
    page.keyboard.type("jar")
    expect(page.get_by_label("Your words")).to_have_value("jar")
    assert page.url == first
    page.get_by_label("Your words").blur()
    page.keyboard.press("j")
    page.wait_for_url(lambda address: address != first)
    assert LIST in page.url
    expect(page.locator("main")).to_contain_text("No approval yet")
    page.goto(first)
    expect(page.locator("main")).to_contain_text("No approval yet")


def test_keys_that_are_turned_off_stay_off(page: Page) -> None:
    page.get_by_role("button", name="Keys are on").click()
    page.reload()
    off = page.get_by_role("button", name="Keys are off")
    expect(off).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("j")
    expect(page.locator("[data-keys-item]").nth(0)).not_to_be_focused()
    off.click()
    page.keyboard.press("j")
    expect(page.locator("[data-keys-item]").nth(0)).to_be_focused()
