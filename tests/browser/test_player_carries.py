"""The page that shows one move at a time, from move to move: sides, breathing, voices, what is kept, and nothing covered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_player_clock import PHONE, VOICES, Player
from tests.support.stand import Stand

CLOCK_KEYS = {"clock-sound", "clock-on", "clock-breath", "clock-voice", "clock-voices", "clock-side", "clock-place"}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def player(page: Page, stand: Stand) -> Player:
    player = Player(page, stand)
    player.open()
    return player


def go_to(player: Player, number: int) -> None:
    """Go on to a move of the page that is open, as a link of it does."""
    player.page.evaluate(f"location.hash = '#move-{number}'")
    expect(player.page.locator(f"#move-{number} h2")).to_be_visible()


def one_sided(player: Player, kind: str) -> int:
    """Return the number of the first move of a kind that is done on one side after the other."""
    screen = player.page.locator(f".app-player__screen[data-kind={kind}][data-side]").first
    return int(str(screen.get_attribute("id")).removeprefix("move-"))


def box(of: Locator) -> dict[str, float]:
    found = of.bounding_box()
    assert found
    return {**found, "bottom": found["y"] + found["height"]}


@pytest.mark.deep
@pytest.mark.parametrize("kind", ["hold", "reps"])
def test_to_change_sides_is_a_step_of_its_own_that_need_not_be_waited_for(player: Player, kind: str) -> None:
    number = one_sided(player, kind)
    go_to(player, number)
    pace = player.numbers(number)
    each = pace["rounds"] // 2 * (pace["ready"] + pace["work"])
    player.press("Start the clock")
    player.wait(pace["settle"] + each + 0.3)
    expect(player.cue).to_have_text("Change sides. Right side.")
    player.wait(1)
    player.press("I am ready")
    expect(player.cue).to_contain_text("Right side. Hold: 1 of" if kind == "hold" else "Right side. Repeat 1 of")
    player.wait(each + 0.3)
    expect(player.cue).to_have_text("Done. Go on when you are ready.")


@pytest.mark.deep
def test_whoever_says_that_the_right_side_is_easier_begins_with_it(player: Player) -> None:
    player.page.get_by_label("Right", exact=True).check()
    number = one_sided(player, "hold")
    go_to(player, number)
    pace = player.numbers(number)
    picture = player.page.locator(f"#move-{number} .app-figure--large img").first
    is_drawn = player.drawn_side(number) == "right"
    expect(picture).to_have_css("transform", "none" if is_drawn else "matrix(-1, 0, 0, 1, 0, 0)")
    player.press("Start the clock")
    player.wait(pace["settle"] + 0.3)
    expect(player.cue).to_contain_text("Right side. Get ready: 1 of")
    player.wait(pace["rounds"] // 2 * (pace["ready"] + pace["work"]))
    expect(player.cue).to_have_text("Change sides. Left side.")
    player.page.reload()
    assert player.page.locator("#clock-side-right").is_checked()


def test_it_hurts_stops_the_clock_and_asks_and_the_move_is_gone(player: Player) -> None:
    go_to(player, 3)
    name = player.page.locator("#move-3").get_attribute("data-name")
    player.press("Start the clock")
    player.wait(4)
    player.press("It hurts")
    expect(player.page.get_by_role("button", name="Go on", exact=True)).to_be_visible()
    standing = player.left.inner_text()
    asked = player.page.locator("#move-3 [data-hurts]")
    expect(asked.locator("[type=radio]").first).to_be_focused()
    player.wait(30)
    assert player.left.inner_text() == standing
    asked.get_by_role("group", name="Is the pain sharp").get_by_label("No", exact=True).check()
    asked.get_by_role("group", name="Did it ease").get_by_label("No", exact=True).check()
    asked.get_by_role("button", name="Show what to do").click()
    player.page.wait_for_url("**/result/play?hurt=out&at=3#move-3")
    expect(player.page.get_by_text("The move that hurt is left out.")).to_be_visible()
    assert player.shown and name not in player.shown


@pytest.mark.deep
def test_opening_it_hurts_in_the_move_itself_stops_the_clock_too(player: Player) -> None:
    go_to(player, 3)
    player.press("Start the clock")
    player.wait(4)
    player.page.locator("#move-3 [data-hurts] summary").click()
    expect(player.page.get_by_role("button", name="Go on", exact=True)).to_be_visible()
    standing = player.left.inner_text()
    player.wait(30)
    assert player.left.inner_text() == standing


@pytest.mark.deep
def test_it_hurts_is_always_in_the_same_place(player: Player) -> None:
    places = set()
    for number in range(1, player.page.locator(".app-player__screen[data-kind]").count() + 1):
        go_to(player, number)
        button = player.page.get_by_role("button", name="It hurts", exact=True)
        places.add(tuple(round(box(button)[side]) for side in ("x", "width", "bottom")))
        player.press("Start the clock")
        player.wait(2)
        places.add(tuple(round(box(button)[side]) for side in ("x", "width", "bottom")))
    assert len(places) == 1


@pytest.mark.deep
def test_the_place_and_the_side_stay_over_a_reload_and_going_on_is_one_tap(player: Player) -> None:
    number = one_sided(player, "hold")
    go_to(player, number)
    pace = player.numbers(number)
    player.press("Start the clock")
    half = pace["rounds"] // 2 * (pace["ready"] + pace["work"])
    player.wait(pace["settle"] + half + pace["turn"] + 4.3)
    cue, left = player.cue.inner_text(), player.left.inner_text()
    assert cue.startswith("Right side. Hold: 1 of")
    player.page.reload()
    expect(player.page.locator(f"#move-{number} h2")).to_be_visible()
    expect(player.cue).to_have_text(cue)
    expect(player.left).to_have_text(left)
    player.wait(60)
    expect(player.left).to_have_text(left)
    player.press("Go on")
    player.wait(2)
    expect(player.cue).to_have_text(cue)
    assert player.left.inner_text() < left
    kept = player.page.evaluate("({...sessionStorage, ...localStorage})")
    assert set(kept) <= CLOCK_KEYS
    assert not any(word in str(kept).lower() for word in ("hurt", "pain", "cobra", "sharp"))


@pytest.mark.deep
def test_a_place_of_yesterday_or_of_another_move_is_not_taken_up(player: Player) -> None:
    number = player.move_of("hold")
    go_to(player, number)
    first = player.left.inner_text()
    player.press("Start the clock")
    player.wait(9)
    go_to(player, number + 1)
    player.page.reload()
    expect(player.page.get_by_role("button", name="Start the clock")).to_be_visible()
    go_to(player, number)
    player.page.clock.fast_forward(3 * 3600 * 1000)
    player.page.reload()
    expect(player.page.get_by_role("button", name="Start the clock")).to_be_visible()
    expect(player.left).to_have_text(first)


@pytest.mark.deep
def test_a_move_of_breathing_says_when_to_breathe_in_and_out(player: Player) -> None:
    screen = player.page.locator(".app-player__screen[data-breathe-in]").first
    number = int(str(screen.get_attribute("id")).removeprefix("move-"))
    go_to(player, number)
    pace, breath = player.numbers(number), player.page.locator("[data-breath]")
    expect(breath).to_have_text("")
    player.press("Start the clock")
    player.wait(pace["settle"] + 0.5)
    expect(breath).to_have_text("Breathe in")
    player.wait(pace["breatheIn"])
    expect(breath).to_have_text("Breathe out")
    player.wait(pace["breatheOut"])
    expect(breath).to_have_text("Breathe in")
    player.press("Pause")
    expect(breath).to_have_text("")
    player.page.evaluate("location.hash = '#begin'")
    player.page.get_by_label("A pace to breathe at").uncheck()
    go_to(player, number)
    player.press("Start the clock")
    player.wait(pace["settle"] + 2)
    expect(breath).to_have_text("")
    go_to(player, 1)
    player.press("Start the clock")
    player.wait(player.numbers(1)["settle"] + 2)
    expect(breath).to_have_text("")


SEVERAL = VOICES.replace(
    "const voices = [",
    """const voices = [
    { lang: "en-US", localService: true, name: "of another region" }, { lang: "es-ES", localService: true, name: "other" },""",
).replace("NEAR", "true")


@pytest.mark.deep
@pytest.mark.parametrize(
    ("script", "first"),
    [
        (SEVERAL, "near"),
        (SEVERAL.replace('name: "of another region"', 'default: true, name: "of another region"'), "of another region"),
    ],
    ids=["the region before the first", "the device's own choice before the region"],
)
def test_a_good_voice_is_chosen_and_another_can_be(page: Page, stand: Stand, script: str, first: str) -> None:
    page.context.add_init_script("Object.defineProperty(navigator, 'language', { value: 'en-GB' });" + script)
    player = Player(page, stand)
    player.open()
    page.get_by_label("Read the moves aloud").check()
    voices = page.get_by_label("Voice", exact=True)
    expect(voices).to_have_value(first)
    assert voices.locator("option").all_inner_texts() == ["of another region", "near"]
    go_to(player, 1)
    player.press("Start the clock")
    player.wait(1)
    assert {voice for voice, _ in page.evaluate("said")} == {first}
    page.evaluate("location.hash = '#begin'")
    other = "near" if first != "near" else "of another region"
    voices.select_option(other)
    page.reload()
    expect(page.get_by_label("Voice", exact=True)).to_have_value(other)
    go_to(player, 1)
    player.press("Start the clock")
    player.wait(1)
    assert {voice for voice, _ in page.evaluate("said")} == {other}


@pytest.mark.deep
def test_sides_are_said_and_not_only_shown(page: Page, stand: Stand) -> None:
    page.add_init_script(VOICES.replace("NEAR", "true"))
    player = Player(page, stand)
    player.open()
    page.get_by_label("Read the moves aloud").check()
    number = one_sided(player, "hold")
    go_to(player, number)
    player.press("Start the clock")
    player.wait(player.seconds(number) + 1)
    said = [text for _, text in page.evaluate("said")]
    assert any(text.startswith("Left side. Hold: 1 of") for text in said)
    assert said.index("Change sides. Right side.") > next(
        i for i, text in enumerate(said) if text.startswith("Left side.")
    )
    assert said[-1] == "Done. Go on when you are ready."


@pytest.mark.deep
def test_over_ten_minutes_with_the_page_hidden_now_and_then_the_clock_is_off_by_half_a_second_at_most(
    player: Player,
) -> None:
    """A hidden page waits; what it waited is not counted, and nothing is lost or gained when it goes on."""
    player.page.get_by_label("Go on to the next move by itself").check()
    count = player.page.locator(".app-player__screen[data-kind]").count()
    whole = sum(player.seconds(number) for number in range(1, count + 1))
    assert whole > 600
    go_to(player, 1)
    player.press("Start the clock")
    for _ in range(4):
        player.wait(120)
        player.hide(True)
        player.wait(200)
        player.hide(False)
        player.press("Go on")
    player.wait(whole - 480 - 0.5)
    expect(player.page.locator(f"#move-{count} h2")).to_be_visible()
    player.wait(1)
    expect(player.page.locator("#end h2")).to_be_visible()


@pytest.mark.deep
def test_over_ten_minutes_with_timers_held_back_the_clock_is_off_by_half_a_second_at_most(player: Player) -> None:
    """A browser that lets a covered page look at the time every now and then only, without saying that it is hidden."""
    player.page.get_by_label("Go on to the next move by itself").check()
    count = player.page.locator(".app-player__screen[data-kind]").count()
    whole = sum(player.seconds(number) for number in range(1, count + 1))
    assert whole > 600
    go_to(player, 1)
    player.press("Start the clock")
    late = 1300  # milliseconds, so that no move ends when somebody looks
    looks = (1000 * whole - 2000) // late
    for _ in range(looks):
        player.page.clock.fast_forward(late)
    player.wait(whole - 0.5 - looks * late / 1000)
    expect(player.page.locator(f"#move-{count} h2")).to_be_visible()
    player.wait(1)
    expect(player.page.locator("#end h2")).to_be_visible()


SIZES = [
    pytest.param(390, 844, 1, id="a phone"),
    pytest.param(320, 640, 2, id="320 px and 200 % text", marks=pytest.mark.deep),
    pytest.param(1280, 720, 1, id="a desk", marks=pytest.mark.deep),
]


@pytest.mark.parametrize(("width", "height", "larger"), SIZES)
def test_nothing_that_is_come_to_lies_under_the_clock(player: Player, width: int, height: int, larger: float) -> None:
    page = player.page
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("size => document.documentElement.style.setProperty('font-size', size)", f"{100 * larger}%")
    bar = page.locator(".app-player__bar")
    for number in range(1, page.locator(".app-player__screen[data-kind]").count() + 1):
        go_to(player, number)
        screen = page.locator(f"#move-{number}")
        for part in (*screen.locator(".app-watch").all(), *screen.locator("[data-next], [data-back]").all()):
            part.evaluate("one => one.scrollIntoView({ block: 'nearest' })")
            over, under = box(bar), box(part)
            assert under["bottom"] <= over["y"] + 1 or under["y"] >= over["bottom"] - 1, (number, part)
        screen.locator("[data-next]").focus()
        under = box(screen.locator("[data-next]"))
        assert under["bottom"] <= box(bar)["y"] + 1 or under["y"] >= box(bar)["bottom"] - 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.deep
def test_back_and_forward_and_another_tab_do_not_mix_up_the_clock(player: Player) -> None:
    go_to(player, 1)
    go_to(player, 2)
    player.press("Start the clock")
    player.wait(5)
    other = player.page.context.new_page()
    other.goto(player.page.url)
    expect(other.get_by_role("button", name="Start the clock")).to_be_visible()
    other.close()
    expect(player.page.get_by_role("button", name="Pause")).to_be_visible()
    player.page.go_back()
    expect(player.page.locator("#move-1 h2")).to_be_visible()
    expect(player.page.get_by_role("button", name="Start the clock")).to_be_visible()
    player.page.go_forward()
    expect(player.page.locator("#move-2 h2")).to_be_visible()
    standing = player.left.inner_text()
    player.wait(30)
    assert player.left.inner_text() == standing


@pytest.mark.deep
def test_without_script_a_move_that_hurts_is_told_with_a_form(browser: Browser, stand: Stand) -> None:
    from tests.support.people import AT_A_DESK
    from tests.support.stand import Place

    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    stand.bring(page, Place("player", "", "/result/play", draft=stand.draft(AT_A_DESK)))
    asked = page.locator("#move-3 [data-hurts]")
    asked.locator("summary").click()
    asked.get_by_role("group", name="Is the pain sharp").get_by_label("Yes", exact=True).check()
    asked.get_by_role("group", name="Did it ease").get_by_label("No", exact=True).check()
    asked.get_by_role("button", name="Show what to do").click()
    expect(page.get_by_role("heading", name="Stop for now")).to_be_visible()
    page.get_by_role("button", name="Answer the safety questions").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/questions/emergency-check")
    context.close()
