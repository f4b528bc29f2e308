"""The next page at a check, and before a session: what the plan on the site asks, from what is sent alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.errors import ProblemCode
from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.check_ins import returning
from tests.support.next_page import NEXT, by_calls, by_pages, sent
from tests.support.people import CALM, FLARE
from tests.support.planner import Planner, opened
from tests.support.sheets import BASELINE

Data = dict[str, Any]
CHECKS = "/api/v1/check-ins"
HOLDERS = {"check": "follow_up", "session": "before_session"}
AT_CHECKS: list[tuple[int, Data]] = [
    (7, {}),
    (7, {"fu_change": "worse", "fu_pain": 8}),
    (7, {"rf_nerve": ["saddle"]}),
    (7, {"rf_illness": ["fever"]}),
    (7, {"rf_bone_nerve": ["walk_unsteady"]}),
    (14, {"screen_now": ["none"], "screen_soon": ["none"]}),
    (56, {"fu_change": "much_worse"}),
]
BEFORE_SESSIONS: list[Data] = [
    {"pre_session": "no"},
    {"pre_session": "yes"},
    {"pre_session": "not_sure", "rf_emergency": ["chest_pain"]},
    {"pre_session": "yes", "rf_illness": ["fever"]},
]


def story(planner: Planner, holder: str) -> Data:
    """Return what a program would send that keeps what this browser keeps, before anything is answered."""
    plan = opened(planner)
    return {
        "answers": dict(plan.answers),
        "started": plan.started.isoformat(),
        "today": planner.clock.day.isoformat(),
        "history": [check.data for check in plan.checks],
        "routine": list(plan.routine),
        holder: {},
    }


def compared(planner: Planner, kind: str, given: Data) -> Data:
    """Walk one check on the site and by calls, and return the reply at the end once both have asked the same."""
    raw, holder = {**BASELINE, **CALM, **given}, HOLDERS[kind]
    body = story(planner, holder)
    first = planner.visitor.press(f"/plan/{kind}").headers["Location"]
    asked, end = by_pages(planner.visitor, raw, first, f"/plan/{kind}/")
    pages, reply = by_calls(planner.client, raw, body, holder)
    assert pages == asked
    is_early = not end.endswith(("/check-answers", "/plan/today"))
    assert (reply["stop"] is not None) == is_early, (end, reply["stop"])
    return reply


@pytest.mark.parametrize(("day", "given"), AT_CHECKS)
def test_a_check_is_asked_page_by_page_as_on_the_site(kept: Planner, day: int, given: Data) -> None:
    compared(kept.on_day(day), "check", given)


@pytest.mark.parametrize("given", BEFORE_SESSIONS)
def test_the_question_before_a_session_is_asked_as_on_the_site(kept: Planner, given: Data) -> None:
    compared(kept, "session", given)


def test_the_task_that_was_named_stands_beside_the_question_about_it(planner: Planner) -> None:
    planner.remember(FLARE)
    body = story(planner.on_day(7), "follow_up")
    seen: Data = {}

    def look(reply: Data) -> None:
        seen.update({question["id"]: question for question in reply["questions"]})

    raw = {**BASELINE, **CALM}
    while not (reply := sent(planner.client, body))["done"]:
        look(reply)
        body["follow_up"] |= {question["id"]: raw.get(question["id"]) for question in reply["questions"]}
    assert seen["fu_task"]["named"] == FLARE["main_task"]["task"]
    assert [option["id"] for option in seen["fu_hurt"]["options"]] == [item["exercise"] for item in body["routine"]]
    assert planner.client.post(CHECKS, json={**body, "follow_up": reply["answers"]}).status_code == 200


def test_what_counts_at_a_check_can_be_sent_on_and_a_stop_is_what_comes_of_it(
    client: FlaskClient, recommender: Recommender
) -> None:
    person = returning(recommender)
    for given in ({}, {"rf_nerve": ["saddle"]}, {"rf_illness": ["fever"]}):
        body = {**person.body(7), "follow_up": {}}
        raw = {**BASELINE, **CALM, **given}
        _, reply = by_calls(client, raw, body, "follow_up")
        told = client.post(CHECKS, json={**body, "follow_up": reply["answers"]})
        assert told.status_code == 200, told.get_json(force=True)
        shown = told.get_json()["recommendation"]
        assert (reply["stop"] is None) == (shown["routine"] is not None)
        if reply["stop"]:
            assert reply["stop"] == {name: shown[name] for name in reply["stop"]}


def test_an_emergency_at_a_check_is_told_although_another_answer_cannot_be_used(
    client: FlaskClient, recommender: Recommender
) -> None:
    body = {**returning(recommender).body(7), "follow_up": {"rf_nerve": ["saddle"], "fu_pain": 99, "fu_hurt": ["moon"]}}
    response = client.post(NEXT, json=body)
    reply = response.get_json(force=True)
    assert response.status_code == 200, reply
    assert reply["stop"]["disposition"]["level"] == Level.EMERGENCY_NOW
    assert {one["code"] for one in reply["problems"]} == {ProblemCode.OUT_OF_RANGE, ProblemCode.NOT_IN_ROUTINE}


def test_an_answer_that_cannot_be_used_brings_its_page_back(client: FlaskClient, recommender: Recommender) -> None:
    body = returning(recommender).body(7, fu_pain=99)
    response = client.post(NEXT, json=body)
    reply = response.get_json(force=True)
    assert (response.status_code, reply["page"]["id"]) == (422, "FU")
    (one,) = reply["problems"]
    assert (one["code"], one["pointer"], one["question"]) == (
        ProblemCode.OUT_OF_RANGE, "/follow_up/fu_pain", "fu_pain",
    )  # fmt: skip
    assert next(question["error"] for question in reply["questions"] if question["id"] == "fu_pain") == one["detail"]


@pytest.mark.parametrize("missing", ["answers", "started", "today", "routine"])
def test_a_check_without_a_part_of_it_is_told_which(
    client: FlaskClient, recommender: Recommender, missing: str
) -> None:
    body = returning(recommender).body(7)
    del body[missing]
    response = client.post(NEXT, json=body)
    reply = response.get_json(force=True)
    assert response.status_code == 422 and missing in reply["errors"] and "page" not in reply


def test_an_optional_answer_that_cannot_be_used_brings_its_page_back_too(
    client: FlaskClient, recommender: Recommender
) -> None:
    body = returning(recommender).body(7)
    pages, reply = by_calls(client, {**BASELINE, **CALM}, {**body, "follow_up": {}}, "follow_up")
    seen = {name: None for page in pages for name in page.questions}
    body["follow_up"] = {**seen, **reply["answers"], "fu_seen": "moon"}
    response = client.post(NEXT, json=body)
    told = response.get_json(force=True)
    assert (response.status_code, told["page"]["id"], told["done"]) == (422, "FU", False)
    assert list(told["errors"]) == ["follow_up.fu_seen"]
