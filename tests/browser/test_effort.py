"""What it costs a person to get a routine, as `make effort` measures it: the time that is promised is about the time it takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.stand import HOME, Place, Stand
from tools.effort.walk import HEIGHT, WIDTH, people, walked

PEOPLE = {person.name: person for person in people()}
# How far what is promised on the start page may be from what the whole way takes.
WITHIN = 0.2
# A page tells whole minutes, and cannot know how many boxes somebody will tick.
MINUTES_OFF = 0.9
DESK_WORKER, NO_PAIN = "desk worker of 38", "strong athlete without pain"
# The goal is 1,200; whatever else is counted, such as a longer line of numbers to call, it is kept.
WORDS_AT_MOST = 1165
# What somebody must see before they scroll: how many moves and minutes, Start, the line on stopping, the one sentence on being
# seen, and of the list of moves the first with its picture, name and dose.
FIRST_SCREEN = (
    ".app-facts",
    "a.app-start",
    "a.app-start + p",
    ".app-card--soon > p",
    "#moves",
    ".app-move:first-child img",
    ".app-move:first-child .app-move__name",
    ".app-move:first-child .app-move__dose",
)


@pytest.mark.deep
@pytest.mark.parametrize("name", PEOPLE)
def test_the_time_that_is_promised_is_about_the_time_it_takes(browser: Browser, stand: Stand, name: str) -> None:
    effort = walked(browser, stand.addresses[HOME], stand.recommender, PEOPLE[name])
    assert abs(effort.promised / effort.minutes - 1) <= WITHIN, effort
    if name == DESK_WORKER:
        assert effort.words <= WORDS_AT_MOST and effort.taps <= 40, effort
    if effort.is_stopped:
        return
    # Until the first page is sent, nobody knows that nothing hurts.
    known = effort.left[1:] if name == NO_PAIN else effort.left
    assert len(known) >= 5
    assert [(told, took) for told, took in known if abs(told - took) > max(MINUTES_OFF, WITHIN * took)] == []
    assert [told for told, _ in effort.left] == sorted((told for told, _ in effort.left), reverse=True)


@pytest.mark.deep
def test_a_result_with_a_routine_starts_on_the_first_screen_and_is_short(browser: Browser, stand: Stand) -> None:
    effort = walked(browser, stand.addresses[HOME], stand.recommender, PEOPLE[DESK_WORKER])
    assert effort.first_move_screens is not None and effort.first_move_screens < 1
    assert effort.result_screens <= 6
    assert effort.result_words < 600


def test_the_first_screen_of_a_result_says_all_that_is_needed_to_start_in_that_order(
    browser: Browser, stand: Stand
) -> None:
    page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page()
    stand.bring(page, Place("result", "", "/result", draft=stand.draft(PEOPLE[DESK_WORKER].answers)))
    boxes = {part: page.locator(part).first.bounding_box() for part in FIRST_SCREEN}
    assert [part for part, box in boxes.items() if box is None or box["y"] + box["height"] > HEIGHT] == []
    tops = [box["y"] for part, box in boxes.items() if box is not None and not part.startswith(".app-move")]
    assert tops == sorted(tops)
    page.context.close()


def test_an_emergency_is_reached_in_a_few_taps(browser: Browser, stand: Stand) -> None:
    effort = walked(browser, stand.addresses[HOME], stand.recommender, PEOPLE["numb between the legs"])
    assert effort.level == "emergency_now" and effort.pages == 2
