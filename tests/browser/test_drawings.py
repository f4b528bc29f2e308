"""Drawings in a browser: the movement plays when it is asked for, can be paused, and never plays for whoever wants less motion."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.deep

MOVE = "/exercises/dead_bug"
# Which step is seen: its number among the steps.
STEP = """figure => [...figure.querySelectorAll(".app-figure__motion g")]
  .findIndex(step => step.getAttribute("visibility") !== "hidden")"""


def opened(browser: Browser, address: str, path: str = MOVE, **wishes: object) -> Page:
    page = browser.new_context(viewport={"width": 390, "height": 844}, **wishes).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(10_000)
    page.goto(f"{address}{path}")
    return page


def test_the_movement_plays_and_is_paused(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    figure = page.locator("[data-motion]").first
    frames = figure.locator(".app-figure__frame")
    expect(frames.first).to_be_visible()
    expect(figure.locator(".app-figure__motion")).to_have_count(0)
    figure.get_by_role("button", name="Show the movement").click()
    expect(figure.locator(".app-figure__motion svg")).to_be_visible()
    expect(frames.first).to_be_hidden()
    page.wait_for_function(f"figure => ({STEP})(figure) > 0", arg=figure.element_handle())
    figure.get_by_role("button", name="Pause").click()
    stands = figure.evaluate(STEP)
    figure.get_by_role("button", name="Go on").click()
    page.wait_for_function(f"([figure, was]) => ({STEP})(figure) !== was", arg=[figure.element_handle(), stands])
    figure.get_by_role("button", name="Show the drawings").click()
    expect(frames.first).to_be_visible()
    expect(figure.locator(".app-figure__motion")).to_be_hidden()
    page.context.close()


def test_the_other_side_is_shown_mirrored_and_back(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    figure = page.locator("[data-other]").first
    picture = figure.locator("img").first
    expect(picture).to_have_css("transform", "none")
    figure.get_by_role("button", name="Show the other side").click()
    expect(picture).to_have_css("transform", "matrix(-1, 0, 0, 1, 0, 0)")
    figure.get_by_role("button", name="Show the movement").click()
    expect(figure.locator(".app-figure__motion svg")).to_have_css("transform", "matrix(-1, 0, 0, 1, 0, 0)")
    figure.get_by_role("button", name="Show the first side").click()
    expect(picture).to_have_css("transform", "none")
    page.context.close()


def test_a_move_that_shows_both_sides_offers_no_other(browser: Browser, address: str) -> None:
    page = opened(browser, address, "/exercises/knee_rolls")
    expect(page.get_by_role("button", name="Show the movement").first).to_be_visible()
    expect(page.get_by_role("button", name="Show the other side")).to_have_count(0)
    page.context.close()


# Of each move: the widths of its drawings, and how far the lowest part of a number lies above its drawing.
LAID_OUT = """figures => figures.map(figure => [...figure.querySelectorAll(".app-figure__frame")].map(frame => {
  const number = getComputedStyle(frame, "::before"), drawing = frame.querySelector("img").getBoundingClientRect();
  const ends = frame.getBoundingClientRect().top + parseFloat(number.top) + parseFloat(number.height);
  return [Math.round(drawing.width), number.content === "none" ? 0 : drawing.top - ends];
}))"""


@pytest.mark.parametrize("width", [390, 700, 1100])
@pytest.mark.parametrize("path", ["/exercises/cat_cow", "/exercises/chin_tuck", "/exercises/movement_break"])
def test_drawings_of_a_move_have_one_scale_and_no_number_lies_on_them(
    browser: Browser, address: str, path: str, width: int
) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{address}{path}")
    laid_out = page.locator(".app-figure").evaluate_all(LAID_OUT)
    assert any(len(frames) > 1 for frames in laid_out)
    for frames in laid_out:
        assert len({wide for wide, _ in frames}) == 1, frames
        assert all(clear >= 0 for _, clear in frames), frames
    page.context.close()


def test_nothing_moves_for_whoever_wants_less_motion(browser: Browser, address: str) -> None:
    page = opened(browser, address, reduced_motion="reduce")
    expect(page.locator(".app-figure__frame").first).to_be_visible()
    expect(page.get_by_role("button", name="Show the movement")).to_have_count(0)
    page.context.close()


def test_without_script_the_drawings_stand_alone(browser: Browser, address: str) -> None:
    page = opened(browser, address, java_script_enabled=False)
    expect(page.locator(".app-figure__frame img").first).to_be_visible()
    expect(page.get_by_role("button", name="Show the movement")).to_have_count(0)
    page.context.close()


def test_where_pictures_are_blocked_the_words_are_read(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.route("**/figures/**", lambda route: route.abort())
    page.goto(f"{address}{MOVE}")
    expect(page.get_by_role("img", name="a person lies on their back").first).to_be_attached()
    page.context.close()
