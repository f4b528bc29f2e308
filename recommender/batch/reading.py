"""Reads sheets from CSV, JSON Lines or Parquet, packed or not, one at a time: memory stays flat whatever the size."""

from __future__ import annotations

import csv
import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from recommender.batch.cells import Cells
from recommender.batch.rows import Chunk, FileForm, FileKind, Options, Problem, Row
from recommender.errors import IntakeError, ProblemCode, RecommenderError
from recommender.models.questionnaire import Questionnaire
from recommender.questionnaire.answer_sheet import WHOLE_SHEET, read_json

LONGEST_LINE = 1 << 20
"""How many bytes one line may have; what is longer is no answer sheet."""
_PACKED = ".gz"
_TOO_LONG = Problem("", ProblemCode.BODY_TOO_LARGE, f"The line is longer than {LONGEST_LINE} bytes.")
_NO_UTF8 = "The line is not UTF-8."


_SUFFIXES = {
    ".csv": FileKind.CSV,
    ".jsonl": FileKind.JSON_LINES,
    ".ndjson": FileKind.JSON_LINES,
    ".parquet": FileKind.PARQUET,
}


def form_of(path: Path) -> FileForm:
    """Return what a file is, by its name.

    Raises:
        RecommenderError: the name does not say.
    """
    is_packed = path.suffix == _PACKED
    kind = _SUFFIXES.get(Path(path.stem).suffix if is_packed else path.suffix)
    if kind is None or (is_packed and kind is FileKind.PARQUET):
        raise RecommenderError(
            f"{path}: the name must end in {', '.join(_SUFFIXES)}, or in one of the first three and .gz."
        )
    return FileForm(kind, is_packed)


class Reader(Protocol):
    """The sheets of one file."""

    def rows(self) -> Iterator[Row]:
        """Yield every sheet, those that cannot be read with what is wrong."""

    def share(self) -> float:
        """Return how much of the file has been read, from 0 to 1."""


@contextmanager
def opened(path: Path, questionnaire: Questionnaire, options: Options) -> Iterator[Reader]:
    """Open a file of sheets.

    Raises:
        RecommenderError: it cannot be opened, or its head is not one of a file of sheets.
    """
    form = form_of(path)
    if form.kind is FileKind.PARQUET:
        from recommender.batch.parquet import ParquetReader  # only who has such a file needs the library

        with closing(ParquetReader(path, questionnaire, options)) as reader:
            yield reader
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise RecommenderError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        lines = _Lines(path, file, form.is_packed)
        is_csv = form.kind is FileKind.CSV
        yield CsvReader(lines, questionnaire, options) if is_csv else JsonLinesReader(lines, options)


def chunks(reader: Reader, rows: int) -> Iterator[Chunk]:
    """Yield the sheets of a file, so many at a time."""
    every = reader.rows()
    while chunk := tuple(islice(every, rows)):
        yield chunk


class _Lines:
    """The lines of a file in bytes, each with its end; one that is too long is told and cut."""

    def __init__(self, path: Path, file: BinaryIO, is_packed: bool) -> None:
        self._path = path
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self._unpacked: Any = gzip.GzipFile(fileobj=file) if is_packed else file

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        """Yield (line, whether it is too long).

        Raises:
            RecommenderError: the file is damaged.
        """
        try:
            first = True
            while line := self._unpacked.readline(LONGEST_LINE):
                is_too_long = len(line) == LONGEST_LINE and not line.endswith(b"\n")
                rest = line
                while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
                    rest = self._unpacked.readline(LONGEST_LINE)
                yield (line.removeprefix(b"\xef\xbb\xbf") if first else line), is_too_long
                first = False
        except (OSError, EOFError, zlib.error) as error:
            raise RecommenderError(f"{self._path} is damaged, or cannot be read to its end: {error}.") from error

    def share(self) -> float:
        return self._file.tell() / self._size if self._size else 1.0


class JsonLinesReader:
    """One object a line: ``{"id": ..., "answers": {...}}``, the answers as the API takes them. Blank lines are skipped."""

    def __init__(self, lines: _Lines, options: Options) -> None:
        self._lines = lines
        self._id = options.id_column
        self._ignored = frozenset(options.ignored)

    def share(self) -> float:
        return self._lines.share()

    def rows(self) -> Iterator[Row]:
        number = 0
        for line, (text, is_too_long) in enumerate(self._lines, 1):
            if text.strip():
                number += 1
                yield self._row(line, str(number), text, is_too_long)

    def _row(self, line: int, number: str, text: bytes, is_too_long: bool) -> Row:
        if is_too_long:
            return Row(line, "" if self._id else number, {}, (_TOO_LONG,))
        try:
            data = read_json(text)
        except IntakeError as error:
            problems = tuple(map(Problem.of_fault, error.faults))
            return Row(line, "" if self._id else number, {}, problems)
        except (ValueError, RecursionError):
            told = Problem("", ProblemCode.NOT_JSON, "The line is no JSON in UTF-8.")
            return Row(line, "" if self._id else number, {}, (told,))
        return self._read(line, number, data)

    def _read(self, line: int, number: str, data: Any) -> Row:
        if not isinstance(data, dict):
            told = Problem(
                "", ProblemCode.WRONG_TYPE, 'The line must be an object with the answers: {"answers": {...}}.'
            )
            return Row(line, "" if self._id else number, {}, (told,))
        name = number if self._id is None else data.get(self._id)
        problems = []
        if WHOLE_SHEET not in data:
            problems.append(Problem(WHOLE_SHEET, ProblemCode.MISSING, 'Give the answers: {"answers": {...}}.'))
        if isinstance(name, bool) or not isinstance(name, str | int):
            code = ProblemCode.MISSING if name is None else ProblemCode.WRONG_TYPE
            problems.append(Problem(str(self._id), code, "Give the id as text or as a whole number."))
            name = ""
        known = {WHOLE_SHEET, self._id, *self._ignored}
        stray = "This is no part of a sheet. Remove it, or name it in --ignore."
        problems += [Problem(part, ProblemCode.UNKNOWN_MEMBER, stray) for part in data if part not in known]
        return Row(line, str(name), data.get(WHOLE_SHEET, {}), tuple(problems))


class CsvReader:
    """A table in UTF-8 whose first row names the questions. Rows without a cell are skipped."""

    def __init__(self, lines: _Lines, questionnaire: Questionnaire, options: Options) -> None:
        self._lines = lines
        self._last_too_long = 0
        self._csv = csv.reader(self._texts(), delimiter=options.delimiter, strict=True)
        try:
            head = next(self._csv, None)
        except csv.Error as error:
            raise RecommenderError(f"The first row cannot be read as CSV: {error}.") from error
        if head is None:
            raise RecommenderError("The file is empty. Its first row must name the questions.")
        if self._last_too_long or _is_torn(head):
            raise RecommenderError("The first row is too long, or is not UTF-8.")
        self._cells = Cells([name.strip() for name in head], questionnaire, options)

    def share(self) -> float:
        return self._lines.share()

    def rows(self) -> Iterator[Row]:
        number = 0
        while True:
            line = self._csv.line_num + 1
            try:
                cells = next(self._csv, None)
                told = None
            except csv.Error as error:
                cells, told = [], f"The row cannot be read as CSV: {error}."
            if cells is None:
                return
            if cells or told or self._last_too_long >= line:
                number += 1
                yield self._row(line, str(number), cells, told)

    def _texts(self) -> Iterator[str]:
        for number, (line, is_too_long) in enumerate(self._lines, 1):
            if is_too_long:
                self._last_too_long = number
            yield "\n" if is_too_long else line.decode("utf-8", "surrogateescape")

    def _row(self, line: int, number: str, cells: list[str], told: str | None) -> Row:
        problem = self._problem(line, cells, told)
        is_whole = len(cells) == self._cells.width and not _is_torn(cells)
        own = self._cells.id(cells) if is_whole else ""
        name = number if own is None else own
        return Row(line, name, {} if problem else self._cells.answers(cells), (problem,) if problem else ())

    def _problem(self, line: int, cells: list[str], told: str | None) -> Problem | None:
        if told is not None:
            return Problem("", ProblemCode.MALFORMED_REQUEST, told)
        if self._last_too_long >= line:
            return _TOO_LONG
        if _is_torn(cells):
            return Problem("", ProblemCode.MALFORMED_REQUEST, _NO_UTF8)
        if len(cells) != self._cells.width:
            shape = f"The row has {len(cells)} cells, and the first row has {self._cells.width}."
            return Problem("", ProblemCode.WRONG_SHAPE, shape)
        return None


def _is_torn(cells: list[str]) -> bool:
    """Return whether there is anything that was not UTF-8, which decoding left as halves of characters."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return True
    return False
