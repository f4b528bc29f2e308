"""The element on the page of another site, filled in as a person would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

INSIDE = "back-routine"
# Where the focus is, inside of the element.
FOCUSED = "document.querySelector('back-routine').shadowRoot.activeElement"
Data = dict[str, Any]


def begin(page: Page, elsewhere: str, **attributes: str) -> None:
    page.goto(f"{elsewhere}/embedded?{'&'.join(f'{name}={value}' for name, value in attributes.items())}")
    page.locator(f"{INSIDE} button").first.click()
    expect(page.locator(f"{INSIDE} form")).to_be_visible()


def fill(page: Page, raw: Data) -> None:
    """Answer the page of questions that is shown."""
    for box in page.locator(f"{INSIDE} form input").all():
        name, value = box.get_attribute("name") or "", box.get_attribute("value")
        question, _, part = name.partition("-")
        answer = raw.get(question)
        if part:
            box.fill(answer["task"] if answer else "")
            continue
        chosen = answer["score"] if isinstance(answer, dict) else answer
        if value in map(str, chosen if isinstance(chosen, list) else [chosen]):
            box.check()


def go_on(page: Page) -> None:
    page.locator(f"{INSIDE} form").evaluate("form => { form.isOld = true; }")
    page.locator(f"{INSIDE} form button:not([type])").click()
    page.wait_for_function("() => !document.querySelector('back-routine').shadowRoot.querySelector('form')?.isOld")


def walk(page: Page, raw: Data, look: Callable[[], None] = lambda: None) -> None:
    while page.locator(f"{INSIDE} form").count():
        look()
        fill(page, raw)
        go_on(page)
    look()


def go_on_until(page: Page, raw: Data, holds: Callable[[], bool]) -> None:
    """Answer page after page until something holds that the next page does not wait for."""
    while not holds():
        fill(page, raw)
        page.locator(f"{INSIDE} form").evaluate("form => { form.isOld = true; }")
        page.locator(f"{INSIDE} form button:not([type])").click()
        while page.locator(f"{INSIDE} form").evaluate("form => form.isOld === true") and not holds():
            page.wait_for_timeout(20)


def shows_no_routine(page: Page) -> None:
    expect(page.locator(f"{INSIDE} h2")).to_have_text("We could not check your answers safely")
    assert page.locator(f"{INSIDE} .moves, {INSIDE} .stop").count() == 0
    expect(page.locator(f"{INSIDE} [role=alert]")).to_contain_text("Call your emergency number now")
    expect(page.locator(f"{INSIDE} .numbers")).to_contain_text("999")
