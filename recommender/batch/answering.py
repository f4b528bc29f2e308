"""Answers sheets, some at a time, and says what came of them in the bytes that go into the files."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

from msgspec.json import encode

from recommender.batch.columns import LIST, OBJECT, Column, Outcome, columns_of
from recommender.batch.rows import Answered, Chunk, Counts, FileForm, FileKind, Options, Problem, Row
from recommender.batch.tables import as_csv
from recommender.errors import DecisionError, IntakeError, ProblemCode, RecommenderError
from recommender.loaders.languages import SOURCE_LANGUAGE
from recommender.models.recommendation import Recommendation, ReviewDays
from recommender.presentation.localised import localise
from recommender.service.recommend import Recommender


class _BadRow(Exception):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems


class Answering:
    """Answers sheets with one loaded rule set. A sheet that anything is wrong with is a bad row, and never a routine."""

    def __init__(self, recommender: Recommender, options: Options, form: FileForm) -> None:
        self._recommender = recommender
        self._options = options
        self._form = form
        self._columns = columns_of(options.columns)
        self._localised = localise(recommender, SOURCE_LANGUAGE)
        self._days = ReviewDays.from_day(options.day)

    def chunk(self, rows: Chunk) -> Answered:
        """Return what came of some sheets, in their order.

        Raises:
            RecommenderError: the engine hangs, so that no sheet can be answered any more.
        """
        counts = Counts(sheets=len(rows))
        outcomes: list[list[Any]] = []
        bad: list[tuple[Any, ...]] = []
        for row in rows:
            try:
                outcome, values = self._outcome(row)
            except _BadRow as found:
                bad += [(row.line, row.id, *problem) for problem in found.problems]
                counts.bad += 1
                counts.codes.update({problem.code.value for problem in found.problems})
            else:
                outcomes.append(values)
                counts.levels[outcome.recommendation.level.value] += 1
                counts.kinds.update([outcome.review["kind"]] if outcome.review else [])
        return Answered(self._written(outcomes), as_csv(bad), counts)

    def head(self) -> bytes:
        """Return what the file of outcomes begins with."""
        if self._form.kind is not FileKind.CSV:
            return b""
        return self._packed(as_csv([[column.name for column in self._columns]], self._options.delimiter))

    def _outcome(self, row: Row) -> tuple[Outcome, list[Any]]:
        """Return what came of a sheet, with what is written of it.

        Raises:
            _BadRow: anything at all is wrong: one sheet must not end a run over a million, nor pass unnoticed.
            RecommenderError: the engine hangs.
        """
        if row.problems:
            raise _BadRow(row.problems)
        try:
            recommendation = self._recommend(row)
            outcome = Outcome(row, recommendation, self._days, self._localised, self._options.region)
            # A review is counted whatever is written; putting it together must not fail later.
            _ = outcome.review
            return outcome, [column.read(outcome) for column in self._columns]
        except IntakeError as error:
            raise _BadRow([Problem.of_fault(fault) for fault in error.faults]) from None
        except DecisionError as error:
            told = f"The answers could not be checked safely, so there is no routine ({error})."
            raise _BadRow([Problem("", ProblemCode.NO_SAFE_ANSWER, told)]) from None
        except RecommenderError:
            raise
        except Exception as error:
            told = f"Something went wrong, so there is no outcome ({type(error).__name__})."
            raise _BadRow([Problem("", ProblemCode.INTERNAL_ERROR, told)]) from None

    def _recommend(self, row: Row) -> Recommendation:
        try:
            return self._recommender.recommend(self._recommender.sheet.read(row.answers))
        except DecisionError as error:
            if self._recommender.engine.is_stuck:
                told = "The rules engine hangs. Run the same command again: it goes on from here."
                raise RecommenderError(told) from error
            raise

    def _written(self, outcomes: Sequence[Sequence[Any]]) -> bytes:
        if self._form.kind is FileKind.CSV:
            cells = (list(map(self._cell, self._columns, values)) for values in outcomes)
            return self._packed(as_csv(cells, self._options.delimiter))
        names = [column.name for column in self._columns]
        return self._packed(b"".join(encode(dict(zip(names, values, strict=True))) + b"\n" for values in outcomes))

    def _cell(self, column: Column, value: Any) -> Any:
        if column.type == LIST:
            return self._options.list_separator.join(value)
        return encode(value).decode() if column.type == OBJECT else value

    def _packed(self, written: bytes) -> bytes:
        """Return the bytes as a member of a packed file: members that follow each other are one file."""
        return gzip.compress(written, mtime=0) if self._form.is_packed and written else written
