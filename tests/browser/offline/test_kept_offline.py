"""A kept plan with the network off: the question first, the moves with their drawings, and what is kept, and for how long."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.network import STORES, Network, answer, heading, part
from tests.support.people import AT_A_DESK
from tests.support.places import plan_of
from tests.support.stand import HOME, Place, Stand

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


@pytest.mark.deep
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


@pytest.mark.deep
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


@pytest.mark.deep
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


@pytest.mark.deep
def test_a_routine_that_is_too_old_is_not_shown(
    network: Network, kept: Page, context: BrowserContext, stand: Stand
) -> None:
    network.off()
    kept.goto(network.home + "/plan")
    kept.evaluate("document.querySelector('[data-offline]').dataset.until = '2020-01-01T00:00:00+00:00'")
    answer(kept, "No, none of these")
    expect(part(kept)).to_have_text("This routine is no longer kept here")
    assert kept.locator(".app-player").count() == 0


@pytest.mark.deep
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
