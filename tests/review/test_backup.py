"""Backups that hold everything, and restores that lose nothing unsaid."""

from __future__ import annotations

import io
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from recommender.cli import main as cli
from recommender.review.accounts import list_clinicians
from recommender.review.database import make_engine, open_session
from recommender.review.key_file import read_grants
from recommender.review.keys import KEY_FILE
from recommender.review.notices import new_feed, reader_of_feed
from recommender.review.release import CERTIFICATE_FILE
from recommender.settings import read_settings
from tests.support import databases

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a folder of data and gives its status, output and errors."""

    def once(*arguments: str, data: str = "data") -> tuple[int, str, str]:
        monkeypatch.setenv("DATA_DIR", str(tmp_path / data))
        status = cli.main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return once


def add(run: Run, name: str, data: str = "data") -> None:
    words = ("clinician", "add", f"{name}@example.org", "--name", name, "--registration", name, "--no-password")
    assert run(*words, data=data)[0] == 0


def accounts(run: Run, data: str = "data") -> list[str]:
    return re.findall(r"^(\w+)@", run("clinician", "list", data=data)[1], re.MULTILINE)


@pytest.fixture
def file(run: Run, tmp_path: Path) -> Path:
    """A backup of a record with two entries, of a folder with an odd name, and a certificate."""
    add(run, "ann")
    add(run, "bob")
    (tmp_path / "data" / CERTIFICATE_FILE).write_text("{}\n", encoding="utf-8")
    made = tmp_path / "backup.tar.gz"
    status, said, _ = run("backup", str(made))
    assert (status, "count 2\nhead " in said) == (0, True)
    return made


def test_a_backup_brings_everything_back_into_an_empty_folder(run: Run, tmp_path: Path, file: Path) -> None:
    before = run("audit")[1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("restore", str(file), data="q?x %41")[0] == 0
    assert run("audit", data="q?x %41")[1] == before
    assert (tmp_path / "q?x %41" / "review.db").exists()
    assert accounts(run, "q?x %41") == ["ann", "bob"]
    restored = tmp_path / "q?x %41"
    for name in (KEY_FILE, CERTIFICATE_FILE):
        assert (restored / name).read_bytes() == (tmp_path / "data" / name).read_bytes()
    assert {stat.S_IMODE((restored / name).stat().st_mode) for name in (KEY_FILE, "review.db")} == {0o600}
    add(run, "cleo", "q?x %41")
    assert run("audit", data="q?x %41")[0] == 0


def test_what_is_there_is_overwritten_only_on_demand_and_nothing_is_lost_unsaid(run: Run, file: Path) -> None:
    status, _, errors = run("restore", str(file))
    assert (status, "--replace" in errors) == (1, True)
    assert run("restore", "--replace", str(file))[0] == 0
    add(run, "cleo")
    assert run("audit")[0] == 0
    status, _, errors = run("restore", "--replace", str(file))
    assert (status, "The record had 3 entries, and the backup has 2" in errors) == (1, True)
    assert accounts(run) == ["ann", "bob", "cleo"]
    assert run("restore", "--replace", "--older", str(file))[0] == 0
    assert accounts(run) == ["ann", "bob"]
    assert run("audit")[0] == 0


def test_a_backup_is_whole_while_somebody_writes(run: Run, tmp_path: Path, file: Path) -> None:
    """The writer holds the lock, and what it wrote last is beside the file, where a plain copy would miss it."""
    with closing(sqlite3.connect(tmp_path / "data" / "review.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE clinician SET session_version = session_version + 1")
        assert run("backup", str(tmp_path / "second.tar.gz"))[0] == 0
        writer.execute("COMMIT")
    assert run("restore", str(tmp_path / "second.tar.gz"), data="other")[0] == 0
    assert accounts(run, "other") == ["ann", "bob"]


def test_a_database_is_restored_under_somebody_who_reads(run: Run, tmp_path: Path, file: Path) -> None:
    add(run, "cleo")
    engine = make_engine(f"sqlite:///{tmp_path / 'data' / 'review.db'}")
    with open_session(engine) as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM clinician").scalar() == 3
    assert run("restore", "--replace", "--older", str(file))[0] == 0
    with open_session(engine) as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM clinician").scalar() == 2
    engine.dispose()


def test_a_backup_that_was_changed_or_cut_is_refused_and_nothing_is_made(run: Run, tmp_path: Path, file: Path) -> None:
    with tarfile.open(file) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    database = tmp_path / "changed.db"
    database.write_bytes(members["review.db"])
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("UPDATE clinician SET role = 'lead'")
        opened.commit()
    wrong = [
        {**members, "review.db": database.read_bytes()},
        {**members, "about.json": members["about.json"].replace(b'"count": 2', b'"count": 3')},
        {**members, "about.json": b"[]"},
        {**members, "../outside": b"x"},
        {**members, "audit.key": b"x" * 20_000},
        {name: content for name, content in members.items() if name != "review.db"},
    ]
    bad = tmp_path / "bad.tar.gz"
    for changed in wrong:
        with tarfile.open(bad, "w:gz") as archive:
            for name, content in changed.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        assert run("restore", str(bad), data="other")[0] == 1
    for content in (b"", b"words", file.read_bytes()[:-500]):
        bad.write_bytes(content)
        assert run("restore", str(bad), data="other")[0] == 1
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "outside").exists()


def test_another_key_is_not_put_in_the_place_of_the_one_that_there_is(run: Run, tmp_path: Path, file: Path) -> None:
    add(run, "dan", "other")
    key = (tmp_path / "other" / KEY_FILE).read_bytes()
    status, _, errors = run("restore", str(file), data="other")
    assert (status, "another key" in errors) == (1, True)
    assert (tmp_path / "other" / KEY_FILE).read_bytes() == key
    assert accounts(run, "other") == ["dan"]


def test_there_must_be_something_to_back_up_and_no_file_in_the_way(run: Run, tmp_path: Path, file: Path) -> None:
    assert run("backup", str(file))[0] == 1
    status, _, errors = run("backup", str(tmp_path / "none.tar.gz"), data="empty")
    assert (status, "no database" in errors) == (1, True)
    assert not (tmp_path / "empty").exists()
    assert run("backup", str(tmp_path / "no" / "such" / "folder.tar.gz"))[0] == 2


def test_a_key_in_a_setting_is_in_no_backup(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", "k" * 40)
    add(run, "ann")
    made = tmp_path / "backup.tar.gz"
    assert run("backup", str(made))[0] == 0
    with tarfile.open(made) as archive:
        assert archive.getnames() == ["review.db", "about.json"]
    assert run("restore", str(made), data="other")[0] == 0
    monkeypatch.setenv("AUDIT_KEY", "l" * 40)
    assert run("restore", str(made), data="third")[0] == 1


def revoked(folder: Path) -> dict[str, bool]:
    """Return which keys of programs a folder of data knows, and whether each was revoked."""
    kept = read_grants(read_settings({"DATA_DIR": str(folder)}), (folder / KEY_FILE).read_bytes().strip())
    assert kept is not None
    return {name: grant.is_revoked for name, grant in kept.by_id.items()}


def test_a_key_of_a_program_that_was_revoked_comes_back_from_no_backup(run: Run, tmp_path: Path) -> None:
    live, ended = (run("keys", "add", name)[1].split("_")[1] for name in ("live", "ended"))
    assert run("backup", str(tmp_path / "early.tar.gz"))[0] == 0
    assert run("keys", "revoke", ended)[0] == 0
    assert run("restore", "--replace", str(tmp_path / "early.tar.gz"))[0] == 0
    known = {live: False, ended: True}
    assert revoked(tmp_path / "data") == known, "the record is older than what the machine knows"
    assert run("backup", str(tmp_path / "late.tar.gz"))[0] == 0
    assert run("restore", str(tmp_path / "late.tar.gz"), data="other")[0] == 0
    assert revoked(tmp_path / "other") == known, "what the machine knew is in the backup"


def test_a_key_of_a_program_that_is_younger_than_the_backup_stays_revoked(run: Run, tmp_path: Path, file: Path) -> None:
    public = run("keys", "add", "app")[1].split("_")[1]
    assert run("keys", "revoke", public)[0] == 0
    assert run("restore", "--replace", str(file))[0] == 0
    assert revoked(tmp_path / "data") == {public: True}


def test_the_backups_of_the_handbook_do_what_it_says(tmp_path: Path) -> None:
    place = _Place(tmp_path, f"sqlite:///{tmp_path / 'data' / 'review.db'}")
    place.sh(place.add("ann"))
    before = place.sh("recommender audit")
    backup, restore = place.commands("SQLite")
    place.sh(backup)
    shutil.rmtree(tmp_path / "data")
    place.sh(restore)
    assert place.sh("recommender audit") == before


@pytest.mark.deep
@pytest.mark.skipif(
    not databases.postgresql_only() or not shutil.which("pg_dump"), reason="there is no PostgreSQL here"
)
def test_the_dumps_of_the_handbook_do_what_it_says(tmp_path: Path) -> None:
    with (
        databases.postgresql() as server,
        databases.new_database(server) as url,
        databases.new_database(server) as other,
    ):
        assert make_url(url).drivername == "postgresql"
        place = _Place(tmp_path, url)
        place.sh(place.add("ann"))
        before = place.sh("recommender audit")
        backup, restore = place.commands("PostgreSQL")
        place.sh(backup)
        shutil.rmtree(tmp_path / "data")
        (tmp_path / "data").mkdir()
        place = _Place(tmp_path, other)
        place.sh(restore)
        assert place.sh("recommender audit") == before
        place.sh(place.add("bob"))
        place.sh("recommender audit")
        place.sh(restore.partition("cp ")[0])
        missed = place.run("recommender audit")
        assert missed.returncode == 1
        assert "its end was cut off" in missed.stderr


class _Place:
    """A machine as the handbook expects it, with the commands of a chapter to run there."""

    def __init__(self, folder: Path, database_url: str) -> None:
        programs, backups = folder / "bin", folder / "backups"
        programs.mkdir(exist_ok=True)
        backups.mkdir(exist_ok=True)
        program = programs / "recommender"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m recommender "$@"\n')
        program.chmod(0o755)
        self._environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(folder / "data"),
            "BACKUPS": str(backups),
            "DATABASE_URL": database_url,
        }

    def commands(self, database: str) -> list[str]:
        text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
        chapter = text.partition(f"## Backup and restore: {database}")[2].partition("\n## ")[0]
        return re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)

    def add(self, name: str) -> str:
        return f"recommender clinician add {name}@example.org --name {name} --registration {name} --no-password"

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-euc", commands], env=self._environment, capture_output=True, text=True, timeout=600
        )

    def sh(self, commands: str) -> str:
        done = self.run(commands)
        assert done.returncode == 0, done.stderr
        return done.stdout


def test_what_the_superuser_makes_belongs_to_whoever_owns_the_folder(run: Run, tmp_path: Path, file: Path) -> None:
    owner = 12345 if os.geteuid() == 0 else os.geteuid()
    for name in ("first", "restored"):
        (tmp_path / name).mkdir()
        os.chown(tmp_path / name, owner, -1)
    add(run, "cat", data="first")
    assert run("restore", str(file), data="restored")[0] == 0
    made = [path for name in ("first", "restored") for path in (tmp_path / name).iterdir()]
    assert {path.name for path in made} >= {KEY_FILE, "review.db", CERTIFICATE_FILE}
    assert {(path.stat().st_uid, path.stat().st_mode & 0o077) for path in made} == {(owner, 0)}


def test_a_feed_that_was_ended_after_a_backup_stays_ended_when_it_is_restored(
    run: Run, tmp_path: Path, file: Path
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'data' / 'review.db'}")
    with open_session(engine) as session:
        ann = list_clinicians(session)[0]
        secret = new_feed(session, ann)
        session.commit()
    assert run("backup", str(tmp_path / "with-feed.tar.gz"))[0] == 0
    assert run("restore", "--replace", str(tmp_path / "with-feed.tar.gz"))[0] == 0
    with open_session(engine) as session:
        assert reader_of_feed(session, secret) is None
    engine.dispose()
