"""Every single answer that could be different, and the sheet that each such change leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """Another answer to one question. ``option`` is the option ticked or unticked, or chosen; None for a number."""

    question: str
    before: Answer | None
    after: Answer
    option: str | None = None
    is_unticked: bool = False


class AnswerChanges:
    """The changes of one sheet, and what follows from each: answers no longer asked for are left out."""

    def __init__(self, recommender: Recommender, intake: Intake) -> None:
        self._recommender = recommender
        self._intake = intake
        self._questionnaire = recommender.content.questionnaire
        self._sheets: dict[AnswerChange, Mapping[str, Answer] | None] = {}
        self._fired: dict[AnswerChange, frozenset[str]] = {}

    @cached_property
    def by_question(self) -> Mapping[str, tuple[AnswerChange, ...]]:
        """The changes of each question that is shown, in order of the questionnaire."""
        shown = self._recommender.flow.walk(self._intake.answers).shown
        return {
            question.id: tuple(_changes(question, self._intake))
            for question in self._questionnaire.intake_questions
            if question.id in shown
        }

    def after(self, change: AnswerChange) -> Intake | None:
        """Return the intake with the change made; None where it calls for answers that are not there."""
        if change not in self._sheets:
            self._sheets[change] = self._sheet(change)
        answers = self._sheets[change]
        return None if answers is None else Intake(answers, self._intake.supplied)

    def fired_after(self, change: AnswerChange) -> frozenset[str]:
        """Return the branches that fire before assembly once the change is made; none where it cannot be known."""
        if change not in self._fired:
            intake = self.after(change)
            self._fired[change] = self._recommender.oracle.fire(intake) if intake else frozenset()
        return self._fired[change]

    def _sheet(self, change: AnswerChange) -> Mapping[str, Answer] | None:
        flow = self._recommender.flow
        answers: dict[str, Answer] = {**self._intake.answers, change.question: change.after}
        walk = flow.walk(answers)
        if any(question not in walk.shown or flow.not_offered(question, answers) for question in answers):
            answers = flow.prune(answers)
            walk = flow.walk(answers)
        return answers if walk.is_complete and change.question in answers else None


def _changes(question: Question, intake: Intake) -> Iterator[AnswerChange]:
    """Yield every other legal answer that is one step away: another option, one box more or less, another number."""
    before = intake.answers.get(question.id)
    if question.kind is QuestionKind.ONE:
        offered = intake.chosen(question.options_from) if question.options_from else None
        for option in question.options:
            if option.id != before and (offered is None or option.id in offered):
                yield AnswerChange(question.id, before, option.id, option.id)
    elif question.kind is QuestionKind.MANY:
        yield from _ticks(question, intake)
    elif question.kind is QuestionKind.NUMBER:
        numbers = range(question.minimum, question.maximum + 1)
        yield from (AnswerChange(question.id, before, number) for number in numbers if number != before)


def _ticks(question: Question, intake: Intake) -> Iterator[AnswerChange]:
    before = intake.answers.get(question.id)
    ticked = intake.chosen(question.id)
    alone = [option.id for option in question.options if option.exclusive]
    for option in question.options:
        if option.exclusive:
            after: tuple[str, ...] = (option.id,)
        elif option.id in ticked:
            after = tuple(other for other in ticked if other != option.id)
        else:
            wanted = {option.id, *ticked} - set(alone)
            after = tuple(other.id for other in question.options if other.id in wanted)
        if after and after != ticked:
            yield AnswerChange(question.id, before, after, option.id, option.id in ticked)
