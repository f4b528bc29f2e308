"""Each move that is left out says why: by a rule, or in words by the place that it is mainly for (brief 0.4, 4.12)."""

from __future__ import annotations

import html
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor

BY_THE_PERSON = {"taken_out", "one_at_a_time"}
PEOPLE: dict[str, dict[str, Any]] = {
    "a neck": {"pain_location": ["neck"]},
    "a low back before a neck": {"pain_location": ["low_back", "neck"], "pain_main": "low_back"},
    "no pain": {"pain_location": ["no_pain"]},
    "a chair at work": {"pain_location": ["upper_back"], "place": "standing_desk", "limits": ["floor"]},
    "a flare": {"irritability": "next_day", "pain_score": 6},
    "a buttock, twenty minutes": {"pain_location": ["buttock"], "minutes": "20", "goal": "get_stronger"},
}


def left_out(client: FlaskClient, recommender: Recommender, given: dict[str, Any]) -> list[dict[str, Any]]:
    sent = client.post("/api/v1/recommendations", json={"answers": full_sheet(recommender, given)})
    told: list[dict[str, Any]] = sent.get_json()["left_out"]
    return told


@pytest.mark.parametrize("person", PEOPLE)
def test_every_move_that_is_left_out_says_why(client: FlaskClient, recommender: Recommender, person: str) -> None:
    told = left_out(client, recommender, PEOPLE[person])
    assert [one["exercise"] for one in told if not (one["why"] or one["text"])] == []


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_for_another_place_names_it_and_the_persons_own(
    client: FlaskClient, recommender: Recommender, person: str
) -> None:
    catalogue = recommender.content.catalogue
    own = recommender.content.questionnaire.questions["pain_location"].options
    answers = PEOPLE[person].get("pain_location", ["low_back"])
    main = PEOPLE[person].get("pain_main", answers[0])
    place = next(option.text for option in own if option.id == main)
    named = [one for one in left_out(client, recommender, PEOPLE[person]) if one["because"] == "for_another_place"]
    assert named
    for one in named:
        regions = catalogue.by_id[one["exercise"]].regions
        assert one["regions"] == sorted(regions)
        words = [catalogue.vocabulary["regions"][region].name for region in regions]
        assert all(word in one["text"] for word in words) and f"\u201c{place}\u201d" in one["text"]


def test_a_neck_move_is_for_another_place_for_a_low_back_and_not_for_a_neck(
    client: FlaskClient, recommender: Recommender
) -> None:
    def because(given: dict[str, Any]) -> str | None:
        every = {one["exercise"]: one["because"] for one in left_out(client, recommender, given)}
        return every.get("neck_lateral_flexion")

    assert because({}) == "for_another_place"
    assert because({"pain_location": ["neck"]}) != "for_another_place"


def test_the_page_has_them_in_a_group_with_the_part_of_the_body_beside_each(visitor: Visitor) -> None:
    page = html.unescape(visitor.result_of({}).text)
    part = page[page.index("Mainly for another part of the body") :].split("</details>")[0]
    assert "Neck side bend (Neck, Shoulders, Upper back)" in part
