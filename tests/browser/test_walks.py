"""From the start page to a result, on a phone, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sheets import full_sheet

from recommender.service import Recommender


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def has_script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, address: str, has_script: bool, faults: list[str]) -> Iterator[Page]:
    """A phone. Whatever the console complains about, and any request to another host, ends up in faults."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, java_script_enabled=has_script
    )
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", lambda sent: None if sent.url.startswith(address) else faults.append(sent.url))
    opened.goto(address)
    yield opened
    context.close()


def fill_in(page: Page, raw: Mapping[str, Any]) -> None:
    """Fill in the page that is open."""
    for box in page.locator("input[type=radio], input[type=checkbox]").all():
        question, _, part = (box.get_attribute("name") or "").partition("-")
        answer = raw.get(question)
        wanted = answer.get(part) if isinstance(answer, dict) else answer
        options = wanted if isinstance(wanted, list) else [wanted]
        if box.get_attribute("value") in map(str, options):
            box.check()
    for text in page.locator("input[type=text]").all():
        question, _, part = (text.get_attribute("name") or "").partition("-")
        if isinstance(raw.get(question), dict):
            text.fill(raw[question][part])


def start(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Start now").click()


def go_on(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").click()


def walk(page: Page, raw: Mapping[str, Any]) -> list[str]:
    """Answer page after page; return the headings seen."""
    headings = []
    start(page)
    while "/questions/" in page.url:
        headings.append(page.locator("h1").inner_text())
        assert fits(page), f"{page.url} is wider than the screen"
        fill_in(page, raw)
        go_on(page)
    return headings


def fits(page: Page) -> bool:
    width = page.locator("html").bounding_box()
    content = page.locator("main").bounding_box()
    return bool(width and content and width["width"] <= 390 and content["x"] + content["width"] <= 390)


def test_a_person_walks_to_a_routine(page: Page, recommender: Recommender, faults: list[str]) -> None:
    given = {"pain_location": ["low_back", "neck"], "pain_main": "low_back", "limits": ["wrist", "kneel"]}
    raw = full_sheet(recommender, {**given, "main_task": {"task": "Put on my socks", "score": 3}})
    headings = walk(page, raw)
    assert headings[0] == "About you and your pain"
    assert len(headings) >= 8
    expect(page.locator("h1")).to_have_text("Check your answers")
    expect(page.get_by_text("Put on my socks, 3 out of 10")).to_be_visible()
    page.get_by_role("button", name="Show my routine").first.click()
    expect(page.locator("h1")).to_have_text("A routine for you, and when to see someone")
    assert page.locator(".app-move").count() >= 4
    page.get_by_text("Why this is in your routine").first.click()
    expect(page.locator(".app-move .app-told").first).to_be_visible()
    assert fits(page)
    assert faults == []


def test_a_person_walks_to_an_emergency_page(page: Page, recommender: Recommender, faults: list[str]) -> None:
    headings = walk(page, full_sheet(recommender, {"rf_nerve": ["saddle"]}))
    assert headings == ["About you and your pain", "Check for an emergency"]
    expect(page.locator("h1")).to_contain_text("Call 999 now")
    expect(page.get_by_role("link", name="Call 999")).to_be_in_viewport()
    assert page.locator(".app-move").count() == 0
    assert faults == []


def test_an_error_says_what_to_do_and_leads_to_the_question(page: Page, has_script: bool) -> None:
    start(page)
    go_on(page)
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_visible()
    if has_script:
        expect(summary).to_be_focused()
    summary.get_by_role("link", name="How old are you?").click()
    if has_script:
        expect(page.locator("#age_band")).to_be_focused()
    else:
        assert page.url.endswith("#age_band")


def test_none_of_these_stands_alone(page: Page, recommender: Recommender, has_script: bool) -> None:
    start(page)
    fill_in(page, full_sheet(recommender, {}))
    go_on(page)
    page.locator("input[name=rf_emergency][value=none]").check()
    page.locator("input[name=rf_nerve][value=sexual]").check()
    page.locator("input[name=rf_nerve][value=none]").check()
    if has_script:
        expect(page.locator("input[name=rf_nerve][value=sexual]")).not_to_be_checked()
    else:
        go_on(page)
        expect(page.locator("#rf_nerve-error")).to_contain_text("on its own, or only the others")


def test_the_back_button_of_the_browser_keeps_the_answers(page: Page, recommender: Recommender) -> None:
    start(page)
    fill_in(page, full_sheet(recommender, {"age_band": "60_64"}))
    go_on(page)
    page.go_back()
    expect(page.locator("input[name=age_band][value='60_64']")).to_be_checked()
