"""The gate in front of a release, in a browser with script: what is read first, what is objected to, what is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from recommender.service.recommend import Recommender
from tests.support.reviewers import password_of, review_room
from tests.support.stand import served

pytestmark = pytest.mark.deep

PHONE = {"width": 390, "height": 844}
TOGETHER = "/review/confirm?target=rule/RF-E01&target=rule/RF-E02&target=rule/RF-E03"


@pytest.fixture
def home(recommender: Recommender, tmp_path: Path) -> Iterator[str]:
    with review_room(recommender, tmp_path) as app, served(app) as address:
        yield address


def at_the_room(browser: Browser, home: str, name: str) -> Page:
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{home}/review")
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(password_of(name))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review room")
    return page


def test_several_are_approved_only_after_the_page_was_scrolled_through(browser: Browser, home: str) -> None:
    page = at_the_room(browser, home, "ana")
    page.goto(home + TOGETHER)
    approve = page.get_by_role("button", name="Approve those ticked")
    expect(approve).to_be_disabled()
    ticks = page.locator("input[name=seen]")
    expect(ticks).to_have_count(3)
    for number in range(3):
        expect(approve).to_be_disabled()
        ticks.nth(number).scroll_into_view_if_needed()
    expect(approve).to_be_enabled()
    ticks.nth(0).check()
    approve.click()
    expect(page.get_by_role("status")).to_contain_text("Your approvals are recorded")
    page.goto(f"{home}/review/rule/RF-E01")
    expect(page.locator("main")).to_contain_text("1 of 2 approvals")
    page.goto(f"{home}/review/rule/RF-E02")
    expect(page.locator("main")).to_contain_text("No approval yet")


def test_what_a_colleague_objects_to_has_no_tick_and_shows_what_was_said(browser: Browser, home: str) -> None:
    ana, cay = at_the_room(browser, home, "ana"), at_the_room(browser, home, "cay")
    ana.goto(f"{home}/review/rule/RF-E02")
    ana.locator("#text").fill("Say which hour.")
    ana.get_by_role("button", name="Request changes").click()
    expect(ana.get_by_role("status")).to_contain_text("Your request for changes is recorded")
    for page in (ana, cay):
        page.goto(home + TOGETHER)
        expect(page.locator("input[name=seen]")).to_have_count(2)
        expect(page.locator("main")).to_contain_text("Say which hour.")
        for tick in page.locator("input[name=seen]").all():
            tick.check()
        page.get_by_role("button", name="Approve those ticked").click()
        page.goto(f"{home}/review/rule/RF-E02")
        expect(page.locator("main")).to_contain_text("Changes requested")


def test_an_open_point_keeps_the_lead_from_signing_until_the_safety_officer_puts_it_off(
    browser: Browser, home: str
) -> None:
    ben, sol = at_the_room(browser, home, "ben"), at_the_room(browser, home, "sol")
    ben.goto(f"{home}/review/release")
    expect(ben.locator("main")).to_contain_text("points to settle")
    expect(ben.get_by_role("button", name="Approve this release")).to_have_count(0)
    sol.goto(f"{home}/review/point/10")
    sol.get_by_role("button", name="Put it off").click()
    expect(sol.get_by_role("alert")).to_contain_text("Give the reason")
    sol.get_by_label("Your reason").fill("The lawyer is asked.")
    sol.get_by_role("button", name="Put it off").click()
    expect(sol.locator("main")).to_contain_text("Put off")
    expect(sol.locator("main")).to_contain_text("Sol Stone")
    ben.goto(f"{home}/review/release")
    expect(ben.locator("#settle ~ details").first).to_contain_text("Not settled")
