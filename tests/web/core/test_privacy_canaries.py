"""Marked answers, sent on every way that there is: they come back to their sender alone, and stay nowhere."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Request, Response, request

from recommender.errors import DecisionError
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.telemetry.metrics import ServiceHealth
from tests.support.planner import Clock, Planner, site_at
from tests.support.sheets import full_sheet

CANARY = "zanahoria-4711"  # a task that nobody else would name
# Ids of options that stand in no address of the site: met anywhere but in a page of theirs, they are an answer.
ANSWERS: dict[str, Any] = {"main_task": {"task": CANARY, "score": 3}, "pain_score": 6, "age_band": "60_64"}
TELLING = (CANARY, "60_64", "age_band")
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def planner(recommender: Recommender, settings: Settings, folder: Path) -> Planner:
    clock = Clock()
    own = replace(settings, data_dir=folder, database_url=f"sqlite:///{folder / 'review.db'}", metrics_port=9100)
    return Planner(site_at(clock, own, recommender), recommender, clock)


@pytest.fixture
def traffic(planner: Planner) -> Iterator[list[tuple[str, Response]]]:
    """Every address that is asked for, with its response."""
    seen: list[tuple[str, Response]] = []

    @planner.app.after_request
    def note(response: Response) -> Response:
        seen.append((address_of(request), response))
        return response

    yield seen


def address_of(given: Request) -> str:
    return f"{given.full_path} {given.referrer}"


def test_an_answer_stays_with_its_sender(
    planner: Planner, traffic: list[tuple[str, Response]], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        planner.remember(ANSWERS)
        planner.see_all()
        planner.on_day(7).check({"fu_change": "better"})
        for address in ("/result/summary", "/result/play", "/result/desk"):
            planner.visitor.see(address)
        moves = re.findall(
            r'action="/result/remove">\s*<input type="hidden" name="move" value="(\w+)"',
            planner.visitor.see("/result").text,
        )
        planner.visitor.press("/result/remove", {"move": moves[0]})
        planner.on_day(9).session({})
        planner.session({"pre_session": "yes", "rf_nerve": ["saddle"]})
        planner.see_all()
        planner.client.post("/questions/about-you", data={"age_band": CANARY}, headers=HERE)
        planner.client.get("/healthz", headers={"X-Request-ID": CANARY})
        planner.client.post("/lab/answers", data={"main_task-task": CANARY, "age_band": "60_64"}, headers=HERE)
        sheet = full_sheet(planner.visitor.recommender, ANSWERS)
        planner.client.post("/api/v1/recommendations", json={"answers": sheet})
        planner.client.post("/api/v1/recommendations", json={"answers": {**sheet, "pain_score": CANARY}})
        planner.client.post("/api/v1/check-ins", json={"answers": sheet, "today": CANARY})
    assert any(CANARY in response.get_data(as_text=True) for _, response in traffic)
    figures = planner.app.extensions["metrics"].told(ServiceHealth(True, True, None, None), "")[0].decode()
    assert "'event': 'request'" in caplog.text and "recommender_outcomes_total{level=" in figures
    kept = [text for text in TELLING if text in caplog.text or text in figures]
    kept += [address for address, _ in traffic if any(text in address for text in TELLING)]
    kept += [
        f"{name} of {address}"
        for address, response in traffic
        for name, value in response.headers
        if name != "Content-Security-Policy" and any(text in value for text in TELLING)
    ]
    kept += [path.name for path in folder.rglob("*") if path.is_file() and holds(path.read_bytes())]
    assert kept == []


def holds(data: bytes) -> bool:
    return any(text.encode() in data for text in TELLING)


@pytest.mark.parametrize("message", [f"failed on {CANARY}", f"KeyError: {CANARY}"])
@pytest.mark.parametrize("kind", [DecisionError, KeyError, ValueError])
def test_an_error_never_repeats_an_answer(
    planner: Planner,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    message: str,
    kind: type[Exception],
) -> None:
    recommender = planner.visitor.recommender

    def fail(*_: object, **__: object) -> None:
        raise ValueError(message) if kind is DecisionError else kind(message)

    planner.visitor.fill_in(ANSWERS)
    monkeypatch.setattr(type(recommender), "decide", fail)
    with caplog.at_level(logging.DEBUG):
        page = planner.client.get("/result")
        reply = planner.client.post("/api/v1/recommendations", json={"answers": full_sheet(recommender, ANSWERS)})
    assert (page.status_code, reply.status_code) == (503, 503)
    told = caplog.text + page.text + json.dumps(reply.get_json())
    assert not re.search("|".join(TELLING), told)
