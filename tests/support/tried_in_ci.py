"""What CI tries on every change, by what is promised: a hash must not leave the only test of it for releases."""

from __future__ import annotations

from collections.abc import Mapping

_BROWSER = "tests/browser"
_TO_A_ROUTINE = f"{_BROWSER}/test_walks.py::test_a_person_walks_to_every_outcome"
# Each begins the name of a test: one that is gone, or is called something else, is noticed.
TRIED_IN_CI: Mapping[str, str] = {
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
    # What others build on.
    "the renderer in a terminal": "tests/integrate/test_renderers.py::test_the_renderer_in_a_terminal_prints_every_word",
    "the renderer asks what the site asks": "tests/web/api/test_next.py::test_the_call_asks_page_by_page_what_the_site_asks",
    "the renderer on a page": "tests/browser/test_renderer_tells_all.py::test_the_page_shows_every_word",
    "the renderer in a second origin": "tests/browser/test_other_sites.py::test_the_renderer_of_another_site_asks",
    "its emergency": "tests/browser/test_other_sites.py::test_the_renderer_of_another_site_tells_an_emergency",
    "the element in a second origin": "tests/browser/embed/test_embed.py::test_a_routine_is_asked_for_and_shown",
    "the emergency of the element": "tests/browser/embed/test_embed.py::test_an_emergency_is_told_at_once",
    "the client for Python": "tests/integrate/test_clients.py::test_the_client_for_python_walks",
    "the client for TypeScript": "tests/integrate/test_clients.py::test_the_client_for_typescript_compiles_and_walks",
    "the conformance kit": "tests/conformance/test_kit.py::test_the_sheets_of_the_core_come_to_what_they_must",
    "the kit and red flags": "tests/conformance/test_planted_faults.py::test_each_red_flag_file_that_is_deleted_is_caught[4]",
    "the kit and faults": "tests/conformance/test_planted_faults.py::test_twenty_planted_faults_are_caught",
    "the renderer where something goes wrong": "tests/browser/test_renderer_tells_all.py::test_whatever_goes_wrong",
    "the renderer and other rules": "tests/browser/test_renderer_tells_all.py::test_a_routine_of_other_rules",
}
