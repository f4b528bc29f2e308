"""One sheet of a file, what is wrong with it, and what a run is told to do with all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from recommender.errors import InputFault, ProblemCode


class Problem(NamedTuple):
    """One thing wrong with a sheet: by question or column, with a code of the API and what to do about it."""

    question: str
    code: ProblemCode
    message: str

    @classmethod
    def of_fault(cls, fault: InputFault) -> Problem:
        return cls(fault.place, fault.told.code, str(fault.told))


class Row(NamedTuple):
    """One sheet as it stands in a file.

    ``line`` is where it begins, 1 being the first line of a text file or the first row of a Parquet file. ``answers`` are
    raw, by question id. A row with ``problems`` could not be read, and its answers are nothing to go by.
    """

    line: int
    id: str
    answers: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


Chunk = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What a run does. Two runs with the same options, rules and file write the same bytes.

    ``columns`` are names of ``columns.COLUMNS``. ``id_column`` None numbers the sheets from 1. ``list_separator`` stands
    between the options of a list in a cell, ``delimiter`` between the cells of a CSV file. ``ignored`` are columns that are
    no answers. ``today`` is the day of the answers, in ISO 8601: the days of a full reply count from it. A file that is kept
    is written ``chunk_rows`` sheets at a time.
    """

    columns: tuple[str, ...]
    id_column: str | None
    list_separator: str
    delimiter: str
    ignored: tuple[str, ...]
    region: str | None
    today: str
    chunk_rows: int

    @property
    def day(self) -> date:
        return date.fromisoformat(self.today)


class FileKind(StrEnum):
    """What a file of sheets or outcomes is."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


class FileForm(NamedTuple):
    kind: FileKind
    is_packed: bool


@dataclass
class Counts:
    """How many sheets came to what. ``codes`` counts the sheets with each code, not its mentions."""

    sheets: int = 0
    bad: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        self.sheets += other.sheets
        self.bad += other.bad
        self.levels.update(other.levels)
        self.kinds.update(other.kinds)
        self.codes.update(other.codes)


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes into the file of outcomes and into that of bad rows, and how many sheets came to what."""

    written: bytes
    bad: bytes
    counts: Counts


Moved = Callable[[Counts, float], None]
"""Told after each chunk: what came of the sheets so far, and how much of the file was read, from 0 to 1."""
