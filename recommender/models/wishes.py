"""What a person would rather not do, and what they chose in its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """A move that the person does not want, and the move that they chose in its place: exercise ids, or None for nothing."""

    unwanted: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wishes of one person in the order they were made, one for each unwanted move.

    They speak of the routine that the rules make, not of each other: whoever swaps A for B and then B for C wishes for
    C in place of A.
    """

    each: tuple[Wish, ...] = ()

    @property
    def unwanted(self) -> frozenset[str]:
        return frozenset(wish.unwanted for wish in self.each)

    def add(self, wish: Wish) -> Wishes:
        """Return the wishes with one more, in place of any earlier one about the same move."""
        return Wishes((*self.put_back(wish.unwanted).each, wish))

    def put_back(self, unwanted: str) -> Wishes:
        return Wishes(tuple(wish for wish in self.each if wish.unwanted != unwanted))


NO_WISHES = Wishes()
