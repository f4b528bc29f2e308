"""The part of the result for people who sit: breaks, the desk, driving, and short routines on a page to print."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from recommender.presentation.recommendation import present
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake
from tests.support.visitor import Visitor

DESK: dict[str, Any] = {"sit_hours": "gt_8", "sit_where": "desk", "desk_setup": ["feet_unsupported"]}
SITTERS: dict[str, tuple[dict[str, Any], str]] = {
    "desk": (DESK, "Desk routine"),
    "stuck at the desk": ({**DESK, "desk_setup": ["cannot_leave"]}, "Chair routine"),
    "wheelchair": ({"sit_hours": "gt_8", "sit_where": "wheelchair", "limits": ["wheelchair"]}, "Chair routine"),
    "driver": ({"sit_hours": "gt_8", "sit_where": "driving"}, "Routine for when you have parked"),
    "sofa": ({"sit_hours": "gt_8", "sit_where": "sofa_bed"}, "Sitting routine"),
}
DO_NOT_SIT: dict[str, Any] = {"sit_hours": "lt_4"}


def part_of(text: str) -> str:
    _, title, rest = text.partition('<h2 class="govuk-heading-s">For when you sit</h2>')
    assert 'id="sitting"' in rest
    return html.unescape(title + rest.partition("app-fold__title")[0])


@pytest.mark.parametrize(("given", "heading"), SITTERS.values(), ids=SITTERS)
def test_whoever_sits_has_a_part_about_sitting_with_a_page_of_its_own(
    visitor: Visitor, given: dict[str, Any], heading: str
) -> None:
    part = part_of(visitor.result_of(given).text)
    assert "For when you sit" in part
    assert f">{heading}<" in part
    assert 'href="/result/desk"' in part
    page = visitor.see("/result/desk")
    assert page.status_code == 200
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page.text) == ["For when you sit"]
    assert f">{heading}<" in page.text
    assert "data-print" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("given", [given for given, _ in SITTERS.values()], ids=SITTERS)
def test_the_page_has_every_move_in_full_and_when_to_stop(
    visitor: Visitor, recommender: Recommender, given: dict[str, Any]
) -> None:
    visitor.fill_in(given)
    text = html.unescape(visitor.see("/result/desk").text)
    shown = present(recommender.recommend(full_intake(recommender, given)), recommender.content, "GB")
    items = [item for short in shown["breaks"] for item in short["items"]]
    assert len(items) >= 3
    for item in items:
        for words in (item["name"], item["form_name"], *item["steps"], *item["cautions"]):
            assert words in text
    assert text.count('class="app-move__dose"') == len(items)
    assert "When to stop" in text
    assert shown["not_approved"] in text
    for rule in shown["stop_rules"]:
        assert rule in text
    assert "/result/swap" not in text


def test_advice_is_sorted_into_breaks_desk_and_driving(visitor: Visitor) -> None:
    desk = part_of(visitor.result_of(DESK).text)
    assert desk.index("Sitting and breaks") < desk.index("At your desk") < desk.index("Rest your feet flat")
    assert "When you drive" not in desk
    driver = part_of(visitor.result_of(SITTERS["driver"][0]).text)
    assert driver.index("When you drive") < driver.index("Do not do any exercises while you drive.")
    assert driver.index("Do not do any exercises while you drive.") < driver.index("Routine for when you have parked")
    assert "At your desk" not in driver


def test_whoever_does_not_sit_much_has_no_such_part_and_is_led_back(visitor: Visitor) -> None:
    page = visitor.result_of(DO_NOT_SIT)
    assert "For when you sit" not in page.text
    assert "/result/desk" not in page.text
    assert visitor.client.get("/result/desk").headers["Location"] == "/result"


@pytest.mark.parametrize("first", [{"rf_nerve": ["saddle"]}, {"told_no_exercise": "yes"}])
def test_whoever_needs_help_first_is_shown_no_moves_there(visitor: Visitor, first: dict[str, Any]) -> None:
    page = visitor.result_of({**first, **(DESK if "told_no_exercise" in first else {})})
    assert "/result/desk" not in page.text
    sent = visitor.client.get("/result/desk")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/result")


def test_without_answers_the_page_says_to_start_again(visitor: Visitor) -> None:
    assert "Please start again" in visitor.see("/result/desk").text


def test_a_move_that_was_taken_out_is_not_on_the_page(visitor: Visitor, recommender: Recommender) -> None:
    given = {**DESK, "place": "chair_only", "minutes": "10", "goal": "sit_comfortably"}
    visitor.fill_in(given)
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.assembly is not None
    at_the_desk = {
        item.exercise.id: item.exercise.name for short in recommendation.assembly.breaks for item in short.items
    }
    choices = recommender.choices(recommendation)
    both = [move for move, given in choices.items() if given.stays is None and move in at_the_desk]
    assert both
    assert at_the_desk[both[0]] in visitor.see("/result/desk").text
    visitor.send("/result/remove", {"move": both[0]})
    assert at_the_desk[both[0]] not in visitor.see("/result/desk").text
