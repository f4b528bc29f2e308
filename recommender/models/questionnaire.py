"""Pages, questions and options, and a filled-in sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from recommender.models.conditions import Condition

# How a question may be drawn: a body to touch above its options (kind many), or a clock in each option, whose id is a
# number of minutes (kind one).
BODY, CLOCK = "body", "clock"


class QuestionKind(StrEnum):
    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    TASK = "task"
    MOVES = "moves"


class Occasion(StrEnum):
    """When a page is asked."""

    INTAKE = "intake"
    EACH_SESSION = "each_session"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer at a check says of an intake question: this option, in place of any of the earlier ones.

    ``instead_of`` are the earlier options that it replaces; () means any, and none at all.
    """

    question: str
    option: str
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """The option that an answer becomes by itself once so many whole weeks have passed."""

    option: str
    after_weeks: int


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    text: str
    hint: str | None = None
    exclusive: bool = False
    means: tuple[Meaning, ...] = ()
    becomes: Later | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One thing the person wants to do better, and how well they can do it now (0 cannot, 10 as before)."""

    task: str
    score: int


Answer = str | int | tuple[str, ...] | Task


@dataclass(frozen=True, slots=True)
class Question:
    """One question. The number answered to one that ``renews`` an intake question is the new answer to that."""

    id: str
    code: str
    kind: QuestionKind
    text: str
    why: str
    required: bool
    safety: bool = False
    hint: str | None = None
    shown_if: Condition | None = None
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    default: Answer | None = None
    minimum: int = 0
    maximum: int = 10
    low_label: str | None = None
    high_label: str | None = None
    picture: str | None = None
    renews: str | None = None

    def option(self, option_id: str) -> Option:
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


@dataclass(frozen=True, slots=True)
class Page:
    """One lettered page. After a page with ``stops_if_urgent`` an urgent answer ends the form."""

    id: str
    slug: str
    title: str
    occasion: Occasion
    questions: tuple[Question, ...]
    intro: str | None = None
    safety_line: bool = False
    stops_if_urgent: bool = False
    shown_if: Condition | None = None


@dataclass(frozen=True)
class Questionnaire:
    pages: tuple[Page, ...]

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question of every occasion by id, in page order."""
        return MappingProxyType({question.id: question for page in self.pages for question in page.questions})

    @cached_property
    def intake_pages(self) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.occasion is Occasion.INTAKE)

    @cached_property
    def intake_questions(self) -> tuple[Question, ...]:
        return tuple(question for page in self.intake_pages for question in page.questions)

    def pages_asked(self, occasion: Occasion) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.occasion is occasion)

    @cached_property
    def page_of(self) -> Mapping[str, Page]:
        return MappingProxyType({question.id: page for page in self.pages for question in page.questions})


@dataclass(frozen=True, slots=True)
class Intake:
    """The answers given, by question id, and the facts supplied with them. Questions not answered are absent."""

    answers: Mapping[str, Answer]
    supplied: Mapping[str, int] = field(default_factory=dict)

    def chosen(self, question: str) -> tuple[str, ...]:
        """Return the option ids chosen for a question of kind one or many; () if it was not answered."""
        answer = self.answers.get(question)
        if isinstance(answer, str):
            return (answer,)
        return answer if isinstance(answer, tuple) else ()

    def number(self, subject: str) -> int | None:
        """Return a number answered or supplied, or None."""
        answer = self.answers.get(subject, self.supplied.get(subject))
        return answer if isinstance(answer, int) else None
