"""The next page over JSON: the same walk as the pages, from what is sent alone, and an emergency told at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.errors import ProblemCode
from recommender.models.levels import Level
from recommender.presentation.schemas.next_page import NextSchema
from recommender.presentation.schemas.problem import ProblemSchema
from recommender.service.recommend import Recommender
from tests.support.next_page import NEXT, by_calls, by_forms, by_pages, sent
from tests.support.published import filled_in
from tests.support.sample import seeds
from tests.support.sheets import BASELINE, full_sheet
from tests.support.visitor import FIRST, Visitor
from tests.web.questionnaire.test_journeys import heading

Data = dict[str, Any]
RECOMMENDATIONS = "/api/v1/recommendations"
SIGNS = ("rf_illness", "rf_bone_nerve", "rf_neck")
EMERGENCIES = ("rf_nerve", "rf_emergency")
SHEETS_OF_A_SEED = 20


def urgent_sheets(recommender: Recommender, client: FlaskClient, seed: int, count: int) -> Iterator[Data]:
    """Yield whole sheets with an answer to whatever may be asked: half are random with many signs of danger, some of them
    without pain; half are of somebody well, with one sign or none.
    """
    pages = client.get("/api/v1/questionnaire").get_json()["pages"]
    options = {
        question["id"]: [option["id"] for option in question["options"]]
        for page in pages
        for question in page["questions"]
    }
    chance = random.Random(seed)
    for number in range(count):
        if number % 2:
            often, at_once = chance.choice([0.05, 0.12, 0.3]), chance.choice([0.0, 0.0, 0.03])
            likely = dict.fromkeys(SIGNS, often) | dict.fromkeys(EMERGENCIES, at_once) | {"pain_location": 0.15}
            given: Data = {"pain_location": ["no_pain"]} if chance.random() < 0.3 else {}
            yield full_sheet(recommender, filled_in(pages, chance, likely=likely, given=given))
        else:
            sign = chance.choice((*SIGNS, *EMERGENCIES))
            place = {"pain_location": [chance.choice(("neck", "low_back", "upper_back"))]}
            one = {sign: [chance.choice(options[sign])]} if chance.random() < 0.5 else {}
            yield full_sheet(recommender, place | one)


@pytest.mark.parametrize("seed", seeds(1, fast=1, deep=14, long=85))
def test_the_call_asks_page_by_page_what_the_site_asks_and_ends_where_it_ends(
    visitor: Visitor, recommender: Recommender, seed: int
) -> None:
    ends = {"/result": 0, "/check-answers": 0}
    for raw in urgent_sheets(recommender, visitor.client, seed, SHEETS_OF_A_SEED):
        visitor.client.post("/start-again")
        asked, end = by_forms(visitor, raw, FIRST)
        pages, reply = by_calls(visitor.client, raw)
        assert pages == asked, raw
        assert (reply["stop"] is not None) == (end == "/result"), raw
        ends[end] += 1
    assert min(ends.values()) > SHEETS_OF_A_SEED / 20


@pytest.mark.parametrize(
    "count", [4, pytest.param(20, marks=pytest.mark.deep), pytest.param(60, marks=pytest.mark.long)]
)
def test_what_stands_on_the_pages_themselves_is_what_the_call_asks(
    visitor: Visitor, recommender: Recommender, count: int
) -> None:
    for raw in urgent_sheets(recommender, visitor.client, 1000 + count, count):
        visitor.client.post("/start-again")
        asked, end = by_pages(visitor, raw, FIRST, "/questions/")
        pages, reply = by_calls(visitor.client, raw)
        assert pages == asked, raw
        if reply["stop"]:
            assert end == "/result"
            assert heading(visitor.see(end).text).endswith(reply["stop"]["disposition"]["heading"])


@pytest.mark.parametrize("seed", seeds(100, fast=1, deep=3))
def test_what_a_stop_tells_is_what_the_recommendation_tells(
    client: FlaskClient, recommender: Recommender, seed: int
) -> None:
    """And what counts of the answers can be sent on as it is, whether or not the questions ended early."""
    levels = set()
    for raw in urgent_sheets(recommender, client, seed, SHEETS_OF_A_SEED):
        _, reply = by_calls(client, raw)
        told = client.post(RECOMMENDATIONS, json={"answers": reply["answers"]})
        assert told.status_code == 200, told.get_json(force=True)
        shown = told.get_json()
        if reply["stop"]:
            assert reply["stop"] == {name: shown[name] for name in reply["stop"]}
            assert shown["routine"] is None
            again = sent(client, {"answers": reply["answers"]})
            assert again["done"] and again["stop"] == reply["stop"], (
                "what was not seen holds nothing up once it is decided"
            )
            levels.add(shown["disposition"]["level"])
    assert {Level.EMERGENCY_NOW, Level.URGENT_SAME_DAY} <= levels


@pytest.mark.parametrize("sign", [("rf_nerve", "saddle"), ("rf_emergency", "chest_pain")])
def test_an_emergency_is_told_by_the_reply_to_its_own_page(
    client: FlaskClient, recommender: Recommender, sign: tuple[str, str]
) -> None:
    question, option = sign
    pages, reply = by_calls(client, full_sheet(recommender, {question: [option]}))
    assert question in pages[-1].questions
    assert reply["stop"]["disposition"]["level"] == Level.EMERGENCY_NOW
    assert reply["page"] is None and reply["questions"] == [] and reply["missing"] == []


def test_an_emergency_is_told_although_another_answer_cannot_be_used(client: FlaskClient) -> None:
    response = client.post(NEXT, json={"answers": {"rf_nerve": ["saddle"], "age_band": "old", "shoe_size": 44}})
    reply = response.get_json()
    assert response.status_code == 200 and reply["done"]
    assert reply["stop"]["disposition"]["level"] == Level.EMERGENCY_NOW
    assert set(reply["errors"]) == {"age_band", "shoe_size"} and reply["answers"] == {"rf_nerve": ["saddle"]}


def test_an_urgent_sign_is_told_although_an_answer_that_nothing_asks_any_more_cannot_be_used(
    client: FlaskClient, recommender: Recommender
) -> None:
    sheet = full_sheet(recommender, {"rf_illness": ["fever"]})
    _, whole = by_calls(client, sheet)
    response = client.post(NEXT, json={"answers": {**sheet, "pain_score": 99}})
    reply = response.get_json()
    assert response.status_code == 200 and reply["done"], reply
    assert reply["stop"]["disposition"]["level"] == whole["stop"]["disposition"]["level"] == Level.URGENT_SAME_DAY
    assert "pain_score" not in reply["answers"] and reply["errors"] == {}


def test_the_first_page_is_that_of_the_site(client: FlaskClient, recommender: Recommender) -> None:
    reply = sent(client, {"answers": {}})
    page = recommender.content.questionnaire.intake_pages[0]
    assert reply["page"]["slug"] == page.slug and not reply["done"]
    assert [question["id"] for question in reply["questions"]] == [question.id for question in page.questions]
    assert reply["errors"] == {} and reply["problems"] == []
    assert reply["progress"]["number"] == 1 and reply["missing"][0] == page.questions[0].id


def first_page(client: FlaskClient, answers: Data) -> tuple[int, Data]:
    response = client.post(NEXT, json={"answers": answers})
    return response.status_code, response.get_json(force=True)


def test_what_was_seen_and_skipped_is_asked_again_only_where_an_answer_is_needed(
    client: FlaskClient, recommender: Recommender
) -> None:
    status, reply = first_page(client, {"age_band": None, "pain_location": ["neck"]})
    assert (status, reply["page"]["slug"]) == (422, "about-you")
    by_id = {question["id"]: question for question in reply["questions"]}
    assert by_id["age_band"]["error"] == reply["errors"]["age_band"][0] and by_id["pain_location"]["error"] is None
    assert by_id["pain_location"]["answer"] == ["neck"]
    assert [one["code"] for one in reply["problems"]] == [ProblemCode.MISSING]
    assert reply["problems"][0]["pointer"] == "/answers/age_band"


def test_a_page_is_shown_until_every_question_of_it_was_seen(client: FlaskClient, recommender: Recommender) -> None:
    """An optional question that stands in the body with null was seen; one that does not was not."""
    raw = full_sheet(recommender, {"pain_location": ["low_back"], "duration": "gt_12w", "pain_score": 7})
    steps = recommender.flow.walk(recommender.sheet.read(raw).answers).steps
    optional = next((step.slug, one.id) for step in steps for one in step.questions if not one.required)
    answers = {name: answer for name, answer in raw.items() if name != optional[1]}
    seen = {question: None for question in _asked_of(client, answers) if question not in answers}
    assert optional[1] in seen
    status, reply = first_page(client, {**answers, **{k: v for k, v in seen.items() if k != optional[1]}})
    assert status == 200 and reply["page"]["slug"] == optional[0]
    assert first_page(client, {**answers, **seen})[1]["done"]


def _asked_of(client: FlaskClient, raw: Data) -> list[str]:
    return [question for page in by_calls(client, raw)[0] for question in page.questions]


def test_what_contradicts_another_answer_is_told_on_its_page(client: FlaskClient, recommender: Recommender) -> None:
    raw = full_sheet(recommender, {"conditions": ["tummy_op"], "surgery_when": "3_12m"})
    status, reply = first_page(client, {**raw, "surgery_when": "gt_12m"})
    assert status == 422 and [one["code"] for one in reply["problems"]] == [ProblemCode.CONTRADICTS]
    (asked,) = [question for question in reply["questions"] if question["error"]]
    assert asked["id"] == "surgery_when" and asked["answer"] is None
    assert first_page(client, raw)[1]["done"]


def test_answers_that_are_not_asked_any_more_do_not_count(client: FlaskClient, recommender: Recommender) -> None:
    raw = full_sheet(recommender, {"pain_location": ["neck"]})
    _, reply = first_page(client, {**raw, "preg_weeks": "lt_16"})
    assert reply["done"] and "preg_weeks" not in reply["answers"]
    told = client.post(RECOMMENDATIONS, json={"answers": reply["answers"]})
    assert told.status_code == 200


def test_once_all_is_asked_the_questions_beside_the_result_are_offered(
    client: FlaskClient, recommender: Recommender
) -> None:
    _, reply = first_page(client, full_sheet(recommender, {}))
    assert reply["done"] and reply["stop"] is None
    page = recommender.content.questionnaire.page_after_result
    assert page and {question["id"] for question in reply["after_result"]} >= {"goal", "equipment"}
    assert not any(question["required"] for question in reply["after_result"])
    assert all(question["changes"] for question in reply["after_result"])
    _, stopped = first_page(client, {"rf_nerve": ["saddle"]})
    assert stopped["after_result"] == []


def test_an_extra_page_says_that_each_of_its_questions_needs_an_answer(client: FlaskClient) -> None:
    answers = {"pain_location": ["no_pain"], "rf_illness": ["fever", "cancer_past"]}
    raw: Data = {**BASELINE, **answers}
    extra: list[Data] = []
    body: Data = {"answers": {}}
    while not (reply := sent(client, body))["done"]:
        extra += reply["questions"] if reply["page"]["id"] is None else []
        body["answers"] |= {question["id"]: raw.get(question["id"]) for question in reply["questions"]}
    assert extra and all(question["required"] for question in extra)
    assert reply["stop"]["disposition"]["level"] in (Level.URGENT_SAME_DAY, Level.EMERGENCY_NOW)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ([], "", ProblemCode.WRONG_TYPE),
        ({}, "", ProblemCode.MISSING),
        ({"answers": []}, "/answers", ProblemCode.WRONG_TYPE),
        ({"answers": None}, "/answers", ProblemCode.WRONG_TYPE),
        ({"answers": {}, "extra": 1}, "/extra", ProblemCode.UNKNOWN_MEMBER),
        ({"answers": {}, "today": "tomorrow"}, "/today", ProblemCode.NOT_A_DAY),
        ({"answers": {}, "questions_version": 1}, "/questions_version", ProblemCode.QUESTIONS_CHANGED),
        ({"answers": {}, "region": "XX"}, "/region", ProblemCode.UNKNOWN_OPTION),
        ({"answers": {}, "language": "xx"}, "/language", ProblemCode.UNKNOWN_OPTION),
        ({"answers": {}, "language": 3}, "/language", ProblemCode.WRONG_TYPE),
        ({"answers": {}, "started": "2026-11-01"}, "", ProblemCode.ONE_OF_TWO),
        ({"answers": {"shoe_size": 44}}, "/answers/shoe_size", ProblemCode.UNKNOWN_QUESTION),
        ({"answers": {"pain_score": "4"}}, "/answers/pain_score", ProblemCode.WRONG_TYPE),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_with_its_place(
    client: FlaskClient, body: Any, pointer: str, code: ProblemCode
) -> None:
    response = client.post(NEXT, json=body)
    told = response.get_json(force=True)
    assert response.status_code == 422 and response.mimetype == "application/problem+json"
    assert (code, pointer) in [(one["code"], one["pointer"]) for one in told["problems"]]


def test_the_country_and_the_language_are_those_of_the_body(client: FlaskClient) -> None:
    english = client.post(NEXT, json={"answers": {}, "region": "US"})
    spanish = client.post(NEXT, json={"answers": {}, "region": "US", "language": "es-MX"})
    assert spanish.headers["Content-Language"] == "es"
    assert english.get_json()["questions"][0]["text"] != spanish.get_json()["questions"][0]["text"]
    on_signs = {"age_band": "25_44", "pain_location": ["low_back"]}
    line = sent(client, {"answers": on_signs, "region": "US"})["page"]["safety_line"]
    assert line and "911" in line
    stop = sent(client, {"answers": {"rf_nerve": ["saddle"]}, "region": "US", "language": "es"})["stop"]
    assert [country["region"] for country in stop["contacts"]] == ["US"]


@pytest.mark.parametrize("raised", [RuntimeError("x"), KeyError("x"), RecursionError()])
def test_a_fault_of_ours_is_no_page_and_no_routine(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise raised

    monkeypatch.setattr("recommender.web.api.next_views.sent_run", fail)
    response = client.post(NEXT, json={"answers": {}})
    told = response.get_json(force=True)
    assert (response.status_code, told["problems"][0]["code"]) == (503, ProblemCode.NO_SAFE_ANSWER)
    assert "page" not in told and "stop" not in told


def test_questions_that_ended_early_and_a_routine_are_never_both_true(
    client: FlaskClient, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = recommender.recommend(recommender.sheet.read(full_sheet(recommender, {})))
    monkeypatch.setattr(recommender, "recommend", lambda *_, **__: calm)
    response = client.post(NEXT, json={"answers": {"rf_nerve": ["saddle"]}})
    assert response.status_code == 503


def test_every_reply_is_as_its_schema_says(client: FlaskClient, recommender: Recommender) -> None:
    replies = [
        sent(client, {"answers": answers}) for answers in ({}, {"rf_nerve": ["saddle"]}, full_sheet(recommender, {}))
    ]
    for reply in replies:
        assert NextSchema().load(reply) == reply
    refused = first_page(client, {"age_band": "old"})[1]
    own = set(ProblemSchema().fields) - set(NextSchema().fields)
    assert NextSchema().load({name: part for name, part in refused.items() if name not in own})


def test_nothing_that_was_sent_is_logged_or_kept(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    response = client.post(NEXT, json={"answers": {"main_task": {"task": "secret knitting", "score": 3}}})
    assert "Set-Cookie" not in response.headers and "knitting" not in caplog.text
