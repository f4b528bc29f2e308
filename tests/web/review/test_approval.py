"""What people and programs are told of the approval, and what happens where routines wait for one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from recommender.review.release import CERTIFICATE_FILE
from recommender.review.tables import now
from recommender.service.recommend import Recommender
from recommender.web.review import approval
from tests.support import databases
from tests.support.gate import DatabaseGate
from tests.support.reviewers import Reviewer, asked, one_word_changed, open_database, release, review_room
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor

EMERGENCY = {"pain_location": ["low_back"], "rf_nerve": ["saddle"]}


@pytest.fixture(scope="module")
def released(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the record of a review that led to a release. Copied, never changed."""
    folder = tmp_path_factory.mktemp("released")
    with review_room(recommender, folder) as app:
        release(app)
        assert app.test_client().get("/readyz").json["rule_set"]["approved"] is True
    return folder


@pytest.fixture
def folder(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "data"))


@pytest.fixture
def app(recommender: Recommender, folder: Path) -> Iterator[Flask]:
    with review_room(recommender, folder) as made:
        yield made


def recommendation(app: Flask, recommender: Recommender, given: dict[str, Any]) -> tuple[int, Any]:
    answers = full_sheet(recommender, given)
    response = app.test_client().post("/api/v1/recommendations", json={"answers": answers})
    return response.status_code, response.json


def told(app: Flask, recommender: Recommender) -> set[bool]:
    """Return every ``approved`` that programs are told."""
    client = app.test_client()
    bodies = [client.get(f"/api/v1/{name}").json for name in ("rules", "exercises", "sources", "questionnaire")]
    bodies += [recommendation(app, recommender, given)[1] for given in ({}, EMERGENCY)]
    return {body["rule_set"]["approved"] for body in [*bodies, client.get("/readyz").json]}


def test_nothing_is_approved_before_a_release(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as app:
        assert told(app, recommender) == {False}


def test_after_the_release_every_reply_says_so_and_no_page_says_otherwise(app: Flask, recommender: Recommender) -> None:
    assert told(app, recommender) == told(asked(app), recommender) == {True}
    visitor = Visitor(app.test_client(), recommender)
    words = recommender.content.catalogue.words.not_approved
    pages = [visitor.result_of({}), visitor.see("/result/summary")]
    pages += [visitor.see(address) for address in ("/", "/how-it-works", "/evidence", "/licences")]
    assert [page.request.path for page in pages if words in page.text or page.status_code != 200] == []


def test_an_approval_is_of_this_content_and_no_other(recommender: Recommender, folder: Path) -> None:
    changed = one_word_changed(folder / "content")
    with review_room(changed, folder) as app:
        assert told(app, changed) == told(asked(app), changed) == {False}
        assert "have not yet approved" in app.test_client().get("/").text


def test_a_client_that_kept_the_data_asks_again_when_the_approval_changes(
    app: Flask, recommender: Recommender, tmp_path: Path
) -> None:
    with review_room(recommender, tmp_path / "empty") as other:
        tag = other.test_client().get("/api/v1/rules").headers["ETag"]
        assert other.test_client().get("/api/v1/rules", headers={"If-None-Match": tag}).status_code == 304
    assert app.test_client().get("/api/v1/rules", headers={"If-None-Match": tag}).status_code == 200


def test_where_an_approval_is_required_routines_wait_and_help_does_not(
    recommender: Recommender, tmp_path: Path
) -> None:
    with review_room(recommender, tmp_path, require_approved=True) as app:
        status, problem = recommendation(app, recommender, {})
        assert (status, "routine" in problem) == (503, False)
        assert "not approved this rule set" in problem["detail"]
        page = Visitor(app.test_client(), recommender).result_of({})
        assert page.status_code == 503
        assert re.findall(r"<h1[^>]*>(.*?)</h1>", page.text) == ["We cannot show a routine yet"]
        assert "app-move" not in page.text
        assert recommendation(app, recommender, EMERGENCY)[0] == 200
        care = Visitor(app.test_client(), recommender).result_of(EMERGENCY)
        assert care.status_code == 200
        assert "Call 999 now" in care.text
        ready = app.test_client().get("/readyz")
        assert ready.status_code == 503
        assert ready.json["reasons"] == [
            "REQUIRE_APPROVED is set, and clinicians have not approved this rule set, or it is not known that they have."
        ]


@pytest.mark.deep
def test_where_an_approval_is_required_and_given_there_are_routines(recommender: Recommender, folder: Path) -> None:
    with review_room(recommender, folder, require_approved=True) as app:
        assert recommendation(app, recommender, {})[1]["routine"]["items"]
        assert app.test_client().get("/readyz").status_code == 200


@pytest.mark.deep
def test_a_request_for_changes_takes_the_approval_away_at_once(app: Flask, recommender: Recommender) -> None:
    ana = Reviewer(app, "ana")
    ana.sign_in()
    assert told(app, recommender) == {True}
    assert ana.say("/review/disposition/emergency_now", "request_changes", "Name the ambulance.").status_code == 303
    assert told(app, recommender) == {False}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_entry",
        "UPDATE clinician SET name = 'Professor Eve' WHERE id = 1",
        "UPDATE version SET parts = '{}' WHERE id = 1",
        "UPDATE audit_entry SET mac = CAST(x'ff' AS TEXT) WHERE number = 9",
        "INSERT INTO review (id, clinician_id, target_kind, target_id, sha256, verdict, text, created_at) "
        "SELECT 99999, clinician_id, target_kind, target_id, sha256, verdict, text, created_at FROM review WHERE id = 1",
    ],
)
def test_a_record_that_was_written_to_without_the_key_approves_nothing_and_takes_the_certificate(
    app: Flask, recommender: Recommender, folder: Path, change: str
) -> None:
    assert told(app, recommender) == {True}
    assert (folder / CERTIFICATE_FILE).exists()
    with open_database(app) as session:
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
        session.execute(text("DROP TRIGGER audit_entry_no_delete"))
        session.execute(text(change))
    assert told(asked(app), recommender) == {False}
    assert not (folder / CERTIFICATE_FILE).exists()


def test_without_a_database_file_nothing_is_approved_and_none_is_made(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as app:
        (tmp_path / "review.db").unlink()
        assert told(asked(app), recommender) == {False}
        assert not (tmp_path / "review.db").exists()


@pytest.mark.parametrize("backend", databases.postgresql_only())
def test_the_certificate_serves_while_the_database_is_away(
    recommender: Recommender, tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with databases.postgresql() as server, databases.new_database(server) as url:
        gate = DatabaseGate(url)
        with review_room(recommender, tmp_path, gate.through, require_approved=True) as app:
            release(app)
            assert told(app, recommender) == {True}
            gate.shut()
            assert told(asked(app), recommender) == {True}
            file = tmp_path / CERTIFICATE_FILE
            good = file.read_text(encoding="utf-8")
            file.write_text(json.dumps({**json.loads(good), "by": "Somebody else"}), encoding="utf-8")
            assert recommendation(asked(app), recommender, {})[0] == 503
            assert app.test_client().get("/readyz").status_code == 503
            assert recommendation(app, recommender, EMERGENCY)[0] == 200
            file.write_text(good, encoding="utf-8")
            assert told(asked(app), recommender) == {True}
            with monkeypatch.context() as later:
                later.setattr(approval, "now", lambda: now() + timedelta(days=31))
                assert recommendation(asked(app), recommender, {})[0] == 503
            file.unlink()
            assert recommendation(asked(app), recommender, {})[0] == 503
            gate.open()
            assert told(asked(app), recommender) == {True}
