"""The picture of the body and the list beside it: one choice, two views, under a finger and under a keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from recommender.models.questionnaire import BODY, Question
from recommender.service.recommend import Recommender

pytestmark = pytest.mark.deep

LEAST = 24
# The side, in CSS pixels, of the largest square inside each place of each figure, as a finger meets it.
ROOM = """() => {
  const room = {};
  document.querySelectorAll(".app-body__drawing").forEach((figure, number) => {
    const box = figure.getBoundingClientRect();
    let above = [];
    for (let y = 0; y < box.height; y += 1) {
      const row = [];
      for (let x = 0; x < box.width; x += 1) {
        const met = document.elementFromPoint(box.left + x + 0.5, box.top + y + 0.5)?.closest(".app-body__place");
        const near = [above[x - 1], above[x], row[x - 1]].map((cell) => (cell?.met === met ? cell.side : 0));
        row.push({ met, side: met ? 1 + Math.min(...near) : 0 });
        if (met) {
          const place = `${met.className.split("--")[1]} ${number}`;
          room[place] = Math.max(room[place] ?? 0, row[x].side);
        }
      }
      above = row;
    }
  });
  return room;
}"""


@pytest.fixture
def page(browser: Browser, address: str, has_script: bool) -> Iterator[Page]:
    """A phone with the question open, the picture in view."""
    context = browser.new_context(
        viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True, java_script_enabled=has_script
    )
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.goto(f"{address}/questions/about-you")
    opened.locator(".app-body__figures").scroll_into_view_if_needed()
    yield opened
    context.close()


@pytest.fixture(scope="module")
def pictured(recommender: Recommender) -> Question:
    [question] = [one for one in recommender.content.questionnaire.questions.values() if one.picture == BODY]
    return question


def places(question: Question) -> list[str]:
    return [option.id for option in question.options if not option.exclusive]


def box(page: Page, question: Question, option: str) -> Locator:
    return page.locator(f"input[name={question.id}][value={option}]")


def ticks(page: Page, place: str) -> Locator:
    return page.locator(f".app-body__place--{place} .app-body__tick")


def touch(page: Page, at: Locator) -> None:
    found = at.bounding_box()
    assert found
    page.touchscreen.tap(found["x"] + found["width"] / 2, found["y"] + found["height"] / 2)


def shown(page: Page, question: Question) -> set[str]:
    """Return the places that the picture shows as chosen, everywhere where they are drawn."""
    chosen = set()
    for place in places(question):
        states = {tick.is_visible() for tick in ticks(page, place).all()}
        assert len(states) == 1, place
        chosen |= {place} if True in states else set()
    return chosen


def test_a_touch_ticks_a_place_and_a_second_touch_unticks_it(page: Page, pictured: Question) -> None:
    stands_at = page.locator(".app-body").bounding_box()
    for place in places(pictured):
        assert ticks(page, place).count() >= 1
        for tick in ticks(page, place).all():
            touch(page, tick)
            expect(box(page, pictured, place)).to_be_checked()
            assert shown(page, pictured) == {place}
            touch(page, tick)
            expect(box(page, pictured, place)).not_to_be_checked()
    assert shown(page, pictured) == set()
    assert page.locator(".app-body").bounding_box() == stands_at, "the picture moved under the finger"


def test_what_is_touched_is_named_under_the_picture(page: Page, pictured: Question) -> None:
    names = page.locator(".app-body__chosen span")
    assert not any(name.is_visible() for name in names.all())
    wanted = places(pictured)[:2]
    for place in wanted:
        touch(page, ticks(page, place).first)
    expect(names.filter(visible=True)).to_have_text([pictured.option(place).text for place in wanted])


def test_the_keyboard_on_the_list_shows_on_the_picture(page: Page, pictured: Question) -> None:
    for place in places(pictured):
        edge = page.locator(f".app-body__place--{place} .app-body__edge").first
        plain = edge.evaluate("edge => getComputedStyle(edge).stroke")
        box(page, pictured, place).focus()
        page.keyboard.press("Space")
        expect(box(page, pictured, place)).to_be_checked()
        assert edge.evaluate("edge => getComputedStyle(edge).stroke") != plain, place
    assert shown(page, pictured) == set(places(pictured))


def test_no_pain_clears_the_picture_and_a_touch_clears_no_pain(
    page: Page, pictured: Question, has_script: bool
) -> None:
    [none] = [option.id for option in pictured.options if option.exclusive]
    for place in places(pictured)[:3]:
        touch(page, ticks(page, place).first)
    assert shown(page, pictured) == set(places(pictured)[:3])
    box(page, pictured, none).check()
    if not has_script:
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(f"#{pictured.id}-error")).to_contain_text("on its own, or only the others")
        return
    assert shown(page, pictured) == set()
    page.locator(".app-body__figures").scroll_into_view_if_needed()
    touch(page, ticks(page, places(pictured)[0]).first)
    expect(box(page, pictured, none)).not_to_be_checked()
    assert shown(page, pictured) == {places(pictured)[0]}


def test_assistive_technology_meets_each_place_once(page: Page, pictured: Question) -> None:
    for option in pictured.options:
        expect(page.get_by_role("checkbox", name=option.text, exact=True)).to_have_count(1)
    heard = page.locator("form").aria_snapshot()
    page.locator(".app-body").evaluate("picture => picture.remove()")
    assert page.locator("form").aria_snapshot() == heard


def test_every_place_has_room_for_a_finger_on_the_smallest_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(f"{address}/questions/about-you")
    page.locator(".app-body__figures").scroll_into_view_if_needed()
    room = page.evaluate(ROOM)
    context.close()
    assert len({place.split()[1] for place in room}) == 2
    assert {place: side for place, side in room.items() if side < LEAST} == {}
