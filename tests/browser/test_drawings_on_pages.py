"""Drawings where people meet them: on cards, one move at a time, in the catalogue, by night and on paper; all from this site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.people import AT_A_DESK
from tests.support.stand import Place, Stand

pytestmark = pytest.mark.deep

PICTURE = ".app-figure__frame img"
# Whether a picture has been fetched and has a size of its own.
IS_DRAWN = "picture => picture.complete && picture.naturalWidth > 0"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def bring(page: Page, stand: Stand, path: str) -> None:
    stand.bring(page, Place("drawings", path, path, draft=stand.draft(AT_A_DESK)))


@pytest.mark.parametrize(
    ("path", "pictures"),
    [
        ("/result", ".app-move .app-thumbnail"),
        ("/result/play#move-1", f"#move-1 {PICTURE}"),
        ("/exercises", ".app-entry .app-thumbnail"),
        ("/exercises/bird_dog", PICTURE),
    ],
)
def test_pictures_are_seen_and_nothing_comes_from_outside(page: Page, stand: Stand, path: str, pictures: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    bring(page, stand, path)
    first = page.locator(pictures).first
    first.scroll_into_view_if_needed()
    expect(first).to_be_visible()
    page.wait_for_function(IS_DRAWN, arg=first.element_handle())
    home = page.url.split("/", 3)[:3]
    assert {tuple(url.split("/", 3)[:3]) for url in asked} == {tuple(home)}


def test_by_night_a_drawing_keeps_its_light_paper(browser: Browser, address: str) -> None:
    page = browser.new_context(color_scheme="dark").new_page()
    page.goto(f"{address}/exercises/bird_dog")
    expect(page.locator(PICTURE).first).to_have_css("background-color", "rgb(250, 251, 252)")
    page.context.close()


def test_on_paper_there_are_drawings_and_no_buttons(page: Page, stand: Stand) -> None:
    bring(page, stand, "/result")
    expect(page.locator(f".app-move {PICTURE}").first).to_be_hidden()
    page.locator(".app-move__row").nth(1).click()
    expect(page.locator(".app-figure__buttons:visible")).not_to_have_count(0)
    page.emulate_media(media="print")
    expect(page.locator(f".app-move {PICTURE}").first).to_be_visible()
    expect(page.locator(".app-figure__buttons:visible")).to_have_count(0)


def test_the_movement_goes_there_and_back(page: Page, stand: Stand) -> None:
    bring(page, stand, "/exercises/bird_dog")
    figure = page.locator("[data-motion]").first
    figure.get_by_role("button", name="Show the movement").click()
    seen = """figure => {
      const steps = [...figure.querySelectorAll(".app-figure__motion svg > g")];
      return [steps.findIndex(step => step.getAttribute("visibility") !== "hidden"), steps.length];
    }"""
    handle = figure.element_handle()
    page.wait_for_function(
        f"figure => {{ const [at, all] = ({seen})(figure); return all > 2 && at === all - 1; }}", arg=handle
    )
    page.wait_for_function(f"figure => ({seen})(figure)[0] === 0", arg=handle)
