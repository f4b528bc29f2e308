"""Thousands of hostile requests over every page and call: none is an error of ours, none leaves a trace, none gets a routine."""

from __future__ import annotations

import gzip
import json
import logging
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from tests.support.hostile import Attacker, Request
from tests.support.sample import seeds
from tests.support.sheets import full_sheet

OF_ONE_SEED = 250


@pytest.fixture(scope="module")
def attacked(recommender: Recommender, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("attacked")
    own = replace(settings, data_dir=folder, database_url=f"sqlite:///{folder / 'review.db'}", secret_key="s" * 40)
    return create_app(own, recommender)


@pytest.mark.parametrize("seed", seeds(11_000, fast=2, deep=78))
def test_no_hostile_request_is_an_error_of_ours(
    attacked: Flask, recommender: Recommender, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    attacker = Attacker(attacked, full_sheet(recommender, {}), seed)
    faults = []
    for _ in range(OF_ONE_SEED):
        request = attacker.request()
        with caplog.at_level(logging.ERROR):
            reply = sent(attacked, request)
        text = said(reply)
        is_routine = reply.is_json and has_routine(text)
        if reply.status_code >= 500 or caplog.records or "Traceback" in text or is_routine:
            faults.append((reply.status_code, caplog.messages, request))
        caplog.clear()
    assert faults == []


def sent(app: Flask, request: Request) -> TestResponse:
    # As a server hands it over: the client of the tests takes // for the beginning of a host.
    path = unquote_to_bytes(request.path).decode("latin-1")
    return app.test_client().open(
        environ_overrides={"PATH_INFO": path},
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
