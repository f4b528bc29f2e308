"""One run through screens of questions: the first answers and a check are both such runs. Knows no Flask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from recommender.errors import ProblemCode
from recommender.models.questionnaire import Answer, Question
from recommender.questionnaire.steps import Step, Walk
from recommender.web.questionnaire import progress
from recommender.web.questionnaire.mistake import Mistake
from recommender.web.questionnaire.progress import PageProgress
from recommender.web.questionnaire.question_form import QuestionField, as_shown

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent

Errors = dict[str, str]


@dataclass(frozen=True)
class QuestionnaireRun(ABC):
    """Where somebody stands in a run. It never changes: ``take`` returns the run with the answers of one screen more.

    ``localised`` is the content in the language of the person, and ``walk`` the screens that the answers call for.
    """

    localised: LocalisedContent
    walk: Walk

    @property
    @abstractmethod
    def visited(self) -> frozenset[str]:
        """Return the slugs of the screens that were sent in."""

    @property
    @abstractmethod
    def answers(self) -> Mapping[str, Answer]:
        """Return what was answered in this run."""

    @property
    @abstractmethod
    def mistake(self) -> Mistake | None:
        """Return what was sent last and has to be put right, if anything."""

    @abstractmethod
    def with_mistake(self, mistake: Mistake) -> Self:
        """Return the run with what was just sent and has to be put right."""

    @property
    @abstractmethod
    def known(self) -> Mapping[str, Answer]:
        """Return every answer that may decide which options are offered, those of this run among them."""

    @abstractmethod
    def known_beside(self, step: Step) -> Mapping[str, Answer]:
        """Return the known answers that count when a screen is sent in, beside those sent."""

    @abstractmethod
    def is_page(self, slug: str) -> bool:
        """Return whether a run of this kind can ever show a screen under this slug."""

    @abstractmethod
    def is_offered(self, question: Question, known: Mapping[str, Answer]) -> bool:
        """Return whether everything that was chosen for a question in ``known`` is offered there."""

    @abstractmethod
    def after(self, step: Step, given: Mapping[str, Answer], *, is_right: bool) -> Self:
        """Return the run with these answers in place of all others of a screen that was sent in."""

    def step_at(self, slug: str) -> Step | None:
        """Return the screen under a slug, in the language of the person; None where the answers do not call for it."""
        step = progress.step_at(self.walk, slug)
        return self.localised.shown(step) if step else None

    def steps(self) -> list[Step]:
        """Return every screen, in the language of the person."""
        return [self.localised.shown(step) for step in self.walk.steps]

    def first_open(self, before: str | None = None) -> Step | None:
        """Return the first screen still to be done, looking no further than the one named ``before``."""
        return progress.first_open(self.walk, self.visited, before)

    def next_step(self, slug: str) -> Step | None:
        """Return the screen after the one named, or an earlier one that is still open; None when there is no more."""
        return progress.next_step(self.walk, self.visited, slug)

    def previous_step(self, slug: str) -> Step | None:
        """Return the screen before the one named; None where it is the first."""
        return progress.previous_step(self.walk, slug)

    def progress_at(self, slug: str) -> PageProgress:
        """Return how far somebody is at a screen."""
        return progress.progress_at(self.walk, slug, self.localised.content.questionnaire.questions, self.known)

    @property
    def is_finished(self) -> bool:
        """Return whether the run ended early and nothing is missing."""
        return progress.is_finished(self.walk)

    @property
    def is_stopped(self) -> bool:
        """Return whether the run ended early."""
        return self.walk.stop is not None

    def to_put_right(self, step: Step) -> list[QuestionField] | None:
        """Return the questions of a screen as they were sent, where that has to be put right, or looked at, still."""
        if self.mistake is None or self.mistake.slug != step.slug:
            return None
        raw = {question.id: self.mistake.raw.get(question.id) for question in step.questions}
        _, errors = self.take(step, raw)
        return self.as_typed(step, raw, errors)

    def asked(self, step: Step) -> list[QuestionField]:
        """Return the questions of a screen as they were answered."""
        return [self.as_asked(question, self.answers.get(question.id)) for question in step.questions]

    def as_typed(self, step: Step, raw: Mapping[str, Any], errors: Mapping[str, str]) -> list[QuestionField]:
        """Return the questions of a screen as they were sent, with what is wrong about each."""
        return [self.as_asked(question, raw[question.id], errors.get(question.id)) for question in step.questions]

    def as_asked(self, question: Question, answer: Any, error: str | None = None) -> QuestionField:
        """Return one question for the page; ``answer`` is a stored answer or what was typed."""
        return as_shown(question, answer, self.known, error)

    def replaces(self, step: Step, taken: QuestionnaireRun) -> bool:
        """Return whether, in a run with the answers of this screen, another answer stands in place of one of now."""
        ids = (question.id for question in step.questions)
        return any(name in self.answers and self.answers[name] != taken.answers.get(name) for name in ids)

    def take(self, step: Step, raw: Mapping[str, Any]) -> tuple[Self, Errors]:
        """Return the run with the usable answers of one screen, and what is wrong by question; "" means missing.

        On an extra screen every question needs an answer, on others those that are required.
        """
        ids = [question.id for question in step.questions]
        given, messages = self.localised.sheet.read_some(raw, ids)
        errors: Errors = {question: texts[0] for question, texts in messages.items()}
        known = {**self.known_beside(step), **given}
        for question in step.questions:
            if question.id in given and not self.is_offered(question, known):
                errors[question.id] = self._why_not_offered(question, known)
                del given[question.id]
            elif question.id not in given and (question.required or step.page is None):
                errors.setdefault(question.id, "")
        return self.after(step, given, is_right=not errors), errors

    def _why_not_offered(self, question: Question, known: Mapping[str, Answer]) -> str:
        """Return the words about an answer that contradicts another; "" where only the question is to be asked again."""
        told = self.localised.sheet.not_offered(question.id, known)
        return str(told) if told.code is ProblemCode.CONTRADICTS else ""
