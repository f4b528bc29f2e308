"""Ticking what stands on a page of the review room. Such a page is long, and what is not there yet would not be ticked."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def tick_all(page: Page, name: str, sender: str) -> None:
    """Tick every box of a name, once the button that sends them, at the end of the page, is there."""
    expect(page.get_by_role("button", name=sender)).to_be_visible(timeout=30_000)
    page.wait_for_load_state()
    for tick in page.locator(f"input[name={name}]").all():
        tick.check()
