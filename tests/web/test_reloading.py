"""New rules without a restart: a sound set is taken, any other is refused and said so, and nobody waits meanwhile."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.state import keep_state, kept_state
from recommender.web.reloading import reload_content
from tests.support.content_copy import RED_FLAG, RULE_SET, copied, strike_out
from tests.support.reviewers import release, review_room
from tests.support.served import PATIENCE, Served, serving, status
from tests.support.sheets import BASELINE
from tests.support.visitor import FIRST

WORDED = "rules/precautions/CI-R08-hypermobile.yaml"
IN_DANGER = {"answers": {"age_band": "45_49", "pain_location": ["low_back"], "rf_nerve": ["saddle"]}}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path)


@pytest.fixture
def app(copy: Path, settings: Settings) -> Flask:
    return create_app(replace(settings, rules_dir=copy / "rules", catalogue_dir=copy / "catalogue"))


def ready(client: FlaskClient) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/readyz").get_json()
    return told


def reword(root: Path, old: str, new: str) -> None:
    path = root / WORDED
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_set_is_taken_and_a_bad_one_refused_by_name(
    app: Flask, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client, caplog_level = app.test_client(), caplog.at_level(logging.INFO)
    first = ready(client)
    client.get(FIRST)
    client.post(FIRST, data={"age_band": "60_64", "pain_location": ["low_back"]})
    assert first["newer_rule_set_refused"] == []
    with caplog_level:
        reword(copy, "short holds", "brief holds")
        reload_content(app)
        second = ready(client)
        assert second["rule_set"]["hash"] != first["rule_set"]["hash"]
        assert "brief holds" in client.get("/api/v1/rules/CI-R08").text
        assert f"'rule_set': '{second['rule_set']['hash'][:12]}'" in caplog.text
        assert client.get("/questions/emergency-check").status_code == 200  # the answers of before can still be read

        lost = (copy / RED_FLAG).read_bytes()
        (copy / RED_FLAG).unlink()
        reload_content(app)
        refused = ready(client)
        assert refused == {**second, "newer_rule_set_refused": ["rule 'RF-E01' is missing."]}
        assert "A newer rule set was refused" in caplog.text
        assert """'reasons': ("rule 'RF-E01' is missing.",)""" in caplog.text
        assert "rule 'RF-E01' is listed and not there" in caplog.text
        assert (
            client.post("/api/v1/recommendations", json=IN_DANGER).get_json()["disposition"]["level"] == "emergency_now"
        )

        (copy / RED_FLAG).write_bytes(lost)
        reword(copy, "brief holds", "short holds")
        reload_content(app)
        assert ready(client) == first


@pytest.mark.deep
def test_a_set_that_no_longer_catches_a_sign_is_refused_though_it_loads(app: Flask, copy: Path) -> None:
    (copy / RED_FLAG).unlink()
    strike_out(copy, RULE_SET, "RF-E01")
    reload_content(app)
    told = ready(app.test_client())
    assert told["status"] == "ready"
    assert any(reason.startswith("sentinel RF-E01/1 ") for reason in told["newer_rule_set_refused"])


@pytest.mark.deep
@pytest.mark.parametrize("broken", ["folder", "settings", "crash"])
def test_whatever_goes_wrong_the_old_set_is_served(
    app: Flask, copy: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ready(app.test_client())
    if broken == "folder":
        (copy / "rules").rename(copy / "elsewhere")
    elif broken == "settings":
        path = copy / "catalogue" / "regions.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("id: GB", "id: XB"), encoding="utf-8")
    else:
        monkeypatch.setattr("recommender.web.reloading.open_state", lambda *_: 1 / 0)
    reload_content(app)
    told = ready(app.test_client())
    assert told.pop("newer_rule_set_refused") and not before.pop("newer_rule_set_refused")
    assert told == before
    assert str(copy) not in json.dumps(told)


@pytest.mark.deep
def test_an_approval_of_the_old_set_is_none_of_the_new(copy: Path, recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as app:
        release(app)
        old = kept_state(app.extensions)
        with app.app_context():
            assert app.test_client().get("/readyz").get_json()["rule_set"]["approved"] is True
            here = replace(old.settings, rules_dir=copy / "rules", catalogue_dir=copy / "catalogue")
            keep_state(app.extensions, replace(old, settings=here))
            reword(copy, "short holds", "brief holds")
            reload_content(app)
            told = app.test_client().get("/readyz").get_json()
        assert told["newer_rule_set_refused"] == [] and told["rule_set"]["approved"] is False


@pytest.mark.deep
def test_a_service_that_began_with_a_bad_set_takes_the_next_whatever_it_is(copy: Path, settings: Settings) -> None:
    lost = (copy / RED_FLAG).read_bytes()
    (copy / RED_FLAG).unlink()
    app = create_app(replace(settings, rules_dir=copy / "rules", catalogue_dir=copy / "catalogue"))
    assert ready(app.test_client())["reasons"] == ["rule 'RF-E01' is missing."]
    (copy / WORDED).unlink()
    reload_content(app)
    assert ready(app.test_client())["reasons"] == ["rule 'RF-E01' is missing.", "rule 'CI-R08' is missing."]
    strike_out(copy, RULE_SET, "CI-R08")
    (copy / RED_FLAG).write_bytes(lost)
    reload_content(app)
    assert app.test_client().get("/readyz").status_code == 200


def readyz(served: Served) -> dict[str, Any]:
    reply = served.get("/readyz")
    assert status(reply) == 200, reply
    told: dict[str, Any] = json.loads(reply.partition(b"\r\n\r\n")[2])
    return told


def until(served: Served, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return what every process says once all of them agree that it holds. Not one request may fail meanwhile."""
    end = time.monotonic() + 3 * PATIENCE
    in_a_row = 0
    while in_a_row < 12:
        told = readyz(served)
        in_a_row = in_a_row + 1 if holds(told) else 0
        assert time.monotonic() < end, (told, served.log.read_text(encoding="utf-8"))
    return told


@pytest.mark.deep
@pytest.mark.parametrize("config", ["gunicorn.conf.py", "recommender/web/gunicorn_conf.py"])
def test_gunicorn_takes_new_rules_on_sighup_and_refuses_bad_ones(tmp_path: Path, config: str) -> None:
    copy = copied(tmp_path)
    folders = {"RULES_DIR": str(copy / "rules"), "CATALOGUE_DIR": str(copy / "catalogue")}
    with serving(tmp_path, config=config, **folders) as served:
        first = until(served, lambda told: told["newer_rule_set_refused"] == [])

        reword(copy, "short holds", "brief holds")
        os.kill(served.process, signal.SIGHUP)
        second = until(served, lambda told: told["rule_set"]["hash"] != first["rule_set"]["hash"])
        assert b"brief holds" in served.get("/api/v1/rules/CI-R08")

        lost = (copy / RED_FLAG).read_bytes()
        (copy / RED_FLAG).unlink()
        os.kill(served.process, signal.SIGHUP)
        refused = until(served, lambda told: told["newer_rule_set_refused"] == ["rule 'RF-E01' is missing."])
        assert refused["rule_set"] == second["rule_set"]
        served.logged("A newer rule set was refused")
        body = json.dumps({"answers": {**BASELINE, **IN_DANGER["answers"]}}).encode()
        asked = b"POST /api/v1/recommendations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        asked += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert status(served.send(asked + body)) in {200, 422}

        (copy / "rules").rename(copy / "elsewhere")  # a folder that is gone must not end the service either
        os.kill(served.process, signal.SIGHUP)
        until(served, lambda told: "the file rule-set.yaml is missing." in told["newer_rule_set_refused"])

        (copy / "elsewhere").rename(copy / "rules")
        (copy / RED_FLAG).write_bytes(lost)
        reword(copy, "brief holds", "short holds")
        os.kill(served.process, signal.SIGHUP)
        assert until(served, lambda told: told["newer_rule_set_refused"] == []) == first
