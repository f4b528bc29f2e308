"""The end of the record is remembered elsewhere, so that cutting it off is noticed, and its key is never made anew."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from recommender.cli import main as cli
from recommender.review import audit
from recommender.review.audit import Anchor, refuse_backwards
from recommender.review.errors import ReviewRefused
from recommender.review.keys import BESIDE, KEY_FILE, KeyGone, audit_key, lies_beside_record
from recommender.review.record_mark import MARK_FILE, furthest, keep_mark, read_mark
from recommender.rulebook.targets import Digest, Target
from recommender.settings import read_settings
from tests.support.signing import KEY, NewClinician, approve, tamper

Run = Callable[..., tuple[int, str, str]]
CUT = "DELETE FROM review WHERE id = (SELECT max(id) FROM review)"
CUT_LOG = "DELETE FROM audit_entry WHERE number = (SELECT max(number) FROM audit_entry)"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in an empty folder and gives its status, output and errors."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def once(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return once


def add(run: Run, name: str) -> int:
    words = ("clinician", "add", f"{name}@example.org", "--name", name, "--registration", name, "--no-password")
    return run(*words)[0]


def test_a_log_with_its_end_cut_off_is_whole_to_whoever_does_not_remember_it(
    session: Session, clinician: NewClinician, today: dict[Target, Digest]
) -> None:
    for digest in list(today.values())[:2]:
        approve(session, clinician(), digest)
    session.commit()
    whole = audit.verify(session, KEY)
    end = Anchor(whole.count, whole.head)
    refuse_backwards(session, end)
    session.rollback()
    # The last clinician and what they said, with their entries: what is left agrees with itself.
    last = "DELETE FROM clinician WHERE id = (SELECT max(id) FROM clinician)"
    tamper(session.get_bind(), CUT, CUT_LOG, CUT_LOG, last)  # type: ignore[arg-type]
    session.expire_all()
    assert audit.verify(session, KEY).faults == ()
    (fault,) = audit.verify(session, KEY, end).faults
    assert "its end was cut off" in fault
    session.rollback()
    with pytest.raises(ReviewRefused, match="shorter than it was"):
        refuse_backwards(session, end)


def test_a_mark_counts_only_with_the_key_it_was_signed_with_and_moves_only_forward(tmp_path: Path) -> None:
    path = tmp_path / "data" / MARK_FILE
    assert read_mark(path, KEY) is None
    keep_mark(path, KEY, Anchor(3, "c" * 64))
    keep_mark(path, KEY, Anchor(2, "b" * 64))
    assert read_mark(path, KEY) == Anchor(3, "c" * 64)
    assert read_mark(path, b"another key, as long as the first") is None
    told = json.loads(path.read_text(encoding="utf-8"))
    for wrong in ({"count": 2}, {"head": "b" * 64}, {"count": "3"}, {"mac": "\ud800"}, {"mac": None}):
        path.write_text(json.dumps({**told, **wrong}), encoding="utf-8")
        assert read_mark(path, KEY) is None
    path.write_text("[" * 100_000, encoding="utf-8")
    assert read_mark(path, KEY) is None
    assert furthest([None, Anchor(1, "a"), Anchor(3, "c"), Anchor(2, "b")]) == Anchor(3, "c")
    assert furthest([None]) is None


def test_audit_notices_a_cut_by_itself_and_goes_on_only_when_that_is_accepted(run: Run, tmp_path: Path) -> None:
    assert add(run, "ann") == add(run, "bob") == 0
    assert run("audit")[0] == 0
    with closing(sqlite3.connect(tmp_path / "data" / "review.db")) as database:
        database.executescript(f"DROP TRIGGER audit_entry_no_delete; {CUT_LOG}; DELETE FROM clinician WHERE id = 2")
    status, _, errors = run("audit")
    assert status == 1
    assert "The log ends at entry 1, but once had 2: its end was cut off." in errors
    status, said, _ = run("audit", "--accept")
    assert (status, "restart them" in said) == (0, True)
    assert run("audit")[0] == 0


def test_an_audit_of_an_empty_record_says_that_it_proves_nothing(run: Run) -> None:
    status, said, _ = run("audit")
    assert status == 0
    assert "That proves nothing" in said


def test_a_key_is_made_together_with_the_database_and_never_beside_one(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert add(run, "ann") == 0
    (data / KEY_FILE).unlink()
    for command in (
        ("audit",),
        ("clinician", "disable", "ann@example.org"),
        ("export-review", str(tmp_path / "a.json")),
    ):
        status, _, errors = run(*command)
        assert status == 2
        assert "the key of the record is gone" in errors
        assert not (data / KEY_FILE).exists()
    assert run("audit", "--new-key")[0] == 1
    assert not (data / KEY_FILE).exists()


def test_a_bare_copy_of_the_file_gets_no_key_and_a_new_one_only_on_demand(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written last is in the companion of the file, so a bare copy can be empty."""
    copy = tmp_path / "copy"
    copy.mkdir()
    monkeypatch.setenv("DATA_DIR", str(copy))
    (copy / "review.db").touch()
    status, _, errors = run("audit")
    assert (status, "is gone" in errors) == (2, True)
    assert not (copy / KEY_FILE).exists()
    status, said, _ = run("audit", "--new-key")
    assert (status, (copy / KEY_FILE).exists()) == (0, True)
    assert "That proves nothing" in said


def test_a_key_that_lies_beside_the_record_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert add(run, "ann") == 0
    assert f"note: {BESIDE}" in run("audit")[1]
    assert f"note: {BESIDE}" in run("check")[1]
    elsewhere = tmp_path / "keys" / "audit.key"
    elsewhere.parent.mkdir()
    shutil.move(tmp_path / "data" / KEY_FILE, elsewhere)
    status, said, _ = run("check")
    assert (status, "is gone" in said) == (0, True)
    monkeypatch.setenv("AUDIT_KEY_FILE", str(elsewhere))
    for command in ("audit", "check"):
        status, said, _ = run(command)
        assert (status, "note:" in said) == (0, False)


@pytest.mark.parametrize(
    "given, is_beside",
    [
        ({}, True),
        ({"AUDIT_KEY": "k" * 32}, False),
        ({"AUDIT_KEY_FILE": "data/other.key"}, True),
        ({"AUDIT_KEY_FILE": "keys/audit.key"}, False),
        ({"DATABASE_URL": "sqlite:////var/elsewhere/review.db"}, False),
        ({"DATABASE_URL": "postgresql://host/reviews"}, False),
    ],
)
def test_beside_is_in_the_same_folder(given: dict[str, str], is_beside: bool) -> None:
    assert lies_beside_record(read_settings(given)) is is_beside


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyGone, match=str(tmp_path / "no.key")):
        audit_key(read_settings({"AUDIT_KEY_FILE": str(tmp_path / "no.key")}))
