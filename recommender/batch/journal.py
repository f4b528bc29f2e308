"""What of a run is finished, kept beside its file of outcomes: a run that was killed goes on without loss or repeat."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

from recommender.batch.rows import Chunk, Counts
from recommender.errors import RecommenderError

_FORM = 1
_START = hashlib.sha256(b"").hexdigest()


@dataclass
class Finished:
    """How far a run is: chunks, and how long each file is with exactly those in it.

    ``digest`` is that of every sheet read so far, each after the other, in hex.
    """

    chunks: int = 0
    written: int = 0
    bad: int = 0
    digest: str = _START
    is_whole: bool = False
    counts: Counts = field(default_factory=Counts)


class Journal:
    """The journal of one run. While it is open no other process can open it."""

    def __init__(self, path: Path, run: Mapping[str, Any]) -> None:
        """Open the journal of a run, or begin it. ``run`` says what must be the same for the run to go on.

        Raises:
            RecommenderError: it is in use, or is that of another run.
        """
        self.path = path
        self.finished = Finished()
        try:
            self._file: BinaryIO = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        except OSError as error:
            raise RecommenderError(f"{path} cannot be written: {error.strerror}.") from error
        try:
            _take(self._file, path)
            self.is_new = not self._read({"form": _FORM, **run})
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, finished: Finished) -> None:
        """Note what is finished. What it speaks of must be on the disk by now."""
        self.finished = finished
        self._write({**vars(finished), "counts": vars(finished.counts)})

    def _read(self, run: Mapping[str, Any]) -> bool:
        """Take up what the journal says, and cut off what was being written to it; return whether it says anything."""
        lines = self._file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            lines.pop()
        self._file.seek(sum(map(len, lines)))
        self._file.truncate()
        if not lines:
            self._write(run)
            return False
        try:
            before, last = json.loads(lines[0]), json.loads(lines[-1])
            self._hold_against(before, run)
            if len(lines) > 1:
                self.finished = _finished(last)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecommenderError(f"{self.path} is no journal of a run. Move it away, or give --restart.") from error
        return True

    def _hold_against(self, before: Mapping[str, Any], run: Mapping[str, Any]) -> None:
        differing = [name for name in dict.fromkeys((*before, *run)) if before.get(name) != run.get(name)]
        if differing:
            told = "; ".join(f"{name} was {before.get(name)!r} and is {run.get(name)!r}" for name in differing)
            raise RecommenderError(
                f"This run cannot go on where it was: {told}. Give the same again, or --restart to begin anew."
            )

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        sync(self._file)


def begun_on(path: Path) -> str | None:
    """Return the day of the answers of a run that has begun, in ISO 8601; None where there is none."""
    try:
        with path.open("rb") as file:
            day = json.loads(file.readline()).get("today")
    except (OSError, ValueError, AttributeError):
        return None
    return day if isinstance(day, str) else None


def refuse_if_in_use(path: Path) -> None:
    """Do nothing where no other process holds the journal.

    Raises:
        RecommenderError: one does.
    """
    if path.exists():
        with path.open("r+b") as file:
            _take(file, path)


def _take(file: BinaryIO, path: Path) -> None:
    # A lock of the process, which its children do not share: it is free as soon as the process is gone.
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise RecommenderError(f"{path} is in use: the same run goes on in another process.") from error


def sync(file: BinaryIO) -> None:
    """Have what was written on the disk."""
    file.flush()
    os.fsync(file.fileno())


def digest_after(digest: str, chunk: Chunk) -> str:
    """Return the digest of every sheet up to and with these, from that of those before."""
    return hashlib.sha256(digest.encode() + repr([tuple(row) for row in chunk]).encode()).hexdigest()


def _finished(entry: Mapping[str, Any]) -> Finished:
    told = dict(entry["counts"])
    counted: dict[str, Counter[str]] = {name: Counter(told.pop(name)) for name in ("levels", "kinds", "codes")}
    counts = Counts(told.pop("sheets"), told.pop("bad"), **counted)
    return Finished(**{**entry, "counts": counts})
