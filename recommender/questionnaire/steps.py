"""The screens of a questionnaire that a sheet of answers calls for."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.models.levels import Level
from recommender.models.questionnaire import Page, Question

EXTRA_SLUG = "a-few-more"


@dataclass(frozen=True, slots=True)
class Step:
    """One screen: a page and those of its questions that are shown. Extra screens borrow questions of later pages."""

    slug: str
    questions: tuple[Question, ...]
    page: Page | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """The screens a sheet calls for, up to where it may stop.

    ``stop`` is the level that ended the form early, or None. ``shown`` holds every question that may be answered.
    ``answered_to_the_end`` says that every required question which the pages themselves show has an answer.
    """

    steps: tuple[Step, ...]
    stop: Level | None
    shown: frozenset[str]
    answered_to_the_end: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the questions still to be asked, in order of asking: required ones, and all of an extra screen."""
        return tuple(question for step in self.steps for question in step.missing)

    @property
    def is_complete(self) -> bool:
        """Return whether the answers can be judged as they stand.

        Whoever answered every page to the end is never turned away for want of the extra questions of an early stop:
        no page shows those, so what was not answered there is unknown, and what is certain can be told.
        """
        return self.answered_to_the_end or not self.missing

    @property
    def first_incomplete(self) -> Step | None:
        return next((step for step in self.steps if step.missing), None)
