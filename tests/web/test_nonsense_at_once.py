"""Mixed nonsense from several at once, against gunicorn as it is served: no error of ours, and limits say when to come back."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from recommender.models.levels import Level
from recommender.presentation.openapi.examples import example_bodies
from recommender.service.recommend import Recommender
from tests.support.nonsense import RIGHT_CALLS, mixed, sent
from tests.support.served import Served, serving, status

CLIENTS = 8


def asked_well(served: Served, recommender: Recommender) -> bytes:
    """Return the reply to a right call of this machine itself, which has no limit."""
    body = json.dumps({"answers": {"rf_nerve": ["saddle"]}}).encode()
    head = f"POST /api/v1/next HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    return served.send(f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + body)


@pytest.mark.parametrize(
    "amount", [pytest.param(600, marks=pytest.mark.deep), pytest.param(20_000, marks=pytest.mark.long)]
)
def test_mixed_nonsense_at_once_is_no_error_of_ours_and_limits_say_when_to_come_back(
    app: Flask, recommender: Recommender, tmp_path: Path, amount: int
) -> None:
    requests = mixed(app, example_bodies(recommender), 17_000, amount)
    with serving(tmp_path, TRUSTED_PROXIES="1", RECOMMENDATIONS_A_MINUTE="1", WEB_CONCURRENCY="2") as served:
        answered = sent(served.port, requests, CLIENTS)
        told = asked_well(served, recommender)
        log = served.log.read_text(encoding="utf-8")
    errors = [line for line in log.splitlines() if " error " in line or " critical " in line]
    assert len(answered) == amount
    assert [(one.fault, one.request) for one in answered if one.fault] == [], errors
    counts = Counter(one.status for one in answered)
    assert counts[429] and counts[200] and counts[422], counts
    limited = {one.request.path for one in answered if one.status == 429}
    assert limited >= set(RIGHT_CALLS), limited
    assert status(told) == 200 and Level.EMERGENCY_NOW.encode() in told
    assert "Traceback" not in log
