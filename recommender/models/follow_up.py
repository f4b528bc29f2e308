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

    ``dose_factor`` (0 to 1) is what is left of repeats and holds, never below ``reps_at_least`` and ``hold_seconds_at_least``.
    ``keep_one_of`` are parts of the routine of which one move stays that did not hurt. ``step_back`` asks for the dose before
    the last progress, ``restore`` for what went well before the last check that asked for less. ``swap_moves`` is
    how many moves are changed for others of the same use, ``rows_down`` by how many rows of the time plan the session gets
    shorter. ``ease_hurting`` puts an easier move in the place of each that hurt, ``drop_hurting`` leaves each out.
    ``check_in_days`` is [first, last].
    """

    action: Action
    stage: StageMove = StageMove.SAME
    dose_factor: float | None = None
    reps_at_least: int | None = None
    hold_seconds_at_least: int | None = None
    keep_one_of: tuple[str, ...] = ()
    step_back: bool = False
    restore: bool = False
    swap_moves: int = 0
    rows_down: int = 0
    ease_hurting: bool = False
    drop_hurting: bool = False
    check_in_days: tuple[int, int] | None = None


class ProgressFigure(StrEnum):
    """What a step of progress may raise."""

    MOVES = "moves"
    REPS = "reps"
    HOLD_SECONDS = "hold_seconds"
    HARDER = "harder"
    SETS = "sets"


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """One way to do more: ``by`` so much, to ``at_most``; for harder moves neither is needed."""

    figure: ProgressFigure
    by: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The ways to do more, the first to try first; up to ``things_at_most`` of them are taken at a check.

    Each is of another move, and the first of ``slots_first`` where there is something to raise.

    ``hold_total_seconds_at_most`` is for one stretch on one side, over all its repeats. ``full`` is said when nothing is
    left to raise.
    """

    steps: tuple[ProgressStep, ...]
    hold_total_seconds_at_most: int
    full: str
    things_at_most: int = 1
    slots_first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckSchedule:
    """On which days after the start the checks are, and which rules decide first where several fit.

    After the last of the days the plan is there to maintain what was gained, with a check every ``then_every_days``;
    without these it ends.
    """

    on_days: tuple[int, ...]
    first_to_decide: tuple[str, ...]
    then_every_days: int | None = None

    def maintains_after(self, days: int) -> bool:
        """Return whether so many days after the start the plan is one to maintain what was gained."""
        return self.then_every_days is not None and days >= self.on_days[-1]

    def next_day(self, days: int) -> int | None:
        """Return the day of the next check, counted from the start as ``days`` is; None once there is none."""
        planned = next((day for day in self.on_days if day > days), None)
        if planned is not None or self.then_every_days is None:
            return planned
        passed = (days - self.on_days[-1]) // self.then_every_days
        return self.on_days[-1] + (passed + 1) * self.then_every_days
