"""A walk through the site in a real browser at phone width, counting what a person reads and presses."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.fields import BOXES, READ_BOXES, wanted
from tests.support.sheets import full_sheet

PEOPLE = Path(__file__).with_name("people.yaml")
WIDTH, HEIGHT = 390, 844
WORDS_A_MINUTE = 250
SECONDS_A_TAP = 3

# The words that can be seen: not those in a closed `<details>`, nor those for screen readers alone.
_SEEN = """within => {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  const words = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest("script, style, noscript") || !parent.checkVisibility({visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect(), around = parent.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && around.width > 1 && around.height > 1) words.push(node.textContent);
  }
  return words.join(" ");
}"""


@dataclass(frozen=True)
class Person:
    """A kind of person: what they answer where it is not the baseline's, the language they read, and where they end."""

    name: str
    expect: str
    answers: Mapping[str, Any]
    language: str = "en"


@dataclass(frozen=True)
class Effort:
    """What the way of one person costs.

    ``words`` and ``taps`` are those of the pages of questions; ``words_to_result`` and ``taps_to_result`` add the start page
    and the check of the answers. ``promised`` is the minutes that the start page says for such a person. ``left`` is, for each
    page of questions, the minutes that it says are left, and those that it and the pages after it take. ``screens`` are
    lengths of the window: of all pages of questions, of the result as it opens, and down to its first move. ``sheets`` is the
    result printed on A4.
    """

    name: str
    level: str
    pages: int
    words: int
    taps: int
    words_to_result: int
    taps_to_result: int
    promised: int
    left: tuple[tuple[int, float], ...]
    screens: float
    result_words: int
    result_screens: float
    first_move_screens: float | None
    sheets: int

    @property
    def minutes(self) -> float:
        """How long the questions take somebody who reads and presses at a usual pace."""
        return minutes_of(self.words, self.taps)

    @property
    def is_stopped(self) -> bool:
        """Whether the questions ended early: that they would is nothing a page can know before it is answered."""
        return not Level(self.level).shows_routine


def minutes_of(words: int, taps: int) -> float:
    """Return the minutes that so many words and taps take."""
    return words / WORDS_A_MINUTE + taps * SECONDS_A_TAP / 60


def people() -> list[Person]:
    """Return the kinds of people, as people.yaml has them."""
    return [Person(**one) for one in yaml.safe_load(PEOPLE.read_text(encoding="utf-8"))]


def walked(browser: Browser, home: str, recommender: Recommender, person: Person) -> Effort:
    """Go from the start page to the result as this person, and count.

    Raises:
        AssertionError: a page leads nowhere, or the end is another one than is written down.
    """
    raw = full_sheet(recommender, person.answers)
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    context.add_cookies([{"name": "language", "value": person.language, "url": home}])
    page = context.new_page()
    page.goto(home + "/")
    start = _words(page)
    promises = _promises(page)
    with page.expect_navigation():
        page.locator('main a[href*="/questions/"]').first.click()
    told: list[int | None] = []
    took: list[tuple[int, int]] = []
    length = 0.0
    while "/questions/" in page.url:
        told.append(_minutes_left(page))
        taps = _answered(page, raw)
        words, length = _words(page), length + _screens(page)
        took.append((words, taps + _pressed(page, "main form button[type=submit]")))
    words, taps = (sum(each) for each in zip(*took, strict=True))
    checked, confirmed = 0, 0
    if page.url.endswith("/check-answers"):
        checked = _words(page)
        confirmed = _pressed(page, "main form button[type=submit]")
    assert page.url.endswith("/result"), page.url
    level = recommender.recommend(recommender.sheet.read(raw)).decision.level.value
    assert level == person.expect, f"{person.name}: {level}"
    effort = Effort(
        name=person.name,
        level=level,
        pages=len(took),
        words=words,
        taps=taps,
        words_to_result=start + words + checked,
        taps_to_result=1 + taps + confirmed,
        promised=_promise_for(promises, raw, Level(level)),
        left=_left(told, took),
        screens=length,
        result_words=_words(page),
        result_screens=_screens(page),
        first_move_screens=_down_to(page, ".app-move"),
        sheets=len(PdfReader(io.BytesIO(page.pdf(format="A4"))).pages),
    )
    context.close()
    return effort


def _promises(page: Page) -> dict[str, list[int]]:
    """Return the minutes that the start page promises: in all, with an option of the first page, and where help comes first."""
    read = """all => all.map(one => [one.dataset.option ?? ("stops" in one.dataset ? "stops" : ""), one.innerText])"""
    lines = page.locator(".app-promise").evaluate_all(read)
    return {name: [int(number) for number in re.findall(r"\d+", words)] for name, words in lines}


def _promise_for(promises: Mapping[str, Sequence[int]], raw: Mapping[str, Any], level: Level) -> int:
    """Return what is promised to somebody of these answers and this end."""
    if not level.shows_routine:
        return promises["stops"][0 if level is Level.EMERGENCY_NOW else -1]
    ticked = {option for answer in raw.values() if isinstance(answer, list) for option in answer}
    return promises[next((option for option in promises if option in ticked), "")][-1]


def _minutes_left(page: Page) -> int | None:
    """Return how many minutes a page says are left; None where it says nothing, as on the extra pages of a stop."""
    told = page.locator("[data-minutes-left]")
    return int("".join(re.findall(r"\d+", told.inner_text()))) if told.count() else None


def _left(told: Sequence[int | None], took: Sequence[tuple[int, int]]) -> tuple[tuple[int, float], ...]:
    rest = [minutes_of(*(sum(each) for each in zip(*took[place:], strict=True))) for place in range(len(took))]
    return tuple((said, round(minutes, 2)) for said, minutes in zip(told, rest, strict=True) if said is not None)


def _answered(page: Page, raw: Mapping[str, Any]) -> int:
    """Answer the page that is open; return how often that took a finger or a key."""
    taps = 0
    for name, _, value, is_checked in page.locator(BOXES).evaluate_all(READ_BOXES):
        if value in wanted(raw, name) and not is_checked:
            page.locator(f'input[name="{name}"][value="{value}"]').check()
            taps += 1
    for field in page.locator("main input[type=text]").all():
        for words in wanted(raw, field.get_attribute("name") or ""):
            field.fill(words)
            taps += 1 + len(words)
    return taps


def _pressed(page: Page, button: str) -> int:
    before = page.url
    with page.expect_navigation():
        page.locator(button).first.click()
    assert page.url != before, page.locator("main").inner_text()
    return 1


def _words(page: Page) -> int:
    return len(re.findall(r"\w[\w'\u2019\-]*", page.locator("body").evaluate(_SEEN)))


def _screens(page: Page) -> float:
    return float(page.evaluate("document.documentElement.scrollHeight")) / HEIGHT


def _down_to(page: Page, place: str) -> float | None:
    found = page.locator(place)
    if not found.count():
        return None
    return float(found.first.evaluate("one => one.getBoundingClientRect().top + scrollY")) / HEIGHT
