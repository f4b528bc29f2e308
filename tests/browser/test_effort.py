"""What it costs a person to get a routine, as `make effort` measures it: the time that is promised is about the time it takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.stand import HOME, Stand
from tools.effort.walk import people, walked

PEOPLE = {person.name: person for person in people()}
# How far what is promised on the first page may be from what the whole way takes.
WITHIN = 0.2


@pytest.mark.deep
@pytest.mark.parametrize("name", ["desk worker of 38", "72, stenosis, on a chair", "neck at work"])
def test_the_time_that_is_promised_is_about_the_time_it_takes(browser: Browser, stand: Stand, name: str) -> None:
    effort = walked(browser, stand.addresses[HOME], stand.recommender, PEOPLE[name])
    assert abs(effort.promised / effort.minutes - 1) <= WITHIN, effort


@pytest.mark.deep
def test_a_result_with_a_routine_starts_on_the_first_screen_and_is_short(browser: Browser, stand: Stand) -> None:
    effort = walked(browser, stand.addresses[HOME], stand.recommender, PEOPLE["desk worker of 38"])
    assert effort.first_move_screens is not None and effort.first_move_screens < 1
    assert effort.result_screens <= 6
    assert effort.result_words < 600


def test_an_emergency_is_reached_in_a_few_taps(browser: Browser, stand: Stand) -> None:
    effort = walked(browser, stand.addresses[HOME], stand.recommender, PEOPLE["numb between the legs"])
    assert effort.level == "emergency_now" and effort.pages == 2
