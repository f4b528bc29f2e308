"""Whoever answers everything that the questionnaire publishes gets an answer, and urgent signs are never held up."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.engine.reference import Certainty
from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.check_ins import Returning, returning
from tests.support.published import Sheet, filled_in
from tests.support.sample import small_and_whole
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor
from tests.web.questionnaire.test_journeys import heading

CALL, CHECKS = "/api/v1/recommendations", "/api/v1/check-ins"
SIGNS = ("rf_illness", "rf_bone_nerve", "rf_neck")
EMERGENCY_SIGNS = ("rf_nerve", "rf_emergency")
SHEETS, CHECKED = (500, 3_000, 20_000), 400


def pages_of(client: FlaskClient) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = client.get("/api/v1/questionnaire").get_json()["pages"]
    return pages


def sheets(pages: list[dict[str, Any]], count: int, seed: int = 11) -> Iterator[Sheet]:
    """Yield sheets of which many have urgent signs, and a third no pain."""
    chance = random.Random(seed)
    for _ in range(count):
        often = chance.choice([0.05, 0.12, 0.3])
        likely = dict.fromkeys(SIGNS, often) | dict.fromkeys(EMERGENCY_SIGNS, chance.choice([0.0, 0.0, 0.0, 0.02]))
        given: Sheet = {"pain_location": ["no_pain"]} if chance.random() < 0.3 else {}
        yield filled_in(pages, chance, likely={**likely, "pain_location": 0.15}, given=given)


def told(client: FlaskClient, answers: Sheet) -> dict[str, Any]:
    response = client.post(CALL, json={"answers": answers})
    assert response.status_code == 200, (answers, response.get_json(force=True))
    shown: dict[str, Any] = response.get_json()
    return shown


@pytest.mark.parametrize(
    ("given", "hidden", "level"),
    [
        ({"pain_location": ["no_pain"], "rf_illness": ["night_constant"]}, "history", Level.URGENT_48H),
        ({"rf_illness": ["fever", "cancer_past"]}, "arm_symptoms", Level.URGENT_SAME_DAY),
        ({"pain_location": ["neck"], "rf_illness": ["fever", "cancer_past"]}, "leg_symptoms", Level.URGENT_SAME_DAY),
        ({"pain_location": ["no_pain"], "rf_bone_nerve": ["walk_unsteady"]}, "trend", Level.URGENT_48H),
        ({"pain_location": ["no_pain"], "rf_illness": ["fever"], "rf_bone_nerve": ["lift_cough"]}, "assessed", Level.URGENT_SAME_DAY),
    ],
)  # fmt: skip
def test_a_sheet_is_not_refused_for_a_question_that_its_pages_hide(
    client: FlaskClient, recommender: Recommender, given: Sheet, hidden: str, level: Level
) -> None:
    answers = full_sheet(recommender, given)
    walk = recommender.flow.walk_to_the_end(recommender.sheet.read_some(answers, answers)[0])
    as_published = {name: answer for name, answer in answers.items() if name in walk.shown}
    assert hidden not in as_published and hidden in answers
    shown = told(client, as_published)
    assert shown["disposition"]["level"] == level
    assert shown["routine"] is None


@pytest.mark.parametrize("count", small_and_whole(*SHEETS[:2], long=SHEETS[2]))
def test_no_sheet_that_is_filled_in_as_published_is_refused(
    client: FlaskClient, recommender: Recommender, count: int
) -> None:
    without_extras = urgent = 0
    for answers in sheets(pages_of(client), count):
        intake = recommender.sheet.read(answers)
        assert intake.is_complete_for(recommender.flow)
        walk, decision = recommender.flow.walk(intake.answers), recommender.decide(intake)
        urgent += decision.level.is_urgent
        if walk.stop is None or not walk.missing:
            continue
        without_extras += 1
        assert decision.level.rank >= walk.stop.rank, answers
        reasons = [one for one in decision.outcomes if one.then.disposition and one.then.disposition.level.is_urgent]
        certain = Certainty(reasons, recommender.staged).of(intake, frozenset(walk.missing))
        assert reasons == certain, "an answer that nobody gave is told as a reason"
    assert without_extras > count / 50 and urgent > count / 4


def test_the_answer_to_it_is_the_same_on_the_wire(client: FlaskClient, recommender: Recommender) -> None:
    for answers in sheets(pages_of(client), 60, seed=7):
        level = told(client, answers)["disposition"]["level"]
        assert Level(level).rank >= recommender.decide(recommender.sheet.read(answers)).level.rank


@pytest.mark.deep
def test_pages_and_programs_are_told_the_same(visitor: Visitor, recommender: Recommender) -> None:
    """What the pages asked of somebody, extra questions and all, gives the same outcome when it is sent as JSON."""
    stopped = 0
    for answers in sheets(pages_of(visitor.client), 40, seed=3):
        visitor.client.post("/start-again")
        visitor.shown.clear()
        stopped += visitor.fill_in(answers) == "/result"
        named = {name for page in visitor.shown for name in re.findall(r'<(?:input|textarea)[^>]* name="(\w+)', page)}
        raw = full_sheet(recommender, answers)
        sent = {name: answer for name, answer in raw.items() if name in named}
        assert heading(visitor.see("/result").text).endswith(told(visitor.client, sent)["disposition"]["heading"])
    assert stopped > 5


def test_pages_still_ask_the_extra_questions_of_whoever_changes_an_answer(visitor: Visitor) -> None:
    visitor.fill_in({"pain_location": ["no_pain"]})
    soon = {"rf_illness": ["night_constant"], "rf_bone_nerve": ["none"]}
    asked = visitor.send("/questions/soon-check?from=check", soon).headers["Location"]
    assert asked.startswith("/questions/a-few-more-1")
    assert visitor.client.get("/result").headers["Location"] == "/questions/a-few-more-1"
    visitor.send(asked, {"history": "first_time"})
    assert heading(visitor.see("/result").text) == "Urgent: Be seen within 48 hours"


def test_a_sheet_that_ends_before_its_last_page_still_needs_the_extra_questions(client: FlaskClient) -> None:
    early = {
        "age_band": "45_49", "pain_location": ["low_back"], "rf_nerve": ["none"], "rf_emergency": ["none"],
        "rf_illness": ["fever", "cancer_past"], "rf_bone_nerve": ["none"],
    }  # fmt: skip
    response = client.post(CALL, json={"answers": early})
    assert response.status_code == 422
    assert {"history", "arm_symptoms", "conditions"} <= set(response.get_json(force=True)["errors"])


def checked(client: FlaskClient, person: Returning, **follow_up: Any) -> dict[str, Any]:
    response = client.post(CHECKS, json=person.body(7, fu_pain=0, **follow_up))
    assert response.status_code == 200, (follow_up, response.get_json(force=True))
    shown: dict[str, Any] = response.get_json()
    return shown


@pytest.mark.parametrize("place", [["no_pain"], ["neck"], ["low_back"], ["low_back", "shoulders"]])
def test_no_check_with_an_urgent_sign_gets_stuck(
    client: FlaskClient, recommender: Recommender, place: list[str]
) -> None:
    person, pages, chance = returning(recommender, pain_location=place), pages_of(client), random.Random(place[0])
    urgent = 0
    for _ in range(CHECKED // 4):
        drawn = filled_in(pages, chance, likely=dict.fromkeys(SIGNS, 0.15), given={"pain_location": place})
        again = {name: drawn[name] for name in SIGNS if name in drawn}
        level = Level(checked(client, person, **again)["recommendation"]["disposition"]["level"])
        urgent += level.is_urgent
    assert urgent > 10


def test_a_check_without_its_own_page_still_needs_the_extra_questions(
    client: FlaskClient, recommender: Recommender
) -> None:
    person = returning(recommender, pain_location=["no_pain"])
    body = person.body(7, fu_pain=0, rf_illness=["night_constant"], fu_hard=None)
    response = client.post(CHECKS, json=body)
    assert response.status_code == 422
    assert "follow_up.history" in response.get_json(force=True)["errors"]
