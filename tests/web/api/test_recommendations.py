"""The JSON interface: shapes, errors and the data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.sheets import full_sheet

CALL = "/api/v1/recommendations"


def recommend(client: FlaskClient, recommender: Recommender, given: dict[str, Any]) -> dict[str, Any]:
    response = client.post(CALL, json={"answers": full_sheet(recommender, given)})
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.get_json()
    return shown


def test_a_recommendation_has_the_promised_shape(client: FlaskClient, recommender: Recommender) -> None:
    shown = recommend(client, recommender, {})
    assert set(shown) >= {
        "disposition", "review", "routine", "left_out", "advice", "stop_rules", "breaks", "fired", "rule_set"
    }  # fmt: skip
    assert shown["disposition"]["level"] == "routine"
    assert shown["rule_set"] == {
        "version": recommender.content.rule_set.version, "hash": recommender.content.hash, "approved": False
    }  # fmt: skip
    item = shown["routine"]["items"][0]
    assert set(item) == {
        "exercise", "name", "form", "form_name", "slot", "position", "dose", "seconds", "purpose", "steps", "breathing",
        "feel_it", "not_here", "cautions", "common_mistakes", "easier", "easier_move", "every_day", "harder",
        "harder_move",
        "why", "figure",
    }  # fmt: skip
    assert shown["routine"]["seconds"] == sum(item["seconds"] for item in shown["routine"]["items"])


def test_a_drawing_says_for_which_side_it_is_mirrored(client: FlaskClient, recommender: Recommender) -> None:
    shown = recommend(client, recommender, {})
    drawn = {item["exercise"]: (item["dose"]["per_side"], item["figure"]) for item in shown["routine"]["items"]}
    one_sided = [figure["sides"] for per_side, figure in drawn.values() if figure["sides"] and per_side]
    assert one_sided
    for first, other in one_sided:
        assert {first["side"], other["side"]} == {"left", "right"}
        assert (first["mirrored"], other["mirrored"]) == (False, True)
    assert all(figure["sides"] == [] for per_side, figure in drawn.values() if not per_side)


def test_offered_and_left_out_are_the_whole_catalogue(client: FlaskClient, recommender: Recommender) -> None:
    shown = recommend(client, recommender, {"limits": ["wrist"]})
    named = [item["exercise"] for item in [*shown["routine"]["items"], *shown["left_out"]]]
    assert sorted(named) == sorted(recommender.content.catalogue.by_id)


def test_every_item_and_every_exclusion_has_a_reason(client: FlaskClient, recommender: Recommender) -> None:
    shown = recommend(client, recommender, {"limits": ["wrist", "kneel"], "place": "chair_only"})
    assert all(item["why"] for item in shown["routine"]["items"])
    unexplained = {left["because"] for left in shown["left_out"] if not left["why"]}
    assert unexplained <= {"not_for_your_answers", "for_another_place"}
    assert all(left["text"] for left in shown["left_out"] if not left["why"])


def test_easier_and_harder_are_only_what_this_person_may_do(client: FlaskClient, recommender: Recommender) -> None:
    shown = recommend(client, recommender, {"limits": ["wrist", "kneel", "lie_front"]})
    barred = {
        left["exercise"]
        for left in shown["left_out"]
        if left["because"] in ("contraindicated", "no_equipment_or_place", "never_automatic")
    }
    offered = {item[part] for item in shown["routine"]["items"] for part in ("easier", "harder")}
    assert not offered & barred


def test_an_emergency_needs_no_later_answers(client: FlaskClient) -> None:
    response = client.post(
        CALL, json={"answers": {"age_band": "45_49", "pain_location": ["low_back"], "rf_nerve": ["saddle"]}}
    )
    shown = response.get_json()
    assert response.status_code == 200
    assert shown["disposition"]["level"] == "emergency_now"
    assert shown["routine"] is None
    assert shown["left_out"] == shown["stop_rules"] == shown["breaks"] == []
    assert "999" in shown["disposition"]["heading"]


def test_only_the_winning_level_says_what_to_do(client: FlaskClient, recommender: Recommender) -> None:
    given = {"rf_nerve": ["saddle"], "rf_illness": ["fever"]}
    reasons = recommend(client, recommender, given)["disposition"]["reasons"]
    ranks = [Level(reason["level"]).rank for reason in reasons]
    assert ranks == sorted(ranks, reverse=True)
    milder = [reason for reason in reasons if reason["level"] != "emergency_now"]
    assert milder
    assert all(reason["act"] is None and reason["within"] is None for reason in milder)


def test_no_reason_for_a_routine_dilutes_a_call_for_help(client: FlaskClient, recommender: Recommender) -> None:
    reasons = recommend(client, recommender, {"rf_nerve": ["saddle"]})["disposition"]["reasons"]
    assert reasons and not any(Level(reason["level"]).shows_routine for reason in reasons)


def test_the_strongest_thing_to_do_about_being_seen_comes_first_with_its_day(
    client: FlaskClient, recommender: Recommender
) -> None:
    plain = recommend(client, recommender, {})
    assert plain["review"] == {
        "kind": "net",
        "who": "gp_or_physiotherapist",
        "text": "See a physiotherapist or GP if you have pain that is not better in 6 weeks.",
        "rule": "RF-R01",
        "by": (date.today() + timedelta(weeks=6)).isoformat(),
        "within": "P42D",
        "others": [],
    }
    strong = recommend(client, recommender, {"pain_score": 7, "conditions": ["not_sure"]})
    assert [strong["review"]["kind"], *(line["kind"] for line in strong["review"]["others"])] == [
        "ask_now",
        "check_in",
        "net",
    ]
    assert strong["review"]["within"] == strong["disposition"]["within"] == "P14D"
    assert not any("by" in line for line in strong["review"]["others"])


def assert_problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json(force=True)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("body", ["", "{", "nonsense", "[" * 50_000])
def test_what_is_not_json_is_400(client: FlaskClient, body: str) -> None:
    assert_problem(client.post(CALL, data=body, content_type="application/json"), 400)


def test_another_content_type_is_415(client: FlaskClient) -> None:
    assert_problem(client.post(CALL, data="answers=1"), 415)
    assert_problem(client.post(CALL, data={"answers": "1"}), 415)


def test_a_body_that_is_too_large_is_413(client: FlaskClient) -> None:
    assert_problem(client.post(CALL, json={"answers": {"main_task": "x" * 70_000}}), 413)


def test_an_unknown_address_is_404_and_a_wrong_method_405(client: FlaskClient) -> None:
    assert_problem(client.get("/api/v1/nowhere"), 404)
    assert_problem(client.get("/api/v1/rules/NO-99"), 404)
    assert_problem(client.get("/api/v1/exercises/no_such"), 404)
    response = client.get(CALL)
    assert_problem(response, 405)
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("body", [[], 7, "text", {}, {"answers": 3}, {"answers": {}, "more": 1}, {"answers": None}])
def test_a_body_of_another_shape_is_422(client: FlaskClient, body: Any) -> None:
    assert assert_problem(client.post(CALL, json=body), 422)["errors"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("rf_nerve", []),
        ("rf_nerve", None),
        ("rf_nerve", ["none", "saddle"]),
        ("rf_nerve", ["moon"]),
        ("rf_nerve", "none"),
        ("pain_score", "4"),
        ("pain_score", True),
        ("pain_score", 11),
        ("pain_score", 10**400),
        ("age_band", ["45_49"]),
        ("preg_weeks", "lt_16"),
        ("shoe_size", 44),
        ("main_task", {"task": "x"}),
    ],
)
def test_answers_that_cannot_be_used_are_422_by_question(
    client: FlaskClient, recommender: Recommender, question: str, answer: Any
) -> None:
    answers = {**full_sheet(recommender, {}), question: answer}
    body = assert_problem(client.post(CALL, json={"answers": answers}), 422)
    assert list(body["errors"]) == [question]
    assert all(isinstance(text, str) and text for text in body["errors"][question])


def test_the_questionnaire_tells_when_each_question_is_asked(client: FlaskClient, recommender: Recommender) -> None:
    body = client.get("/api/v1/questionnaire").get_json()
    questions = {question["id"]: question for page in body["pages"] for question in page["questions"]}
    assert set(questions) == {question.id for question in recommender.content.questionnaire.intake_questions}
    assert questions["rf_neck"]["shown_if"] == {
        "pain_location": {"includes_any": ["neck", "shoulders", "upper_back", "arm"]}
    }
    assert questions["rf_nerve"]["safety"] is True
    asked_later = {
        name: [q["id"] for page in body[name] for q in page["questions"]] for name in ("before_session", "follow_up")
    }
    assert asked_later["before_session"] == ["pre_session"]
    assert {"fu_change", "fu_pain", "fu_hurt"} <= set(asked_later["follow_up"])
    assert body["rule_set"]["hash"] == recommender.content.hash


def test_every_rule_and_exercise_can_be_read(client: FlaskClient, recommender: Recommender) -> None:
    rules = client.get("/api/v1/rules").get_json()["rules"]
    assert len(rules) == len(recommender.content.rule_set.rules)
    one = rules[0]["id"]
    assert client.get(f"/api/v1/rules/{one}").get_json()["rule"] == rules[0]
    exercises = client.get("/api/v1/exercises").get_json()["exercises"]
    assert {exercise["id"] for exercise in exercises} == set(recommender.content.catalogue.by_id)
    one = exercises[0]["id"]
    assert client.get(f"/api/v1/exercises/{one}").get_json()["exercise"] == exercises[0]
    assert client.get("/api/v1/sources").get_json()["sources"]


def test_data_is_sent_again_only_when_the_content_changed(client: FlaskClient) -> None:
    tag = client.get("/api/v1/rules").headers["ETag"]
    assert client.get("/api/v1/rules", headers={"If-None-Match": tag}).status_code == 304


def test_the_same_answers_give_the_same_recommendation_in_any_order(
    client: FlaskClient, recommender: Recommender
) -> None:
    answers = full_sheet(recommender, {"limits": ["wrist", "kneel"]})
    turned = dict(reversed(answers.items())) | {"limits": ["kneel", "wrist"]}
    first, second = (client.post(CALL, json={"answers": given}).data for given in (answers, turned))
    assert first == second
