"""Pages, questions and options, and a filled-in sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.models.conditions import Condition

# How a question may be drawn: a body to touch above its options (kind many), or a clock in each option, whose id is a
# number of minutes (kind one).
BODY, CLOCK = "body", "clock"
# The option of somebody who does not know, and of somebody whom nothing on a list fits: every question that offers one
# calls it so.
NOT_SURE, NOTHING = "not_sure", "none"
# The steps that choose and fit the moves read these answers themselves; all others act through the rules they fire.
PLACE, MINUTES = "place", "minutes"
READ_BY_ASSEMBLY = frozenset({PLACE, MINUTES})


class QuestionKind(StrEnum):
    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    TASK = "task"
    MOVES = "moves"


class SummaryPart(StrEnum):
    """Where the summary for a health professional has an answer, beside the signs and the rest."""

    PAIN = "pain"
    TIME = "time"
    MEDICINES = "medicines"


class Occasion(StrEnum):
    """When a page is asked."""

    INTAKE = "intake"
    EACH_SESSION = "each_session"
    DURING_SESSION = "during_session"
    AFTER_SESSION = "after_session"
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
class Sign:
    """One option of a question, as a short safety screen names it."""

    question: str
    option: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer. ``short`` are its words in a short safety screen; a line of such a screen ``stands_for`` signs.

    A ``hint`` is always seen; a ``detail`` says what counts, and is folded away until it is asked for or the option chosen.
    Beside an answer of ``not_with`` it cannot be true: both are asked again. A page offers it only where ``shown_if`` holds;
    whoever chose it otherwise is heard all the same.
    """

    id: str
    text: str
    hint: str | None = None
    detail: str | None = None
    exclusive: bool = False
    means: tuple[Meaning, ...] = ()
    becomes: Later | None = None
    short: str | None = None
    stands_for: tuple[Sign, ...] = ()
    not_with: tuple[Sign, ...] = ()
    shown_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options of a long list that stand together under a heading."""

    heading: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoneOption:
    """An option that a question had before, and the answers that say it ``now``."""

    id: str
    now: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing the person wants to do better, and how well they can do it now (0 cannot, 10 as before)."""

    task: str
    score: int


Answer = str | int | tuple[str, ...] | Task


@dataclass(frozen=True, slots=True)
class Question:
    """One question. The number answered to one that ``renews`` an intake question is the new answer to that.

    ``groups`` put headings between the options, in their order; those outside say that none fits, or that one does not know.
    A short screen ``stands_in_for`` safety questions: "none" answers them all, a tick opens the question behind it.
    Where ``asked_if`` does not hold, no page asks it, and it is read all the same if it is answered.
    Where ``after_result`` holds, the intake does not ask it: it is offered beside the result, with what it ``changes``, and
    read whenever it is answered. ``support`` are words beside the crisis line for whoever has not answered it.
    """

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
    groups: tuple[OptionGroup, ...] = ()
    gone: tuple[GoneOption, ...] = ()
    options_from: str | None = None
    default: Answer | None = None
    minimum: int = 0
    maximum: int = 10
    low_label: str | None = None
    high_label: str | None = None
    picture: str | None = None
    renews: str | None = None
    stands_in_for: tuple[str, ...] = ()
    asked_if: Condition | None = None
    after_result: Condition | None = None
    changes: str | None = None
    support: str | None = None
    summary: SummaryPart | None = None

    @property
    def none_of_these(self) -> str | None:
        """Return the option that says no to every sign: the one without short words; None where there is not just one."""
        others = [option.id for option in self.options if option.short is None and option.id != NOT_SURE]
        return others[0] if len(others) == 1 else None

    @property
    def outside_groups(self) -> tuple[Option, ...]:
        """Return the options that stand below all groups."""
        grouped = {option for group in self.groups for option in group.options}
        return tuple(option for option in self.options if option.id not in grouped)

    def opened_by(self, answer: Answer | None) -> frozenset[str]:
        """Return the questions that an answer to this short screen opens in full."""
        chosen = answer if isinstance(answer, tuple) else ()
        if NOT_SURE in chosen:
            return frozenset(self.stands_in_for)
        return frozenset(sign.question for option in self.options if option.id in chosen for sign in option.stands_for)

    def option(self, option_id: str) -> Option:
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


@dataclass(frozen=True, slots=True)
class Page:
    """One lettered page. After a page with ``stops_if_urgent`` what must be seen to the same day ends the form.

    For whom ``stops_if_see_first`` is true, so does every outcome without a routine. A title that is not ``title_shown``
    is for those who do not see the page: its questions say enough. A page ``after_result`` is that behind the result.
    ``earlier_slugs`` are addresses of before, which lead to it.
    """

    id: str
    slug: str
    title: str
    occasion: Occasion
    questions: tuple[Question, ...]
    intro: str | None = None
    title_shown: bool = True
    safety_line: bool = False
    stops_if_urgent: bool = False
    stops_if_see_first: Condition | None = None
    shown_if: Condition | None = None
    after_result: bool = False
    earlier_slugs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Questionnaire:
    """The pages. ``version`` rises when answers that were kept may no longer mean what they would mean today."""

    pages: tuple[Page, ...]
    version: int = 1

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question of every occasion by id, in page order."""
        return MappingProxyType({question.id: question for page in self.pages for question in page.questions})

    @cached_property
    def intake_pages(self) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.occasion is Occasion.INTAKE)

    @cached_property
    def slugs_now(self) -> Mapping[str, str]:
        """Return the address of today for each address of before."""
        return MappingProxyType({slug: page.slug for page in self.pages for slug in page.earlier_slugs})

    @cached_property
    def page_after_result(self) -> Page | None:
        """Return the page that stands behind the result; None without one."""
        return next((page for page in self.intake_pages if page.after_result), None)

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
    # Not a field of its own to give: it is lost with every change, so that no other answers can carry it.
    _complete_for: object = field(default=None, init=False, repr=False, compare=False)

    def found_complete(self, by: object) -> Intake:
        """Return the same intake with the mark of whoever walked it and found no question open."""
        marked = Intake(self.answers, self.supplied)
        object.__setattr__(marked, "_complete_for", by)
        return marked

    def is_complete_for(self, walker: object) -> bool:
        """Return whether exactly this walker has found exactly these answers complete."""
        return self._complete_for is walker

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
