"""Check-ins over JSON: the story of a flare, new signs, and requests that cannot be used."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.errors import DecisionError
from recommender.service.recommend import Recommender
from tests.support.check_ins import FLARE, START, Returning, returning

CALL = "/api/v1/check-ins"
BETTER: dict[str, Any] = {"fu_change": "better", "fu_pain": 2}

Body = dict[str, Any]


def post(client: FlaskClient, body: Body) -> Body:
    response = client.post(CALL, json=body)
    assert response.status_code == 200, response.get_json(force=True)
    shown: Body = response.get_json()
    return shown


def checked(client: FlaskClient, person: Returning, day: int, **follow_up: Any) -> Body:
    body = person.body(day, **follow_up)
    shown = post(client, body)
    person.remember(body, shown)
    return shown


def refused(client: FlaskClient, body: Any) -> Body:
    response = client.post(CALL, json=body)
    assert response.status_code == 422, response.data
    assert response.mimetype == "application/problem+json"
    errors: Body = response.get_json(force=True)["errors"]
    assert all(isinstance(text, str) and text for texts in errors.values() for text in texts)
    return errors


def test_the_story_of_a_flare(client: FlaskClient, recommender: Recommender) -> None:
    person = returning(recommender, **FLARE)
    replies = [
        checked(client, person, 7, fu_change="better", fu_pain=4),
        checked(client, person, 14, fu_change="better", fu_pain=3),
        checked(client, person, 28, fu_change="same", fu_pain=3, **person.health()),
        checked(client, person, 42, fu_change="worse", fu_pain=5),
        checked(client, person, 56, fu_change="worse", fu_pain=5, **person.health()),
    ]
    assert [reply["action"] for reply in replies] == ["progress", "progress", "keep", "regress", "refer"]
    assert [bool(reply["recommendation"]["routine"]) for reply in replies] == [True, True, True, True, False]
    assert [reply["next_check"] and reply["next_check"]["from"] for reply in replies] == [
        "2026-01-19", "2026-02-02", "2026-02-16", "2026-02-19", None,
    ]  # fmt: skip
    assert all(reply["reasons"] and all(reason["text"] for reason in reply["reasons"]) for reply in replies)
    assert len(replies[0]["changes"]) == len(replies[1]["changes"]) == 1
    assert replies[4]["changes"] == [] and replies[4]["recommendation"]["left_out"] == []


def test_a_reply_has_the_shape_that_was_promised(client: FlaskClient, recommender: Recommender) -> None:
    shown = checked(client, returning(recommender, goal="move_freely"), 7, **BETTER)
    told = {"action", "mode", "reasons", "full", "changes", "recommendation", "next_check", "next_check_text"}
    assert set(shown) == told
    (change,) = shown["changes"]
    assert set(change) == {"kind", "exercise", "name", "figure", "before", "after", "instead_of", "text", "why"}
    assert change["kind"] == "harder"
    (before,) = (one for one in recommender.content.catalogue.exercises if one.id == change["instead_of"])
    assert change["exercise"] in before.harder
    assert change["text"] == f"{change['name']}, a harder move, in place of {before.name}."
    assert change["why"][0]["rule"] == "DOS-11"
    assert shown["next_check"] == {"from": "2026-01-19", "to": "2026-01-19"}
    (reason,) = shown["reasons"]
    assert reason["rule"] == "FU-02"
    assert {answer["question"] for answer in reason["answers"]} >= {"fu_change", "fu_hard"}


def test_a_new_sign_is_told_at_once_and_without_a_move(client: FlaskClient, recommender: Recommender) -> None:
    body = returning(recommender).body(7)
    shown = post(client, {**body, "follow_up": {"rf_emergency": ["chest_pain"]}})
    assert shown["action"] == "refer"
    assert shown["recommendation"]["disposition"]["level"] == "emergency_now"
    assert shown["recommendation"]["routine"] is None and shown["recommendation"]["left_out"] == []
    assert {reason["rule"] for reason in shown["reasons"]} >= {"RF-E14", "RF-E04"}


def test_the_first_entry_of_the_history_may_be_the_day_of_the_first_routine(
    client: FlaskClient, recommender: Recommender
) -> None:
    body = returning(recommender).body(7, **BETTER)
    named = post(client, body)
    del body["started"]
    body["history"] = [{"date": START.isoformat()}]
    assert post(client, body) == named


def test_nothing_is_kept_between_calls(client: FlaskClient, recommender: Recommender) -> None:
    body = returning(recommender).body(7, **BETTER)
    first, second = (client.post(CALL, json=body) for _ in range(2))
    assert first.data == second.data
    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "no-store"


def test_before_a_session(client: FlaskClient, recommender: Recommender) -> None:
    body = {name: part for name, part in returning(recommender).body(3).items() if name != "follow_up"}
    same = post(client, {**body, "before_session": {"pre_session": "no"}})
    assert same["action"] == "keep" and same["changes"] == [] and same["recommendation"]["routine"]
    errors = refused(client, {**body, "before_session": {"pre_session": "not_sure"}})
    assert "before_session.rf_nerve" in errors and "before_session.rf_bone_nerve" in errors


def test_in_spanish_the_decisions_are_the_same(client: FlaskClient, recommender: Recommender) -> None:
    body = returning(recommender).body(7, **BETTER)
    english = post(client, body)
    spanish = client.post(CALL, json=body, headers={"Accept-Language": "es"}).get_json()
    for name in ("action", "next_check"):
        assert english[name] == spanish[name]
    assert [change["exercise"] for change in english["changes"]] == [
        change["exercise"] for change in spanish["changes"]
    ]


def put(body: Body, place: str, value: Any) -> None:
    """Put a value at a place such as 'routine.1.dose.reps'; None takes it away."""
    *steps, last = place.split(".")
    here: Any = body
    for step in steps:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if isinstance(here, list):
        here[int(last)] = value
    elif value is None:
        del here[last]
    else:
        here[last] = value


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        ("answers", None, "answers"),
        ("answers.rf_nerve", None, "answers.rf_nerve"),
        ("answers.pain_score", 11, "answers.pain_score"),
        ("answers.shoe_size", 44, "answers.shoe_size"),
        ("started", None, "started"),
        ("started", "yesterday", "started"),
        ("started", "2026-02-30", "started"),
        ("started", 20260105, "started"),
        ("today", None, "today"),
        ("today", "2026-01-04", "today"),
        ("today", "20260112", "today"),
        ("history", "none", "history"),
        ("history", [{}] * 61, "history"),
        ("history", [7], "history.0"),
        ("history", [{"date": "2026-01-10", "follow_up": {}, "more": 1}], "history.0"),
        ("history", [{"date": "2026-01-10", "follow_up": {"fu_change": "same"}}], "history.0.follow_up.fu_pain"),
        ("history", [{"date": "2026-01-10", "follow_up": {"fu_change": "fine"}}], "history.0.follow_up.fu_change"),
        ("history", [{"date": "2026-01-12", "follow_up": {}}], "history.0.date"),
        ("history", [{"date": "2026-01-04", "follow_up": {}}], "history.0.date"),
        ("history", [{"date": None, "follow_up": {}}], "history.0.date"),
        ("follow_up", None, "follow_up"),
        ("follow_up", [], "follow_up"),
        ("follow_up.fu_change", None, "follow_up.fu_change"),
        ("follow_up.fu_pain", 11, "follow_up.fu_pain"),
        ("follow_up.fu_pain", "4", "follow_up.fu_pain"),
        ("follow_up.fu_task", -1, "follow_up.fu_task"),
        ("follow_up.fu_leg", "gone_up", "follow_up.fu_leg"),
        ("follow_up.rf_nerve", None, "follow_up.rf_nerve"),
        ("follow_up.rf_nerve", ["none", "saddle"], "follow_up.rf_nerve"),
        ("follow_up.rf_neck", ["none"], "follow_up.rf_neck"),
        ("follow_up.pre_session", "no", "follow_up.pre_session"),
        ("follow_up.shoe_size", 44, "follow_up.shoe_size"),
        ("follow_up.fu_hurt", "cat_cow", "follow_up.fu_hurt"),
        ("follow_up.fu_hurt", ["crunch"], "follow_up.fu_hurt"),
        ("follow_up.fu_hurt", [["cat_cow"]], "follow_up.fu_hurt"),
        ("before_session", {"pre_session": "no"}, "follow_up"),
        ("routine", None, "routine"),
        ("routine", [], "routine"),
        ("routine", {"items": []}, "routine"),
        ("routine.1", "cat_cow", "routine.1"),
        ("routine.1.name", "Cat-cow", "routine.1"),
        ("routine.1.dose", None, "routine.1"),
        ("routine.1.exercise", "handstand", "routine.1.exercise"),
        ("routine.1.exercise", 7, "routine.1.exercise"),
        ("routine.1.exercise", ["cat_cow"], "routine.1.exercise"),
        ("routine.1.exercise", "crunch", "routine.1.exercise"),
        ("routine.1.form", "on_the_moon", "routine.1.form"),
        ("routine.1.form", {}, "routine.1.form"),
        ("routine.1.dose", 5, "routine.1.dose"),
        ("routine.1.dose.reps", 99, "routine.1.dose.reps"),
        ("routine.1.dose.reps", 0, "routine.1.dose.reps"),
        ("routine.1.dose.reps", True, "routine.1.dose.reps"),
        ("routine.1.dose.reps", None, "routine.1.dose.reps"),
        ("routine.1.dose.sets", 4, "routine.1.dose.sets"),
        ("routine.1.dose.speed", 4, "routine.1.dose.speed"),
        ("routine.0.dose.seconds", 99_999, "routine.0.dose.seconds"),
        ("extra", 1, "extra"),
    ],
)
def test_a_request_that_cannot_be_used_names_the_place(
    client: FlaskClient, recommender: Recommender, place: str, value: Any, named: str
) -> None:
    body = copy.deepcopy(returning(recommender).body(7, **BETTER))
    put(body, place, value)
    assert named in refused(client, body)


def test_an_exercise_that_stands_twice_is_refused(client: FlaskClient, recommender: Recommender) -> None:
    body = returning(recommender).body(7)
    assert "routine.2.exercise" in refused(client, {**body, "routine": [*body["routine"][:2], body["routine"][1]]})


@pytest.mark.parametrize("body", [[], 7, "text", {}])
def test_a_body_of_another_shape_is_422(client: FlaskClient, body: Any) -> None:
    assert refused(client, body)


def test_what_is_not_json_is_400_and_another_type_is_415(client: FlaskClient) -> None:
    assert client.post(CALL, data="{", content_type="application/json").status_code == 400
    assert client.post(CALL, data="{}").status_code == 415
    assert client.get(CALL).status_code == 405


@pytest.mark.parametrize("fault", [DecisionError("x"), RuntimeError("x")])
def test_an_error_of_ours_is_never_a_routine(
    client: FlaskClient, recommender: Recommender, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault

    body = returning(recommender).body(7)
    monkeypatch.setattr(Recommender, "when_ready", fail)
    response = client.post(CALL, json=body)
    assert response.status_code == 503
    assert b"routine" not in response.data.replace(b"there is no routine", b"")


def test_answers_are_in_no_log(
    client: FlaskClient, recommender: Recommender, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("putting on my socks")

    monkeypatch.setattr("recommender.service.check_in.next_routine", fail)
    client.post(CALL, json=returning(recommender).body(7))
    assert "socks" not in caplog.text


@pytest.mark.parametrize("name", ["started", "today"])
@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("20260105", "Give a day such as 2026-11-21."),
        ("2026-W02-1", "Give a day such as 2026-11-21."),
        ("2026-1-05", "Give a day such as 2026-11-21."),
        ("2026-01-0\u0665", "Give a day such as 2026-11-21."),
        ("2026-01-05\n", "Give a day such as 2026-11-21."),
        ("2026-02-30", "Give a day such as 2026-11-21."),
        ("9999-12-31", "Give a day from 1900-01-01 to 2199-12-31."),
        ("0001-01-01", "Give a day from 1900-01-01 to 2199-12-31."),
    ],
)
def test_a_day_is_read_in_the_form_that_the_message_asks_for(
    client: FlaskClient, recommender: Recommender, name: str, day: str, told: str
) -> None:
    body = returning(recommender, **FLARE).body(7, fu_change="better", fu_pain=4)
    assert refused(client, {**body, name: day})[name] == [told]


def test_the_last_day_that_is_read_has_a_next_check(client: FlaskClient, recommender: Recommender) -> None:
    body = returning(recommender, **FLARE).body(7, fu_change="better", fu_pain=4)
    assert post(client, {**body, "started": "2199-12-24", "today": "2199-12-31"})["next_check"]["from"] > "2200"
