"""One test of each whole way through the site, which CI runs on every change: a hash must not leave the only one for releases."""

from __future__ import annotations

from collections.abc import Mapping

_BROWSER = "tests/browser"
_TO_A_ROUTINE = f"{_BROWSER}/test_walks.py::test_a_person_walks_to_every_outcome"
# Every one of its own name: a test that is gone, or is called something else, is noticed.
WHOLE_WAYS: Mapping[str, str] = {
    "by keyboard alone": f"{_BROWSER}/test_keyboard.py::test_a_whole_journey_needs_no_mouse",
    "by touch": f"{_BROWSER}/test_body_map_touch.py::test_a_touch_ticks_a_place_and_a_second_touch_unticks_it[with JavaScript]",
    "with a script": f"{_TO_A_ROUTINE}[with JavaScript-routine]",
    "without a script": f"{_TO_A_ROUTINE}[without JavaScript-routine]",
    "in Spanish": f"{_BROWSER}/test_walks.py::test_a_journey_in_spanish_stays_in_spanish[True]",
    "by screen reader, in both languages": f"{_BROWSER}/test_accessibility.py::test_axe_finds_nothing[half of the places-1280 wide]",
    "without a connection": (
        f"{_BROWSER}/offline/test_kept_offline.py::"
        "test_with_the_network_off_the_question_comes_first_and_then_every_move_with_its_drawings"
    ),
    "by the clock, for ten minutes": (
        f"{_BROWSER}/test_player_carries.py::"
        "test_over_ten_minutes_with_the_page_hidden_now_and_then_the_clock_is_off_by_half_a_second_at_most"
    ),
    "where a helper of the clock fails": (
        f"{_BROWSER}/test_player_clock.py::test_the_clock_goes_on_whatever_helper_fails[a voice that throws]"
    ),
    "on the page of another site": (
        f"{_BROWSER}/embed/test_embed.py::test_a_routine_is_asked_for_and_shown_under_the_strictest_policy"
    ),
    "to an emergency, on the page of another site": (
        f"{_BROWSER}/embed/test_embed.py::test_an_emergency_is_told_at_once_and_nothing_beside_it"
    ),
}
