"""A browser tells its time zone, so that a day on the page is the day of whoever reads it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_browser_keeps_the_name_of_its_time_zone_until_it_is_closed(
    browser: Browser, address: str, zone: str
) -> None:
    context = browser.new_context(timezone_id=zone)
    page = context.new_page()
    page.goto(address, wait_until="load")
    (cookie,) = context.cookies()
    context.close()
    assert (cookie["name"], cookie["value"], cookie["path"]) == ("zone", zone, "/")
    assert (cookie["sameSite"], cookie["expires"]) == ("Lax", -1)


def test_without_a_script_nothing_is_kept(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.new_page().goto(address, wait_until="load")
    kept = context.cookies()
    context.close()
    assert kept == []
