"""The whole journey with a keyboard alone: Tab, Space, arrow keys and Enter, and the focus in sight all the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from recommender.service.recommend import Recommender
from tests.support.sheets import full_sheet
from tests.support.stand import HOME, Place, Stand

MOST_STOPS = 300
# How a control looks: its own outline, shadow and colours, and those of the label that stands for a hidden box.
# A colour that cannot be seen counts as none.
REMEMBER_LOOKS = """() => {
  const parts = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderTopWidth", "backgroundColor"];
  const style = (one, pseudo) => {
    const now = getComputedStyle(one, pseudo);
    const isClear = now.outlineColor === "rgba(0, 0, 0, 0)" || now.outlineStyle === "none";
    return parts.filter(part => !(isClear && part.startsWith("outline"))).map(part => now[part]).join(" ");
  };
  window.looks = new Map();
  window.lookOf = one => [style(one, null), ...[...(one.labels || [])].map(label => style(label, "::before"))].join("|");
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (one !== document.activeElement) looks.set(one, lookOf(one));
  }
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  return {
    tag: one.tagName.toLowerCase(), type: one.type || "", name: one.name || "", value: one.value || "",
    text: one.textContent.trim().replace(/\\s+/g, " "), isChecked: one.checked === true,
    top: box.top + scrollY, bottom: box.bottom + scrollY,
    isSeen: box.bottom > 0 && box.top < innerHeight && box.width > 1,
    // The browser marks the parts of a field for the time itself: hours, minutes and the clock are a stop each.
    isMarked: one.type === "time" || !looks.has(one) || looks.get(one) !== lookOf(one),
  };
}"""


# Whether the last control of the page has the focus: the next press of Tab leaves it.
LEAVES_THE_PAGE = """() => {
  const all = [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select")];
  return document.activeElement === all.filter(one => one.checkVisibility()).at(-1);
}"""


@dataclass(frozen=True)
class Stop:
    """The control that has the focus. Measures are from the top of the page."""

    tag: str
    type: str
    name: str
    value: str
    text: str
    isChecked: bool
    top: float
    bottom: float
    isSeen: bool
    isMarked: bool


class Typist:
    """Somebody who never touches the mouse. Every stop is checked on the way."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.last: Stop | None = None

    def arrive(self) -> None:
        """Begin on a page that has just loaded."""
        self.page.evaluate(REMEMBER_LOOKS)
        self.last = None

    def tab(self) -> Stop:
        stop = self.press("Tab")
        if self.last is not None:
            assert stop.bottom > self.last.top, f"the focus jumps up from {self.last.text!r} to {stop.text!r}"
        self.last = stop
        return stop

    def press(self, key: str) -> Stop:
        self.page.keyboard.press(key)
        told = self.page.evaluate(FOCUSED)
        assert told is not None, f"{key} leads nowhere on {self.page.url} after {self.last}"
        stop = Stop(**told)
        assert stop.isSeen, f"{stop} has the focus out of sight"
        assert stop.isMarked, f"{stop} looks the same with and without the focus"
        return stop

    def go_to(self, text: str) -> Stop:
        """Tab to the control with this text."""
        for _ in range(MOST_STOPS):
            stop = self.tab()
            if stop.text.startswith(text):
                return stop
        raise AssertionError(f"Tab never reaches {text!r} on {self.page.url}")

    def follow(self, text: str) -> None:
        """Tab to a link or button and press Enter."""
        self.go_to(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.arrive()

    def answer_page(self, raw: Mapping[str, Any]) -> None:
        """Answer as the raw sheet says, on the way from the top of the page to its button."""
        for _ in range(MOST_STOPS):
            stop = self.tab()
            if stop.tag == "button" and stop.text == "Continue":
                break
            self._answer(stop, raw)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.arrive()

    def _answer(self, stop: Stop, raw: Mapping[str, Any]) -> None:
        question, _, part = stop.name.partition("-")
        wanted = raw.get(question)
        wanted = wanted.get(part) if isinstance(wanted, dict) else wanted
        if stop.type == "radio" and wanted is not None:
            self._choose(stop, str(wanted))
        elif stop.type == "checkbox" and isinstance(wanted, list) and stop.value in wanted:
            assert self.press("Space").isChecked
        elif stop.type == "text" and wanted is not None:
            self.page.keyboard.type(str(wanted))

    def _choose(self, stop: Stop, wanted: str) -> None:
        """Go through a group of radio buttons with the arrow keys."""
        if stop.value == wanted:
            assert self.press("Space").isChecked
            return
        for _ in range(MOST_STOPS):
            now = self.press("ArrowDown")
            assert now.name == stop.name
            assert now.isChecked
            if now.value == wanted:
                self.last = now
                return
        raise AssertionError(f"the arrow keys never reach {wanted} of {stop.name}")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    yield opened
    context.close()


@pytest.fixture
def typist(page: Page, stand: Stand) -> Typist:
    """Somebody on the start page."""
    page.goto(stand.addresses[HOME])
    typist = Typist(page)
    typist.arrive()
    return typist


@pytest.mark.deep
def test_a_whole_journey_needs_no_mouse(typist: Typist, recommender: Recommender) -> None:
    page = typist.page
    given = {"pain_location": ["low_back", "neck"], "pain_main": "neck", "limits": ["wrist"], "pain_score": 5}
    raw = full_sheet(recommender, {**given, "main_task": {"task": "Put on my socks", "score": 3}})
    typist.follow("Start now")
    while "/questions/" in page.url:
        before = page.url
        typist.answer_page(raw)
        assert page.url != before, page.locator("main").inner_text()
    expect(page.locator("h1")).to_have_text("Check your answers")
    typist.follow("Show my routine")
    typist.go_to("Make it fit better")
    page.keyboard.press("Enter")
    typist.follow("What matters most?")
    typist.answer_page(raw)
    expect(page.locator("h1")).to_contain_text("A routine for you")
    typist.go_to(page.locator(".app-move__name").first.inner_text())
    page.keyboard.press("Enter")
    typist.go_to("Why this is in your routine")
    page.keyboard.press("Enter")
    expect(page.locator(".app-move__body details[open]")).to_have_count(1)
    typist.follow("Check and change your answers")
    expect(page.get_by_text("Put on my socks, 3 out of 10")).to_be_visible()


@pytest.mark.deep
def test_tab_reaches_everything_on_a_result_page_in_reading_order(stand: Stand, page: Page) -> None:
    place = Place("result", "", "/result", draft=stand.draft({})).opened()
    stand.bring(page, place)
    typist = Typist(page)
    typist.arrive()
    controls = page.locator("a[href]:visible, button:visible, summary:visible").count()
    assert controls > 10
    # Boxes to tick and fields are stops too.
    reached = {typist.tab() for _ in range(controls)}
    while not page.evaluate(LEAVES_THE_PAGE):
        reached.add(typist.press("Tab"))
        assert len(reached) < MOST_STOPS
    assert len(reached) >= controls


@pytest.mark.deep
def test_the_skip_link_leads_past_the_header(typist: Typist) -> None:
    page = typist.page
    first = typist.tab()
    assert first.text == "Skip to main content"
    expect(page.locator(".govuk-skip-link")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.deep
def test_an_error_leads_by_keyboard_to_its_question(typist: Typist) -> None:
    page = typist.page
    typist.follow("Start now")
    typist.answer_page({})
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    link = typist.tab()
    assert link.text.startswith("Select an answer: How old are you?")
    page.keyboard.press("Enter")
    expect(page.locator("#age_band")).to_be_focused()


@pytest.mark.deep
def test_changing_an_answer_by_keyboard_leads_back_to_check_answers(stand: Stand, page: Page) -> None:
    stand.bring(page, Place("check-answers", "", "/check-answers", draft=stand.draft({})))
    typist = Typist(page)
    typist.arrive()
    typist.follow("Change")
    assert page.url.endswith("?from=check#age_band")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    typist.go_to("Continue")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check your answers")
