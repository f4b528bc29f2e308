"""What counts as an answer, under a finger: it opens with its option, its mark is not mistaken for it, and works alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.stand import Place, Stand

FINGER = 44


@pytest.fixture
def page(browser: Browser, stand: Stand, has_script: bool) -> Iterator[Page]:
    """The emergency page on a phone, with its questions open."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, java_script_enabled=has_script
    )
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    address = "/questions/emergency-check"
    stand.bring(opened, Place(address, "", address, draft=stand.draft({}, "emergency-check")))
    yield opened
    context.close()


def box(page: Page, value: str) -> Locator:
    return page.locator(f'input[name="rf_nerve"][value="{value}"]')


def told(page: Page, value: str) -> Locator:
    return page.locator(f'[data-counts-for="{box(page, value).get_attribute("id")}"] .govuk-details__text')


def mark(page: Page, value: str) -> Locator:
    return page.locator(f'[data-counts-for="{box(page, value).get_attribute("id")}"] summary')


def test_the_mark_opens_what_counts_and_chooses_nothing(page: Page) -> None:
    expect(told(page, "saddle")).to_be_hidden()
    mark(page, "saddle").tap()
    expect(told(page, "saddle")).to_be_visible()
    expect(box(page, "saddle")).not_to_be_checked()
    expect(told(page, "saddle")).not_to_contain_text("Is this yours?", use_inner_text=True)


def test_every_mark_is_wide_enough_for_a_finger_and_lies_on_no_label(page: Page) -> None:
    marks = page.locator("[data-counts-for] summary")
    assert marks.count() > 10
    for one in marks.all():
        area = one.bounding_box()
        assert area and area["width"] >= FINGER and area["height"] >= FINGER
        assert area["x"] + area["width"] <= 390
    overlaps = page.evaluate("""() => [...document.querySelectorAll("[data-counts-for]")].filter(details => {
      const mark = details.querySelector("summary").getBoundingClientRect();
      return [...document.querySelectorAll("label")].some(label => {
        const box = label.getBoundingClientRect();
        return box.left < mark.right && mark.left < box.right && box.top < mark.bottom && mark.top < box.bottom;
      });
    }).map(details => details.dataset.countsFor)""")
    assert overlaps == []


@pytest.mark.parametrize("has_script", [True])
def test_what_counts_opens_with_its_option_and_closes_with_it(page: Page) -> None:
    box(page, "saddle").check()
    expect(told(page, "saddle")).to_be_visible()
    expect(told(page, "saddle")).to_contain_text("Is this yours?", use_inner_text=True)
    expect(told(page, "bladder")).to_be_hidden()
    box(page, "saddle").uncheck()
    expect(told(page, "saddle")).to_be_hidden()
    box(page, "saddle").check()
    box(page, "none").check()
    expect(box(page, "saddle")).not_to_be_checked()
    expect(told(page, "saddle")).to_be_hidden()
