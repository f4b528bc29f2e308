"""A routine one move at a time: the whole of it on one page that needs no script, and a clock that adds up."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from recommender.errors import DecisionError
from recommender.models.levels import Level
from recommender.presentation.recommendation import present
from recommender.service.recommend import Recommender
from recommender.web.result.player import turns
from tests.support.people import AT_A_DESK, EXAMPLES, FLARE, example
from tests.support.planner import Planner, heading
from tests.support.sheets import full_intake
from tests.support.visitor import Visitor

ROUTINES = [one for one in EXAMPLES if Level(one["expect"]["level"]).shows_routine]


def screens(text: str) -> dict[str, str]:
    """Return the screens of the page, by id, in order."""
    found = re.findall(r'<section class="app-player__screen" id="([^"]+)"(.*?)</section>', text, re.DOTALL)
    return {name: html.unescape(part) for name, part in found}


def moves(text: str) -> list[str]:
    """Return the names of the moves, in order."""
    names = (re.search(r'data-name="([^"]*)"', part) for name, part in screens(text).items() if name != "end")
    return [found[1] for found in names if found]


def test_it_shows_every_move_of_the_routine_in_order_with_all_that_keeps_it_safe(
    visitor: Visitor, recommender: Recommender
) -> None:
    visitor.fill_in(AT_A_DESK)
    page = visitor.see("/result/play")
    assert page.status_code == 200
    shown = present(recommender.recommend(full_intake(recommender, AT_A_DESK)), recommender.content, "GB")
    items = shown["routine"]["items"]
    parts = screens(page.text)
    assert list(parts) == ["begin", *(f"move-{number}" for number in range(1, len(items) + 1)), "end"]
    assert moves(page.text) == [item["name"] for item in items]
    for item, part in zip(items, list(parts.values())[1:-1], strict=True):
        for words in (
            item["name"],
            item["form_name"],
            *item["steps"],
            item["breathing"],
            item["not_here"],
            *item["cautions"],
        ):
            assert words in part
    assert shown["stop_rules"]
    assert all(words in parts["begin"] for words in shown["stop_rules"])
    assert 'href="tel:999"' in parts["begin"]


def test_without_script_its_links_lead_from_the_first_screen_to_the_last(visitor: Visitor) -> None:
    visitor.fill_in(AT_A_DESK)
    parts = screens(visitor.see("/result/play").text)
    way = [name for part in parts.values() for name in re.findall(r'href="#([^"]+)" data-next', part)]
    assert way == list(parts)[1:]
    assert all('href="#stop"' in part for name, part in parts.items() if name.startswith("move-"))


def test_a_side_to_begin_with_is_named_where_the_clock_goes_by_sides_and_nowhere_else(visitor: Visitor) -> None:
    visitor.fill_in({"pain_location": ["neck", "shoulders"], "pain_main": "neck", "place": "standing_desk"})
    parts = [part for name, part in screens(visitor.see("/result/play").text).items() if name.startswith("move-")]
    by_side = ["data-side=" in part for part in parts]
    assert ["Left side first" in part for part in parts] == by_side
    rolls = next(part for part in parts if "as many the other way" in part)
    assert "Left side first" not in rolls and any(by_side)


@pytest.mark.parametrize("one", ROUTINES, ids=lambda one: one["name"])
def test_the_clock_takes_as_long_as_each_move_is_said_to_take(one: dict[str, Any], recommender: Recommender) -> None:
    recommendation = recommender.recommend(full_intake(recommender, one["answers"]))
    assert recommendation.assembly
    items = recommendation.assembly.routine.items
    counted = turns(recommendation)
    assert [turn.settle_seconds + turn.pace.seconds for turn in counted] == [item.seconds for item in items]
    for item, turn in zip(items, counted, strict=True):
        assert turn.settle_seconds >= 0
        assert turn.pace.work_seconds > 0
        sides = 2 if item.dose.per_side else 1
        assert turn.pace.rounds == sides * (item.dose.reps or 1)


@pytest.mark.parametrize("level", [level for level in Level if not level.shows_routine])
def test_whoever_needs_help_first_is_led_to_it_and_sees_no_move(visitor: Visitor, level: Level) -> None:
    visitor.fill_in(example(level))
    page = visitor.see("/result/play")
    assert page.status_code == 303
    assert page.headers["Location"] == "/result"
    assert "/result/play" not in visitor.see("/result").text


def test_there_is_no_clock_for_a_result_without_a_routine(recommender: Recommender) -> None:
    with pytest.raises(DecisionError):
        turns(recommender.recommend(full_intake(recommender, example(Level.SEE_BEFORE_START))))


def test_somebody_without_answers_is_asked_to_begin(visitor: Visitor) -> None:
    assert "Please start again" in visitor.see("/result/play").text


def test_the_routine_leads_to_it_and_it_leads_back(visitor: Visitor) -> None:
    assert 'href="/result/play"' in visitor.result_of(AT_A_DESK).text
    page = visitor.see("/result/play").text
    assert 'href="/result"' in page
    assert 'href="/result#remember"' in page


def test_a_move_that_was_taken_out_is_not_in_it(visitor: Visitor) -> None:
    visitor.result_of(AT_A_DESK)
    before = moves(visitor.see("/result/play").text)
    out = re.findall(r'action="/result/remove">\s*<input type="hidden" name="move" value="([^"]+)"', visitor.shown[-2])
    visitor.press("/result/remove", {"move": out[0]})
    after = moves(visitor.see("/result/play").text)
    assert before != after
    assert visitor.recommender.content.catalogue.by_id[out[0]].name not in after


def test_a_plan_is_played_only_after_the_question_of_today(planner: Planner) -> None:
    planner.remember(FLARE)
    assert planner.client.get("/plan/today/play").headers["Location"] == "/plan"
    today = planner.session({})
    assert heading(today) == "Today\u2019s session"
    assert 'href="/plan/today/play"' in today.text
    page = planner.client.get("/plan/today/play")
    assert page.status_code == 200
    assert len(moves(page.text)) >= 3
    assert 'href="/plan/today"' in page.text
    assert planner.on_day(2).client.get("/plan/today/play").headers["Location"] == "/plan"


def test_a_session_that_leads_to_help_is_not_played(planner: Planner) -> None:
    planner.remember(FLARE)
    planner.session({"pre_session": "yes", "rf_nerve": ["saddle"]})
    assert planner.client.get("/plan/today/play").headers["Location"] == "/plan"
