"""Every page in every state against WCAG 2.2 AA: axe, and what axe cannot see."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from werkzeug.routing import Map

from tests.support.places import FEW, HALF, WHOLE, all_places, exercise_places, visits_of
from tests.support.routes import page_rules
from tests.support.sample import small_and_whole
from tests.support.stand import HOME, Place, Stand

pytestmark = pytest.mark.dear

AXE = Path(__file__).resolve().parent / "axe" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
COLOUR_OPTIONS: dict[str, Any] = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
RUN_AXE = """async options => {
  const told = await axe.run(document, options);
  const rules = [...told.passes, ...told.inapplicable, ...told.violations, ...told.incomplete];
  return {
    rules: rules.map(rule => rule.id),
    violations: told.violations.flatMap(rule => rule.nodes.map(
      node => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`)),
  };
}"""
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALLEST: ViewportSize = {"width": 320, "height": 640}  # 1280 pixels wide at 400 %
DESK: ViewportSize = {"width": 1280, "height": 800}
# What reaches past the right or left edge, or is cut off there. Wide tables may scroll inside a box that fits.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth, faults = [];
  const name = one => `${one.tagName.toLowerCase()}.${one.className} "${(one.textContent || "").trim().slice(0, 40)}"`;
  const isHidden = one => {
    const hidden = one.closest(".govuk-visually-hidden, .govuk-skip-link");
    return hidden !== null && hidden.getBoundingClientRect().width <= 1;
  };
  const scrolls = one => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const isInScroller = one => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) if (scrolls(up)) return true;
    return false;
  };
  if (document.documentElement.scrollWidth > width) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const one of document.querySelectorAll("body *")) {
    const box = one.getBoundingClientRect();
    if (!box.width || isHidden(one) || isInScroller(one)) continue;
    if (box.right > width + 1 || box.left < -1) faults.push(`${name(one)} reaches from ${box.left} to ${box.right}`);
    const cuts = ["hidden", "clip"].includes(getComputedStyle(one).overflowX);
    if (cuts && one.scrollWidth > one.clientWidth + 1) faults.push(`${name(one)} is cut off`);
  }
  return faults.slice(0, 5);
}"""
# The override of WCAG 1.4.12. A style sheet made by script is not subject to the page's own policy.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
# 24 by 24 pixels, or a link inside a sentence. A label belongs to its box, and a link may reach over its whole card.
SMALL_TARGETS = """() => {
  const isInline = one => {
    let around = one;
    while (getComputedStyle(around).display === "inline") around = around.parentElement;
    return around !== one && around.textContent.trim() !== one.textContent.trim();
  };
  const reaches = (one, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (one.contains(hit) || [...(one.labels || [])].some(label => label.contains(hit)));
  };
  const isLarge = one => {
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const box = one.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    return (box.width >= 24 && box.height >= 24) || [[-12, 0], [11.9, 0], [0, -12], [0, 11.9]].every(([right, down]) => reaches(one, x + right, y + down));
  };
  const isSeen = one => one.checkVisibility() && one.getBoundingClientRect().width > 1;
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(one => isSeen(one) && !isInline(one) && !isLarge(one))
    .map(one => {
      const box = one.getBoundingClientRect();
      return `${one.tagName.toLowerCase()}.${one.className} "${one.textContent.trim().slice(0, 40)}" is ${box.width}
        by ${box.height}`.replace(/\\s+/g, " ");
    });
}"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"""
MOVING = """() => [
  ...document.getAnimations().filter(one => one.playState === "running").map(one => one.constructor.name),
  ...[document.documentElement, ...document.querySelectorAll("*")]
    .filter(one => getComputedStyle(one).scrollBehavior === "smooth").map(one => `${one.tagName} scrolls smoothly`),
]"""


def axe_violations(page: Page) -> list[str]:
    told = _asked_axe(page, OPTIONS)
    assert "target-size" in told["rules"]
    violations: list[str] = told["violations"]
    return violations


def colour_violations(page: Page) -> list[str]:
    """Return what axe says of colours alone: all that other colours can change of a page that was looked at before."""
    told = _asked_axe(page, COLOUR_OPTIONS)
    assert "color-contrast" in told["rules"]
    violations: list[str] = told["violations"]
    return violations


def _asked_axe(page: Page, options: dict[str, Any]) -> dict[str, Any]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    told: dict[str, Any] = page.evaluate(RUN_AXE, options)
    return told


def heading_faults(page: Page) -> list[str]:
    levels = page.evaluate(HEADINGS)
    skips = [f"h{after} after h{level}" for level, after in pairwise(levels) if after > level + 1]
    return skips + ([] if levels.count(1) == 1 else [f"{levels.count(1)} main headings"])


def width_faults(page: Page) -> list[str]:
    faults: list[str] = page.evaluate(TOO_WIDE)
    return faults


def spaced_width_faults(page: Page) -> list[str]:
    page.evaluate(SPACING)
    return width_faults(page)


LOOKS: dict[str, Callable[[Page], list[str]]] = {
    "axe": axe_violations,
    "colours": colour_violations,
    "headings": heading_faults,
    "width": width_faults,
    "width with wider spacing": spaced_width_faults,  # changes the page, so it comes last
    "targets": lambda page: list(page.evaluate(SMALL_TARGETS)),
    "motion": lambda page: list(page.evaluate(MOVING)),
}
# The size of the screen, the media, and what is looked at, in order.
SETTINGS: dict[str, tuple[ViewportSize, dict[str, Any], tuple[str, ...]]] = {
    "320 wide": (SMALLEST, {}, ("axe", "headings", "width", "width with wider spacing")),
    "1280 wide": (DESK, {}, ("axe",)),
    "dark": (PHONE, {"color_scheme": "dark"}, ("colours", "targets", "motion")),
    "forced colours": (PHONE, {"forced_colors": "active"}, ("colours",)),
}
PLAIN: dict[str, Any] = {"color_scheme": "light", "forced_colors": "none", "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def places(stand: Stand) -> list[Place]:
    return all_places(stand)


@pytest.fixture(scope="module", params=small_and_whole(FEW, HALF, long=WHOLE))
def survey(request: pytest.FixtureRequest, browser: Browser, stand: Stand, places: list[Place]) -> Survey:
    return Survey(browser, stand, visits_of(places, request.param))


@dataclass
class Survey:
    """Visits each of its places in its language, looks at it in each setting, and keeps what each look found there."""

    browser: Browser
    stand: Stand
    wanted: list[tuple[Place, str]]

    def faults(self, setting: str, look: str) -> dict[str, list[str]]:
        """Return what one look found, by place; {} means all is well."""
        key = (setting, look)
        return {f"{one.language} {one.place.name}": one.faults[key] for one in self.visits if one.faults.get(key)}

    @cached_property
    def visits(self) -> list[Seen]:
        context = self.browser.new_context(viewport=PHONE)
        page = context.new_page()
        page.set_default_timeout(10_000)
        seen = [self._visit(page, place, language) for place, language in self.wanted]
        context.close()
        return seen

    def _visit(self, page: Page, place: Place, language: str) -> Seen:
        page.emulate_media(**PLAIN)
        seen = Seen(place, language)
        try:
            self.stand.bring(page, place, language)
        except AssertionError as error:
            looks = [(setting, look) for setting, (_, _, looks) in SETTINGS.items() for look in looks]
            return Seen(place, language, faults={key: [str(error)] for key in looks})
        seen.title, seen.lang = page.title(), page.locator("html").get_attribute("lang")
        for setting, (size, media, looks) in SETTINGS.items():
            page.set_viewport_size(size)
            page.emulate_media(**{**PLAIN, **media})
            for look in looks:
                seen.faults[setting, look] = LOOKS[look](page)
                page.evaluate("document.adoptedStyleSheets = []")  # the wider spacing
        return seen


@dataclass
class Seen:
    """What was seen at one place: the title, the language that it names, and faults by setting and look."""

    place: Place
    language: str
    title: str = ""
    lang: str | None = None
    faults: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def assert_none(faults: dict[str, list[str]]) -> None:
    """Fail with each fault once, how many places have it, and the first of them."""
    places: dict[str, list[str]] = {}
    for place, texts in faults.items():
        for text in texts:
            places.setdefault(text, []).append(place)
    assert not places, "\n".join(f"{text} ({len(names)} places: {names[0]})" for text, names in places.items())


def test_axe_is_the_published_file() -> None:
    listed = (AXE.parent / "README.md").read_text(encoding="utf-8")
    assert f"| {hashlib.sha256(AXE.read_bytes()).hexdigest()} |" in listed
    assert AXE.read_text(encoding="utf-8").startswith("/*! axe v4.14.1")


def test_every_page_of_the_site_is_among_the_places(stand: Stand, places: list[Place]) -> None:
    rules = page_rules(stand.apps[HOME])
    addresses = Map([rule.empty() for rule in rules]).bind("localhost")
    reached = {addresses.match(re.split("[?#]", place.address)[0])[0] for place in places if place.status in (200, 422)}
    forgotten = {rule.endpoint for rule in rules} - reached
    assert forgotten == set(), "add them to tests/browser/places.py"
    assert len({place.name for place in places}) == len(places)


def test_every_question_is_asked_in_some_place(stand: Stand, places: list[Place]) -> None:
    shown = {question for place in places if place.draft for question in place.draft.answers}
    assert shown == {question.id for question in stand.recommender.content.questionnaire.intake_questions}


def test_the_filtered_catalogue_shows_some_moves_and_none(stand: Stand) -> None:
    counts = {place.state: stand.html(place.address).count('"app-entry"') for place in exercise_places(stand)}
    assert counts["filtered-opened"] > 0
    assert counts["no-match-opened"] == 0


@pytest.mark.parametrize("setting", ["320 wide", "1280 wide"])
def test_axe_finds_nothing(survey: Survey, setting: str) -> None:
    assert_none(survey.faults(setting, "axe"))


@pytest.mark.parametrize("setting", ["dark", "forced colours"])
def test_axe_finds_no_fault_in_other_colours(survey: Survey, setting: str) -> None:
    assert_none(survey.faults(setting, "colours"))


def test_nothing_is_wider_than_the_smallest_screen(survey: Survey) -> None:
    assert_none(survey.faults("320 wide", "width"))


def test_wider_text_spacing_cuts_nothing_off(survey: Survey) -> None:
    assert_none(survey.faults("320 wide", "width with wider spacing"))


def test_headings_begin_with_one_h1_and_skip_no_level(survey: Survey) -> None:
    assert_none(survey.faults("320 wide", "headings"))


def test_every_target_is_large_enough_to_tap(survey: Survey) -> None:
    assert_none(survey.faults("dark", "targets"))


def test_nothing_moves_for_those_who_asked_for_less_motion(survey: Survey) -> None:
    assert_none(survey.faults("dark", "motion"))


def test_titles_name_the_page_and_the_page_names_its_language(survey: Survey) -> None:
    pages: dict[tuple[str, str], str] = {}
    for seen in survey.visits:
        place = seen.place
        assert seen.lang == seen.language, place.name
        assert seen.title.startswith("Error: ") == place.is_sent, f"{place.name}: {seen.title}"
        plain = seen.title.removeprefix("Error: ")
        first = pages.setdefault((seen.language, plain), place.page)
        assert first == place.page, f"{first} and {place.name} share the title {plain!r}"
