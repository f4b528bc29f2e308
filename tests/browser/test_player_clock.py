"""The clock of the page that shows one move at a time, in a browser whose time the tests set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.support.people import AT_A_DESK
from tests.support.stand import Place, Stand

PHONE: ViewportSize = {"width": 390, "height": 844}
# A device with two voices, one of which sends what it reads to somebody else. It takes no time to read.
VOICES = """(() => {
  window.said = [];
  const voices = [{ lang: "en-GB", localService: false, name: "far" }, { lang: "en-GB", localService: NEAR, name: "near" }];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => voices, cancel() {}, addEventListener() {},
    speak(speech) { window.said.push([speech.voice.name, speech.text]); setTimeout(() => speech.onend()); },
  } });
})()"""


class Player:
    """Somebody with the page open, whose clock stands until the test lets time pass."""

    def __init__(self, page: Page, stand: Stand) -> None:
        page.clock.install(time=0)
        page.clock.pause_at(1)
        self.page, self.stand = page, stand

    def open(self, part: str = "") -> None:
        draft = self.stand.draft(AT_A_DESK)
        self.stand.bring(self.page, Place("player", part, f"/result/play{part}", draft=draft))

    def wait(self, seconds: float) -> None:
        self.page.clock.run_for(int(1000 * seconds))

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    @property
    def shown(self) -> list[str]:
        """Return the headings of the screens that can be seen."""
        return self.page.locator(".app-player__screen h2:visible").all_inner_texts()

    @property
    def cue(self) -> Locator:
        return self.page.locator("[data-cue]")

    @property
    def left(self) -> Locator:
        return self.page.get_by_role("timer")

    def numbers(self, move: int) -> dict[str, int]:
        """Return what the page says of how the clock goes through one move, in seconds and rounds."""
        found: dict[str, str] = self.page.eval_on_selector(f"#move-{move}", "one => ({...one.dataset})")
        return {name: int(value) for name, value in found.items() if value.isdigit()}

    def sides(self, move: int) -> list[str]:
        """Return the sides of the body that come one after the other; empty where both are at work."""
        return ["left", "right"] if self.drawn_side(move) else []

    def drawn_side(self, move: int) -> str | None:
        """Return the side of the body that the drawing shows as it is; None where it shows both."""
        return self.page.locator(f"#move-{move}").get_attribute("data-side")

    def seconds(self, move: int) -> int:
        """Return how long the clock of one move takes, everything counted."""
        pace = self.numbers(move)
        turns = pace["sets"] * (pace["turn"] - pace["ready"]) if self.sides(move) else 0
        rounds = pace["sets"] * pace["rounds"] * (pace["ready"] + pace["work"])
        return pace["settle"] + rounds + (pace["sets"] - 1) * pace["rest"] + turns

    def hide(self, is_hidden: bool) -> None:
        """Put another page over this one, or take it away again."""
        self.page.evaluate(
            """(hidden) => {
              Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            is_hidden,
        )

    def move_of(self, kind: str) -> int:
        """Return the number of the first move of one kind of dose."""
        first = self.page.locator(f".app-player__screen[data-kind={kind}]").first
        return int(str(first.get_attribute("id")).removeprefix("move-"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def player(page: Page, stand: Stand) -> Player:
    player = Player(page, stand)
    player.open()
    return player


@pytest.mark.deep
def test_the_drawing_is_mirrored_for_the_second_half_of_the_rounds(player: Player) -> None:
    screen = player.page.locator(".app-player__screen[data-side]:has(.app-figure--large[data-other])").first
    number = int(str(screen.get_attribute("id")).removeprefix("move-"))
    player.open(f"#move-{number}")
    pace = player.numbers(number)
    picture = player.page.locator(f"#move-{number} .app-figure--large img").first
    player.press("Start the clock")
    player.wait(pace["settle"] + 0.3)
    half, drawn = pace["rounds"] // 2, player.drawn_side(number)
    for one in range(1, pace["rounds"] + 1):
        is_drawn = drawn == ("right" if one > half else "left")
        expect(picture).to_have_css("transform", "none" if is_drawn else "matrix(-1, 0, 0, 1, 0, 0)")
        ready = pace["turn"] if one == half + 1 else pace["ready"]
        player.wait(ready + pace["work"])


@pytest.mark.deep
def test_one_screen_is_shown_at_a_time_and_the_focus_goes_to_its_heading(player: Player) -> None:
    assert player.shown == ["Before you start"]
    expect(player.left).to_be_hidden()
    player.page.locator("[data-next]:visible").click()
    expect(player.page.locator("#move-1 h2")).to_be_focused()
    (name,) = player.shown
    expect(player.left).to_be_visible()
    player.page.locator("[data-next]:visible").click()
    expect(player.page.locator("#move-2 h2")).to_be_focused()
    assert player.shown != [name]
    player.page.go_back()
    expect(player.page.locator("#move-1 h2")).to_be_visible()
    assert player.shown == [name]


@pytest.mark.deep
def test_when_to_stop_is_one_tap_away_from_every_move(player: Player) -> None:
    player.open("#move-2")
    player.page.get_by_role("link", name="When to stop").locator("visible=true").click()
    expect(player.page.locator("#stop h3")).to_be_focused()
    expect(player.page.locator("#stop")).to_be_in_viewport()


@pytest.mark.deep
def test_the_clock_does_nothing_until_it_is_started_and_pauses_when_asked(player: Player) -> None:
    player.open("#move-1")
    first = player.left.inner_text()
    player.wait(30)
    assert player.left.inner_text() == first
    player.press("Start the clock")
    player.wait(10)
    later = player.left.inner_text()
    assert later < first
    player.press("Pause")
    player.wait(60)
    assert player.left.inner_text() == later
    player.press("Go on")
    player.wait(5)
    assert player.left.inner_text() < later


def test_a_hold_is_counted_round_by_round_on_one_side_and_then_on_the_other(player: Player) -> None:
    screen = player.page.locator(".app-player__screen[data-kind=hold][data-side]").first
    number = int(str(screen.get_attribute("id")).removeprefix("move-"))
    player.open(f"#move-{number}")
    pace = player.numbers(number)
    assert pace["sets"] == 1
    player.press("Start the clock")
    expect(player.cue).to_contain_text("Get into place")
    player.wait(pace["settle"] + 0.3)
    each = pace["rounds"] // 2
    first, other = player.sides(number)
    for side in (first, other):
        for one in range(1, each + 1):
            turns = (side, one) == (other, 1)
            ready = f"{side.title()} side. Get ready: {one} of {each}"
            expect(player.cue).to_have_text(f"Change sides. {side.title()} side." if turns else ready)
            player.wait(pace["turn"] if turns else pace["ready"])
            expect(player.cue).to_have_text(f"{side.title()} side. Hold: {one} of {each}")
            player.wait(pace["work"])
    expect(player.cue).to_have_text("Done. Go on when you are ready.")
    player.wait(60)
    expect(player.page.locator(f"#move-{number} h2")).to_be_visible()


@pytest.mark.deep
def test_whoever_is_in_place_need_not_wait(player: Player) -> None:
    number = player.move_of("hold")
    player.open(f"#move-{number}")
    pace = player.numbers(number)
    player.press("Start the clock")
    player.wait(1)
    player.press("I am ready")
    expect(player.cue).to_contain_text("Get ready: 1 of")
    player.press("I am ready")
    expect(player.cue).to_contain_text("Hold: 1 of")
    expect(player.page.get_by_role("button", name="I am ready")).to_be_hidden()
    player.wait(pace["work"] - 2)
    expect(player.cue).to_contain_text("Hold: 1 of")


@pytest.mark.deep
def test_repeats_are_counted_for_both_sides(player: Player) -> None:
    number = player.move_of("reps")
    player.open(f"#move-{number}")
    pace = player.numbers(number)
    player.press("Start the clock")
    player.wait(player.seconds(number) - pace["work"] + 0.3)
    each = pace["rounds"] // 2 if player.sides(number) else pace["rounds"]
    expect(player.cue).to_contain_text(f"Repeat {each} of {each}")


# Everything that helps, broken in one way: (what the device does, what is chosen).
BROKEN = {
    "a voice that never ends": VOICES.replace("NEAR", "true").replace("setTimeout(() => speech.onend());", ""),
    "a voice that throws": VOICES.replace("NEAR", "true").replace("window.said.push", "throw window.said.pop"),
    "no sound context": "window.AudioContext = class { constructor() { throw new Error('none'); } };",
    "a sound context that stays suspended": """window.AudioContext = class {
      state = "suspended"; currentTime = 0; resume() { return Promise.reject(new Error("no")); }
    };""",
    "a list of voices that throws": VOICES.replace("NEAR", "true").replace(
        "() => voices", "() => { throw new Error('no'); }"
    ),
    "a motor that throws": "navigator.vibrate = () => { throw new Error('no'); };",
    "a lock that throws": """Object.defineProperty(navigator, "wakeLock", { value: {
      request: () => { throw new Error("no"); } } });""",
    "a lock that will not be given back": """Object.defineProperty(navigator, "wakeLock", { value: {
      request: async () => ({ release: () => Promise.reject(new Error("no")) }) } });""",
    "a lock that is refused": """Object.defineProperty(navigator, "wakeLock", { value: {
      request: () => Promise.reject(new Error("no")) } });""",
    "a browser that keeps nothing": """Object.defineProperty(window, "sessionStorage", { get() { throw new Error("no"); } });""",
}


@pytest.mark.deep
@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_the_clock_goes_on_whatever_helper_fails(page: Page, stand: Stand, script: str) -> None:
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.add_init_script(script)
    player = Player(page, stand)
    player.open()
    if page.get_by_label("Read the moves aloud").is_visible():
        page.get_by_label("Read the moves aloud").check()
    number = player.move_of("hold")
    page.evaluate(f"location.hash = '#move-{number}'")
    player.press("Start the clock")
    player.wait(300 + player.seconds(number))
    expect(player.cue).to_have_text("Done. Go on when you are ready.")
    assert wrong == []


@pytest.mark.deep
def test_a_device_that_slept_finds_the_clock_paused_and_nothing_done(player: Player) -> None:
    number = player.move_of("hold")
    player.open(f"#move-{number}")
    player.press("Start the clock")
    player.wait(2)
    cue = player.cue.inner_text()
    player.page.clock.fast_forward(600_000)
    expect(player.page.get_by_role("button", name="Go on", exact=True)).to_be_visible()
    expect(player.cue).to_have_text(cue)
    player.press("Go on")
    player.wait(1)
    expect(player.cue).to_have_text(cue)


@pytest.mark.deep
def test_space_and_arrows_and_a_swipe_do_what_the_buttons_do(player: Player) -> None:
    player.open("#move-1")
    player.page.keyboard.press("Space")
    expect(player.page.get_by_role("button", name="Pause")).to_be_visible()
    player.page.keyboard.press("Space")
    expect(player.page.get_by_role("button", name="Go on", exact=True)).to_be_visible()
    player.page.keyboard.press("ArrowRight")
    expect(player.page.locator("#move-2 h2")).to_be_focused()
    player.page.keyboard.press("ArrowLeft")
    expect(player.page.locator("#move-1 h2")).to_be_focused()
    player.page.evaluate(
        """() => {
          const at = (x) => new Touch({ identifier: 1, target: document.body, clientX: x, clientY: 300 });
          dispatchEvent(new TouchEvent("touchstart", { touches: [at(300)] }));
          dispatchEvent(new TouchEvent("touchend", { changedTouches: [at(120)] }));
        }"""
    )
    expect(player.page.locator("#move-2 h2")).to_be_focused()


@pytest.mark.deep
def test_how_the_clock_helps_and_the_move_stay_as_chosen_over_a_reload(player: Player) -> None:
    page = player.page
    page.get_by_label("A sound at each change").uncheck()
    page.get_by_label("Go on to the next move by itself").check()
    page.locator("[data-next]:visible").click()
    page.reload()
    expect(page.locator("#move-1 h2")).to_be_visible()
    page.evaluate("location.hash = '#begin'")
    expect(page.get_by_label("A sound at each change")).not_to_be_checked()
    expect(page.get_by_label("Go on to the next move by itself")).to_be_checked()
    kept = page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    assert kept == '{"clock-sound":"false","clock-on":"true"}'


@pytest.mark.deep
def test_by_itself_it_goes_through_the_whole_routine_without_a_touch(player: Player) -> None:
    player.page.get_by_label("Go on to the next move by itself").check()
    count = player.page.locator(".app-player__screen[data-kind]").count()
    player.page.locator("[data-next]:visible").click()
    player.press("Start the clock")
    for number in range(1, count + 1):
        expect(player.page.locator(f"#move-{number} h2")).to_be_visible()
        player.wait(player.seconds(number))
        if number == 1:
            player.wait(0.3)  # the clock looks five times in a second; no move adds to that
    expect(player.page.locator("#end h2")).to_be_visible()
    expect(player.page.locator("#end h2")).to_be_focused()
    expect(player.left).to_be_hidden()


@pytest.mark.deep
def test_leaving_a_move_stops_its_clock(player: Player) -> None:
    player.open("#move-1")
    player.press("Start the clock")
    player.wait(5)
    player.page.locator("[data-next]:visible").click()
    expect(player.page.get_by_role("button", name="Start the clock")).to_be_visible()
    standing = player.left.inner_text()
    player.wait(30)
    assert player.left.inner_text() == standing


@pytest.mark.deep
def test_it_pauses_when_the_page_is_out_of_sight(player: Player) -> None:
    player.open("#move-1")
    player.press("Start the clock")
    player.wait(5)
    player.hide(True)
    expect(player.page.get_by_role("button", name="Go on", exact=True)).to_be_visible()


@pytest.mark.deep
def test_only_a_voice_of_the_device_itself_reads_aloud(page: Page, stand: Stand) -> None:
    page.add_init_script(VOICES.replace("NEAR", "true"))
    player = Player(page, stand)
    player.open()
    page.get_by_label("Read the moves aloud").check()
    page.locator("[data-next]:visible").click()
    player.press("Start the clock")
    player.wait(1)
    said = page.evaluate("said")
    assert {voice for voice, _ in said} == {"near"}
    assert all(step in said[0][1] for step in page.locator("#move-1 .app-steps--large li").all_inner_texts())


@pytest.mark.deep
def test_without_such_a_voice_reading_aloud_is_not_offered(page: Page, stand: Stand) -> None:
    page.add_init_script(VOICES.replace("NEAR", "false"))
    player = Player(page, stand)
    player.open()
    expect(page.get_by_label("Read the moves aloud")).to_be_hidden()
    expect(page.get_by_label("A sound at each change")).to_be_visible()


@pytest.mark.deep
def test_without_script_it_is_one_page_with_every_move_and_no_clock(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    stand.bring(page, Place("player", "", "/result/play", draft=stand.draft(AT_A_DESK)))
    assert page.locator(".app-player__screen:visible").count() == page.locator(".app-player__screen").count() > 4
    expect(page.locator(".app-player__bar")).to_be_hidden()
    expect(page.locator(".app-player__options")).to_be_hidden()
    page.locator("#begin [data-next]").click()
    expect(page.locator("#move-1 h2")).to_be_in_viewport()
    context.close()
