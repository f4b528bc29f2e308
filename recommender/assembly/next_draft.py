"""A next routine on its way: the moves that are meant to stay, and the items that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from recommender.assembly.carried_items import (
    Kept,
)
from recommender.assembly.time_budget import TimeBudget
from recommender.models.catalogue import Exercise
from recommender.models.check_in import ChangeKind
from recommender.models.routine import Dose, Item
from recommender.models.slots import END_SLOTS, MOVE_SLOTS

# An exercise of the new routine -> (the one whose place it takes, how that is told).
Swaps = dict[str, tuple[Exercise, ChangeKind]]


@dataclass(frozen=True, slots=True)
class Draft:
    """Moves that are meant to stay, and how many moves the routine is to have with others."""

    kept: tuple[Kept, ...]
    count: int
    budget: TimeBudget
    swaps: Swaps = field(default_factory=dict)
    items: tuple[Item, ...] = ()

    @property
    def moves(self) -> dict[str, Item]:
        return {item.exercise.id: item for item in self.items if item.exercise.slot in MOVE_SLOTS and _is_move(item)}

    def with_dose(self, one: Kept, dose: Dose) -> Draft:
        kept = tuple(replace(other, dose=dose) if other is one else other for other in self.kept)
        return replace(self, kept=kept)

    def with_other(self, one: Kept, other: Kept, kind: ChangeKind) -> Draft:
        kept = tuple(other if before is one else before for before in self.kept)
        return replace(self, kept=kept, swaps={**self.swaps, other.id: (one.candidate.exercise, kind)})


def _is_move(item: Item) -> bool:
    return item.slot not in END_SLOTS


def keeps_doses(draft: Draft) -> bool:
    """Return whether no move had to be trimmed for another."""
    return all(draft.moves[one.id].dose == one.dose for one in draft.kept)


def is_as_meant(built: Draft, attempt: Draft) -> bool:
    """Return whether exactly what was meant has come about: nothing lost, nothing trimmed, nobody else let in."""
    moves: Mapping[str, Item] = built.moves
    if len(moves) != attempt.count:
        return False
    return all(one.id in moves and moves[one.id].dose == one.dose for one in attempt.kept)
