"""Files of answer sheets in every form that `recommender batch` reads, and what it wrote, read back."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet, random_sheet_to_the_end
from recommender.service.recommend import Recommender

Raw = Mapping[str, Any]
Batch = Callable[..., int]
"""The command: ``batch(source, target, *options)`` gives its exit status."""

FORMS = ("csv", "csv.gz", "jsonl", "jsonl.gz", "parquet")


def raw_sheets(recommender: Recommender, count: int, seed: int, with_signs: int = 3) -> list[dict[str, Any]]:
    """Return raw sheets of so many people; one in ``with_signs`` has a sign now and then."""
    chance, questionnaire, flow = random.Random(seed), recommender.content.questionnaire, recommender.flow
    return [
        raw_answers(
            random_sheet(questionnaire, flow, chance, sign_rate=0.03)
            if number % with_signs == 0
            else random_sheet_to_the_end(questionnaire, flow, chance)
        )
        for number in range(count)
    ]


def write_sheets(path: Path, sheets: Iterable[Raw]) -> Path:
    """Write sheets with the ids p1, p2 and so on, in the form that the name says."""
    rows = list(sheets)
    if path.suffix == ".parquet":
        _write_parquet(path, rows)
    else:
        text = _as_csv(rows) if ".csv" in path.suffixes else _as_lines(rows)
        path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def read_outcomes(path: Path, lists: Sequence[str] = ("items", "fired")) -> list[dict[str, Any]]:
    """Return the rows of a file of outcomes; an empty cell is None."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return list(pyarrow.parquet.read_table(path).to_pylist())
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if ".jsonl" in path.suffixes:
        return [json.loads(line) for line in data.splitlines()]
    return [_read_row(row, lists) for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]


def read_bad(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _read_row(row: Mapping[str, str], lists: Sequence[str]) -> dict[str, Any]:
    return {
        name: (value.split(";") if value else []) if name in lists else value or None for name, value in row.items()
    }


def _as_lines(sheets: Iterable[Raw]) -> str:
    return "".join(json.dumps({"id": f"p{number}", "answers": raw}) + "\n" for number, raw in enumerate(sheets, 1))


def _as_csv(sheets: Sequence[Raw]) -> str:
    rows = list(map(_flat, sheets))
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["id", *names])
    writer.writeheader()
    for number, row in enumerate(rows, 1):
        cells = {name: ";".join(value) if isinstance(value, list) else value for name, value in row.items()}
        writer.writerow({"id": f"p{number}", **cells})
    return text.getvalue()


def _write_parquet(path: Path, sheets: Sequence[Raw]) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = [{"id": f"p{number}", **raw} for number, raw in enumerate(sheets, 1)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pyarrow.table({name: [row.get(name) for row in rows] for name in names})
    pyarrow.parquet.write_table(table, path)


def _flat(raw: Raw) -> dict[str, Any]:
    """Return a sheet with a column for each part of a thing to do better."""
    return dict(_cells(raw))


def _cells(raw: Raw) -> Iterator[tuple[str, Any]]:
    for name, value in raw.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{part}", one) for part, one in value.items())
        else:
            yield name, value
