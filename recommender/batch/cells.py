"""From the cells of a table to raw answers: which column answers which question, and how a cell says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from recommender.batch.rows import Options
from recommender.errors import RecommenderError
from recommender.models.questionnaire import Question, QuestionKind, Questionnaire

TASK_PARTS = ("task", "score")
_WHOLE = re.compile(r"[+-]?\d{1,9}(\.0+)?")  # tables that had gaps are often saved with 4.0 for 4

ReadCell = Callable[[Any], Any]


class Cells:
    """Reads the rows of one table, whose columns are known from its head."""

    def __init__(self, names: Sequence[str], questionnaire: Questionnaire, options: Options) -> None:
        """Hold the head of a table against the questionnaire.

        Raises:
            RecommenderError: a column stands twice, answers no question, or the column of ids is not there.
        """
        self.width = len(names)
        self._separator = options.list_separator
        self._id = _place_of_id(names, options)
        columns = input_columns(questionnaire)
        aside = {*options.ignored, *([] if options.id_column is None else [options.id_column])}
        _refuse_strange(names, columns, aside)
        self._readers = [
            (place, *_target(name), self._reader(columns[name], name))
            for place, name in enumerate(names)
            if name not in aside
        ]

    def id(self, cells: Sequence[Any]) -> str | None:
        """Return the id in its column; None where there is no such column."""
        return None if self._id is None else "" if cells[self._id] is None else str(cells[self._id])

    def answers(self, cells: Sequence[Any]) -> dict[str, Any]:
        """Return the raw answers of a row. A cell that is empty is no answer."""
        answers: dict[str, Any] = {}
        for place, question, part, read in self._readers:
            value = cells[place]
            if value is None or value == "":
                continue
            if part is None:
                answers[question] = read(value)
            else:
                answers.setdefault(question, {})[part] = read(value)
        return answers

    def _reader(self, question: Question, name: str) -> ReadCell:
        if question.kind in (QuestionKind.MANY, QuestionKind.MOVES):
            return self._list
        if question.kind is QuestionKind.NUMBER or name.endswith(f".{TASK_PARTS[1]}"):
            return _number
        return _words

    def _list(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return [part for one in value.split(self._separator) if (part := one.strip())]


def input_columns(questionnaire: Questionnaire) -> Mapping[str, Question]:
    """Return the question that each column of a table may answer; a thing to do better has one for each of its parts."""
    columns = {}
    for question in questionnaire.intake_questions:
        columns[question.id] = question
        if question.kind is QuestionKind.TASK:
            columns |= {f"{question.id}.{part}": question for part in TASK_PARTS}
    return columns


def _target(name: str) -> tuple[str, str | None]:
    question, _, part = name.partition(".")
    return question, part or None


def _number(value: Any) -> Any:
    if isinstance(value, str):
        return int(float(value)) if _WHOLE.fullmatch(value.strip()) else value
    return value


def _words(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _place_of_id(names: Sequence[str], options: Options) -> int | None:
    if options.id_column is None:
        return None
    if options.id_column not in names:
        raise RecommenderError(f"There is no column '{options.id_column}' for --id. There is: {_listed(names)}.")
    return names.index(options.id_column)


def _refuse_strange(names: Sequence[str], known: Mapping[str, Question], aside: Iterable[str]) -> None:
    """A column that nobody reads may be an answer with a slip in its name: it is never passed over in silence."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise RecommenderError(f"Columns stand twice: {_listed(twice)}. Of two answers neither can be trusted.")
    strange = [name for name in names if name not in known and name not in aside]
    if strange:
        raise RecommenderError(
            f"These columns are no questions: {_listed(strange)}. Rename them, or leave them out with "
            f"--ignore {','.join(strange)}; --id names the column of ids."
        )
    if not any(name in known for name in names):
        raise RecommenderError("No column is a question. The first row must name the questions by their ids.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name or "(no name)" for name in names)
