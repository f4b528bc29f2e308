"""What a rule makes of a check: whether the routine grows, stays, shrinks or stops, by how much, and when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What comes of a check."""

    PROGRESS = "progress"
    KEEP = "keep"
    REGRESS = "regress"
    REFER = "refer"


class StageMove(StrEnum):
    """How high the next stage may be, seen from the one before."""

    ONE_UP = "one_up"
    SAME = "same"
    ONE_DOWN = "one_down"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What becomes of the routine after a check.

    ``times`` (0 to 1) is what is left of repeats and holds, holds never below ``hold_seconds_at_least``. ``swap_moves`` is
    how many moves are changed for others of the same use, ``rows_down`` by how many rows of the time plan the session gets
    shorter. ``ease_hurting`` puts an easier move in the place of each that hurt. ``check_in_days`` is [first, last].
    """

    action: Action
    stage: StageMove = StageMove.SAME
    times: float | None = None
    hold_seconds_at_least: int | None = None
    swap_moves: int = 0
    rows_down: int = 0
    ease_hurting: bool = False
    check_in_days: tuple[int, int] | None = None


class Figure(StrEnum):
    """What a step of progress may raise."""

    MOVES = "moves"
    REPS = "reps"
    HOLD_SECONDS = "hold_seconds"
    HARDER = "harder"
    SETS = "sets"


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """One way to do more: ``by`` so much, to ``at_most``; for harder moves neither is needed."""

    figure: Figure
    by: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The ways to do more, the first to try first; one of them is taken at a check.

    ``hold_total_seconds_at_most`` is for one stretch on one side, over all its repeats. ``full`` is said when nothing is
    left to raise.
    """

    steps: tuple[ProgressStep, ...]
    hold_total_seconds_at_most: int
    full: str


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """On which days after the start the checks are, and which rules decide first where several fit."""

    on_days: tuple[int, ...]
    first_to_decide: tuple[str, ...]
