"""A check on how it is going: what was answered and done before, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from recommender.models.questionnaire import Answer, Intake, Occasion

if TYPE_CHECKING:
    from recommender.models.catalogue import Exercise, Form
    from recommender.models.follow_up import Action
    from recommender.models.recommendation import Recommendation
    from recommender.models.routine import Dose
    from recommender.models.rules import Branch


@dataclass(frozen=True, slots=True)
class Check:
    """What was answered on one day after the first: the check's own questions, and intake questions asked again."""

    date: date
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class CheckInHistory:
    """Everything a person has answered up to now. ``past`` are the checks before this one, the earliest first.

    ``occasion`` says what ``now`` is: a follow-up check, the question before a session, or what is asked about a move
    that hurts in one. ``hurt`` are the exercises that hurt in sessions before: none of them is chosen again.
    """

    started: date
    first: Mapping[str, Answer]
    past: tuple[Check, ...]
    now: Check
    occasion: Occasion = Occasion.FOLLOW_UP
    hurt: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Done:
    """One item of the routine that the person has, as they sent it: nothing about it is trusted yet."""

    exercise: Exercise
    form: Form
    dose: Dose


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A complete check. ``intake`` holds the answers as they stand now, with the facts worked out for today.

    ``earlier`` are the intakes of the first routine and of each past check, in order.
    """

    history: CheckInHistory
    intake: Intake
    earlier: tuple[Intake, ...]
    done: tuple[Done, ...]


class ChangeKind(StrEnum):
    """What has changed about one move since last time."""

    MORE = "more"
    LESS = "less"
    HARDER = "harder"
    EASIER = "easier"
    SWAPPED = "swapped"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DoseChange:
    """One change. ``figure`` is a field of the dose, with its value ``before`` and ``after``; None where the move changed.

    ``instead`` is the move that it takes the place of. ``reasons`` are the branches behind it, if there are any.
    """

    kind: ChangeKind
    exercise: Exercise
    figure: str | None = None
    before: int | None = None
    after: int | None = None
    instead: Exercise | None = None
    reasons: tuple[Branch, ...] = ()

    @property
    def is_more(self) -> bool:
        """Return whether it asks for more than last time."""
        return self.kind in (ChangeKind.MORE, ChangeKind.HARDER, ChangeKind.ADDED)


@dataclass(frozen=True, slots=True)
class NextCheck:
    """Between which days the next check is."""

    first: date
    last: date


class PlanMode(StrEnum):
    """What a plan is for: to build up, or after the last planned check to maintain what was gained. It is no action."""

    BUILD_UP = "build_up"
    MAINTAIN = "maintain"


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """``reasons`` are the branches that decided. ``full`` says that nothing is left to raise, in the words of the rule.

    ``maintains`` says that the plan is past its last planned check, and there to keep what was gained.

    Where the action is to refer there are no changes, no next check, and no routine in the recommendation.
    """

    action: Action
    reasons: tuple[Branch, ...]
    changes: tuple[DoseChange, ...]
    recommendation: Recommendation
    next_check: NextCheck | None
    full: str | None = None
    maintains: bool = False
