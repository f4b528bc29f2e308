"""Thousands of hostile requests over every page and call: none is an error of ours, none leaves a trace, none gets a routine.

Half of them come with the cookies of somebody whose plan a sign of danger has stopped.
"""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from recommender.presentation.openapi.examples import example_bodies
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from tests.support.hostile import Attacker, Request
from tests.support.planner import Clock, Planner, kept_cookies, moves_in, moves_on, set_day
from tests.support.sample import seeds

OF_ONE_SEED = 250


@pytest.fixture(scope="module")
def attacked(recommender: Recommender, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("attacked")
    own = replace(settings, data_dir=folder, database_url=f"sqlite:///{folder / 'review.db'}", secret_key="s" * 40)
    other = "https://forum.example"
    return create_app(replace(own, cors_origins=(other,), frame_ancestors=(other,)), recommender)


@pytest.fixture(scope="module")
def bodies(recommender: Recommender) -> Mapping[str, Any]:
    return example_bodies(recommender)


@pytest.fixture(scope="module")
def stopped(attacked: Flask, recommender: Recommender) -> Mapping[str, str]:
    """The cookies of somebody who has just told of a numb saddle, and whose plan is on hold."""
    clock = Clock(date.today())
    person = Planner(set_day(attacked, clock), recommender, clock)
    person.remember({})
    assert moves_on(person.client.get("/result"))
    person.session({"pre_session": "yes", "rf_nerve": ["saddle"]})
    return kept_cookies(person)


@pytest.mark.parametrize("seed", seeds(11_000, fast=1, deep=19, long=60))
def test_no_hostile_request_is_an_error_of_ours(
    attacked: Flask, bodies: Mapping[str, Any], stopped: Mapping[str, str], caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    attacker = Attacker(attacked, bodies, seed)
    faults = []
    for number in range(OF_ONE_SEED):
        request = attacker.request()
        with caplog.at_level(logging.ERROR):
            reply = sent(attacked, request, stopped if number % 2 else {})
        text = said(reply)
        is_routine = has_routine(text) if reply.is_json else bool(moves_in(text))
        if reply.status_code >= 500 or caplog.records or "Traceback" in text or is_routine:
            faults.append((reply.status_code, caplog.messages, request))
        caplog.clear()
    assert faults == []


def sent(app: Flask, request: Request, cookies: Mapping[str, str]) -> TestResponse:
    client = app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    # As a server hands it over: the client of the tests takes // for the beginning of a host.
    path = unquote_to_bytes(request.path).decode("latin-1")
    return client.open(
        environ_overrides={"PATH_INFO": path, "REMOTE_ADDR": request.sender},
        method=request.method,
        query_string=request.query,
        data=request.body,
        content_type=request.media_type,
        headers=request.headers,
        buffered=True,
    )


def said(reply: TestResponse) -> str:
    data = reply.get_data()
    return (gzip.decompress(data) if reply.content_encoding == "gzip" else data).decode("utf-8")


def has_routine(text: str) -> bool:
    told = json.loads(text) if text else {}
    return isinstance(told, dict) and bool(told.get("routine") or told.get("recommendation"))
