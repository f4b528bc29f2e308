"""What cannot be read as a sheet is told with its line and never passed over; what is no file of sheets is refused whole."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from recommender.batch.reading import LONGEST_LINE
from tests.support.sheet_files import Batch, read_bad, read_outcomes, write_sheets

Sheets = list[dict[str, Any]]
LONG = b"x" * (LONGEST_LINE + 10)


def told(target: Path) -> list[tuple[str, str]]:
    return [(row["line"], row["code"]) for row in read_bad(target.with_name(target.name + ".bad.csv"))]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "not_json"),
        (b"[1]", "wrong_type"),
        (b"\xff{}", "not_json"),
        (b'{"id": "x"}', "missing"),
        (b'{"id": "x", "answers": []}', "wrong_type"),
        (b'{"answers": {}}', "missing"),
        (b'{"id": true, "answers": {}}', "wrong_type"),
        (b'{"id": "x", "answers": {}, "more": 1}', "unknown_member"),
        (b'{"id": "x", "answers": {"pain_score": 1, "pain_score": 2}}', "duplicate_key"),
        (b'{"id": "x", "answers": {"moon": 1}}', "unknown_question"),
        (LONG, "body_too_large"),
        (b'{"id": "x", "answers": "' + LONG + b'"}', "body_too_large"),
    ],
    ids=lambda value: str(value[:30]) if isinstance(value, bytes) else value,
)
def test_a_line_that_is_no_sheet_is_a_bad_row_between_good_ones(
    batch: Batch, sheets: Sheets, tmp_path: Path, line: bytes, code: str
) -> None:
    good = json.dumps({"id": "good", "answers": sheets[0]}).encode()
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\xef\xbb\xbf" + good + b"\n" + line + b"\n\n" + good)
    assert batch(source, target) == 3
    assert [row["id"] for row in read_outcomes(target)] == ["good", "good"]
    assert ("2", code) in told(target)
    assert {number for number, _ in told(target)} == {"2"}


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (b"p1,none,extra\n", {"2": "wrong_shape"}),
        (b"p1\n", {"2": "wrong_shape"}),
        (b'p1,"none\np2,none\n', {"2": "malformed_request"}),
        (b'p1,"no"ne\np2,none\n', {"2": "malformed_request", "3": "missing"}),
        (b'p1,"a\nb"\np2,none,x\n', {"2": "unknown_option", "4": "wrong_shape"}),
        (b"p1,\xff\n", {"2": "malformed_request"}),
        (b"\n\np1,none,x\n", {"4": "wrong_shape"}),
        (LONG + b",none\np2,none,x\n", {"2": "body_too_large", "3": "wrong_shape"}),
        (b'p1,"' + LONG[:200_000] + b'"\np2,none,x\n', {"2": "malformed_request", "3": "wrong_shape"}),
    ],
    ids=lambda value: str(value[:24]) if isinstance(value, bytes) else "",
)
def test_a_row_of_a_table_that_is_torn_is_a_bad_row_with_its_line(
    batch: Batch, tmp_path: Path, rows: bytes, lines: dict[str, str]
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(b"\xef\xbb\xbfid,rf_nerve\r\n" + rows)
    assert batch(source, target) == 3
    found = told(target)
    assert {number for number, _ in found} == set(lines)
    assert set(lines.items()) <= set(found)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.csv", b"", "is empty"),
        ("in.csv", b"id,moon\n", "no questions: moon"),
        ("in.csv", b"id,pain_score,pain_score\n", "stand twice: pain_score"),
        ("in.csv", b"pain_score\n4\n", "no column 'id'"),
        ("in.csv", b"id\np1\n", "No column is a question"),
        ("in.csv", b"id,\xff\n", "not UTF-8"),
        ("in.csv", LONG, "too long"),
        ("in.csv.gz", b"nothing packed", "damaged"),
        ("in.jsonl.gz", gzip.compress(b'{"id": 1, "answers": {}}\n' * 999, mtime=0)[:-30], "damaged"),
        ("in.parquet", b"PAR1", "cannot be read as Parquet"),
        ("in.xlsx", b"", "the name must end in"),
        ("in.parquet.gz", b"", "the name must end in"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_file_that_is_none_of_sheets_is_refused_with_what_to_do(
    batch: Batch,
    tmp_path: Path,
    parquet: None,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes,
    message: str,
) -> None:
    (tmp_path / name).write_bytes(content)
    assert batch(tmp_path / name, tmp_path / "out.csv") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--columns", "level,moon"], "no column 'moon'"),
        (["--delimiter", ";"], "--delimiter must be one character"),
        (["--list-separator", ""], "--delimiter must be one character"),
        (["--region", "XX"], "--region must be one of"),
        (["--bad", "{out}"], "must be different files"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_cannot_be_used_are_refused_by_name(
    batch: Batch,
    sheets: Sheets,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    source, target = write_sheets(tmp_path / "in.jsonl", sheets[:1]), tmp_path / "out.csv"
    assert batch(source, target, *(option.replace("{out}", str(target)) for option in options)) == 2
    assert message in capsys.readouterr().err


def test_a_table_may_have_other_separators_columns_of_its_own_and_numbers_with_a_point(
    batch: Batch, sheets: Sheets, tmp_path: Path
) -> None:
    plain = [raw for raw in sheets if not any(isinstance(answer, dict) for answer in raw.values())][:5]
    names = list(dict.fromkeys(name for raw in plain for name in raw))
    lines = [";".join(["clinic", *names, "who"])]
    for number, raw in enumerate(plain):
        cells = {name: "|".join(value) if isinstance(value, list) else value for name, value in raw.items()}
        numbers = {name: f" {value}.0 " for name, value in cells.items() if isinstance(value, int)}
        lines.append(";".join(["north", *(str({**cells, **numbers}.get(name, "")) for name in names), f"w{number}"]))
    (tmp_path / "in.csv").write_text("\r\n".join(lines), encoding="utf-8")
    options = ("--delimiter", ";", "--list-separator", "|", "--ignore", "clinic", "--id", "who")
    assert batch(tmp_path / "in.csv", tmp_path / "out.jsonl", *options) == 0
    assert batch(write_sheets(tmp_path / "in.jsonl", plain), tmp_path / "same.jsonl") == 0
    one, other = read_outcomes(tmp_path / "out.jsonl"), read_outcomes(tmp_path / "same.jsonl")
    assert [row.pop("id") for row in one] == [f"w{number}" for number in range(5)]
    assert [{name: value for name, value in row.items() if name != "id"} for row in other] == one
