"""Figures for Prometheus: added up over processes, on a port of their own, and about nobody in particular."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.telemetry.metrics import Metrics, ServiceHealth
from recommender.web.telemetry.request_log import RequestNotes
from recommender.web.telemetry.shared_folder import SHARED_FOLDER, open_shared_folder, remove_shared_folder
from tests.support.served import PATIENCE, Served, serving, status
from tests.support.sheets import full_sheet

HEALTH = ServiceHealth(True, True, "0.4.0", "0123456789ab")
READING = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
SECRET = "somebodys-name"


def told(metrics: Metrics, health: ServiceHealth = HEALTH) -> str:
    return metrics.told(health, "")[0].decode()


def figure(text: str, name: str) -> float | None:
    """Return the figure of a name and its labels, as they are told."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def answered(times: int, fired: str = "RF-E01") -> Metrics:
    metrics = Metrics()
    for _ in range(times):
        metrics.observe(
            RequestNotes("x" * 32, "GET", "/result", "routine", frozenset({fired}), {"recommend": 0.02}, 200, 0.03)
        )
    return metrics


@pytest.mark.parametrize(("times", "shown"), [(1, None), (9, None), (10, 10), (19, 10), (20, 20)])
def test_a_rule_is_counted_in_full_tens(times: int, shown: int | None) -> None:
    text = told(answered(times))
    assert figure(text, 'recommender_rule_fired_total{rule="RF-E01"}') == shown
    assert ("RF-E01" in text) is (shown is not None)
    assert figure(text, 'recommender_outcomes_total{level="routine"}') == times


def test_requests_are_counted_and_timed_by_pattern_and_stage() -> None:
    text = told(answered(3))
    assert figure(text, 'recommender_requests_total{route="/result",status="200"}') == 3
    assert figure(text, 'recommender_request_seconds_count{route="/result"}') == 3
    assert figure(text, 'recommender_request_seconds_bucket{le="0.05",route="/result"}') == 3
    assert figure(text, 'recommender_stage_seconds_sum{stage="recommend"}') == pytest.approx(0.06)
    assert "_created" not in text


@pytest.mark.parametrize(("ready", "passed"), [(True, True), (False, True), (False, False)])
def test_the_state_of_the_service_is_told(ready: bool, passed: bool) -> None:
    text = told(Metrics(), ServiceHealth(ready, passed, "0.4.0", "0123456789ab"))
    assert figure(text, "recommender_ready") == ready
    assert figure(text, "recommender_self_test_passed") == passed
    assert figure(text, 'recommender_rule_set_info{hash="0123456789ab",version="0.4.0"}') == 1


def test_a_folder_that_is_gone_costs_figures_and_no_answer(
    recommender: Recommender, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise FileNotFoundError(SECRET)

    monkeypatch.setattr(Metrics, "observe", fail)
    client = create_app(replace(settings, metrics_port=9100), recommender).test_client()
    assert client.get("/healthz").status_code == 200
    assert "The request was not counted." in caplog.text
    assert SECRET not in caplog.text


def test_the_site_itself_never_serves_them(recommender: Recommender, settings: Settings, client: FlaskClient) -> None:
    counting = create_app(replace(settings, metrics_port=9100), recommender).test_client()
    for asked in (client, counting):
        assert asked.get("/metrics").status_code == 404
        assert asked.get("/metrics", base_url="http://localhost:9100").status_code == 404


def test_the_folder_is_made_for_this_user_alone_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED_FOLDER, "")
    open_shared_folder()
    with monkeypatch.context() as now:
        import os

        folder = Path(os.environ[SHARED_FOLDER])
        assert folder.stat().st_mode & 0o777 == 0o700
        now.setattr("os.getpid", lambda: 1)  # as in a worker
        remove_shared_folder()
        assert folder.is_dir()
    remove_shared_folder()
    assert not folder.exists()


@contextmanager
def counting(folder: Path) -> Iterator[tuple[Served, int]]:
    """Run the service with a second place to listen on, and give the port of that."""
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        port = int(second.getsockname()[1])
        with serving(folder, listening=(first, second), METRICS_PORT=str(port), WEB_CONCURRENCY="2") as served:
            yield served, port


def read(port: int, request: bytes = READING) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        received = b""
        while data := connection.recv(1 << 16):
            received += data
    return received


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, int]]:
    with counting(tmp_path_factory.mktemp("metrics")) as both:
        yield both


def post(served: Served, sheet: dict[str, Any]) -> bytes:
    body = json.dumps({"answers": sheet}).encode()
    head = b"POST /api/v1/recommendations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    return served.send(head + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def workers_that_answered(served: Served) -> set[str]:
    return set(re.findall(r"info request process=(\d+)", served.log.read_text(encoding="utf-8")))


def test_the_processes_add_up_and_nothing_else_is_on_that_port(
    served: tuple[Served, int], recommender: Recommender
) -> None:
    server, port = served
    sheet = full_sheet(recommender, {"rf_nerve": ["saddle"]})
    until, asked = time.monotonic() + PATIENCE, 0
    while len(workers_that_answered(server)) < 2 or asked < 12:
        assert status(post(server, sheet)) == 200
        assert status(server.get(f"/exercises/{SECRET}?q={SECRET}")) == 404
        asked += 1
        assert time.monotonic() < until
    reply = read(port)
    text = reply.partition(b"\r\n\r\n")[2].decode()
    assert status(reply) == 200
    assert figure(text, 'recommender_outcomes_total{level="emergency_now"}') == asked
    assert figure(text, 'recommender_requests_total{route="/exercises/<exercise_id>",status="404"}') == asked
    assert figure(text, 'recommender_stage_seconds_count{stage="recommend"}') == asked
    assert figure(text, 'recommender_rule_fired_total{rule="RF-E01"}') == asked - asked % 10
    assert figure(text, "recommender_ready") == figure(text, "recommender_self_test_passed") == 1
    assert f'hash="{recommender.content.hash[:12]}"' in text
    assert SECRET not in text and "saddle" not in text
    for path in (b"/", b"/healthz", b"/api/v1/sources"):
        assert status(read(port, READING.replace(b"/metrics", path))) == 404


@pytest.mark.deep
@pytest.mark.parametrize("host", ["localhost", "localhost:PORT"])
def test_who_asks_on_the_port_of_the_site_gets_nothing(served: tuple[Served, int], host: str) -> None:
    server, port = served
    asked = READING.replace(b"localhost", host.replace("PORT", str(port)).encode())
    assert status(server.send(asked)) == 404
