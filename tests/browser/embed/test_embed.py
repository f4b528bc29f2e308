"""The questionnaire on the page of another site, in a real browser: it asks, it tells, and it keeps nothing."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from recommender.service.recommend import Recommender
from tests.browser.test_accessibility import HEADINGS, SMALL_TARGETS, TOO_WIDE, axe_violations
from tests.support.embedded import FOCUSED, INSIDE, Data, begin, fill, go_on, shows_no_routine, walk
from tests.support.sheets import full_sheet

pytestmark = pytest.mark.deep

SADDLE = {"age_band": "25_44", "pain_location": ["low_back"], "rf_nerve": ["saddle"], "rf_emergency": ["none"]}
CHECKED_EFFORT = {"pain_location": ["neck"], "worse_with": ["effort"], "trend": "up_down", "assessed": "yes"}


def of_all(script: str) -> str:
    """Return a look at a page as one that sees what is inside of the element too."""
    inside = f"document.querySelector('{INSIDE}').shadowRoot"
    found = re.sub(
        r"document\.querySelectorAll\(([^)]*)\)",
        lambda asked: (
            f"[...document.querySelectorAll({asked[1]}), ...{inside}.querySelectorAll({asked[1].replace('body *', '*')})]"
        ),
        script,
    )
    assert found != script
    return found


def faults(page: Page) -> list[str]:
    levels = page.evaluate(of_all(HEADINGS))
    found = [f"h{after} after h{level}" for level, after in pairwise(levels) if after > level + 1]
    found += [] if levels.count(1) == 1 else [f"{levels.count(1)} main headings"]
    return [*found, *axe_violations(page), *page.evaluate(of_all(TOO_WIDE)), *page.evaluate(of_all(SMALL_TARGETS))]


@pytest.mark.in_ci
def test_a_routine_is_asked_for_and_shown_under_the_strictest_policy(
    page: Page, said: list[str], site: str, elsewhere: str, recommender: Recommender
) -> None:
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, {}))
    inside = page.locator(INSIDE)
    assert inside.locator(".moves").first.locator("> li").count() > 3
    for words in ("Stop", "have not yet approved", "By ", "slow repeat", "Made with rule set"):
        expect(inside).to_contain_text(words)
    order = inside.locator(".note, .stop, .moves").evaluate_all("all => all.map(one => one.className)")
    assert order[:4] == ["note", "note", "stop", "moves"], (
        "who approved it, when to be seen and when to stop come before the moves"
    )
    assert said == []
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


@pytest.mark.long
def test_the_drawings_are_shown_where_the_site_is_allowed_to_read_them(
    page: Page, said: list[str], site: str, elsewhere: str, recommender: Recommender
) -> None:
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, {}))
    drawing = page.locator(f"{INSIDE} .moves .drawings img").first
    drawing.scroll_into_view_if_needed()
    page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=drawing.element_handle())
    assert said == []


@pytest.mark.in_ci
def test_an_emergency_is_told_at_once_and_nothing_beside_it(
    page: Page, said: list[str], site: str, elsewhere: str
) -> None:
    begin(page, elsewhere)
    walk(page, SADDLE)
    inside = page.locator(INSIDE)
    expect(inside.locator("h2").first).to_have_text("Call 999 now")
    assert inside.locator("a.call").first.get_attribute("href") == "tel:999"
    assert page.evaluate(f"{FOCUSED}.textContent") == "Call 999 now"
    assert inside.locator("form, .moves, .drawings").count() == 0
    last = inside.locator("section").last
    expect(last).to_contain_text("If you are not sure, follow the advice on this page.")
    assert inside.locator("button").all_inner_texts() == last.locator("button").all_inner_texts() == ["Start again"]
    assert said == []


def test_an_emergency_says_what_its_own_rule_tells_this_person_to_do(
    page: Page, site: str, elsewhere: str, recommender: Recommender
) -> None:
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, {"rf_emergency": ["chest_pain"]}))
    act = page.locator(f"{INSIDE} .act.emergency")
    expect(act).to_contain_text("Call 999 now")
    expect(act.locator("strong")).to_have_text("Call 999 and wait for the ambulance.")


def test_what_to_do_now_stands_open_before_the_moves(
    page: Page, site: str, elsewhere: str, recommender: Recommender
) -> None:
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, CHECKED_EFFORT))
    titles = page.locator(f"{INSIDE} h3").all_inner_texts()
    now = page.locator(f"{INSIDE} section", has=page.locator("h3", has_text="What to do now"))
    expect(now.locator("li").first).to_be_visible()
    assert titles.index("What to do now") < titles.index("Your moves, in order")


@pytest.mark.parametrize("signs", [{}, {"rf_nerve": ["saddle"]}], ids=["routine", "emergency"])
def test_after_every_result_one_can_begin_again_and_nothing_is_left_of_before(
    page: Page, site: str, elsewhere: str, recommender: Recommender, signs: Data
) -> None:
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, signs))
    page.locator(f"{INSIDE} button", has_text="Start again").click()
    expect(page.locator(f"{INSIDE} h2")).to_have_text("A routine for a sore or stiff back")
    page.locator(f"{INSIDE} button").first.click()
    expect(page.locator(f"{INSIDE} form")).to_be_visible()
    assert page.locator(f"{INSIDE} input:checked").count() == 0


@pytest.mark.parametrize(
    ("signs", "is_told"),
    [({}, True), ({"rf_bone_nerve": ["not_sure"]}, True), ({"rf_nerve": ["saddle"]}, False)],
    ids=["routine", "see first", "emergency"],
)
def test_whoever_is_not_asked_how_they_are_hears_where_to_find_support_unless_it_is_an_emergency(
    page: Page, site: str, elsewhere: str, recommender: Recommender, signs: Data, is_told: bool
) -> None:
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, signs))
    low = page.locator(f"{INSIDE} details", has_text="Feeling low, or not coping?")
    called = low.locator("a.call").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert called == (["tel:116123", "sms:85258"] if is_told else [])


def test_an_emergency_is_told_to_somebody_who_uses_the_keyboard_alone(page: Page, site: str, elsewhere: str) -> None:
    page.goto(f"{elsewhere}/embedded")
    expect(page.locator(f"{INSIDE} button")).to_be_visible()
    wanted = {("age_band", "25_44"), ("pain_location", "low_back"), ("rf_nerve", "saddle"), ("rf_emergency", "none")}
    keys = 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    while not page.locator(f"{INSIDE} .act").count():
        page.keyboard.press("Tab")
        keys += 1
        name, value, kind, words, is_waiting = page.evaluate(
            f"(one => one ? [one.name, one.value, one.type, one.textContent, one.ariaDisabled === 'true'] : ['', '', '', '', false])({FOCUSED})"
        )
        assert keys < 200, (name, value, words)
        if kind == "radio":
            page.keyboard.press("Space")
            while (name, page.evaluate(f"{FOCUSED}.value")) not in wanted:
                page.keyboard.press("ArrowDown")
        elif (name, value) in wanted:
            page.keyboard.press("Space")
        elif words == "Continue" and not is_waiting:
            page.keyboard.press("Enter")
            page.wait_for_function(f"() => {FOCUSED}?.textContent !== 'Continue'")
    assert page.evaluate(f"{FOCUSED}.textContent") == "Call 999 now"


@pytest.mark.parametrize("language", ["en", pytest.param("es", marks=pytest.mark.long)])
def test_every_page_and_outcome_is_accessible_and_fits_the_smallest_screen(
    page: Page, site: str, elsewhere: str, recommender: Recommender, language: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    found: list[str] = []

    def look() -> None:
        found.extend(faults(page))
        assert page.evaluate(f"{FOCUSED}.tagName") in ("H2", "DIV")

    begin(page, elsewhere, language=language)
    walk(page, full_sheet(recommender, {}), look)
    page.eval_on_selector_all(f"{INSIDE} details", "all => all.forEach(one => { one.open = true; })")
    look()
    for signs in ({"rf_nerve": ["saddle"]}, {"rf_illness": ["fever"]}):
        begin(page, elsewhere, language=language)
        walk(page, full_sheet(recommender, signs))
        look()
    assert found == []


def test_what_is_wrong_is_told_at_its_field_and_in_a_list_that_leads_there(
    page: Page, site: str, elsewhere: str
) -> None:
    begin(page, elsewhere)
    go_on(page)
    summary = page.locator(f"{INSIDE} .errors")
    assert page.evaluate(f"{FOCUSED}.className") == "errors" and summary.get_attribute("role") == "alert"
    assert faults(page) == []
    group = page.locator(f"{INSIDE} fieldset").first
    described = (group.get_attribute("aria-describedby") or "").split()
    texts = [page.locator(f"{INSIDE} #{one}").inner_text() for one in described]
    assert any(text.startswith("Error: ") for text in texts)
    summary.locator("a").first.click()
    assert page.evaluate(f"{FOCUSED}.name") == "age_band"
    assert "#" not in page.url, "the address is that of the other site"


def test_the_page_in_the_documents_works_as_it_stands(page: Page, said: list[str], site: str, elsewhere: str) -> None:
    page.goto(f"{elsewhere}/example")
    page.locator(f"{INSIDE} button").first.click()
    expect(page.locator(f"{INSIDE} form")).to_be_visible()
    walk(page, SADDLE)
    expect(page.locator(f"{INSIDE} h2").first).to_have_text("Call 999 now")
    assert said == []


@pytest.mark.long
def test_what_stands_inside_is_shown_where_the_script_cannot_run(browser: Browser, site: str, elsewhere: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{elsewhere}/example")
        expect(page.get_by_text("Very ill or frightened? Call your emergency number.")).to_be_visible()


@pytest.mark.long
def test_going_back_keeps_what_was_ticked_and_forgets_what_came_after(
    page: Page, site: str, elsewhere: str, recommender: Recommender
) -> None:
    begin(page, elsewhere)
    fill(page, SADDLE)
    go_on(page)
    page.locator(f"{INSIDE} button", has_text="Back").click()
    expect(page.locator(f"{INSIDE} input[value='25_44']")).to_be_checked()
    expect(page.locator(f"{INSIDE} input[value='low_back']")).to_be_checked()
    walk(page, full_sheet(recommender, {}))
    assert page.locator(f"{INSIDE} .moves").count()


@pytest.mark.long
def test_none_of_these_stands_alone(page: Page, site: str, elsewhere: str) -> None:
    begin(page, elsewhere)
    back, none = (page.locator(f"{INSIDE} input[value='{value}']") for value in ("low_back", "no_pain"))
    back.check()
    none.check()
    expect(back).not_to_be_checked()
    back.check()
    expect(none).not_to_be_checked()


def test_the_language_and_the_country_are_those_of_the_attributes(page: Page, site: str, elsewhere: str) -> None:
    begin(page, elsewhere, language="es-MX", region="US")
    walk(page, SADDLE)
    inside = page.locator(INSIDE)
    expect(inside.locator("h2").first).to_contain_text("911")
    expect(inside).to_contain_text("Qué hacer")
    assert inside.locator("[lang=es]").count()
    assert inside.locator("a.call").first.get_attribute("href") == "tel:911"


@pytest.mark.long
def test_a_page_gives_it_colours_of_its_own(page: Page, said: list[str], site: str, elsewhere: str) -> None:
    begin(page, elsewhere, styled="yes")
    button = page.locator(f"{INSIDE} form button").first
    assert button.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(80, 0, 120)"
    assert page.locator(INSIDE).evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(250, 250, 240)"
    assert said == [] and faults(page) == []


def test_where_the_origin_is_not_named_it_says_that_nothing_could_be_checked(
    page: Page, closed: str, site: str, elsewhere: str
) -> None:
    page.goto(f"{elsewhere}/embedded?site={closed}")
    page.locator(f"{INSIDE} button").first.click()
    shows_no_routine(page)


def test_in_a_frame_the_questions_are_asked_and_no_cookie_is_set(
    page: Page, said: list[str], site: str, closed: str, elsewhere: str
) -> None:
    page.goto(f"{elsewhere}/framed?language=es&region=GB")
    inside = page.frame_locator("#site").locator(INSIDE)
    inside.locator("button").first.click()
    inside.locator("input[value='25_44']").check()
    inside.locator("input[value='low_back']").check()
    inside.locator("form button:not([type])").click()
    inside.locator("input[value=saddle]").check()
    inside.locator("input[name=rf_emergency][value=none]").check() if inside.locator(
        "input[name=rf_emergency]"
    ).count() else None
    inside.locator("form button:not([type])").click()
    expect(inside.locator("h1")).to_contain_text("999")
    assert page.context.cookies() == [] and said == []
    page.goto(f"{elsewhere}/framed?site={closed}")
    page.wait_for_load_state("networkidle")
    assert page.frame_locator("#site").locator(INSIDE).count() == 0


def test_the_page_for_a_frame_is_accessible_by_itself(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{site}/embed")
    expect(page.locator(f"{INSIDE} h1")).to_be_visible()
    assert faults(page) == []
