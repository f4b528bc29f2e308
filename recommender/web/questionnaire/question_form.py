"""One page of questions: what the browser sent, and what the page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from recommender.models.questionnaire import NOTHING, Answer, Option, Question, QuestionKind, Task
from recommender.questionnaire.answer_sheet import TASK_LENGTH
from recommender.questionnaire.steps import Step, Walk

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent

TASK, SCORE = "task", "score"
# What is kept of an answer that cannot be used: longer than any id, and more than the moves of any routine.
_ID_LENGTH, _MOST_MOVES = 64, 20


@dataclass(frozen=True, slots=True)
class QuestionField:
    """A question as the page shows it: the options offered, what is filled in, and what is wrong with it.

    ``chosen`` holds option ids, or the number as text. ``error`` is None, or "" where an answer is simply missing.
    """

    question: Question
    options: tuple[Option, ...]
    chosen: tuple[str, ...]
    task: str = ""
    error: str | None = None

    @property
    def task_length(self) -> int:
        """Return how many characters a task may have."""
        return TASK_LENGTH

    @property
    def numbers(self) -> range:
        """Return the numbers that can be chosen."""
        return range(self.question.minimum, self.question.maximum + 1)

    def text_of(self, option_id: str) -> str:
        """Return the words of an option that was offered, or else of any that the question has."""
        offered = next((option for option in self.options if option.id == option_id), None)
        return (offered or self.question.option(option_id)).text

    @property
    def is_said(self) -> bool:
        """Return whether the answer says something of the person: not that nothing fits, and not nothing at all."""
        return any(option != NOTHING for option in self.chosen) or bool(self.task)

    @property
    def first_field(self) -> str:
        """Return the id of the field that an error links to."""
        return (
            part_name(self.question, self.wrong_part) if self.question.kind is QuestionKind.TASK else self.question.id
        )

    @property
    def wrong_part(self) -> str:
        """Return which part of a task an error is about: its number, where the words are there."""
        return SCORE if self.error is not None and self.task else TASK


def part_name(question: Question, part: str) -> str:
    """Return the field name of one part of an answer."""
    return f"{question.id}-{part}"


def raw_answers(questions: Iterable[Question], form: MultiDict[str, str]) -> dict[str, Any]:
    """Return what was sent for these questions, in the shapes of JSON. What cannot be one is left as it was typed."""
    return {question.id: _raw(question, form) for question in questions}


def shortened(questions: Iterable[Question], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent, no longer than it takes to say again what is wrong with it."""
    return {question.id: _short(question, raw.get(question.id)) for question in questions}


def _short(question: Question, value: Any) -> Any:
    match value:
        case list():
            return [str(one)[:_ID_LENGTH] for one in value[: len(question.options) + _MOST_MOVES]]
        case dict():
            return {part: one[: TASK_LENGTH + 1] if isinstance(one, str) else one for part, one in value.items()}
        case str():
            return value[:_ID_LENGTH]
        case _:
            return value


def _raw(question: Question, form: MultiDict[str, str]) -> Any:
    match question.kind:
        case QuestionKind.MANY | QuestionKind.MOVES:
            return form.getlist(question.id)
        case QuestionKind.NUMBER:
            return _number(form.get(question.id, ""))
        case QuestionKind.TASK:
            task, score = form.get(part_name(question, TASK), "").strip(), form.get(part_name(question, SCORE), "")
            parts = {TASK: task, SCORE: _number(score)}
            return {name: value for name, value in parts.items() if value != ""} or None
        case _:
            return form.get(question.id, "")


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 4 else text


def as_shown(question: Question, answer: Any, sheet: Mapping[str, Answer], error: str | None = None) -> QuestionField:
    """Return a question for the page; ``answer`` is a stored answer or what was typed."""
    offered = question.options
    if question.options_from:
        ticked = sheet.get(question.options_from, ())
        offered = tuple(option for option in offered if isinstance(ticked, tuple) and option.id in ticked)
    chosen, task = _filled_in(answer)
    return QuestionField(question, offered, chosen, task, error)


def answered_steps(
    localised: LocalisedContent, walk: Walk, answers: Mapping[str, Answer]
) -> list[tuple[Step, list[QuestionField]]]:
    """Return every screen of a walk, in the language of the edition, with its questions as they were answered."""
    return [
        (step, [as_shown(question, answers.get(question.id), answers) for question in step.questions])
        for step in map(localised.shown, walk.steps)
    ]


def _filled_in(answer: Any) -> tuple[tuple[str, ...], str]:
    match answer:
        case None:
            return (), ""
        case Task(task, score):
            return (str(score),), task
        case dict():
            return ((str(answer[SCORE]),) if SCORE in answer else ()), str(answer.get(TASK, ""))
        case list() | tuple():
            return tuple(str(part) for part in answer), ""
        case _:
            return (str(answer),), ""
