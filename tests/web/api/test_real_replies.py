"""Every public field: real replies of every call against the page about the API, which says no key too many and none too few."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from recommender.presentation.openapi.operations import OPERATIONS
from recommender.presentation.schemas.next_page import NextSchema
from recommender.presentation.schemas.problem import ProblemSchema
from recommender.presentation.schemas.questionnaire import AnswerField, ConditionField
from recommender.presentation.schemas.reply import documented
from recommender.presentation.schemas.summary import ShortRecommendationSchema
from recommender.service.recommend import Recommender
from tests.support.check_ins import returning
from tests.support.lab_cases import EXAMPLES
from tests.support.next_page import sent
from tests.support.recorded import load
from tests.support.sheets import full_sheet
from tests.web.api.test_every_public_field import sections, told_on_the_page
from tools.api_docs import REPLIES

pytestmark = [pytest.mark.deep, pytest.mark.dear]

Data = dict[str, Any]
HEADINGS = {schema: heading for heading, schema in REPLIES}
WRONG = HEADINGS[ProblemSchema]
BY_OPERATION = {one.id: HEADINGS[one.reply] for one in OPERATIONS if one.reply}
NEXT, RECOMMENDATIONS, CHECK_INS = BY_OPERATION["nextPage"], BY_OPERATION["recommend"], BY_OPERATION["checkIn"]
SHORT = HEADINGS[ShortRecommendationSchema]
# The rows of the page that hold something in no reply here, and why. One that does after all is no longer rare, and fails.
RARE: Mapping[str, str] = {
    "Modification: dose_factor": "no rule lowers the doses of single moves by a share; a follow-up does, of all",
    "Next option: hint": "no option has one: detail, which is shown on demand, says more",
    "Option: hint": "as above",
    "Page: intro": "no page needs a word before its questions",
    "Rule: changed": "no rule has been changed since the version that it came with",
    "Stop: advice": "without a routine it says where support is, to answers that are given after the questions may end early",
    "Slot limit: share_at_least": "shares of the time are used, not of the count of moves",
}
UNSURE_OR_LOW: tuple[Data, ...] = (
    {"rf_emergency": ["not_sure"]},
    {"rf_illness": ["not_sure"]},
    {"coping": "low", "function": "cannot"},
    {"conditions": ["pregnant"], "preg_weeks": "16_28", "preg_cleared": "not_sure"},
)


@pytest.fixture(scope="module")
def told(app: Flask, recommender: Recommender) -> Mapping[str, list[Data]]:
    """Real replies by the heading of the page: those of the recorded requests, and of all that came to the API since."""
    client = app.test_client()
    found: dict[str, list[Data]] = defaultdict(list)
    for heading, reply in (
        *recorded(client),
        *content(client, recommender),
        *walks(client, recommender),
        *checks(client, recommender),
    ):
        found[heading].append(reply)
    return found


def recorded(client: FlaskClient) -> Iterator[tuple[str, Data]]:
    """Two hundred requests of before: every kind of outcome, of check and of fault."""
    known = {"recommendation": RECOMMENDATIONS, "check-in": CHECK_INS}
    for request, _ in load():
        if request.call not in (*known, "problem"):
            continue
        headers = {"Accept-Language": request.language}
        sending = {"data": request.data, "content_type": request.type, "headers": headers}
        reply = client.open(request.address, method=request.method, **sending)
        body = reply.get_json(force=True)
        yield (known[request.call] if reply.status_code == 200 else WRONG), body


def content(client: FlaskClient, recommender: Recommender) -> Iterator[tuple[str, Data]]:
    ids = {
        "{rule_id}": [rule.id for rule in recommender.content.rule_set.rules],
        "{exercise_id}": [one.id for one in recommender.content.catalogue.exercises],
    }
    for one in OPERATIONS:
        if one.reply is None or one.request:
            continue
        name = f"{{{one.parameter}}}" if one.parameter else ""
        for given in ids.get(name, [""]):
            reply = client.get(one.path.replace(name, given) if name else one.path)
            assert reply.status_code == 200, (one.id, reply.text[:200])
            yield BY_OPERATION[one.id], reply.get_json()


def walked(client: FlaskClient, body: Data, holder: str, raw: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    while True:
        reply = sent(client, body)
        yield NEXT, reply
        if reply["done"]:
            return
        body[holder] |= {question["id"]: raw.get(question["id"]) for question in reply["questions"]}


def walks(client: FlaskClient, recommender: Recommender) -> Iterator[tuple[str, Data]]:
    """Whole walks, with something to put right on the way, and what comes of them in short."""
    people = [*(example.answers for example in EXAMPLES), *UNSURE_OR_LOW]
    for number, given in enumerate(people):
        raw = full_sheet(recommender, given)
        language = ("en", "es")[number % 2]
        yield from walked(client, {"answers": {}, "language": language}, "answers", raw)
        sheet = {"answers": raw, "language": language}
        yield SHORT, client.post("/api/v1/recommendations?left_out=summary", json=sheet).get_json()
    wrong = sent(client, {"answers": {"age_band": "old", "pain_location": ["neck"]}})
    yield WRONG, wrong
    yield NEXT, {name: wrong[name] for name in NextSchema().fields}
    yield NEXT, sent(client, {"answers": {"rf_nerve": ["saddle"], "age_band": "old"}})


def checks(client: FlaskClient, recommender: Recommender) -> Iterator[tuple[str, Data]]:
    """Somebody who sits, names a task and is not sure of something, and somebody who comes back until nothing is left to raise."""
    person = returning(recommender, main_task={"task": "socks", "score": 3}, sit_hours="gt_8", medicines=["not_sure"])
    filled = person.filled(person.body(7))
    yield from walked(client, {**filled, "follow_up": {}}, "follow_up", filled["follow_up"])
    yield CHECK_INS, client.post("/api/v1/check-ins", json=filled).get_json()
    strong = returning(recommender)
    for number in range(1, 30):
        body = strong.filled(strong.body(7 * number, fu_change="better", fu_pain=2, **strong.health()))
        reply = client.post("/api/v1/check-ins", json=body).get_json()
        yield CHECK_INS, reply
        if reply["full"]:
            break
        strong.remember(body, reply)


def open_places(schema: Schema) -> set[str]:
    """Return the places below which anything may stand: ids of questions, conditions, places of a request."""

    def is_open(field: fields.Field[Any]) -> bool:
        while isinstance(field, fields.List):
            field = field.inner
        return isinstance(field, (fields.Dict, ConditionField, AnswerField))

    return {place.replace("[]", "") for place, field in documented(schema) if is_open(field)}


def keys(reply: Any, is_open: set[str], place: str = "") -> Iterator[tuple[str, bool]]:
    """Yield the place of each key of a reply, and whether anything stands there."""
    if isinstance(reply, list):
        for one in reply:
            yield from keys(one, is_open, place)
    elif isinstance(reply, dict):
        for name, inner in reply.items():
            here = f"{place}.{name}".lstrip(".")
            yield here, inner not in (None, [], {}, "")
            if here not in is_open:
                yield from keys(inner, is_open, here)


def documented_places(heading: str) -> set[str]:
    return set(told_on_the_page(heading, sections()))


@pytest.mark.parametrize("heading", dict(REPLIES))
def test_no_reply_has_a_key_that_the_page_does_not_tell(told: Mapping[str, list[Data]], heading: str) -> None:
    schema = dict(REPLIES)[heading]()
    beside = documented_places(NEXT) if heading == WRONG else set()  # a fault of the next page comes with that page
    opened = open_places(schema) | (open_places(dict(REPLIES)[NEXT]()) if heading == WRONG else set())
    assert told[heading]
    found = {place for reply in told[heading] for place, _ in keys(reply, opened)}
    assert sorted(found - documented_places(heading) - beside) == []


def rows(heading: str, tables: Mapping[str, list[tuple[str, str]]], place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the place of every key of a table and of the tables that its types lead to, each with its row: table and key."""
    for key, kind in tables[heading]:
        yield f"{place}{key}", f"{heading}: {key}"
        if part := re.search(r"\[(.*?)\]\(#", kind):
            yield from rows(part[1], tables, f"{place}{key}.")


def test_every_row_of_the_page_holds_something_in_some_reply_or_is_rare_for_a_reason(
    told: Mapping[str, list[Data]],
) -> None:
    tables = sections()
    every: set[str] = set()
    filled: set[str] = set()
    for heading, schema in REPLIES:
        row_of = dict(rows(heading, tables))
        every |= set(row_of.values())
        opened = open_places(schema())
        places = {place for reply in told[heading] for place, holds in keys(reply, opened) if holds}
        filled |= {row_of[place] for place in places if place in row_of}
    assert sorted(every - filled) == sorted(RARE)


@pytest.mark.parametrize("heading", dict(REPLIES))
def test_every_key_has_a_meaning_that_is_more_than_its_name(heading: str) -> None:
    for place, field in documented(dict(REPLIES)[heading]()):
        meaning = str(field.metadata.get("description", ""))
        assert len(meaning) > len("It.") and meaning[-1] in ".)`;", (place, meaning)
