"""What programs are told of everything that is wrong: codes of a closed list, and pointers into what they sent."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import TooManyRequests

from recommender.errors import DecisionError, NotApprovedError, ProblemCode
from recommender.presentation.schemas.problem import ProblemSchema
from recommender.service.recommend import Recommender
from recommender.web.core.edge import refused
from recommender.web.core.errors import PROBLEMS_AT_MOST
from tests.support.check_ins import returning
from tests.support.sheets import full_sheet

RECOMMENDATIONS, CHECK_INS = "/api/v1/recommendations", "/api/v1/check-ins"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
GONE = object()

Problem = dict[str, Any]


# What a fault in the answers, or in a check, is called, and where it is said to stand.
WRONG_ANSWERS: list[tuple[str, Any, ProblemCode, str]] = [
    ("rf_nerve", GONE, ProblemCode.MISSING, "/answers"),
    ("rf_nerve", [], ProblemCode.MISSING, "/answers/rf_nerve"),
    ("rf_nerve", None, ProblemCode.MISSING, "/answers/rf_nerve"),
    ("rf_nerve", "none", ProblemCode.WRONG_TYPE, "/answers/rf_nerve"),
    ("rf_nerve", [None], ProblemCode.WRONG_TYPE, "/answers/rf_nerve"),
    ("rf_nerve", ["moon"], ProblemCode.UNKNOWN_OPTION, "/answers/rf_nerve"),
    ("rf_nerve", ["none", "saddle"], ProblemCode.NOT_ALONE, "/answers/rf_nerve"),
    ("limits", ["kneel", "kneel"], ProblemCode.REPEATED, "/answers/limits"),
    ("age_band", "around forty", ProblemCode.UNKNOWN_OPTION, "/answers/age_band"),
    ("age_band", ["45_49"], ProblemCode.WRONG_TYPE, "/answers/age_band"),
    ("pain_score", "4", ProblemCode.WRONG_TYPE, "/answers/pain_score"),
    ("pain_score", 4.5, ProblemCode.WRONG_TYPE, "/answers/pain_score"),
    ("pain_score", 11, ProblemCode.OUT_OF_RANGE, "/answers/pain_score"),
    ("preg_weeks", "lt_16", ProblemCode.NOT_ASKED, "/answers/preg_weeks"),
    ("shoe_size", 44, ProblemCode.UNKNOWN_QUESTION, "/answers/shoe_size"),
    ("a/b~c", 44, ProblemCode.UNKNOWN_QUESTION, "/answers/a~1b~0c"),
    ("main_task", {"task": "x"}, ProblemCode.MISSING, "/answers/main_task"),
    ("main_task", {"task": "x", "score": 11}, ProblemCode.OUT_OF_RANGE, "/answers/main_task"),
    ("main_task", {"task": "\u200b", "score": 4}, ProblemCode.BLANK_TEXT, "/answers/main_task"),
    ("main_task", {"task": "x" * 121, "score": 4}, ProblemCode.WRONG_LENGTH, "/answers/main_task"),
    ("main_task", {"task": "x", "score": 4, "more": 1}, ProblemCode.UNKNOWN_MEMBER, "/answers/main_task"),
    ("main_task", "x", ProblemCode.WRONG_TYPE, "/answers/main_task"),
    ("pain_main", "neck", ProblemCode.NOT_OFFERED, "/answers/pain_main"),
]
WRONG_CHECKS: list[tuple[str, Any, ProblemCode, str]] = [
    ("answers", GONE, ProblemCode.MISSING, ""),
    ("answers", 3, ProblemCode.WRONG_TYPE, "/answers"),
    ("answers.rf_nerve", GONE, ProblemCode.MISSING, "/answers"),
    ("answers.shoe_size", 44, ProblemCode.UNKNOWN_QUESTION, "/answers/shoe_size"),
    ("questions_version", 1, ProblemCode.QUESTIONS_CHANGED, "/questions_version"),
    ("questions_version", "2", ProblemCode.WRONG_TYPE, "/questions_version"),
    ("started", GONE, ProblemCode.MISSING, ""),
    ("started", None, ProblemCode.MISSING, "/started"),
    ("started", "yesterday", ProblemCode.NOT_A_DAY, "/started"),
    ("today", "9999-12-31", ProblemCode.OUT_OF_RANGE, "/today"),
    ("today", "2026-01-04", ProblemCode.WRONG_ORDER, "/today"),
    ("history", "none", ProblemCode.WRONG_TYPE, "/history"),
    ("history", [{}] * 61, ProblemCode.WRONG_LENGTH, "/history"),
    ("history", [7], ProblemCode.WRONG_TYPE, "/history/0"),
    ("history", [{"date": "2026-01-10", "follow_up": {}, "x": 1}], ProblemCode.WRONG_SHAPE, "/history/0"),
    ("history", [{"date": "2026-01-12", "follow_up": {}}], ProblemCode.WRONG_ORDER, "/history/0/date"),
    (
        "history",
        [{"date": "2026-01-10", "follow_up": {"fu_change": "fine"}}],
        ProblemCode.UNKNOWN_OPTION,
        "/history/0/follow_up/fu_change",
    ),
    ("follow_up", GONE, ProblemCode.ONE_OF_TWO, ""),
    ("follow_up", [], ProblemCode.WRONG_TYPE, "/follow_up"),
    ("follow_up.fu_change", GONE, ProblemCode.MISSING, "/follow_up"),
    ("follow_up.rf_neck", ["none"], ProblemCode.NOT_ASKED, "/follow_up/rf_neck"),
    ("follow_up.fu_hurt", ["crunch"], ProblemCode.NOT_IN_ROUTINE, "/follow_up/fu_hurt"),
    ("follow_up.fu_hurt", [None], ProblemCode.WRONG_TYPE, "/follow_up/fu_hurt"),
    ("follow_up.fu_hurt", ["x" * 61], ProblemCode.WRONG_LENGTH, "/follow_up/fu_hurt"),
    ("follow_up.fu_hurt", ["cat_cow", "cat_cow"], ProblemCode.REPEATED, "/follow_up/fu_hurt"),
    ("before_session", {"pre_session": "no"}, ProblemCode.ONE_OF_TWO, "/follow_up"),
    ("routine", [], ProblemCode.WRONG_LENGTH, "/routine"),
    ("routine.1", "cat_cow", ProblemCode.WRONG_TYPE, "/routine/1"),
    ("routine.1", None, ProblemCode.WRONG_TYPE, "/routine/1"),
    ("routine.1.name", "Cat-cow", ProblemCode.WRONG_SHAPE, "/routine/1"),
    ("routine.1.exercise", "handstand", ProblemCode.UNKNOWN_EXERCISE, "/routine/1/exercise"),
    ("routine.1.exercise", "crunch", ProblemCode.NEVER_IN_ROUTINE, "/routine/1/exercise"),
    ("routine.1.form", "on_the_moon", ProblemCode.UNKNOWN_FORM, "/routine/1/form"),
    ("routine.1.dose", 5, ProblemCode.WRONG_TYPE, "/routine/1/dose"),
    ("routine.1.dose.reps", 99, ProblemCode.OUT_OF_RANGE, "/routine/1/dose/reps"),
    ("routine.1.dose.reps", True, ProblemCode.WRONG_TYPE, "/routine/1/dose/reps"),
    ("routine.1.dose.reps", GONE, ProblemCode.MISSING, "/routine/1/dose"),
    ("routine.1.dose.speed", 4, ProblemCode.UNKNOWN_MEMBER, "/routine/1/dose/speed"),
    ("routine.0.dose.reps", 4, ProblemCode.NO_SUCH_FIGURE, "/routine/0/dose/reps"),
    ("extra", 1, ProblemCode.UNKNOWN_MEMBER, "/extra"),
]
WRONG_BODIES: list[tuple[str, str, ProblemCode, str]] = [
    (RECOMMENDATIONS, "[]", ProblemCode.WRONG_TYPE, ""),
    (RECOMMENDATIONS, "{}", ProblemCode.MISSING, ""),
    (RECOMMENDATIONS, '{"answers": 3}', ProblemCode.WRONG_TYPE, "/answers"),
    (RECOMMENDATIONS, '{"answers": {}, "more": 1}', ProblemCode.UNKNOWN_MEMBER, "/more"),
    (RECOMMENDATIONS, '{"answers": {}, "answers": {}}', ProblemCode.DUPLICATE_KEY, "/answers"),
    (
        RECOMMENDATIONS,
        '{"answers": {"pain_score": 1, "pain_score": 2}}',
        ProblemCode.DUPLICATE_KEY,
        "/answers/pain_score",
    ),
    (CHECK_INS, '{"routine": [{}, {"form": 1, "form": 2}]}', ProblemCode.DUPLICATE_KEY, "/routine/1/form"),
    (CHECK_INS, "[]", ProblemCode.WRONG_TYPE, ""),
    (RECOMMENDATIONS, "{", ProblemCode.NOT_JSON, ""),
    (CHECK_INS, '["\\ud800"]', ProblemCode.NOT_JSON, ""),
    (CHECK_INS, "[" * 50_000, ProblemCode.NOT_JSON, ""),
    (CHECK_INS, f'"{"x" * 70_000}"', ProblemCode.BODY_TOO_LARGE, ""),
]
# What is said where the body is not what is wrong, by the status.
WITHOUT_BODY = {
    400: ProblemCode.MALFORMED_REQUEST,
    404: ProblemCode.NOT_FOUND,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    408: ProblemCode.TOO_SLOW,
    414: ProblemCode.ADDRESS_TOO_LONG,
    417: ProblemCode.EXPECTATION_FAILED,
    431: ProblemCode.HEADERS_TOO_LARGE,
    500: ProblemCode.INTERNAL_ERROR,
    501: ProblemCode.UNKNOWN_CODING,
    503: ProblemCode.NO_SAFE_ANSWER,
}
RAISED: list[tuple[Callable[[], Exception], int, ProblemCode]] = [
    (lambda: DecisionError("x"), 503, ProblemCode.NO_SAFE_ANSWER),
    (lambda: NotApprovedError("x"), 503, ProblemCode.NOT_APPROVED),
    (lambda: TooManyRequests(retry_after=5), 429, ProblemCode.TOO_MANY_REQUESTS),
    (lambda: RuntimeError("x"), 500, ProblemCode.INTERNAL_ERROR),
]


def problems(reply: Any) -> list[Problem]:
    told = reply.get_json(force=True)
    assert reply.mimetype == "application/problem+json"
    assert ProblemSchema().dump(ProblemSchema().load(told)) == told
    found: list[Problem] = told["problems"]
    return found


def found_at(body: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to, as RFC 6901 reads it."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        body = body[int(name)] if isinstance(body, list) else body[name]
    return body


def put(body: Any, place: str, value: Any) -> None:
    *steps, last = place.split(".")
    for step in steps:
        body = body[int(step)] if isinstance(body, list) else body[step]
    if value is GONE:
        del body[last]
    else:
        body[int(last) if isinstance(body, list) else last] = value


def sheet_with(recommender: Recommender, question: str, value: Any) -> dict[str, Any]:
    answers = copy.deepcopy(full_sheet(recommender, {"pain_location": ["low_back", "buttock"]}))
    put(answers, question, value)
    return {"answers": answers}


def check_with(recommender: Recommender, place: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(returning(recommender).body(7, fu_change="better", fu_pain=2))
    put(body, place, value)
    return body


@pytest.mark.parametrize(("question", "value", "code", "pointer"), WRONG_ANSWERS)
def test_an_answer_that_cannot_be_used_has_a_code_and_a_place(
    client: FlaskClient, recommender: Recommender, question: str, value: Any, code: ProblemCode, pointer: str
) -> None:
    body = sheet_with(recommender, question, value)
    reply = client.post(RECOMMENDATIONS, json=body)
    (one,) = problems(reply)
    is_known = question in recommender.sheet.fields
    assert (one["code"], one["pointer"], one["question"]) == (code, pointer, question if is_known else None)
    assert [one["detail"]] == reply.get_json(force=True)["errors"][question]
    found_at(body, one["pointer"])


@pytest.mark.parametrize(("place", "value", "code", "pointer"), WRONG_CHECKS)
def test_a_check_that_cannot_be_used_has_a_code_and_a_place(
    client: FlaskClient, recommender: Recommender, place: str, value: Any, code: ProblemCode, pointer: str
) -> None:
    body = check_with(recommender, place, value)
    told = problems(client.post(CHECK_INS, json=body))
    assert (code, pointer) in [(one["code"], one["pointer"]) for one in told]
    for one in told:
        found_at(body, one["pointer"])


@pytest.mark.parametrize(("address", "text", "code", "pointer"), WRONG_BODIES)
def test_a_body_that_cannot_be_used_has_a_code_and_a_place(
    client: FlaskClient, address: str, text: str, code: ProblemCode, pointer: str
) -> None:
    told = problems(client.post(address, data=text, content_type="application/json"))
    assert [(one["code"], one["pointer"]) for one in told] == [(code, pointer)]


@pytest.mark.parametrize(
    ("condition", "when"), [("tummy_op", "gt_12m"), ("other_surgery", "gt_12m"), ("other_surgery", "3_12m")]
)
def test_two_answers_that_cannot_both_be_true_are_named(
    client: FlaskClient, recommender: Recommender, condition: str, when: str
) -> None:
    body = {"answers": {**full_sheet(recommender, {"conditions": [condition]}), "surgery_when": when}}
    (told,) = problems(client.post(RECOMMENDATIONS, json=body))
    assert (told["code"], told["pointer"]) == (ProblemCode.CONTRADICTS, "/answers/surgery_when")
    questions = recommender.content.questionnaire.questions
    for question, option in (("conditions", condition), ("surgery_when", when)):
        assert questions[question].option(option).text in told["detail"]
    assert all(
        one["detail"] != other["detail"]
        for one, other in [
            [reply["problems"][0] for reply in in_both(client, path=RECOMMENDATIONS, method="POST", json=body)]
        ]
    )


@pytest.mark.parametrize(
    ("given", "field", "now"),
    [
        ({"pain_location": ["neck"], "rf_neck": ["stiff_shoulders"]}, "/answers/rf_neck", "stiff_girdle: yes"),
        ({"conditions": ["pregnant"], "preg_cleared": ["ok", "pgp"]}, "/answers/preg_cleared", "preg_pgp: yes"),
        ({"conditions": ["pregnant"], "preg_cleared": "pgp"}, "/answers/preg_cleared", "preg_pgp: yes"),
        ({"conditions": ["pregnant"], "preg_cleared": ["none"]}, "/answers/preg_cleared", "preg_cleared: not_sure"),
    ],
)
def test_an_option_that_is_gone_is_refused_with_what_says_it_now(
    client: FlaskClient, recommender: Recommender, given: dict[str, Any], field: str, now: str
) -> None:
    before = full_sheet(
        recommender, {name: answer for name, answer in given.items() if name in ("pain_location", "conditions")}
    )
    told = problems(client.post(RECOMMENDATIONS, json={"answers": {**before, **given}}))
    (named,) = [one for one in told if one["pointer"].startswith(field)]
    assert f"Say it now with: {now}." in named["detail"]


def test_a_body_of_another_type_has_a_code(client: FlaskClient) -> None:
    (one,) = problems(client.post(RECOMMENDATIONS, data="answers=1"))
    assert (one["code"], one["pointer"]) == (ProblemCode.NOT_SENT_AS_JSON, "")


@pytest.mark.parametrize("status", WITHOUT_BODY)
def test_a_request_that_is_refused_unread_has_a_code(client: FlaskClient, status: int) -> None:
    reply = client.get("/api/v1/rules", environ_overrides=refused({}, status))
    (one,) = problems(reply)
    assert (reply.status_code, one["code"]) == (status, WITHOUT_BODY[status])
    assert (one["pointer"], one["question"]) == (None, None)
    assert one["detail"] == reply.get_json(force=True)["detail"]


def test_an_address_that_there_is_not_and_a_method_that_it_does_not_take_have_codes(client: FlaskClient) -> None:
    (nowhere,), (method,) = problems(client.get("/api/v1/nowhere")), problems(client.get(RECOMMENDATIONS))
    assert (nowhere["code"], method["code"]) == (ProblemCode.NOT_FOUND, ProblemCode.METHOD_NOT_ALLOWED)


@pytest.mark.parametrize(("error", "status", "code"), RAISED)
def test_what_goes_wrong_with_us_has_a_code(
    client: FlaskClient,
    recommender: Recommender,
    monkeypatch: pytest.MonkeyPatch,
    error: Callable[[], Exception],
    status: int,
    code: ProblemCode,
) -> None:
    def fail(*_: Any) -> None:
        raise error()

    monkeypatch.setattr("recommender.web.api.views.read_json", fail)
    reply = client.post(RECOMMENDATIONS, json=sheet_with(recommender, "pain_score", 3))
    (one,) = problems(reply)
    assert (reply.status_code, one["code"]) == (status, code)


def test_every_code_can_be_given() -> None:
    """Each row of the tables above is a request that gets it."""
    given = {row[2] for row in (*WRONG_ANSWERS, *WRONG_CHECKS, *WRONG_BODIES, *RAISED)} | {*WITHOUT_BODY.values()}
    of_keys = {ProblemCode.KEY_NEEDED, ProblemCode.KEY_NOT_FOR_THIS, ProblemCode.KEYS_NOT_KNOWN}  # tests/web/keys
    assert {*ProblemCode} - given == {ProblemCode.NOT_SENT_AS_JSON, ProblemCode.CONTRADICTS} | of_keys


def test_every_code_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([0-9]{3}) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [code for code, _ in rows] == [*ProblemCode]
    assert {code: int(status) for code, status in rows if int(status) != 422 and code in WITHOUT_BODY.values()} == {
        code: status for status, code in WITHOUT_BODY.items()
    }


def in_both(client: FlaskClient, **sent: Any) -> Iterator[dict[str, Any]]:
    for language in ("en", "es"):
        yield client.open(headers={"Accept-Language": language}, **sent).get_json(force=True)


def test_titles_and_words_are_in_the_language_that_was_asked_for_and_codes_are_not(
    client: FlaskClient, recommender: Recommender
) -> None:
    wrong: list[dict[str, Any]] = [
        {"path": RECOMMENDATIONS, "method": "POST", "json": sheet_with(recommender, question, value)}
        for question, value, _, _ in WRONG_ANSWERS
    ]
    wrong += [{"path": CHECK_INS, "method": "POST", "json": check_with(recommender, *row[:2])} for row in WRONG_CHECKS]
    wrong += [
        {"path": path, "method": "POST", "data": text, "content_type": "application/json"}
        for path, text, _, _ in WRONG_BODIES
    ]
    wrong += [{"path": "/api/v1/rules", "environ_overrides": refused({}, status)} for status in WITHOUT_BODY]
    wrong += [{"path": RECOMMENDATIONS, "method": "POST", "data": "x"}]
    for sent in wrong:
        english, spanish = in_both(client, **sent)
        assert english["title"] != spanish["title"] and english["detail"] != spanish["detail"]
        for one, other in zip(english["problems"], spanish["problems"], strict=True):
            assert one["detail"] != other["detail"]
            assert {**one, "detail": ""} == {**other, "detail": ""}


def test_fifty_problems_are_named_at_most(client: FlaskClient) -> None:
    answers = {f"no_question_{number}": 1 for number in range(2000)}
    assert len(problems(client.post(RECOMMENDATIONS, json={"answers": answers}))) == PROBLEMS_AT_MOST == 50
    keys = ",".join(f'"q{number}":1,"q{number}":2' for number in range(2000))
    told = problems(client.post(RECOMMENDATIONS, data=f'{{"answers":{{{keys}}}}}', content_type="application/json"))
    assert len(told) == PROBLEMS_AT_MOST


def test_keys_that_stand_twice_are_all_named_wherever_they_are(client: FlaskClient) -> None:
    text = '{"a": [{"b": 1, "b": 2}], "c": {"b": {"d": 1, "d": 2}}, "c/": 1, "c/": 2}'
    told = problems(client.post(CHECK_INS, data=text, content_type="application/json"))
    assert {one["pointer"] for one in told} == {"/a/0/b", "/c/b/d", "/c~1"}


def test_the_checks_since_are_not_the_question_of_that_name(client: FlaskClient, recommender: Recommender) -> None:
    """A part of a check and a question are both called `history`."""
    assert "history" in recommender.content.questionnaire.questions
    (checks,) = problems(client.post(CHECK_INS, json=check_with(recommender, "history", "none")))
    answer, *_ = problems(client.post(CHECK_INS, json=check_with(recommender, "answers.history", 7)))
    assert (checks["question"], answer["question"]) == (None, "history")


def test_what_was_sent_stands_in_no_problem_but_by_its_name(client: FlaskClient, recommender: Recommender) -> None:
    told = client.post(RECOMMENDATIONS, json=sheet_with(recommender, "main_task", {"task": "secret knitting"}))
    assert "knitting" not in json.dumps(told.get_json(force=True))
