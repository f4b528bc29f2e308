"""The parts of a routine, and the figures of a dose: the one list of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Slot(StrEnum):
    """What an item is for in a routine. DIRECTION and BREAK are given by the program, the others by the catalogue."""

    WARM_UP = "warm_up"
    MOBILITY = "mobility"
    DIRECTION = "direction"
    STRETCH = "stretch"
    STRENGTH = "strength"
    RELIEF = "relief"
    CLOSING = "closing"
    BREAK = "break"


MOVE_SLOTS = frozenset({Slot.MOBILITY, Slot.STRETCH, Slot.STRENGTH, Slot.RELIEF})
END_SLOTS = frozenset({Slot.WARM_UP, Slot.CLOSING})
CATALOGUE_SLOTS = MOVE_SLOTS | END_SLOTS

DOSE_FIGURES = ("sets", "reps", "hold_seconds", "seconds")


@dataclass(frozen=True, slots=True)
class SlotBounds:
    """Bounds on the number of moves of one slot, from every rule that speaks of it; the strictest wins."""

    at_least: int = 0
    at_most: int | None = None
    share_at_least: float = 0.0
    time_share_at_least: float = 0.0
    time_share_at_most: float = 1.0

    def holds_back(self, count: int) -> bool:
        """Return whether so many moves are as many as there may be."""
        return self.at_most is not None and count >= self.at_most


NO_BOUNDS = SlotBounds()
