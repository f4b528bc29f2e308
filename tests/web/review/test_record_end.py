"""A running site whose record is cut at the end, or whose key is gone, says so and approves nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from recommender.review.keys import KEY_FILE
from recommender.review.record_mark import MARK_FILE
from recommender.review.release import CERTIFICATE_FILE
from recommender.service.recommend import Recommender
from tests.support.reviewers import PEOPLE, Reviewer, asked, open_database, review_room, signed_in

RULE = "/review/rule/RF-E01"
CUT = (
    "DROP TRIGGER audit_entry_no_delete",
    "DROP TRIGGER review_no_delete",
    "DELETE FROM review WHERE id = (SELECT max(id) FROM review)",
    "DELETE FROM audit_entry WHERE number = (SELECT max(number) FROM audit_entry)",
)


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


@pytest.fixture
def ana(app: Flask) -> Reviewer:
    return signed_in(app, "ana")


@pytest.mark.parametrize("forgets", [(), (MARK_FILE,)], ids=["as it is", "without its mark"])
def test_a_cut_is_said_everywhere_and_nothing_is_added_after_it(
    app: Flask, ana: Reviewer, tmp_path: Path, forgets: tuple[str, ...]
) -> None:
    ana.say(RULE, "approve")
    ana.say(RULE, "comment", "Clear.")
    with open_database(app) as session:
        for command in CUT:
            session.execute(text(command))
    for name in forgets:
        (tmp_path / name).unlink()
    assert "is shorter than it was" in ana.see("/review").text
    assert "is shorter than it was" in ana.see("/review/release").text
    (warning,) = asked(app).test_client().get("/readyz").json["warnings"]
    assert "is shorter than it was" in warning
    assert "/" not in warning
    refused = ana.say(RULE, "comment", "Another point.")
    assert refused.status_code == 422
    assert "shorter than it was" in refused.text
    assert "Another point." in refused.text


def test_a_site_that_starts_anew_still_remembers_the_end(
    recommender: Recommender, app: Flask, ana: Reviewer, tmp_path: Path
) -> None:
    ana.say(RULE, "approve")
    with open_database(app) as session:
        for command in CUT:
            session.execute(text(command))
    with review_room(recommender, tmp_path, require_approved=True) as again:
        reasons = asked(again).test_client().get("/readyz").json["reasons"]
        assert any("is shorter than it was" in reason for reason in reasons)
    (tmp_path / "review.db").unlink()
    for companion in tmp_path.glob("review.db-*"):
        companion.unlink()
    assert asked(app).test_client().get("/readyz").json["warnings"], "a database that is gone is not a new one"


def test_count_and_head_are_logged_at_each_verdict_and_kept_in_signed_files(
    app: Flask, ana: Reviewer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        ana.say(RULE, "approve")
    mark = json.loads((tmp_path / MARK_FILE).read_text(encoding="utf-8"))
    assert mark["count"] == len(PEOPLE) + 1
    assert f"the record has {len(PEOPLE) + 1} entries, head {mark['head']}" in caplog.text


@pytest.mark.deep
def test_a_key_that_is_gone_is_said_and_nothing_is_signed_or_made(app: Flask, ana: Reviewer, tmp_path: Path) -> None:
    fields = {"csrf_token": ana.token(RULE), "verdict": "comment", "text": "Typed.", "seen": ana.seen(RULE)}
    (tmp_path / KEY_FILE).unlink()
    sent = ana.client.post(RULE, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    for page in (sent, ana.see("/review"), ana.see(RULE)):
        assert page.status_code == 503
        assert "The key of the record is gone" in page.text
    assert "Typed." in sent.text
    (warning,) = asked(app).test_client().get("/readyz").json["warnings"]
    assert "key" in warning
    assert str(tmp_path) not in warning
    assert app.test_client().get("/").status_code == 200
    assert not (tmp_path / KEY_FILE).exists()


def test_a_key_beside_the_record_is_said_in_the_room(recommender: Recommender, ana: Reviewer, tmp_path: Path) -> None:
    assert "AUDIT_KEY_FILE" in ana.see("/review").text
    with review_room(recommender, tmp_path / "other", audit_key="k" * 40) as app:
        ben = Reviewer(app, "ben")
        ben.sign_in()
        assert "AUDIT_KEY_FILE" not in ben.see("/review").text


def test_no_public_page_makes_a_key(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as app:
        (tmp_path / KEY_FILE).unlink()
        (tmp_path / CERTIFICATE_FILE).write_text("{}", encoding="utf-8")
        for address in ("/", "/readyz", "/rules"):
            assert app.test_client().get(address).status_code == 200
    assert not (tmp_path / KEY_FILE).exists()
