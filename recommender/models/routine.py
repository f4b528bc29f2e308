"""A routine: ordered items with their doses, and what was left out."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from recommender.models.catalogue import DoseType, Exercise, Form
from recommender.models.slots import END_SLOTS, Slot

if TYPE_CHECKING:
    from recommender.models.edits import RoutineEdit
    from recommender.models.levels import Stage
    from recommender.models.rules import Branch


@dataclass(frozen=True, slots=True)
class Dose:
    """How much of one item. ``reps`` and ``hold_seconds`` are for each side and set; ``seconds`` is for timed items."""

    type: DoseType
    sets: int = 1
    reps: int | None = None
    hold_seconds: int | None = None
    seconds: int | None = None
    per_side: bool = False
    rest_seconds: int = 0


class Pace(NamedTuple):
    """How a dose goes, in seconds: every set has ``rounds``, both sides counted, each of getting ready and then work.

    ``rest_seconds`` come between two sets. A named tuple, because it is made for every dose that is tried.
    """

    sets: int
    rounds: int
    ready_seconds: int
    work_seconds: int
    rest_seconds: int

    @property
    def seconds(self) -> int:
        return self.sets * self.rounds * (self.ready_seconds + self.work_seconds) + (self.sets - 1) * self.rest_seconds


@dataclass(frozen=True, slots=True)
class Item:
    """One exercise of a routine, in one form.

    ``seconds`` counts the work, both sides, every set and rest, setting up, and getting into the position.
    ``reasons`` are the branches that asked for it; ``notes`` are (branch, watch-out). ``easier`` and ``harder`` are moves
    that this person may do in its place, or None: each in an allowed form at its first dose, checked like an item of the
    routine.
    """

    exercise: Exercise
    form: Form
    slot: Slot
    dose: Dose
    seconds: int
    reasons: tuple[Branch, ...]
    notes: tuple[tuple[Branch, str], ...] = ()
    easier: Item | None = None
    harder: Item | None = None

    def is_of(self, parts: Container[str]) -> bool:
        """Return whether it is a move of one of these parts of a routine; a warm-up and a closing item are of none."""
        return self.slot not in END_SLOTS and self.exercise.slot in parts


class Placed(NamedTuple):
    """One movement on its way into a routine, in the form it is done in. A named tuple, because many are tried."""

    exercise: Exercise
    form: Form
    slot: Slot
    score: int
    helps_main_place: bool
    is_hold: bool


def is_hold(exercise: Exercise) -> bool:
    """Return whether the body is still during it. Strength holds count as moving: they are efforts, not stretches."""
    slot = exercise.slot
    return slot is Slot.RELIEF or (exercise.dose.type is DoseType.HOLD and slot is not Slot.STRENGTH)


class ExclusionReason(StrEnum):
    """Why an exercise is not in a routine."""

    CONTRAINDICATED = "contraindicated"
    NOT_FOR_YOUR_ANSWERS = "not_for_your_answers"
    FOR_ANOTHER_PLACE = "for_another_place"
    NO_EQUIPMENT_OR_PLACE = "no_equipment_or_place"
    NEAR_DUPLICATE = "near_duplicate"
    TIME = "time"
    NEVER_AUTOMATIC = "never_automatic"
    ONE_AT_A_TIME = "one_at_a_time"
    TAKEN_OUT = "taken_out"


BARRED = frozenset(
    {ExclusionReason.CONTRAINDICATED, ExclusionReason.NO_EQUIPMENT_OR_PLACE, ExclusionReason.NEVER_AUTOMATIC}
)
"""Why somebody may not do an exercise here at all; what is left out for any other reason is allowed."""


class LeftOut(NamedTuple):
    """``reasons`` are the branches that left it out; ``instead`` is the exercise whose place it would have taken.

    A named tuple, because there is one for most of the catalogue.
    """

    exercise: Exercise
    because: ExclusionReason
    reasons: tuple[Branch, ...] = ()
    instead: Exercise | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A short routine for a break in the day, already checked for this person."""

    name: str
    items: tuple[Item, ...]
    reason: Branch


@dataclass(frozen=True, slots=True)
class Routine:
    """``seconds`` is the sum over the items and never more than ``minutes_budget`` minutes."""

    minutes_budget: int
    stage: Stage
    items: tuple[Item, ...]

    @property
    def seconds(self) -> int:
        return sum(item.seconds for item in self.items)

    @property
    def leaves_a_minute(self) -> bool:
        """Return whether a whole minute or more of the budget is left over."""
        return self.minutes_budget * 60 - self.seconds >= 60


class EditOutcome(StrEnum):
    """What became of a wish: as asked; out, but what was chosen no longer fits; still in; or not in this routine anyway."""

    DONE = "done"
    ONLY_OUT = "only_out"
    STILL_IN = "still_in"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class AppliedEdit:
    """What a person wished to change in the routine that the rules made, and what became of it."""

    edit: RoutineEdit
    outcome: EditOutcome


class WhyNotRemovable(StrEnum):
    """Why a person cannot take a move out: it opens or ends the routine, is the last move, or the others need it."""

    WARM_UP = "warm_up"
    CLOSING = "closing"
    LAST = "last"
    NEEDED = "needed"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may do with one item: put one of the forms in its place, or take it out unless it ``stays``.

    ``origin`` is the move that the rules chose: that of the item itself, or the one it was chosen in place of.
    ``instead`` has one form of each exercise, best first.
    """

    origin: Exercise
    instead: tuple[Form, ...]
    stays: WhyNotRemovable | None


@dataclass(frozen=True, slots=True)
class Assembly:
    """The outcome of assembly. ``facts`` are the supplied facts that only assembly can know.

    ``changes`` are what became of the person's wishes, in their order. ``is_carried_on``: made from the routine before, at a
    check. ``other_days`` is the routine of the days without what is not for every day; None where every day is alike.
    """

    routine: Routine
    left_out: tuple[LeftOut, ...]
    breaks: tuple[Break, ...]
    facts: Mapping[str, int]
    changes: tuple[AppliedEdit, ...] = ()
    is_carried_on: bool = False
    other_days: Routine | None = None
