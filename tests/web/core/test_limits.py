"""What keeps one visitor from holding up everybody else."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.lab import views as lab

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def app(settings: Settings, recommender: Recommender, tmp_path: Path) -> Flask:
    own = replace(settings, data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'review.db'}")
    return create_app(own, recommender)


def test_only_one_case_is_traced_at_a_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()
    real = lab.trace

    def slow(*given: object) -> object:
        begun.set()
        assert may_end.wait(30)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lab, "trace", slow)
    answered: list[int] = []
    first = threading.Thread(
        target=lambda: answered.append(
            app.test_client().post("/lab/case", data={"vignette": "0"}, headers=HERE).status_code
        )
    )
    first.start()
    assert begun.wait(30)
    second = app.test_client().post("/lab/case", data={"vignette": "0"}, headers=HERE)
    elsewhere = app.test_client().get("/")
    may_end.set()
    first.join()
    assert (second.status_code, elsewhere.status_code, answered) == (429, 200, [200])
    assert int(second.headers["Retry-After"]) > 0
    monkeypatch.setattr(lab, "trace", real)
    assert app.test_client().post("/lab/case", data={"vignette": "0"}, headers=HERE).status_code == 200


def test_an_address_may_try_only_so_many_cases_a_minute(app: Flask) -> None:
    client = app.test_client()
    replies = [client.post("/lab/vignette", data={"vignette": "0"}, headers=HERE).status_code for _ in range(21)]
    assert replies[:20] == [200] * 20
    assert replies[20] == 429


def test_nobody_waits_for_a_clock_that_was_put_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client, right, ahead = app.test_client(), time.time, 400 * 24 * 3600.0
    monkeypatch.setattr(time, "time", lambda: right() + ahead)

    def sent() -> int:
        return client.post("/lab/vignette", data={"vignette": "0"}, headers=HERE).status_code

    assert [sent() for _ in range(21)] == [200] * 20 + [429]
    monkeypatch.setattr(time, "time", right)
    assert [sent() for _ in range(21)] == [200] * 20 + [429]
