"""The log: a line for each request by the pattern of its address, in one form whoever writes it, with nothing forged."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.telemetry.logs import REQUEST_ID, event_logger, install_logging, line_formatter
from tests.support.served import Served, request_id, serving, status
from tests.support.sheets import full_sheet
from tests.support.visitor import FIRST

HOSTILE = 'a\n2026-11-29T20:00:00.000Z info forged\x1b[31m\u202e\u2028é "quoted" x=y'
A_LINE = re.compile(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z (debug|info|warning|error|critical) \S.* process=[0-9]+( .*)?")


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [
        record.msg for record in caplog.records if isinstance(record.msg, dict) and record.msg["event"] == "request"
    ]


def line_of(client: FlaskClient, caplog: pytest.LogCaptureFixture, address: str, **more: Any) -> dict[str, Any]:
    caplog.clear()
    with caplog.at_level(logging.INFO, "recommender"):
        client.open(address, buffered=True, **more)
    (line,) = lines(caplog)
    return line


@pytest.mark.parametrize(
    ("address", "route", "expected"),
    [
        ("/exercises/cat_cow", "/exercises/<exercise_id>", 200),
        ("/exercises/somebodys-name?q=low_back", "/exercises/<exercise_id>", 404),
        ("/nowhere/somebodys-name", "(none)", 404),
        ("/static/somebodys-name", "(none)", 404),
        ("/healthz", "/healthz", 200),
    ],
)
def test_a_request_is_logged_by_the_pattern_of_its_address(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, address: str, route: str, expected: int
) -> None:
    line = line_of(client, caplog, address)
    assert (line["method"], line["route"], line["status"], line["outcome"]) == ("GET", route, expected, None)
    assert line["ms"] > 0


def test_a_file_is_logged_by_a_pattern_too(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    (address,) = set(re.findall(r'href="(/static/app[^"]+\.css)"', client.get("/").text))
    assert line_of(client, caplog, address)["route"] == "/static/<name>"


def test_a_method_that_is_none_is_not_repeated(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    assert line_of(client, caplog, "/", method="SADDLE")["method"] == "other"


@pytest.mark.parametrize(
    ("answers", "level"), [({}, "routine"), ({"rf_nerve": ["saddle"]}, "emergency_now")], ids=["routine", "emergency"]
)
def test_a_recommendation_is_logged_with_its_level_and_the_rules_that_gave_it(
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    recommender: Recommender,
    answers: dict[str, Any],
    level: str,
) -> None:
    sheet = {"answers": full_sheet(recommender, answers)}
    line = line_of(client, caplog, "/api/v1/recommendations", method="POST", json=sheet)
    told = client.post("/api/v1/recommendations", json=sheet).get_json()["disposition"]["level"]
    assert line["outcome"] == told
    assert told.startswith(level)
    assert line["rule_set"] == recommender.content.hash[:12]


def test_the_log_says_what_was_loaded_and_whether_it_may_be_served(
    recommender: Recommender, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "recommender"):
        create_app(settings, recommender)
    (told,) = (record.msg for record in caplog.records if record.name == "recommender.web.app")
    assert isinstance(told, dict)
    assert told["event"] == "The service is loaded and tested."
    assert told["rule_set"] == recommender.content.hash[:12]


def test_the_log_says_once_that_a_process_is_no_longer_ready_and_once_that_it_is_again(
    recommender: Recommender, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(settings, recommender).test_client()
    stuck = True
    monkeypatch.setattr(type(recommender.engine), "is_stuck", property(lambda _: stuck))
    with caplog.at_level(logging.INFO, "recommender.web.core.health"):
        assert [client.get("/readyz").status_code for _ in range(2)] == [503, 503]
        stuck = False
        assert [client.get("/readyz").status_code for _ in range(2)] == [200, 200]
    told = [record.msg["event"] for record in caplog.records if record.name == "recommender.web.core.health"]  # type: ignore[index, call-overload]
    assert told == ["The service is not ready.", "The service is ready again."]


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        (1, "3f2b1c9a-0d5e", True),
        (1, "A_b-" * 16, True),
        (0, "3f2b1c9a-0d5e", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "with space", False),
        (1, "12345678;x=1", False),
        (1, "low_back\t", False),
        (1, "", False),
    ],
)
def test_only_a_harmless_id_from_a_trusted_proxy_is_taken(
    recommender: Recommender, settings: Settings, proxies: int, given: str, is_taken: bool
) -> None:
    client = create_app(replace(settings, trusted_proxies=proxies), recommender).test_client()
    reply = client.get("/healthz", headers={"X-Request-ID": given})
    named = reply.headers["X-Request-ID"]
    assert (named == given) is is_taken
    assert is_taken or re.fullmatch(r"[0-9a-f]{32}", named)


def record_of(message: object, *arguments: object, **more: Any) -> logging.LogRecord:
    return logging.LogRecord("gunicorn.error", logging.WARNING, "x.py", 1, message, arguments, more.get("exc_info"))


def field_record(**fields: Any) -> logging.LogRecord:
    caught: list[logging.LogRecord] = []
    logger = event_logger("recommender.test-of-fields")
    handler = logging.Handler()
    handler.emit = caught.append  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        logger.error("told", **fields)
    finally:
        logger.removeHandler(handler)
    return caught[0]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "record",
    [record_of(HOSTILE), record_of("%s", HOSTILE), field_record(a=HOSTILE, b=[HOSTILE], c={"x": HOSTILE})],
    ids=["message", "argument", "field"],
)
def test_no_text_begins_a_line_of_its_own_or_colours_the_screen(form: str, record: logging.LogRecord) -> None:
    line = line_formatter(form).format(record)
    assert line.isascii() and line.isprintable()
    if form == "json":
        told = json.loads(line)
        assert list(told)[:3] == ["time", "level", "event"]
        assert HOSTILE in json.dumps(told, ensure_ascii=False).replace("\\n", "\n").replace('\\"', '"').replace(
            "\\u001b", "\x1b"
        )
    else:
        assert A_LINE.fullmatch(line)


@pytest.mark.parametrize(("in_a_request", "is_told"), [(True, False), (False, True)])
def test_the_message_of_an_exception_is_told_only_where_no_request_is_worked_on(
    in_a_request: bool, is_told: bool
) -> None:
    from structlog.contextvars import bound_contextvars

    try:
        raise ValueError("low_back")
    except ValueError:
        record = record_of("it failed", exc_info=sys.exc_info())
    with bound_contextvars(**({REQUEST_ID: "x"} if in_a_request else {})):
        told = json.loads(line_formatter("json").format(record))["exception"]
    assert ("low_back" in told) is is_told
    assert "ValueError" in told and "test_logs.py" in told


def test_at_every_level_only_lines_of_ours_and_of_the_server_are_written() -> None:
    """SQLAlchemy would write the values of its statements."""
    root = logging.getLogger()
    before = (
        root.level,
        [(logging.getLogger(name), logging.getLogger(name).level) for name in ("recommender", "gunicorn")],
    )
    handler = logging.NullHandler()
    try:
        install_logging("text", "debug", [handler])
        enabled = [
            name
            for name in ("recommender.web", "gunicorn.error", "sqlalchemy.engine", "werkzeug", "alembic")
            if logging.getLogger(name).isEnabledFor(logging.INFO)
        ]
    finally:
        root.removeHandler(handler)
        root.setLevel(before[0])
        for logger, level in before[1]:
            logger.setLevel(level)
    assert enabled == ["recommender.web", "gunicorn.error"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("logs"), LOG_FORMAT="json") as server:
        yield server


def test_every_line_of_the_service_is_one_json_object(served: Served) -> None:
    assert status(served.send(b"\x16\x03\x01 no HTTP at all\r\n\r\n")) == 400
    reply = served.get(FIRST)
    told = [json.loads(line) for line in served.logged(request_id(reply)).splitlines()]
    assert all({"time", "level", "event", "process"} <= set(line) for line in told)
    events = [line["event"] for line in told]
    assert any(event.startswith("Starting gunicorn") for event in events)
    assert "The service is loaded and tested." in events
    (refused,) = (line for line in told if "was refused with status 400" in line["event"])
    assert refused["level"] == "warning"
    (request,) = (line for line in told if line.get(REQUEST_ID) == request_id(reply))
    assert request["level"] == "info"
    assert (request["event"], request["route"], request["status"]) == ("request", "/questions/<slug>", 200)
