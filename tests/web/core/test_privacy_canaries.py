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
from tests.support.links import NO, hurts, link_on, say
from tests.support.planner import Clock, Planner, site_at
from tests.support.sheets import full_sheet

CANARY = "zanahoria-4711"  # a task that nobody else would name
# Ids of options that stand in no address of the site: met anywhere but in a page of theirs, they are an answer.
ANSWERS: dict[str, Any] = {"main_task": {"task": CANARY, "score": 3}, "pain_score": 6, "age_band": "60_64"}
TELLING = (CANARY, "60_64", "age_band")
HERE = {"Sec-Fetch-Site": "same-origin"}
FORUM = "https://forum.example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def planner(recommender: Recommender, settings: Settings, folder: Path) -> Planner:
    clock = Clock()
    own = replace(settings, data_dir=folder, database_url=f"sqlite:///{folder / 'review.db'}", metrics_port=9100)
    own = replace(own, cors_origins=(FORUM,), frame_ancestors=(FORUM,), recommendations_a_minute=60)
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
        in_the_lab(planner)
        by_a_link(planner)
        as_a_program(planner)
    asked = {address.partition("?")[0] for address, _ in traffic}
    assert {"/api/v1/next", "/api/v1/check-ins", "/lab/vignette", "/result/play/hurts"} <= asked
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


def in_the_lab(planner: Planner) -> None:
    planner.client.post("/lab/answers", data={"main_task-task": CANARY, "age_band": "60_64"}, headers=HERE)
    case = {"name": "somebody", "answers": full_sheet(planner.visitor.recommender, ANSWERS), "facts": {}}
    saved = planner.client.post("/lab/vignette", data={"case": json.dumps(case), "name": "a case"}, headers=HERE)
    assert saved.status_code == 200 and CANARY in saved.text


def by_a_link(planner: Planner) -> None:
    """Somebody else with an old tab, who opens the link of a routine, does its moves, prints it, and is hurt."""
    other = Planner(planner.app, planner.visitor.recommender, planner.clock)
    link = link_on(other.visitor.result_of(ANSWERS).text)
    say(other.client, link, NO)
    on_mondays = f"{link}/calendar.ics?day=MO&time=07:30"
    for address in (f"{link}/moves", f"{link}/play", f"{link}/handout", on_mondays, "/country"):
        assert other.client.get(address).status_code == 200
    hurts(other.client, link, "yes", "no")
    other.client.post("/result/play/hurts", data={"hurt_move": CANARY, "hurt_sharp": "yes"}, headers=HERE)
    other.client.get("/result/stopped")


def as_a_program(planner: Planner) -> None:
    """A page of another site that is named, with answers that are taken and with ones that are not."""
    whole = full_sheet(planner.visitor.recommender, ANSWERS)
    for answers in (whole, {**whole, "pain_score": CANARY}, {**whole, CANARY: 1}):
        for call in ("next", "recommendations", "recommendations?left_out=summary"):
            address = f"/api/v1/{call}"
            planner.client.post(address, json={"answers": answers}, headers={"Origin": FORUM, "Referer": f"{FORUM}/"})
    planner.client.post("/api/v1/next", json={"answers": whole, "region": CANARY, "language": CANARY})
    planner.client.post("/api/v1/check-ins", json={"answers": whole, "today": CANARY})


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


@pytest.mark.parametrize("address", ["/nowhere/low_back", "/api/v1/rules/low_back"])
def test_a_fault_that_no_page_meets_is_told_in_one_line_without_answer_or_address(
    planner: Planner, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    """It arises while the reply is already on its way, or while another fault is told."""

    @planner.app.after_request
    def fail(response: Response) -> Response:
        if response.status_code == 404:
            raise KeyError(CANARY)
        return response

    with caplog.at_level(logging.DEBUG):
        page = planner.client.get(address)
    assert page.status_code == 500
    (line,) = (record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR)
    assert line.startswith("KeyError at ")
    assert CANARY not in page.text
    assert not any(text in caplog.text for text in (CANARY, "low_back", "Traceback"))
