"""Says how a run goes: a bar where somebody looks on, one line of JSON now and then where nobody does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from recommender.batch.rows import Counts, Moved

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress_on(stream: TextIO) -> Iterator[Moved]:
    """Yield the function that is told of each step; on a terminal, and with tqdm, it moves a bar."""
    bar = _bar(stream) if stream.isatty() else None
    if bar is None:
        yield _Lines(stream).moved
        return
    with bar:
        yield _Bar(bar).moved


def _bar(stream: TextIO) -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    tqdm.monitor_interval = 0  # no thread of its own: processes are made of this one
    return tqdm(file=stream, unit=" sheets", unit_scale=False, dynamic_ncols=True, smoothing=0.05)


class _Bar:
    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._first: int | None = None

    def moved(self, counts: Counts, share: float) -> None:
        if self._first is None:
            self._first = self._bar.initial = self._bar.n = counts.sheets
        # How many there are is known from how far the file is read; it is exact at the end.
        self._bar.total = round(counts.sheets / share) if share else None
        self._bar.set_postfix_str(f"{counts.bad} bad", refresh=False)
        self._bar.update(counts.sheets - self._bar.n)


class _Lines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began: tuple[float, int, float] | None = None
        self._said = 0.0

    def moved(self, counts: Counts, share: float) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = now, counts.sheets, share
        if now - self._said < _SECONDS_BETWEEN_LINES:
            return
        self._said = now
        since, sheets, read = self._began
        passed, moved = now - since, share - read
        told = {
            "sheets": counts.sheets,
            "bad": counts.bad,
            "share": round(share, 4),
            "per_second": round((counts.sheets - sheets) / passed, 1) if passed else None,
            "seconds_left": round(passed / moved * (1 - share)) if moved else None,
        }
        print(json.dumps(told), file=self._stream, flush=True)
