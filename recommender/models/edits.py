"""What a person would rather not do, and what they chose in its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoutineEdit:
    """A move that the person does not want, and the move that they chose in its place: exercise ids, or None for nothing."""

    unwanted: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class RoutineEdits:
    """The wishes of one person in the order they were made, one for each unwanted move.

    They speak of the routine that the rules make, not of each other: whoever swaps A for B and then B for C wishes for
    C in place of A.
    """

    each: tuple[RoutineEdit, ...] = ()

    @property
    def unwanted(self) -> frozenset[str]:
        return frozenset(edit.unwanted for edit in self.each)

    def add(self, edit: RoutineEdit) -> RoutineEdits:
        """Return the wishes with one more, in place of any earlier one about the same move."""
        return RoutineEdits((*self.put_back(edit.unwanted).each, edit))

    def put_back(self, unwanted: str) -> RoutineEdits:
        return RoutineEdits(tuple(edit for edit in self.each if edit.unwanted != unwanted))


NO_EDITS = RoutineEdits()
