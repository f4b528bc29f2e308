"""The rule book, the case lab and the review room against the same standard as the public pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing import Rule

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.browser.test_accessibility import DESK, LOOKS, PHONE, PLAIN, SMALLEST, assert_none
from tests.browser.test_keyboard import MOST_STOPS, Typist
from tests.browser.test_lightness import MOST_BYTES, Inline, Wire
from tests.support.reviewers import password_of, review_room
from tests.support.room_places import EXERCISE, Room, RoomPlace, compare, journey, room_places, running_room, sign_in
from tests.support.routes import page_rules
from tests.support.sample import place_in_hundred
from tests.support.stand import served

WHOLE = "every place"
pytestmark = [pytest.mark.dear, pytest.mark.deep]

BLUEPRINTS = frozenset({"rulebook", "lab", "review", "proposals", "sign_in"})
# Pages that are long because they hold everything: for a desk, for paper, or for a search in the page.
LONG = frozenset({"matrix", "rules printed", "review printed"})
# What is looked at, by setting. The page is loaded once, because some pages come only of a form.
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "320 wide": (SMALLEST, {}, ("axe", "headings", "width", "width with wider spacing")),
    "1280 wide": (DESK, {}, ("axe",)),
    "dark": (PHONE, {"color_scheme": "dark"}, ("colours", "targets", "motion")),
    "forced colours": (PHONE, {"forced_colors": "active"}, ("colours",)),
}
# What scrolls sideways, and whether a keyboard can reach it and is told its name.
SCROLLERS = """() => [...document.querySelectorAll("body *")]
  .filter(one => one.scrollWidth > one.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(one).overflowX))
  .map(one => [one.className, one.tabIndex === 0 && one.getAttribute("role") === "region"
    && document.getElementById(one.getAttribute("aria-labelledby")) !== null])"""
# A long name in a field is not cut off: the field scrolls with the caret.
FIELD = 'input.govuk-input "" is cut off'

WATCH_MATRIX = """() => {
  const matrix = document.querySelector(".app-matrix");
  window.scrolled = new Promise(done => {
    matrix.addEventListener("scroll", () => done(matrix.scrollLeft), { once: true });
    setTimeout(() => done(0), 5000);
  });
}"""


@dataclass
class Seen:
    """What was found at one place, as it comes and with every fold open. ``faults`` are by setting and look."""

    title: str
    language: str | None
    html: str
    sizes: dict[str, int] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    scrollers: list[tuple[str, bool]] = field(default_factory=list)
    faults: dict[tuple[str, str], list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def room(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with running_room(recommender, tmp_path_factory.mktemp("room")) as running:
        yield running


@pytest.fixture(scope="module")
def places(room: Room) -> list[RoomPlace]:
    return room_places(room)


# What scrolls sideways, and the second factor, which one place turns on and the next asks for.
ALWAYS = ("matrix", "recovery codes", "code")
# Hundreds of sheets on one page: looked at before a release.
BOOKS = ("review printed", "rules printed")


@pytest.fixture(scope="module", params=["a quarter of the places", pytest.param(WHOLE, marks=pytest.mark.long)])
def surveyed(request: pytest.FixtureRequest, places: list[RoomPlace]) -> list[RoomPlace]:
    """The places that a survey visits: the only ones that scroll sideways, and of the others a quarter or all."""
    if request.param == WHOLE:
        return places
    return [one for one in places if one.page in ALWAYS or (one.page not in BOOKS and place_in_hundred(one.name) < 25)]


@pytest.fixture(scope="module")
def survey(browser: Browser, room: Room, surveyed: list[RoomPlace]) -> dict[str, Seen]:
    """Every place, visited once and looked at in every setting, with every fold open; its order and width with the folds closed too."""
    context = browser.new_context(viewport=PHONE)
    page, wire = context.new_page(), Wire()
    page.set_default_timeout(20_000)
    wire.listen(page)
    found = {place.name: _visit(page, wire, room, place) for place in surveyed}
    context.close()
    return found


def _visit(page: Page, wire: Wire, room: Room, place: RoomPlace) -> Seen:
    page.emulate_media(**PLAIN)
    page.goto("about:blank")
    wire.clear(room.addresses[place.site])
    response = room.bring(page, place)
    seen = Seen(page.title(), page.locator("html").get_attribute("lang"), response.text())
    page.set_viewport_size(SMALLEST)
    if page.evaluate("document.querySelector('details:not([open])') !== null"):
        _look(page, seen, "320 wide", ("headings", "width"))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    for setting in SETTINGS:
        _look(page, seen, setting)
    # By now the icon has come too.
    seen.sizes, seen.foreign, seen.complaints = wire.sizes(), wire.foreign(), list(wire.complaints)
    return seen


def _look(page: Page, seen: Seen, setting: str, only: tuple[str, ...] | None = None) -> None:
    size, media, looks = SETTINGS[setting]
    page.set_viewport_size(size)
    page.emulate_media(**{**PLAIN, **media})
    if size is SMALLEST:
        seen.scrollers += [(name, is_reached) for name, is_reached in page.evaluate(SCROLLERS)]
    for look in only or looks:
        found = [fault for fault in LOOKS[look](page) if not fault.startswith(FIELD)]
        seen.faults.setdefault((setting, look), []).extend(found)
    page.evaluate("document.adoptedStyleSheets = []")


def room_rules(app: Flask) -> list[Rule]:
    """Return the routes of the pages of the room. An address that ends like a file is a download."""
    rules = [rule for rule in app.url_map.iter_rules() if "." not in rule.rule]
    return [rule for rule in rules if rule.endpoint.partition(".")[0] in BLUEPRINTS]


def test_every_page_of_the_room_is_among_the_places(room: Room, places: list[RoomPlace]) -> None:
    rules = room_rules(room.app)
    reached = {
        room.app.url_map.bind("localhost").match(place.address.partition("?")[0])[0]
        for place in places
        if place.act is None and place.status != 404
    }
    pages = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert len(pages) > 15
    assert pages - reached == set(), "add them to tests/browser/room_places.py"
    assert len({place.name for place in places}) == len(places)


@pytest.mark.parametrize("setting", ["320 wide", "1280 wide"])
def test_axe_finds_nothing(survey: dict[str, Seen], setting: str) -> None:
    assert_none({name: seen.faults[setting, "axe"] for name, seen in survey.items()})


@pytest.mark.parametrize("setting", ["dark", "forced colours"])
def test_axe_finds_no_fault_in_other_colours(survey: dict[str, Seen], setting: str) -> None:
    assert_none({name: seen.faults[setting, "colours"] for name, seen in survey.items()})


@pytest.mark.parametrize("look", ["headings", "width", "width with wider spacing"])
def test_everything_is_in_order_on_the_smallest_screen(survey: dict[str, Seen], look: str) -> None:
    assert_none({name: seen.faults["320 wide", look] for name, seen in survey.items()})


@pytest.mark.parametrize("look", ["targets", "motion"])
def test_targets_are_large_enough_and_nothing_moves(survey: dict[str, Seen], look: str) -> None:
    assert_none({name: seen.faults["dark", look] for name, seen in survey.items()})


def test_only_the_matrix_scrolls_sideways_and_a_keyboard_reaches_it(survey: dict[str, Seen]) -> None:
    found = {scroller for seen in survey.values() for scroller in seen.scrollers}
    assert found == {("app-matrix", True)}


def test_titles_name_the_page_and_the_page_is_in_english(
    survey: dict[str, Seen], room: Room, surveyed: list[RoomPlace]
) -> None:
    client = room.app.test_client()
    public = [rule.rule for rule in page_rules(room.app) if not rule.arguments] + [
        EXERCISE.replace("review/exercise", "exercises")
    ]
    pages = {client.get(address).text.partition("<title>")[2].partition("</title>")[0]: address for address in public}
    for place in surveyed:
        seen = survey[place.name]
        assert seen.language == "en", place.name
        assert seen.title.startswith("Error: ") == (place.status in (409, 422)), f"{place.name}: {seen.title}"
        first = pages.setdefault(seen.title.removeprefix("Error: "), place.page)
        assert first == place.page, f"{first} and {place.name} share the title {seen.title!r}"


def test_every_page_is_light_on_the_first_visit(survey: dict[str, Seen], surveyed: list[RoomPlace]) -> None:
    weights = {place.name: sum(survey[place.name].sizes.values()) for place in surveyed if place.page not in LONG}
    assert {name: weight for name, weight in weights.items() if not 0 < weight < MOST_BYTES} == {}
    # Document, two style sheets, script and icon were all counted.
    assert [name for name, seen in survey.items() if sum(size > 0 for size in seen.sizes.values()) < 5] == []


def test_no_page_asks_another_host_for_anything_and_the_browser_complains_about_nothing(
    survey: dict[str, Seen],
) -> None:
    assert {name: seen.foreign for name, seen in survey.items() if seen.foreign} == {}
    assert {name: seen.complaints for name, seen in survey.items() if seen.complaints} == {}


def test_no_page_holds_a_script_or_a_style_of_its_own(survey: dict[str, Seen]) -> None:
    found = {}
    for name, seen in survey.items():
        parser = Inline()
        parser.feed(seen.html)
        found[name] = parser.found
    assert {name: inline for name, inline in found.items() if inline} == {}


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A phone without JavaScript."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def test_without_javascript_the_rule_book_is_read_and_leads_to_the_review(room: Room, plain_page: Page) -> None:
    page = plain_page
    page.goto(f"{room.addresses['open']}/rules")
    page.get_by_label("Search the rules").fill("leaning hands")
    page.get_by_role("button", name="Show rules").click()
    name = page.locator(".app-section h3 a").first.inner_text()
    page.get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_have_text(name)
    page.get_by_role("link", name="Review this rule").click()
    expect(page.locator("h1")).to_have_text("Sign in to the review room")
    sign_in(page, "ana", password_of("ana"))
    expect(page.locator("h1")).to_have_text(name.replace(" ", ": ", 1))
    expect(page.get_by_role("button", name="Approve this version")).to_be_visible()


def test_without_javascript_two_cases_are_run_and_compared(room: Room, plain_page: Page) -> None:
    page = plain_page
    page.goto(f"{room.addresses['open']}/lab")
    compare(page, journey(Level.ROUTINE), journey(Level.EMERGENCY_NOW))
    expect(page.locator("h1")).to_have_text("Two cases side by side")
    page.get_by_role("button", name="The whole trace of the first case").click()
    page.get_by_text("moves with their points").click()
    expect(page.locator("details[open] li").first).to_be_visible()
    page.get_by_role("button", name="Change the answers").click()
    page.get_by_role("button", name="Run the case").click()
    expect(page.locator("h1")).to_have_text(journey(Level.ROUTINE).name)


def test_the_whole_matrix_is_scrolled_by_keyboard_and_has_no_fault(browser: Browser, room: Room) -> None:
    context = browser.new_context(viewport=SMALLEST, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{room.addresses['open']}/rules/matrix")
    assert LOOKS["axe"](page) == []
    page.get_by_role("link", name="Download this table (CSV)").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".app-matrix")).to_be_focused()
    page.evaluate(WATCH_MATRIX)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.scrolled") > 0
    context.close()


class Signer(Typist):
    """A clinician without a mouse."""

    def type_into(self, name: str, words: str) -> None:
        for _ in range(MOST_STOPS):
            if self.tab().name == name:
                self.page.keyboard.type(words)
                return
        raise AssertionError(f"Tab never reaches {name} on {self.page.url}")


def test_a_clinician_signs_in_approves_and_signs_out_with_a_keyboard_alone(
    browser: Browser, recommender: Recommender, tmp_path: Path
) -> None:
    with review_room(recommender, tmp_path) as app, served(app) as home:
        context = browser.new_context(viewport=DESK)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{home}/review")
        ana = Signer(page)
        ana.arrive()
        ana.type_into("email", "ana@example.org")
        ana.type_into("password", password_of("ana"))
        ana.follow("Sign in")
        expect(page.locator("h1")).to_have_text("Review room")
        expect(page.locator(".app-lead")).to_contain_text("need you")
        ana.follow("Red flags")
        expect(page.locator("h1")).to_have_text("Red flags")
        ana.follow("RF-U07")
        ana.type_into("text", "Read by keyboard.")
        ana.follow("Approve this version")
        expect(page.get_by_role("status")).to_have_text("Your approval is recorded.")
        expect(page.get_by_role("article")).to_contain_text("Read by keyboard.")
        ana.follow("Sign out")
        expect(page.locator("h1")).to_have_text("Sign in to the review room")
        page.goto(f"{home}/review/rule/RF-U07")
        expect(page.locator("h1")).to_have_text("Sign in to the review room")
        context.close()
