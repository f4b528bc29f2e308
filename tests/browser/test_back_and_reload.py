"""Going back to a page that had an error, and loading it again: a browser never asks to send a form twice."""

from __future__ import annotations

from playwright.sync_api import Browser

FIRST = "/questions/about-you"


def test_a_corrected_error_can_be_gone_back_to_and_loaded_again(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method) if request.is_navigation_request() else None)
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
