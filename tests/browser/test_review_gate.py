"""The gate in front of a release, in a browser with script: what is read first, what is objected to, what is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from recommender.rulebook.targets import is_of_safety_case
from recommender.service.recommend import Recommender
from tests.support import databases
from tests.support.reviewers import (
    approve_all,
    edited,
    name_author,
    password_of,
    release,
    review_room,
    settle_all,
)
from tests.support.stand import served
from tests.support.ticks import tick_all

pytestmark = pytest.mark.deep

PHONE = {"width": 390, "height": 844}
TOGETHER = "/review/confirm?target=rule/RF-E01&target=rule/RF-E02&target=rule/RF-E03"


@pytest.fixture(params=databases.backends())
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with databases.postgresql() as server, databases.new_database(server) as url:
        yield url


@pytest.fixture
def home(recommender: Recommender, tmp_path: Path, database_url: str | None) -> Iterator[str]:
    with review_room(recommender, tmp_path, database_url) as app, served(app) as address:
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
        tick_all(page, "seen", "Approve those ticked")
        page.get_by_role("button", name="Approve those ticked").click()
        page.goto(f"{home}/review/rule/RF-E02")
        expect(page.locator("main")).to_contain_text("Changes requested")


def test_open_points_keep_the_lead_from_signing_what_two_reviewers_have_approved_until_the_safety_officer_puts_the_last_off(
    browser: Browser, recommender: Recommender, tmp_path: Path, database_url: str | None
) -> None:
    with review_room(recommender, tmp_path, database_url) as app, served(app) as home:
        for name in ("ana", "cay"):
            approve_all(app, name)
        approve_all(app, "sol", is_of_safety_case)
        name_author(app)
        ana, ben, cay, sol = (at_the_room(browser, home, name) for name in ("ana", "ben", "cay", "sol"))
        for page in (ana, ben, cay, sol):
            page.goto(f"{home}/review/release")
            expect(page.locator("main")).to_contain_text("points to settle.")
            expect(page.get_by_role("button", name="Approve this release")).to_have_count(0)
        assert sent_all_the_same(ben, f"{home}/review/release") == 422
        settle_all(app, "ana", but=("10",))
        ben.goto(f"{home}/review/release")
        expect(ben.locator("main")).to_contain_text("Not ready: 1 point to settle.")
        assert sent_all_the_same(ben, f"{home}/review/release") == 422
        sol.goto(f"{home}/review/point/10")
        sol.get_by_role("button", name="Put it off").click()
        expect(sol.get_by_role("alert")).to_contain_text("Give the reason")
        sol.get_by_label("Your reason").fill("The lawyer is asked.")
        sol.get_by_role("button", name="Put it off").click()
        expect(sol.get_by_role("alert")).to_contain_text("Give the day until when it is put off")
        expect(sol.get_by_label("Your reason")).to_have_value("The lawyer is asked.")
        sol.get_by_label("Put off until").fill((datetime.now(UTC).date() + timedelta(days=30)).isoformat())
        sol.get_by_role("button", name="Put it off").click()
        expect(sol.locator("main")).to_contain_text("Sol Stone")
        sol.goto(f"{home}/review/release")
        expect(sol.get_by_role("button", name="Approve this release")).to_have_count(0)
        ben.goto(f"{home}/review/release")
        ben.get_by_role("button", name="Approve this release").click()
        expect(ben.locator("main")).to_contain_text("This release is approved.")


def sent_all_the_same(page: Page, address: str) -> int:
    """Send the approval that the page does not offer, and return how it is answered."""
    fields = {name: page.locator(f"main input[name={name}]").first.input_value() for name in ("csrf_token", "seen")}
    answer = page.request.post(
        address, form={**fields, "verdict": "approve"}, headers={"Sec-Fetch-Site": "same-origin"}, max_redirects=0
    )
    return answer.status


def test_an_edited_stop_sign_goes_live_only_once_two_reviewers_have_read_it_and_the_lead_has_signed(
    browser: Browser, recommender: Recommender, tmp_path: Path, database_url: str | None
) -> None:
    room = tmp_path / "room"
    with review_room(recommender, room, database_url) as app:
        release(app)
    words = ("rules/dosing/DOS-05-*.yaml", "Stop", "Carry on")
    with (
        edited(tmp_path / "content", *words) as changed,
        review_room(changed, room, database_url) as app,
        served(app) as home,
    ):
        ana, ben, cay, sol = (at_the_room(browser, home, name) for name in ("ana", "ben", "cay", "sol"))
        for page in (ben, sol):
            page.goto(f"{home}/review/release")
            expect(page.locator("main")).to_contain_text("Not ready: 1 still to be approved.")
            expect(page.get_by_role("button", name="Approve this release")).to_have_count(0)
        ana.goto(f"{home}/")
        expect(ana.locator("body")).to_contain_text("have not yet approved")
        for page in (ana, cay):
            page.goto(f"{home}/review/rule/DOS-05")
            assert set(page.locator("ins").all_text_contents()) == {"Carry on"}
            page.get_by_role("button", name="Approve this version").click()
            expect(page.get_by_role("status")).to_contain_text("Your approval is recorded")
        sol.goto(f"{home}/review/release")
        expect(sol.locator("main")).to_contain_text("The release waits for a lead.")
        expect(sol.get_by_role("button", name="Approve this release")).to_have_count(0)
        ben.goto(f"{home}/review/release")
        ben.get_by_role("button", name="Approve this release").click()
        expect(ben.get_by_role("alert")).to_contain_text("Tick each change")
        tick_all(ben, "read", "Approve this release")
        ben.get_by_role("button", name="Approve this release").click()
        expect(ben.locator("main")).to_contain_text("This release is approved.")
        ana.goto(f"{home}/")
        expect(ana.locator("body")).not_to_contain_text("have not yet approved")


def test_an_objection_outlives_the_approvals_of_everybody_else(browser: Browser, home: str) -> None:
    ana, ben, cay, sol = (at_the_room(browser, home, name) for name in ("ana", "ben", "cay", "sol"))
    ana.goto(f"{home}/review/rule/RF-E02")
    ana.locator("#text").fill("Say which hour.")
    ana.get_by_role("button", name="Request changes").click()
    expect(ana.get_by_role("status")).to_contain_text("Your request for changes is recorded")
    for page in (ben, cay, sol):
        page.goto(f"{home}/review/group/red_flags")
        page.get_by_role("button", name="Read and approve all").click()
        expect(page.locator("main")).not_to_contain_text("Say which hour.")
        tick_all(page, "seen", "Approve those ticked")
        page.get_by_role("button", name="Approve those ticked").click()
        expect(page.get_by_role("status")).to_contain_text("Your approvals are recorded")
        page.goto(f"{home}/review/rule/RF-E02")
        page.get_by_role("button", name="Approve this version").click()
        expect(page.locator("main")).to_contain_text("Changes requested")
    assert sent_all_the_same(ana, f"{home}/review/rule/RF-E02") == 422, "nor does whoever objects approve over it"
    ben.goto(f"{home}/review/release")
    ben.get_by_text("Red flags: 1").click()
    expect(ben.locator("main")).to_contain_text("RF-E02")
