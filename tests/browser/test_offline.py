"""A kept plan with the network off: the question first, the moves with their drawings, and a stop that is final."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect
from werkzeug.serving import make_server

from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.people import AT_A_DESK
from tests.support.places import plan_of
from tests.support.stand import HOME, Place, Quiet, Stand

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STORES: Any = "caches.keys()"
# Every address and text that the browser keeps, drawings left out.
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const store = await caches.open(name);
    for (const request of await store.keys()) {
      const reply = await store.match(request);
      const kind = reply.headers.get("Content-Type") ?? "";
      found[new URL(request.url).pathname] = /html|plain/.test(kind) ? await reply.text() : kind;
    }
  }
  return found;
}"""
DRAWN = "() => [...document.querySelectorAll('.app-player__screen:not(#begin) img')].map((one) => one.src)"
LOADS = (
    "async (all) => (await Promise.all(all.map((one) => new Promise((done) => {"
    + (
        "const drawing = new Image(); drawing.onload = () => done(null); drawing.onerror = () => done(one); drawing.src = one;"
    )
    + "})))).filter(Boolean)"
)

CLEARED = """() => {
  window.cleared = 0;
  const own = clearInterval;
  window.clearInterval = (id) => { window.cleared += 1; own(id); };
}"""


class Network:
    """A site of its own that can be taken off the network, and put back under the same address.

    The browser is told as well, so that its pages hear of it; that alone would not always reach its worker in time.
    """

    def __init__(self, stand: Stand, context: BrowserContext) -> None:
        self._app, self._context = stand.apps[HOME], context
        self._port = 0
        self.last = ""  # the end of the address of the last request that is answered
        self.refusal = ""  # the status with which a stop is answered instead of by the site
        self._is_cut = False
        self.serve()
        self.home = f"http://127.0.0.1:{self._port}"

    def serve(self) -> None:
        """Serve, again under the same address; the browser is not told."""
        self._server = make_server("127.0.0.1", self._port, self._answer, threaded=True, request_handler=Quiet)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if self._is_cut:
            environ["werkzeug.socket"].shutdown(SHUT_RDWR)
            raise ConnectionResetError
        self._is_cut = bool(self.last) and environ["PATH_INFO"].endswith(self.last)
        if self.refusal and environ["PATH_INFO"].endswith("/offline/stop"):
            start(self.refusal, [("Location", "/plan"), ("Content-Length", "0")])
            return []
        return self._app(environ, start)

    def off(self) -> None:
        self._context.set_offline(True)
        self.end()

    def on(self) -> None:
        self.last, self._is_cut = "", False
        self.serve()
        self._context.set_offline(False)

    def end(self) -> None:
        """Stop serving, if that was not done yet."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def network(stand: Stand, context: BrowserContext) -> Iterator[Network]:
    network = Network(stand, context)
    yield network
    network.end()


@pytest.fixture
def own(stand: Stand, network: Network) -> Stand:
    """The stand, at home under the address that can be taken off the network."""
    return replace(stand, addresses={**stand.addresses, HOME: network.home})


@pytest.fixture
def kept(context: BrowserContext, own: Stand) -> Page:
    """The page of a plan whose routine the browser has just kept."""
    page = context.new_page()
    own.bring(page, Place("plan", "", "/plan", plan=plan_of(own, AT_A_DESK)))
    expect(page.locator("[data-kept]")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def answer(page: Page, words: str) -> None:
    page.get_by_label(words, exact=True).check()
    page.get_by_role("button", name="Continue").click()


def say_it_hurts(page: Page, number: int, sharp: str, settles: str) -> None:
    page.get_by_role("button", name="It hurts").click()
    asked = page.locator(f"#move-{number} [data-hurts]")
    asked.get_by_label(sharp, exact=True).first.check()
    asked.get_by_label(settles, exact=True).last.check()
    asked.get_by_role("button", name="Show what to do").click()


def heading(page: Page) -> str:
    """Return the heading of the part that is shown of the page that is kept, or else of the page."""
    kept = page.locator("[data-part]:not([hidden]) h2")
    return kept.first.inner_text() if kept.count() else page.locator("h1:visible").inner_text()


def part(page: Page) -> Locator:
    return page.locator("[data-part]:not([hidden]) h2").first


def test_with_the_network_off_the_question_comes_first_and_then_every_move_with_its_drawings(
    network: Network, kept: Page, context: BrowserContext, stand: Stand
) -> None:
    network.off()
    for address in ("/plan", "/plan/today", "/"):
        kept.goto(network.home + address)
        assert heading(kept) == "Before you start"
        expect(kept.locator(".app-player")).to_be_hidden()
    kept.get_by_role("button", name="Continue").click()
    expect(kept.get_by_text("Select an answer")).to_be_visible()
    expect(kept.locator(".app-player")).to_be_hidden()
    answer(kept, "No, none of these")
    expect(kept.locator(".app-player")).to_be_visible()
    drawings = kept.evaluate(DRAWN)
    assert len(drawings) >= 8
    assert kept.evaluate(LOADS, drawings) == []
    names = kept.locator(".app-player__screen[id^=move-] h2").all_text_contents()
    by_id = stand.recommender.content.catalogue.by_id
    assert names == [by_id[item["exercise"]].name for item in plan_of(stand, AT_A_DESK).routine]
    kept.get_by_role("link", name="First move").click()
    expect(kept.locator("#move-1 h2")).to_be_visible()
    kept.get_by_role("button", name="Start the clock").click()
    expect(kept.get_by_role("button", name="Pause")).to_be_visible()
    kept.reload()
    assert heading(kept) == "Before you start"


@pytest.mark.parametrize("words", ["Yes, one or more of these", "Not sure"])
def test_anything_but_no_shows_the_stop_deletes_the_routine_at_once_and_is_told_at_the_next_connection(
    network: Network, kept: Page, context: BrowserContext, stand: Stand, words: str
) -> None:
    home = network.home
    network.off()
    kept.goto(home + "/plan")
    answer(kept, words)
    assert heading(kept) == "Do not do the moves now"
    expect(kept.get_by_role("link", name="Call 999")).to_be_visible()
    expect(kept.get_by_text("Numb or odd feeling around your bottom")).to_be_visible()
    assert kept.locator(".app-player").count() == 0
    kept.wait_for_function("caches.keys().then((all) => all.length === 2 && !all.includes('routine'))")
    for address in ("/plan", "/plan/today/play", "/"):
        kept.goto(home + address)
        assert heading(kept) == "Do not do the moves now"
        assert kept.locator(".app-player").count() == 0
    network.on()
    for address in ("/plan/today/play", "/result"):
        kept.goto(home + address)
        assert (kept.url, heading(kept)) == (home + "/plan", "Your plan is on hold")
    assert kept.evaluate(STORES) == []


def test_a_move_that_hurts_without_a_connection_is_left_out_or_a_stop_that_is_told_at_the_next(
    network: Network, kept: Page
) -> None:
    network.off()
    kept.goto(network.home + "/plan")
    answer(kept, "No, none of these")
    kept.get_by_role("link", name="First move").click()
    for number, settles in ((1, "Yes"), (2, "No")):
        say_it_hurts(kept, number, sharp="No" if settles == "Yes" else "Yes", settles=settles)
        if number == 1:
            expect(kept.locator("#move-2 h2")).to_be_visible()
            expect(kept.get_by_text("Leave out the move that hurt.")).to_be_in_viewport()
    expect(kept.get_by_text("Leave the move, and come to rest")).to_be_visible()
    expect(kept.get_by_role("link", name="Call 999")).to_be_visible()
    assert kept.locator(".app-player").count() == 0
    kept.wait_for_function("caches.keys().then((all) => all.length === 2 && !all.includes('routine'))")
    kept.goto(network.home + "/plan/today/play")
    assert heading(kept) == "Do not do the moves now"
    network.on()
    kept.goto(network.home + "/result")
    assert (kept.url, heading(kept)) == (network.home + "/plan", "Stop for now")
    assert kept.evaluate(STORES) == []


def test_a_stop_told_in_one_tab_takes_the_moves_out_of_every_other(
    network: Network, kept: Page, context: BrowserContext
) -> None:
    network.off()
    asked, moving = context.new_page(), context.new_page()
    for page in (kept, asked, moving):
        page.goto(network.home + "/plan")
    answer(moving, "No, none of these")
    moving.get_by_role("link", name="First move").click()
    answer(kept, "Not sure")
    kept.wait_for_function("caches.keys().then((all) => !all.includes('routine'))")
    answer(asked, "No, none of these")
    moving.evaluate("dispatchEvent(new Event('hashchange'))")
    for page in (asked, moving):
        expect(part(page)).to_have_text("Do not do the moves now")
        assert page.locator(".app-player").count() == 0


@pytest.mark.deep
def test_a_stop_that_cannot_be_written_down_is_told_all_the_same(network: Network, kept: Page) -> None:
    network.off()
    kept.goto(network.home + "/plan")
    kept.evaluate("() => { caches.open = () => Promise.reject(new Error('full')); }")
    answer(kept, "Not sure")
    kept.wait_for_function("caches.keys().then((all) => all.join() === 'stopped')")
    network.on()
    kept.wait_for_url("**/plan")
    expect(kept.locator("h1:visible")).to_have_text("Your plan is on hold")


@pytest.mark.deep
def test_a_stop_is_told_when_its_page_comes_into_sight_again(network: Network, kept: Page) -> None:
    network.end()
    kept.goto(network.home + "/plan")
    with kept.expect_event("requestfailed", lambda request: request.url.endswith("/stop")):
        answer(kept, "Not sure")
    network.serve()
    kept.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(kept.locator("h1:visible")).to_have_text("Your plan is on hold")


@pytest.mark.deep
def test_no_answer_of_another_tab_takes_the_place_of_a_pain(
    network: Network, kept: Page, context: BrowserContext
) -> None:
    network.off()
    other = context.new_page()
    for page in (kept, other):
        page.goto(network.home + "/plan")
    kept.bring_to_front()  # one in the background is slow
    answer(kept, "No, none of these")
    kept.get_by_role("link", name="First move").click()
    say_it_hurts(kept, 1, sharp="Yes", settles="No")
    kept.wait_for_function("caches.keys().then((all) => !all.includes('routine'))")
    answer(other, "Not sure")
    expect(part(other)).to_have_text("Do not do the moves now")
    network.on()
    for page in (kept, other):
        expect(page.locator("h1:visible")).to_have_text("Stop for now")
    assert kept.evaluate(STORES) == []


@pytest.mark.deep
@pytest.mark.parametrize(("refusal", "shown"), [("303 SEE OTHER", "Your plan"), ("503 NO", "Do not do the moves now")])
def test_a_stop_that_the_site_does_not_take_stays_untold(
    network: Network, kept: Page, context: BrowserContext, refusal: str, shown: str
) -> None:
    network.off()
    kept.goto(network.home + "/plan")
    answer(kept, "Not sure")
    kept.wait_for_function("caches.keys().then((all) => !all.includes('routine'))")
    kept.close()
    network.refusal = refusal
    network.on()
    page = context.new_page()
    page.goto(network.home + "/plan", wait_until="networkidle")  # the page itself has tried too
    assert heading(page) == shown
    assert [name for name in page.evaluate(STORES) if name.startswith("untold")]
    network.refusal = ""
    page.goto(network.home + "/plan")
    assert heading(page) == "Your plan is on hold"
    assert page.evaluate(STORES) == []


@pytest.fixture
def playing(network: Network, kept: Page) -> Page:
    """The session of today with a connection, at its first move."""
    kept.get_by_role("button", name="Start today").click()
    answer(kept, "No, none of these")
    kept.goto(network.home + "/plan/today/play")
    kept.get_by_role("link", name="First move").click()
    return kept


def test_a_pain_sent_as_the_connection_drops_stops_this_device_and_is_told_at_the_next(
    network: Network, playing: Page
) -> None:
    network.off()
    say_it_hurts(playing, 1, sharp="Yes", settles="No")
    for address in ("", "/plan", "/"):
        if address:
            playing.goto(network.home + address)
        expect(playing.locator("h1:visible")).to_have_text("Do not do the moves now")
        assert playing.locator("[data-offline]").count() == 0
    assert "routine" not in playing.evaluate(STORES)
    network.on()
    playing.goto(network.home + "/result")
    assert (playing.url, heading(playing)) == (network.home + "/plan", "Stop for now")
    assert playing.evaluate(STORES) == []


@pytest.mark.deep
def test_whatever_else_is_sent_as_the_connection_drops_never_leads_to_the_moves(
    network: Network, playing: Page
) -> None:
    network.off()
    say_it_hurts(playing, 1, sharp="No", settles="Yes")
    assert heading(playing) == "Do not do the moves now"
    playing.goto(network.home + "/plan")
    playing.wait_for_function(
        "caches.keys().then((all) => all.sort().join() === 'routine,stopped')"
    )  # nobody is stopped


@pytest.mark.deep
def test_a_pain_that_the_site_took_leaves_no_moves_where_its_reply_does_not_come(
    network: Network, playing: Page
) -> None:
    network.last = "/hurts"
    say_it_hurts(playing, 1, sharp="Yes", settles="No")
    expect(playing.locator("h1:visible")).to_have_text("Do not do the moves now")
    assert playing.evaluate(STORES) == ["stopped"]


def test_a_stop_told_while_the_page_is_open_is_told_as_soon_as_there_is_a_connection(
    network: Network, kept: Page, context: BrowserContext, stand: Stand
) -> None:
    network.off()
    kept.goto(network.home + "/plan")
    answer(kept, "Not sure")
    expect(part(kept)).to_have_text("Do not do the moves now")
    network.on()
    kept.wait_for_url("**/plan")
    expect(kept.locator("h1:visible")).to_have_text("Your plan is on hold")


def test_a_stop_told_with_a_connection_empties_what_is_kept(
    network: Network, kept: Page, context: BrowserContext, stand: Stand
) -> None:
    home = network.home
    kept.get_by_role("button", name="Start today").click()
    answer(kept, "Yes, one or more of these")
    kept.get_by_label("Numb", exact=False).first.check()
    kept.get_by_label("None", exact=True).last.check()
    kept.get_by_role("button", name="Continue").click()
    expect(kept.locator("h1:visible")).to_contain_text("Call 999 now")
    kept.wait_for_function("caches.keys().then((all) => all.length === 0)")
    network.off()
    with pytest.raises(Error, match="ERR_"):
        kept.goto(home + "/plan")


def test_forgetting_the_plan_empties_what_is_kept(kept: Page) -> None:
    kept.get_by_role("button", name="Forget my plan on this device").click()
    kept.wait_for_url("**/plan/forgotten")
    kept.wait_for_function("caches.keys().then((all) => all.length === 0)")
    kept.wait_for_function("navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)")


def test_clearing_the_answers_empties_what_is_kept(
    network: Network, kept: Page, context: BrowserContext, stand: Stand
) -> None:
    home = network.home
    for name, value in stand.cookies(Place("", "", "", draft=stand.draft(AT_A_DESK))).items():
        context.add_cookies([{"name": name, "value": value, "url": home}])
    kept.goto(home + "/")
    kept.get_by_role("button", name="Clear my answers and start again").click()
    kept.wait_for_url("**/questions/**")
    kept.wait_for_function("caches.keys().then((all) => all.length === 0)")


def test_what_is_kept_holds_the_moves_and_no_answer_reason_or_level(kept: Page, stand: Stand) -> None:
    found = kept.evaluate(KEPT)
    pages = {name: text for name, text in found.items() if "<html" in text}
    assert set(pages) == {"/plan/offline", "/plan/offline/stopped"}
    plan = plan_of(stand, AT_A_DESK)
    content = stand.recommender.content
    recommendation = stand.recommender.recommend(stand.recommender.sheet.read(dict(plan.answers)))
    reasons = {branch.say for branch in recommendation.fired if len(branch.say) > 20}
    levels = {text for one in content.catalogue.dispositions.values() for text in (one.title, one.heading, one.message)}
    for name, text in pages.items():
        assert [one for one in reasons | levels if one in text] == [], name
        assert "Why this is in your routine" not in text
        asked = {question.id for question in content.questionnaire.intake_questions}
        assert [one for one in asked if f'"{one}"' in text] == [], name
    assert not [name for name in found if name.startswith("/result") or name in ("/plan", "/plan/today")]


def test_without_a_kept_plan_nothing_is_kept_and_no_worker_is_there(context: BrowserContext, stand: Stand) -> None:
    page = context.new_page()
    stand.bring(page, Place("result", "", "/result", draft=stand.draft(AT_A_DESK)))
    page.wait_for_load_state("networkidle")
    assert page.evaluate(STORES) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


@pytest.mark.parametrize("change", ['"hash": "another"', '"withdrawn": true'])
def test_rules_that_changed_are_said_at_the_next_connection_and_the_routine_goes(
    network: Network, kept: Page, context: BrowserContext, stand: Stand, change: str
) -> None:
    told = {"hash": stand.recommender.content.hash, "withdrawn": False}
    key, value = (part.strip('" ') for part in change.split(":"))
    told[key] = True if value == "true" else value
    network.off()
    kept.goto(network.home + "/plan")
    answer(kept, "No, none of these")
    kept.get_by_role("link", name="First move").click()
    kept.get_by_role("button", name="Start the clock").click()
    kept.evaluate(CLEARED)
    kept.route("**/api/v1/rule-set", lambda route: route.fulfill(json=told))
    network.on()
    expect(part(kept)).to_have_text("This routine is no longer kept here")
    assert kept.locator(".app-player").count() == 0
    assert kept.evaluate("window.cleared") == 1  # the clock does not run on without its moves
    kept.wait_for_function("caches.keys().then((all) => all.length === 0)")


def test_a_routine_that_is_too_old_is_not_shown(
    network: Network, kept: Page, context: BrowserContext, stand: Stand
) -> None:
    network.off()
    kept.goto(network.home + "/plan")
    kept.evaluate("document.querySelector('[data-offline]').dataset.until = '2020-01-01T00:00:00+00:00'")
    answer(kept, "No, none of these")
    expect(part(kept)).to_have_text("This routine is no longer kept here")
    assert kept.locator(".app-player").count() == 0


def test_in_another_language_the_routine_is_kept_anew(
    network: Network, kept: Page, context: BrowserContext, stand: Stand
) -> None:
    home = network.home
    kept.goto(home + "/plan?lang=es")
    expect(kept.locator("[data-kept]")).to_be_visible()  # once all of it is kept
    network.off()
    kept.goto(home + "/plan")
    assert kept.locator("html").get_attribute("lang") == "es"


def test_on_plain_http_beyond_loopback_there_is_no_worker_and_the_site_works(browser: Browser, stand: Stand) -> None:
    port = stand.addresses[HOME].rpartition(":")[2]
    rules = "--host-resolver-rules=MAP back.test 127.0.0.1"
    elsewhere = browser.browser_type.launch(executable_path=find_chromium(), args=[*ARGUMENTS, rules])
    page, faults = elsewhere.new_page(), list[Error]()
    page.on("pageerror", lambda fault: faults.append(fault))
    home = f"http://back.test:{port}"
    for name, value in stand.cookies(Place("", "", "", plan=plan_of(stand, AT_A_DESK))).items():
        page.context.add_cookies([{"name": name, "value": value, "url": home}])
    page.goto(f"{home}/plan")
    assert page.evaluate("isSecureContext") is False
    assert heading(page) == "Your plan"
    expect(page.locator("[data-kept]")).to_be_hidden()
    assert page.evaluate("'serviceWorker' in navigator") is False
    assert faults == []
    elsewhere.close()
