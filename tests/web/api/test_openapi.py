"""The OpenAPI document: every call with its id, examples that can be sent as they are, and no reply that it does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from recommender.errors import ProblemCode
from recommender.presentation.openapi.operations import OPERATIONS
from recommender.presentation.schemas.reply import documented
from recommender.service.recommend import Recommender
from tests.support.next_page import by_calls
from tests.support.routes import api_routes
from tests.support.sheets import full_sheet

Json = dict[str, Any]
DOCUMENT = "/api/v1/openapi.json"
# Programs are written against these: none changes, and none goes.
IDS = {
    "nextPage", "recommend", "checkIn", "getQuestionnaire", "listRules", "getRule", "getRuleSet", "listExercises",
    "getExercise", "listSources", "getIndex", "getOpenApi",
}  # fmt: skip


@pytest.fixture(scope="module")
def document(app: Any) -> Json:
    told: Json = app.test_client().get(DOCUMENT).get_json()
    return told


def calls(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        yield from ((method, path, told) for method, told in methods.items())


def validator(document: Json, schema: Json) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def reply_schema(told: Json, status: int) -> Json:
    content: Json = told["responses"][str(status)]["content"]
    schema: Json = content["application/json"]["schema"]
    return schema


def test_it_is_a_document_of_openapi_3_1(document: Json) -> None:
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_it_tells_every_call_under_an_id_that_stays(document: Json, client: FlaskClient) -> None:
    told = {f"{method.upper()} {path.replace('{', '<').replace('}', '>')}" for method, path, _ in calls(document)}
    assert told == set(api_routes(client.application))
    assert {told["operationId"] for _, _, told in calls(document)} == IDS
    assert len(IDS) == len(OPERATIONS)


def example_calls(document: Json) -> Iterator[tuple[str, str, Json, Json | None]]:
    for method, path, told in calls(document):
        examples = {one["name"]: one["example"] for one in told["parameters"] if one["in"] == "path"}
        body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
        yield method, path.format(**examples), told, body.get("example")


def test_every_example_can_be_sent_and_its_reply_is_as_it_says(document: Json, client: FlaskClient) -> None:
    for method, path, told, body in example_calls(document):
        assert ("requestBody" in told) == (body is not None), path
        if body is not None:
            sent = told["requestBody"]["content"]["application/json"]["schema"]
            assert list(validator(document, sent).iter_errors(body)) == [], path
        response = client.open(path, method=method, json=body)
        assert response.status_code == 200, (path, response.get_json(force=True))
        found = list(validator(document, reply_schema(told, 200)).iter_errors(response.get_json()))
        assert [(error.json_path, error.message[:200]) for error in found] == [], path


def properties(document: Json, schema: Json, place: str = "") -> Iterator[str]:
    """Yield every member of a reply with the place where it stands, as the schemas of the replies name it."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for one in schema.get("anyOf", []):
        yield from () if one == {"type": "null"} else properties(document, one, place)
    if "items" in schema:
        yield from properties(document, schema["items"], place)
    for name, inner in schema.get("properties", {}).items():
        yield f"{place}{name}"
        yield from properties(document, inner, f"{place}{name}.")


def test_it_tells_every_member_of_every_reply_as_the_schemas_do(document: Json) -> None:
    for operation in OPERATIONS:
        if operation.reply is None:
            continue
        told = document["components"]["schemas"][operation.reply.__name__.removesuffix("Schema")]
        free = ("Condition", "AnswerValue")
        in_document = {
            **document,
            "components": {"schemas": {**document["components"]["schemas"], **{name: {} for name in free}}},
        }
        places = {place.replace("[]", "") for place, _ in documented(operation.reply())}
        assert set(properties(in_document, told)) == places, operation.id


def test_a_problem_is_as_it_says(document: Json, client: FlaskClient) -> None:
    told = document["paths"]["/api/v1/next"]["post"]["responses"]["422"]
    assert told == {"$ref": "#/components/responses/NextProblem"}
    schema = document["components"]["responses"]["NextProblem"]["content"]["application/problem+json"]["schema"]
    for body in ({"answers": {"age_band": "old"}}, {"answers": 3}, []):
        response = client.post("/api/v1/next", json=body)
        assert response.status_code == 422
        assert list(validator(document, schema).iter_errors(response.get_json(force=True))) == []


def test_every_reply_that_may_refuse_is_told_with_its_codes(document: Json) -> None:
    responses = document["components"]["responses"]
    for _, path, told in calls(document):
        refusing = {status for status in told["responses"] if status not in ("200", "304")}
        assert {"500", "503"} <= refusing, path
        assert ({"400", "413", "415", "422"} <= refusing) == ("requestBody" in told)
    named = set(re.findall(r"`([a-z_]+)`", " ".join(one["description"] for one in responses.values())))
    unread = {ProblemCode.TOO_SLOW, ProblemCode.ADDRESS_TOO_LONG, ProblemCode.EXPECTATION_FAILED}
    assert {*ProblemCode} - named == {*unread, ProblemCode.HEADERS_TOO_LARGE, ProblemCode.UNKNOWN_CODING}


def test_every_part_of_it_says_what_it_means(document: Json) -> None:
    silent = [
        f"{name}.{key}"
        for name, schema in document["components"]["schemas"].items()
        for key, told in schema.get("properties", {}).items()
        if not told.get("description")
    ]
    assert silent == []


@pytest.mark.parametrize(
    "word", ["task", "moves", "options_from", "stops_if_urgent", "renews", "Conditions", "includes_any"]
)
def test_the_guide_explains_what_no_schema_can(document: Json, word: str) -> None:
    assert word in document["info"]["description"]


def test_whole_sheets_and_conditions_are_valid_by_it(
    document: Json, client: FlaskClient, recommender: Recommender
) -> None:
    answers = validator(document, {"$ref": "#/components/schemas/FirstAnswers"})
    for given in (
        {},
        {"rf_nerve": ["saddle"]},
        {"main_task": {"task": "socks", "score": 3}, "conditions": ["pregnant"]},
    ):
        raw = full_sheet(recommender, given)
        assert list(answers.iter_errors(raw)) == []
        assert list(answers.iter_errors(by_calls(client, raw)[1]["answers"])) == []
    assert list(answers.iter_errors({"age_band": "old"})) and list(answers.iter_errors({"shoe_size": 44}))


def test_it_is_sent_only_once(client: FlaskClient) -> None:
    tag = client.get(DOCUMENT).headers["ETag"]
    assert client.get(DOCUMENT, headers={"If-None-Match": tag}).status_code == 304


def test_the_index_leads_to_every_call_and_page(client: FlaskClient) -> None:
    shown = client.get("/api/v1/").get_json()
    assert {call["id"] for call in shown["calls"]} == IDS
    for address in (shown["openapi"], shown["docs"], shown["problems"]):
        assert client.get(address).status_code == 200
