"""The short reply: at most 15 kB, and nothing in it but what the whole one says."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.errors import ProblemCode
from recommender.models.levels import Level
from recommender.presentation.schemas.summary import ShortRecommendationSchema
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Recommender
from tests.support.crowds import NO_SIGN
from tests.support.sheets import full_sheet

CALL, SHORT = "/api/v1/recommendations", "/api/v1/recommendations?left_out=summary"
MOST_BYTES = 15_000
Data = dict[str, Any]


def both(client: FlaskClient, body: Data) -> tuple[Data, Data]:
    whole, short = (client.post(address, json=body).get_json() for address in (CALL, SHORT))
    return whole, short


def routine_sheets(recommender: Recommender, seed: int, count: int) -> list[Data]:
    """Return sheets of people who get a routine, the longest among them."""
    chance, found = random.Random(seed), list[Data]()
    while len(found) < count:
        fixed = {**NO_SIGN, "minutes": chance.choice(("10", "20")), "age_band": chance.choice(("45_49", "70_plus"))}
        sheet = random_sheet(recommender.content.questionnaire, recommender.flow, chance, sign_rate=0.0, fixed=fixed)
        raw = raw_answers(sheet)
        if recommender.recommend(recommender.sheet.read(raw)).assembly is not None:
            found.append(raw)
    return found


@pytest.mark.parametrize(
    "count", [8, pytest.param(60, marks=pytest.mark.deep), pytest.param(200, marks=pytest.mark.long)]
)
def test_a_routine_is_told_in_fifteen_thousand_bytes(client: FlaskClient, recommender: Recommender, count: int) -> None:
    for answers in routine_sheets(recommender, count, count):
        for language in ("en", "es"):
            reply = client.post(SHORT, json={"answers": answers, "language": language})
            assert reply.get_json()["routine"] is not None
            assert len(reply.data) <= MOST_BYTES


def test_it_has_the_moves_of_the_whole_reply_in_order(client: FlaskClient, recommender: Recommender) -> None:
    whole, short = both(client, {"answers": full_sheet(recommender, {"minutes": "20", "goal": "get_stronger"})})
    assert ShortRecommendationSchema().load(short) == short
    moves = short["routine"]["moves"]
    for named, items in (("items", whole["routine"]["items"]), ("other_days", whole["routine"]["other_days"]["items"])):
        told = [moves[place] for place in short["routine"][named]]
        assert [(one["exercise"], one["form"], one["seconds"]) for one in told] == [
            (one["exercise"], one["form"], one["seconds"]) for one in items
        ]
        for one, item in zip(told, items, strict=True):
            assert one["dose"] == {name: item["dose"][name] for name in one["dose"]}
            assert set(one["cautions"]) <= set(item["cautions"])
    left = {exercise for ids in short["left_out"].values() for exercise in ids}
    assert left == {one["exercise"] for one in whole["left_out"]}


def test_what_a_rule_tells_this_person_of_a_move_is_never_left_out(
    client: FlaskClient, recommender: Recommender
) -> None:
    whole, short = both(client, {"answers": full_sheet(recommender, {"worse_with": ["sitting"], "minutes": "20"})})
    forms = recommender.content.catalogue.forms
    own = {
        caution
        for item in whole["routine"]["items"]
        for caution in item["cautions"]
        if caution not in forms[f"{item['exercise']}/{item['form']}"].cautions
    }
    assert own
    assert own <= {caution for move in short["routine"]["moves"] for caution in move["cautions"]}


@pytest.mark.parametrize(
    ("signs", "level", "has_act"),
    [
        ({"rf_nerve": ["saddle"]}, Level.EMERGENCY_NOW, False),
        ({"rf_emergency": ["chest_pain"]}, Level.EMERGENCY_NOW, True),
        ({"rf_illness": ["fever"]}, Level.URGENT_SAME_DAY, False),
    ],
    ids=["saddle", "chest pain", "fever"],
)
def test_who_needs_help_is_told_as_much_as_in_the_whole_reply(
    client: FlaskClient, recommender: Recommender, signs: Data, level: Level, has_act: bool
) -> None:
    whole, short = both(client, {"answers": full_sheet(recommender, signs)})
    assert whole["disposition"]["level"] == level
    assert ShortRecommendationSchema().load(short) == short
    assert short["routine"] is None and short["left_out"] == {}
    for name in ("advice", "contacts", "stop_rules", "fired"):
        assert short[name] == whole[name]
    assert {**short["disposition"], "reasons": None} == {**whole["disposition"], "reasons": None}
    reasons = whole["disposition"]["reasons"]
    told = [{name: one[name] for name in ("rule", "text", "within", "act")} for one in reasons]
    assert short["disposition"]["reasons"] == told
    assert any(one["act"] for one in told) is has_act


def test_another_word_than_summary_is_refused(client: FlaskClient, recommender: Recommender) -> None:
    response = client.post(f"{CALL}?left_out=none", json={"answers": full_sheet(recommender, {})})
    (one,) = response.get_json(force=True)["problems"]
    assert (response.status_code, one["code"]) == (422, ProblemCode.UNKNOWN_OPTION)


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 3000], ids=["cut off", "empty", "no text", "too deep"])
def test_a_body_that_is_none_is_refused_whatever_reply_is_asked_for(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    for asked in ("none", "summary"):
        response = client.post(f"{CALL}?left_out={asked}", data=body, content_type="application/json")
        (one,) = response.get_json(force=True)["problems"]
        assert (response.status_code, one["code"]) == (400, ProblemCode.NOT_JSON)
    assert caplog.messages == []
