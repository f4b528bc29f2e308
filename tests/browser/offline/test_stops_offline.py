"""A stop told without a connection, or as it drops: it is final, empties what is kept, and is told at the next."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.support.network import STORES, Network, answer, heading, part, say_it_hurts
from tests.support.stand import Stand


@pytest.fixture
def playing(network: Network, kept: Page) -> Page:
    """The session of today with a connection, at its first move."""
    kept.get_by_role("button", name="Start today").click()
    answer(kept, "No, none of these")
    kept.goto(network.home + "/plan/today/play")
    kept.get_by_role("link", name="First move").click()
    return kept


@pytest.mark.parametrize("words", ["Yes, one or more of these", pytest.param("Not sure", marks=pytest.mark.deep)])
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


@pytest.mark.deep
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


@pytest.mark.deep
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


@pytest.mark.deep
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


@pytest.mark.deep
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


@pytest.mark.deep
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
