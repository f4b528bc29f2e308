"""How a run goes is seen: a bar on a terminal, lines of JSON elsewhere, and a table at its end."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from recommender.batch.progress import progress_on
from recommender.batch.rows import Counts
from recommender.batch.running import Places
from recommender.cli.batch import summary
from tests.support.sheet_files import Batch, write_sheets


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_many_of_about_how_many_with_rate_and_time_left() -> None:
    screen = Terminal()
    with progress_on(screen) as moved:
        moved(Counts(sheets=10), 0.1)
        moved(Counts(sheets=50, bad=2), 0.5)
        moved(Counts(sheets=100, bad=3), 1.0)
    last = screen.getvalue().split("\r")[-1]
    assert "100/100" in last and "3 bad" in last and "sheets/s" in last


def test_without_a_terminal_lines_of_json_say_the_same(
    batch: Batch, sheets: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(write_sheets(tmp_path / "in.jsonl", sheets[:6]), tmp_path / "out.csv") == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert lines
    assert all(set(line) == {"sheets", "bad", "share", "per_second", "seconds_left"} for line in lines)


def test_the_table_at_the_end_counts_levels_what_is_asked_and_what_was_wrong() -> None:
    counts = Counts(8, 2, Counter(routine=5, emergency_now=1), Counter(book=1), Counter(missing=2))
    places = Places(Path("in.csv"), Path("out.csv"), Path("out.csv.bad.csv"))
    told = "\n".join(summary(counts, 2.0, places))
    assert "8 sheets: 6 outcomes in out.csv, 2 bad" in told
    for row in ("routine 5 62.50%", "emergency_now 1 12.50%", "book 1 12.50%", "missing 2 25.00%"):
        assert row in " ".join(told.split())
    assert told.index("routine") < told.index("emergency_now")
