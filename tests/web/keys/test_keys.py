"""Keys of programs: off as it comes; where they are looked at, each has its calls and its limit, and a revoked one has none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.cli.main import main
from recommender.review import key_file
from recommender.review.keys import audit_key
from recommender.review.tables import now
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.keys import key_ring
from recommender.web.keys.key_ring import KeyRing
from recommender.web.review.database import Database
from tests.support.sheets import full_sheet

NEXT, RECOMMENDATIONS = "/api/v1/next", "/api/v1/recommendations"
FAR = {"REMOTE_ADDR": "203.0.113.5"}
Told = Callable[..., str]


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'review.db'}", api_keys="optional")


@pytest.fixture
def told(own: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a command about keys, and return what it prints."""
    monkeypatch.setenv("DATA_DIR", str(own.data_dir))

    def run(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert main(["keys", *words]) == status
        return capsys.readouterr().out.strip()

    return run


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[KeyRing]]:
    """The rings of the sites made here, each with its own questions to the database held back."""
    made: list[KeyRing] = []
    real = KeyRing.__init__

    def noted(self: KeyRing, *given: Any) -> None:
        real(self, *given)
        made.append(self)

    monkeypatch.setattr(KeyRing, "__init__", noted)
    monkeypatch.setattr(key_ring.Refresher, "keep_going", lambda self: None)
    yield made


@pytest.fixture
def made(recommender: Recommender, rings: list[KeyRing]) -> Callable[[Settings], FlaskClient]:
    """Make a site that has asked its database once."""

    def make(settings: Settings) -> FlaskClient:
        client = create_app(settings, recommender).test_client()
        rings[-1].renew()
        return client

    return make


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def asked(client: FlaskClient, key: str | None = None, path: str = NEXT, body: Any = None) -> Any:
    return client.post(path, json=body or {"answers": {}}, headers=bearing(key) if key else {}, environ_overrides=FAR)


def code(reply: Any) -> str:
    return str(reply.get_json(force=True)["problems"][0]["code"])


def test_as_it_comes_no_key_is_looked_at(client: FlaskClient) -> None:
    assert client.post(NEXT, json={"answers": {}}, headers=bearing("anything")).status_code == 200


def test_a_key_is_kept_as_a_hash_and_listed_by_its_public_part(told: Told, own: Settings) -> None:
    key = told("add", "A clinic", "--scope", "next", "--a-minute", "7")
    listed = told("list")
    assert key.startswith("brk_") and len(key) > 50
    assert key.split("_")[1] in listed and "A clinic\tnext\t7" in listed and "live" in listed
    assert key.partition("_")[2][13:] not in listed
    assert key.encode() not in (own.data_dir / "review.db").read_bytes()


@pytest.mark.parametrize("words", [("add", " "), ("add", "x", "--a-minute", "0"), ("revoke", "0" * 12)])
def test_what_cannot_be_done_is_said_plainly(told: Told, words: tuple[str, ...]) -> None:
    assert told(*words, status=1) == ""


def test_a_live_key_is_taken_and_any_other_refused(told: Told, own: Settings, made: Any) -> None:
    key = told("add", "A clinic")
    client = made(own)
    assert asked(client, key).status_code == asked(client).status_code == 200
    strangers = (key[:-1] + ("A" if key[-1] != "A" else "B"), key.replace(key[4:16], "0" * 12), "brk_", "", "x" * 5000)
    for stranger in strangers:
        reply = client.post(NEXT, json={"answers": {}}, headers={"Authorization": f"Bearer {stranger}"})
        assert (reply.status_code, code(reply)) == (401, "key_needed"), stranger[:20]
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert client.post(NEXT, json={"answers": {}}, headers={"Authorization": f"Basic {key}"}).status_code == 401


def test_where_keys_are_required_the_calls_need_one_and_the_content_does_not(
    told: Told, own: Settings, made: Any, recommender: Recommender
) -> None:
    key = told("add", "A clinic")
    client = made(replace(own, api_keys="required"))
    sheet = {"answers": full_sheet(recommender, {})}
    for path, body in ((NEXT, {"answers": {}}), (RECOMMENDATIONS, sheet), ("/api/v1/check-ins", {})):
        assert (asked(client, path=path, body=body).status_code, code(asked(client, path=path, body=body))) == (
            401,
            "key_needed",
        )
    reply = asked(client, key, RECOMMENDATIONS, sheet)
    assert reply.status_code == 200 and reply.get_json()["routine"]
    assert client.get("/api/v1/rule-set").status_code == client.get("/api/v1/openapi.json").status_code == 200
    assert client.get("/").status_code == 200


def test_a_key_is_for_the_calls_that_it_was_made_for(told: Told, own: Settings, made: Any) -> None:
    key = told("add", "A form", "--scope", "next")
    client = made(own)
    assert asked(client, key).status_code == 200
    reply = asked(client, key, RECOMMENDATIONS)
    assert (reply.status_code, code(reply)) == (403, "key_not_for_this")


def test_each_key_has_a_limit_of_its_own_from_wherever_it_comes(
    told: Told, own: Settings, made: Any, recommender: Recommender
) -> None:
    few, usual = told("add", "Few", "--a-minute", "2"), told("add", "Usual")
    client = made(replace(own, recommendations_a_minute=3))
    sheet = {"answers": full_sheet(recommender, {"rf_nerve": ["saddle"]})}

    def states(key: str | None, count: int) -> list[int]:
        return [asked(client, key, RECOMMENDATIONS, sheet).status_code for _ in range(count)]

    assert states(few, 3) == [200, 200, 429]
    assert states(usual, 4) == [200, 200, 200, 429]
    assert states(None, 4) == [200, 200, 200, 429], "an address without a key is counted by itself"
    last = asked(client, few, RECOMMENDATIONS, sheet)
    assert last.headers["RateLimit-Policy"] == '"recommendations";q=2;w=60' and int(last.headers["Retry-After"]) > 0
    here = client.post(RECOMMENDATIONS, json=sheet, headers=bearing(few))
    assert here.status_code == 429, "a key is counted on this machine too"


def test_a_revoked_key_is_refused_once_the_database_was_asked(
    told: Told, own: Settings, made: Any, rings: list[KeyRing]
) -> None:
    key = told("add", "A clinic")
    client = made(own)
    assert asked(client, key).status_code == 200
    told("revoke", key.split("_")[1])
    rings[-1].renew()
    assert asked(client, key).status_code == 401
    assert told("revoke", key.split("_")[1], status=1) == ""
    assert "revoked" in told("list")


def test_routines_go_on_while_the_database_is_away_and_no_request_waits_for_it(
    told: Told,
    own: Settings,
    made: Any,
    rings: list[KeyRing],
    recommender: Recommender,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, gone = told("add", "A clinic"), told("add", "One of before")
    told("revoke", gone.split("_")[1])
    made(own)  # asked the database, and kept what it said
    away = replace(own, database_url="postgresql://nobody@127.0.0.1:9/none", api_keys="required")
    client = create_app(away, recommender).test_client()
    asked_for: list[str] = []
    monkeypatch.setattr(Database, "session_beside", lambda self: asked_for.append("the database"))
    reply = asked(client, key, RECOMMENDATIONS, {"answers": full_sheet(recommender, {})})
    assert reply.status_code == 200 and reply.get_json()["routine"]
    assert asked(client, gone).status_code == 401, "what was known to be revoked stays so"
    assert asked_for == []


def test_a_process_whose_database_stays_away_hears_of_a_revocation_by_the_file(
    told: Told, own: Settings, made: Any, rings: list[KeyRing], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = told("add", "A clinic")
    client = made(own)
    told("revoke", key.split("_")[1])
    monkeypatch.setattr(KeyRing, "_of_database", refuse)
    assert rings[-1].renew() is False
    assert asked(client, key).status_code == 401


def refuse(ring: KeyRing, at: datetime) -> None:
    raise OSError("the database is away")


def test_a_key_is_revoked_though_its_file_cannot_be_written(
    told: Told, own: Settings, made: Any, rings: list[KeyRing], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = told("add", "A clinic")
    client = made(own)
    with monkeypatch.context() as full:
        full.setattr("recommender.cli.keys.keep_grants", no_room)
        told("revoke", key.split("_")[1])
    rings[-1].renew()
    assert asked(client, key).status_code == 401


def no_room(*given: Any) -> None:
    raise OSError(28, "No space left on device")


def test_an_older_database_brings_no_revoked_key_back(
    told: Told, own: Settings, made: Any, rings: list[KeyRing], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = told("add", "A clinic")
    client = made(own)
    kept = key_file.read_grants(own, audit_key(own))
    assert kept is not None and not any(grant.is_revoked for grant in kept.by_id.values())
    told("revoke", key.split("_")[1])
    rings[-1].renew()
    monkeypatch.setattr(key_ring, "grants", lambda session: kept.by_id)  # as somebody put a backup in its place
    assert rings[-1].renew() is True
    assert asked(client, key).status_code == 401
    assert asked(made(own), key).status_code == 401, "nor after a start"


def test_what_nobody_can_say_any_more_is_no_leave(
    told: Told, own: Settings, made: Any, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = told("add", "A clinic")
    made(own)
    away = replace(own, database_url="postgresql://nobody@127.0.0.1:9/none")
    client = create_app(away, recommender).test_client()
    assert asked(client, key).status_code == 200
    monkeypatch.setattr(key_ring, "now", lambda: now() + timedelta(days=own.certificate_days, seconds=1))
    reply = asked(client, key)
    assert (reply.status_code, code(reply)) == (503, "keys_not_known")
    assert asked(client).status_code == 200, "a call without a key needs nobody's leave"


def test_a_file_that_somebody_wrote_into_says_nothing(
    told: Told, own: Settings, made: Any, recommender: Recommender
) -> None:
    key = told("add", "A clinic")
    told("revoke", key.split("_")[1])
    file = key_file.grants_file(own)
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["keys"][0]["is_revoked"] = False
    file.write_text(json.dumps(kept), encoding="utf-8")
    away = replace(own, database_url="postgresql://nobody@127.0.0.1:9/none")
    reply = asked(create_app(away, recommender).test_client(), key)
    assert (reply.status_code, code(reply)) == (503, "keys_not_known")
