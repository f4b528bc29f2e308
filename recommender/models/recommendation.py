"""The answer to one intake: an outcome with its reasons, and a routine where one may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.models.edits import NO_EDITS, RoutineEdits
from recommender.models.levels import ReviewKind

if TYPE_CHECKING:
    from datetime import date

    from recommender.models.catalogue import Disposition
    from recommender.models.decision import Decision
    from recommender.models.levels import Level
    from recommender.models.questionnaire import Intake
    from recommender.models.routine import Assembly
    from recommender.models.rules import Branch


@dataclass(frozen=True, slots=True)
class Supporting:
    """One answer behind a reason. ``option`` is an option id, or None for a number; ``text`` is what was chosen."""

    question: str
    option: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ReviewDays:
    """From which day the times of a recommendation count.

    What was asked for at the start of a plan, by the branches of ``since_start``, counts from there: otherwise "within
    six weeks" would move away with each check.
    """

    today: date
    started: date
    since_start: frozenset[str] = frozenset()

    @classmethod
    def from_day(cls, day: date) -> ReviewDays:
        return cls(day, day)

    def first_day(self, branch: Branch) -> date:
        """Return the day from which the time of a branch counts. To check in again counts from each check anew."""
        action = branch.then.disposition
        is_new = action is None or action.kind is ReviewKind.CHECK_IN or branch.id not in self.since_start
        return self.today if is_new else self.started


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``assembly`` is None above the levels that show a routine.

    ``behind`` holds the person's own answers behind each fired branch, by branch id. ``review_days`` are those of a
    check; None is a first intake, whose times count from the day of its answers.
    """

    intake: Intake
    decision: Decision
    disposition: Disposition
    assembly: Assembly | None
    behind: Mapping[str, tuple[Supporting, ...]]
    version: str
    hash: str
    approved: bool
    edits: RoutineEdits = NO_EDITS
    review_days: ReviewDays | None = None

    @property
    def level(self) -> Level:
        return self.decision.level

    @property
    def fired(self) -> tuple[Branch, ...]:
        return self.decision.fired
