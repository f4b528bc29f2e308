"""What a first visit costs and asks for: few bytes, no other host, nothing inline, nothing that jumps."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Route

from tests.support.places import FEW, HALF, WHOLE, all_places, visits_of
from tests.support.sample import small_and_whole
from tests.support.stand import Place, Stand

pytestmark = pytest.mark.dear

MOST_BYTES = 60_000
MOST_WITH_PICTURES = 200_000
MOST_SHIFT = 0.01
# Entries kept from before the observer began arrive with its first call, so one frame is enough to wait.
LAYOUT_SHIFT = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))));
})"""

FIRST_PAINT = """() => new Promise(resolve => new PerformanceObserver(
  list => { if (list.getEntriesByName("first-contentful-paint").length) resolve(); }
).observe({ type: "paint", buffered: true }))"""


@dataclass
class Visit:
    """One page load, without anything in the browser's cache. ``sizes`` are bytes with headers, by address."""

    html: str
    shift: float
    sizes: dict[str, int]
    foreign: list[str]
    complaints: list[str]


@dataclass
class Wire:
    """What the browser reports while it loads. A page that was sent as a form is counted alone, not with the one before."""

    home: str = ""
    loads: dict[str, tuple[str, str]] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def clear(self, home: str) -> None:
        self.home, self.loads, self.bytes, self.complaints = home, {}, {}, []

    def sizes(self) -> dict[str, int]:
        """Return the bytes of the last document and of all that it asked for."""
        last = [load for request, (load, _) in self.loads.items() if request == load][-1]
        return {url: self.bytes.get(request, 0) for request, (load, url) in self.loads.items() if load == last}

    def foreign(self) -> list[str]:
        """Return what was asked of others. An address that holds its data asks nobody: the browser's own icon of a date field."""
        return [url for _, url in self.loads.values() if not url.startswith((self.home + "/", "data:"))]

    def _sent(self, event: dict[str, Any]) -> None:
        self.loads[event["requestId"]] = (event["loaderId"], event["request"]["url"])

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = int(event["encodedDataLength"])

    def _said(self, message: ConsoleMessage) -> None:
        # The status of an error page is no fault of the page.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)


class Inline(HTMLParser):
    """Collects scripts and styles that stand in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.found += [f"{tag} {name}={value}" for name, value in attrs if _runs_or_embeds(value or "")]


def _runs_or_embeds(value: str) -> bool:
    return value.strip().lower().startswith(("javascript:", "data:"))


@pytest.fixture(scope="module", params=small_and_whole(FEW, HALF, long=WHOLE))
def visits(request: pytest.FixtureRequest, browser: Browser, stand: Stand) -> dict[str, Visit]:
    """A first visit to every place, or to a few."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page, wire = context.new_page(), Wire()
    wire.listen(page)
    # On a slow line the scripts come when the page is drawn already: what they add must not move it.
    context.route("**/*.js", lambda route: _after_the_first_paint(page, route))
    made = {}
    # What a script opens moves the rest of the page, as it should.
    wanted = {
        (place.closed().name, language): place.closed()
        for place, language in visits_of(all_places(stand), request.param)
    }
    for (name, language), place in wanted.items():
        made[f"{language} {name}"] = _visit(page, wire, stand, place, language)
    context.close()
    return made


def _after_the_first_paint(page: Page, route: Route) -> None:
    with suppress(Error):  # the page that asked for it is gone, as another came: there is nothing to hold back
        page.evaluate(FIRST_PAINT)
    route.continue_()


def _visit(page: Page, wire: Wire, stand: Stand, place: Place, language: str) -> Visit:
    page.goto("about:blank")
    wire.clear(stand.addresses[place.site])
    response = stand.bring(page, place, language)
    shift = page.evaluate(LAYOUT_SHIFT)
    return Visit(response.text(), shift, wire.sizes(), wire.foreign(), list(wire.complaints))


def test_every_page_is_light_on_the_first_visit(visits: dict[str, Visit]) -> None:
    weights = {name: sum(visit.sizes.values()) for name, visit in visits.items()}
    assert {name: weight for name, weight in weights.items() if weight >= MOST_WITH_PICTURES} == {}
    weights = {
        name: sum(size for url, size in visit.sizes.items() if "/figures/" not in url) for name, visit in visits.items()
    }
    assert {name: weight for name, weight in weights.items() if weight >= MOST_BYTES} == {}
    # Document, styles and script were all counted; the icon may still be on its way.
    assert [name for name, visit in visits.items() if sum(size > 0 for size in visit.sizes.values()) < 3] == []


def test_no_page_asks_another_host_for_anything(visits: dict[str, Visit]) -> None:
    assert {name: visit.foreign for name, visit in visits.items() if visit.foreign} == {}


def test_the_browser_complains_about_nothing(visits: dict[str, Visit]) -> None:
    assert {name: visit.complaints for name, visit in visits.items() if visit.complaints} == {}


def test_no_page_holds_a_script_or_a_style_of_its_own(visits: dict[str, Visit]) -> None:
    found = {}
    for name, visit in visits.items():
        parser = Inline()
        parser.feed(visit.html)
        found[name] = parser.found
    assert {name: inline for name, inline in found.items() if inline} == {}


def test_nothing_jumps_while_a_page_loads(visits: dict[str, Visit]) -> None:
    assert {name: visit.shift for name, visit in visits.items() if visit.shift >= MOST_SHIFT} == {}
