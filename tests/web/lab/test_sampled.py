"""Somebody drawn at random in the lab: of a level, of a rule, or not at all, with the reason."""

from __future__ import annotations

import itertools
import subprocess
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.web.lab import sampled, views

HERE = {"Sec-Fetch-Site": "same-origin"}
_HOSTS = itertools.count(1)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody at an address of their own, as cases are limited by address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(_HOSTS)}"
    return client


def draw(client: FlaskClient, **fields: str) -> TestResponse:
    return client.post("/lab/sample", data={"level": "", "rule": "", "ticks": "few", **fields}, headers=HERE)


@pytest.mark.deep
@pytest.mark.usefixtures("diagrams")
@pytest.mark.parametrize(
    "level, shown", [("routine", "The routine"), pytest.param("urgent_48h", "Urgent 48h", marks=pytest.mark.long)]
)
def test_somebody_of_a_level_is_drawn_and_traced(client: FlaskClient, level: str, shown: str) -> None:
    page = draw(client, level=level)
    assert page.status_code == 200, page.text
    assert f"{level}, few ticks" in unescape(page.text) and shown in page.text


@pytest.mark.deep
@pytest.mark.usefixtures("diagrams")
def test_somebody_on_whom_a_rule_fires_is_drawn(client: FlaskClient) -> None:
    page = draw(client, rule="CI-A12", level="routine_review")
    assert page.status_code == 200 and "CI-A12" in page.text.partition('id="fired"')[2]
    nobody = draw(client, rule="RF-E01", level="routine")
    assert nobody.status_code == 422 and "Nobody is like that" in nobody.text
    assert "There is no such rule" in draw(client, rule="RF-X99").text


def test_without_the_library_there_is_no_control(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sampled, views):
        monkeypatch.setattr(module, "is_available", lambda: False)
    assert "Draw somebody" not in client.get("/lab").text
    assert draw(client, level="routine").status_code == 400


@pytest.fixture
def available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "is_available", lambda: True)


def told(monkeypatch: pytest.MonkeyPatch, status: int, text: str = "") -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, status, text, "")

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.usefixtures("available")
def test_what_keeps_anybody_from_being_drawn_is_said_on_the_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Draw somebody" in client.get("/lab").text
    assert draw(client, level="no_such_level").status_code == 400
    assert "There is no such rule" in draw(client, rule="RF-E01; rm").text
    for status, text, words in (
        (1, "", "Nobody is like that"),
        (2, "", "There is no such rule"),
        (0, '{"hash": "another", "cases": [{}]}', "are not those that are served"),
    ):
        told(monkeypatch, status, text)
        page = draw(client, level="routine")
        assert page.status_code == 422 and words in unescape(page.text)

    def too_long(command: list[str], **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", too_long)
    assert "It took too long" in draw(client, level="routine").text
