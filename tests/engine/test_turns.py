"""An engine that hangs refuses whoever waits for it, and says so of itself."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from recommender.engine import durable_rules
from recommender.engine.turns import Turns
from recommender.errors import DecisionError
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tests.support.sheets import full_sheet


def test_turns_come_one_after_another() -> None:
    turns = Turns()
    for _ in range(3):
        with turns.taken():
            assert not turns.is_stuck
    assert not turns.is_stuck


def test_who_waits_for_a_turn_that_does_not_end_is_refused() -> None:
    turns = Turns(longest=0.05)
    may_end, has_begun = threading.Event(), threading.Event()

    def hang() -> None:
        with turns.taken():
            has_begun.set()
            may_end.wait(60)

    hung = threading.Thread(target=hang)
    hung.start()
    assert has_begun.wait(60)
    with pytest.raises(DecisionError, match="has not answered"), turns.taken():
        pass
    assert turns.is_stuck
    may_end.set()
    hung.join()
    assert not turns.is_stuck
    with turns.taken():
        pass


def test_a_turn_that_fails_ends_too() -> None:
    turns = Turns()
    with pytest.raises(KeyError), turns.taken():
        raise KeyError
    with turns.taken():
        pass


def test_while_the_engine_hangs_nobody_gets_a_routine_and_readyz_says_so(
    recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.engine.turns.LONGEST_SECONDS", 0.05)
    own = Recommender(recommender.content)
    assert own.faults == ()
    app: Flask = create_app(read_settings({}), own)
    may_end, has_begun = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        has_begun.set()
        may_end.wait(60)

    body = {"answers": full_sheet(own, {})}
    ready = app.test_client().get("/readyz")
    monkeypatch.setattr(durable_rules.durable_rules_engine, "assert_fact", hang)
    hung = threading.Thread(target=lambda: app.test_client().post("/api/v1/recommendations", json=body))
    hung.start()
    assert has_begun.wait(60)
    refused = app.test_client().post("/api/v1/recommendations", json=body)
    stuck = app.test_client().get("/readyz")
    help_page = app.test_client().get("/")
    monkeypatch.undo()
    may_end.set()
    hung.join()
    assert (ready.status_code, refused.status_code, stuck.status_code, help_page.status_code) == (200, 503, 503, 200)
    assert "routine" not in refused.get_json()
    assert stuck.get_json()["reasons"] == ["The rules engine does not answer."]
    assert app.test_client().get("/readyz").status_code == 200
