"""A run that was stopped, wherever that was, goes on to the same bytes; one that must not go on says why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recommender.batch.answering import Answering
from recommender.models.content import Content
from tests.support.sheet_files import Batch, read_outcomes, write_sheets

Sheets = list[dict[str, Any]]
ROWS = ("--chunk-rows", "5")
WRITTEN = ("", ".bad.csv")


class Stopped(BaseException):
    """The process ends."""


@pytest.fixture
def source(sheets: Sheets, tmp_path: Path) -> Path:
    return write_sheets(tmp_path / "in.csv", [*sheets[:12], {"pain_score": 99}, *sheets[12:28]])


def stop_after(chunks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end while it answers the chunk after so many."""
    chunk, answered = Answering.chunk, 0

    def counted(self: Answering, rows: Any) -> Any:
        nonlocal answered
        answered += 1
        if answered > chunks:
            raise Stopped
        return chunk(self, rows)

    monkeypatch.setattr(Answering, "chunk", counted)


@pytest.mark.parametrize("form", ["csv", "jsonl.gz", "parquet"])
def test_a_run_that_is_stopped_again_and_again_writes_the_same_bytes(
    batch: Batch, source: Path, tmp_path: Path, parquet: None, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Each time something was half written: to the outcomes, the bad rows and the journal."""
    assert batch(source, tmp_path / f"clean.{form}", *ROWS) == 3
    target = tmp_path / f"out.{form}"
    for done in (0, 1, 2, 2):
        with monkeypatch.context() as patch:
            stop_after(done, patch)
            with pytest.raises(Stopped):
                batch(source, target, *ROWS)
        for ending in (".partial", ".bad.csv", ".journal"):
            with target.with_name(target.name + ending).open("ab") as file:
                file.write(b'{"chunks": 4, "torn')
        assert not target.exists()
    assert batch(source, target, *ROWS) == 3
    for ending in WRITTEN:
        clean, out = (tmp_path / f"{name}.{form}{ending}" for name in ("clean", "out"))
        assert out.read_bytes() == clean.read_bytes()
    assert not target.with_name(target.name + ".partial").exists()


def test_a_run_that_is_finished_is_not_done_again(
    batch: Batch, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(source, tmp_path / "out.csv", *ROWS) == 3
    first = capsys.readouterr().out
    stop_after(0, monkeypatch)
    assert batch(source, tmp_path / "out.csv", *ROWS) == 3
    assert first.partition(" bad.")[0] == capsys.readouterr().out.partition(" bad.")[0]


@pytest.mark.parametrize("how", ["another answer", "one sheet more", "one sheet fewer"])
def test_a_finished_run_is_no_answer_to_other_sheets_of_the_same_name(
    batch: Batch, sheets: Sheets, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    target = tmp_path / "out.csv"
    assert batch(source, target, *ROWS) == 3
    written = target.read_bytes()
    others = {
        "another answer": [{**sheets[0], "rf_nerve": ["saddle"]}, *sheets[1:12], {"pain_score": 99}, *sheets[12:28]],
        "one sheet more": [*sheets[:12], {"pain_score": 99}, *sheets[12:28], sheets[0]],
        "one sheet fewer": [*sheets[:12], {"pain_score": 99}, *sheets[12:27]],
    }
    write_sheets(source, others[how])
    assert batch(source, target, *ROWS) not in (0, 3)
    assert "is not what it was when this run began" in capsys.readouterr().err
    assert target.read_bytes() == written


def test_where_routines_wait_for_an_approval_nothing_is_answered(
    batch: Batch, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUIRE_APPROVED", "1")
    monkeypatch.setenv("AUDIT_KEY", "a key of this test, long enough to be one")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert batch(source, tmp_path / "out.csv", *ROWS) not in (0, 3)
    assert "does not say that clinicians have approved these rules" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_a_run_that_ended_before_its_file_had_its_name_gives_it_that(
    batch: Batch, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.csv"
    assert batch(source, target, *ROWS) == 3
    whole = target.read_bytes()
    target.rename(target.with_name("out.csv.partial"))
    stop_after(0, monkeypatch)
    assert batch(source, target, *ROWS) == 3
    assert target.read_bytes() == whole


@pytest.fixture
def begun(batch: Batch, source: Path, tmp_path: Path) -> Path:
    """Return the file of outcomes of a run that is stopped after two chunks."""
    target = tmp_path / "out.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        stop_after(2, patch)
        with pytest.raises(Stopped):
            batch(source, target, *ROWS, "--today", "2026-03-01")
    return target


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ([*ROWS, "--columns", "level"], "columns was"),
        ([*ROWS, "--today", "2026-03-02"], "today was '2026-03-01' and is '2026-03-02'"),
        (["--chunk-rows", "6"], "chunk_rows was 5 and is 6"),
        ([*ROWS, "--region", "GB"], "region was"),
    ],
    ids=["columns", "day", "chunks", "region"],
)
def test_a_run_with_other_options_does_not_go_on(
    batch: Batch,
    source: Path,
    begun: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    named: str,
) -> None:
    before = begun.with_name(begun.name + ".partial").read_bytes()
    assert batch(source, begun, *options) == 2
    assert named in capsys.readouterr().err
    assert begun.with_name(begun.name + ".partial").read_bytes() == before


def test_a_run_does_not_go_on_with_other_rules(
    batch: Batch, source: Path, begun: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Content, "hash", property(lambda content: "f" * 64))
    assert batch(source, begun, *ROWS) == 2
    assert "rule_set was" in capsys.readouterr().err


def test_a_run_does_not_go_on_with_other_sheets(
    batch: Batch, source: Path, begun: Path, sheets: Sheets, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sheets(source, [*sheets[:9], *sheets[20:]])
    assert batch(source, begun, *ROWS) == 2
    assert "is not what it was" in capsys.readouterr().err


def test_a_run_that_goes_on_keeps_the_day_on_which_it_began(batch: Batch, source: Path, begun: Path) -> None:
    assert batch(source, begun, *ROWS) == 3
    assert len(read_outcomes(begun)) == 28


def test_a_restart_begins_anew(batch: Batch, source: Path, begun: Path) -> None:
    assert batch(source, begun, "--columns", "level", "--restart") == 3
    assert set(read_outcomes(begun)[0]) == {"id", "level"}


def test_a_file_that_is_there_already_is_not_replaced(
    batch: Batch, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.csv"
    target.write_text("mine", encoding="utf-8")
    assert batch(source, target) == 2
    assert "is there already" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "mine"
    assert not target.with_name("out.csv.journal").exists()


HOLDER = "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"


@pytest.mark.parametrize("options", [(), ("--restart",)], ids=["goes on", "restart"])
def test_two_processes_never_do_the_same_run(
    batch: Batch, source: Path, begun: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    journal = begun.with_name(begun.name + ".journal")
    before = journal.read_bytes()
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(journal)], stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        assert batch(source, begun, *ROWS, *options) == 2
        other.communicate()
    assert "in use" in capsys.readouterr().err
    assert journal.read_bytes() == before
