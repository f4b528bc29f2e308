"""What the rules said about one intake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from recommender.models.slots import NO_BOUNDS, SlotBounds

if TYPE_CHECKING:
    from recommender.models.actions import Advice, Exclusion, Modification, Order, Preference, SlotLimit, TimeTable
    from recommender.models.follow_up import CheckSchedule
    from recommender.models.levels import Level, Stage
    from recommender.models.rules import Branch

Part = TypeVar("Part")


@dataclass(frozen=True)
class Decision:
    """The branches that fired, in order of rule id, and what follows from them alone.

    ``outcomes`` are the branches with a disposition, worst level first; ``level`` is the worst of them.
    """

    fired: tuple[Branch, ...]
    level: Level
    outcomes: tuple[Branch, ...]
    base_stage: Stage
    stage: Stage
    findings: frozenset[str]
    targets: frozenset[str]
    order: Order
    plan: TimeTable | None
    check_in_schedule: CheckSchedule | None = None

    def each(self, part: Callable[[Branch], tuple[Part, ...]]) -> Iterator[tuple[Branch, Part]]:
        """Yield (branch, action) for one kind of action, for example ``each(lambda b: b.then.advise)``."""
        for branch in self.fired:
            for action in part(branch):
                yield branch, action

    # Assembly and presentation ask for these again and again.

    @cached_property
    def exclusions(self) -> tuple[tuple[Branch, Exclusion], ...]:
        return tuple(self.each(lambda branch: branch.then.exclude))

    @cached_property
    def modifications(self) -> tuple[tuple[Branch, Modification], ...]:
        return tuple(self.each(lambda branch: branch.then.modify))

    @cached_property
    def preferences(self) -> tuple[tuple[Branch, Preference], ...]:
        return tuple(self.each(lambda branch: branch.then.prefer))

    @cached_property
    def advice(self) -> tuple[tuple[Branch, Advice], ...]:
        return tuple(self.each(lambda branch: branch.then.advise))

    @cached_property
    def slot_bounds(self) -> Mapping[str, SlotBounds]:
        """The bounds on the moves of each slot that some rule speaks of, in a routine of any length."""
        return self.slot_bounds_in(0)

    def slot_bounds_in(self, minutes: int) -> Mapping[str, SlotBounds]:
        """Return the bounds on the moves of each slot that some rule speaks of, in a routine of so many minutes."""
        if minutes not in self._bounds:
            bounds: dict[str, SlotBounds] = {}
            for _, given in self.each(lambda branch: branch.then.slot_limits):
                if given.from_minutes is None or given.from_minutes <= minutes:
                    bounds[given.slot] = _narrower(bounds.get(given.slot, NO_BOUNDS), given)
            self._bounds[minutes] = MappingProxyType(bounds)
        return self._bounds[minutes]

    @cached_property
    def _bounds(self) -> dict[int, Mapping[str, SlotBounds]]:
        return {}

    @cached_property
    def alike(self) -> Mapping[str, frozenset[str]]:
        """The near-duplicates of each exercise that has any, itself not among them."""
        return _alike(self.order.near_duplicates or ())

    def are_near_duplicates(self, first: str, second: str) -> bool:
        return second in self.alike.get(first, ())

    @cached_property
    def fired_ids(self) -> tuple[str, ...]:
        return tuple(branch.id for branch in self.fired)


def _narrower(before: SlotBounds, given: SlotLimit) -> SlotBounds:
    mosts = [most for most in (before.at_most, given.at_most) if most is not None]
    most_time = 1.0 if given.time_share_at_most is None else given.time_share_at_most
    return SlotBounds(
        at_least=max(before.at_least, given.at_least or 0),
        at_most=min(mosts, default=None),
        share_at_least=max(before.share_at_least, given.share_at_least or 0.0),
        time_share_at_least=max(before.time_share_at_least, given.time_share_at_least or 0.0),
        time_share_at_most=min(before.time_share_at_most, most_time),
    )


@lru_cache(maxsize=32)
def _alike(groups: tuple[frozenset[str], ...]) -> Mapping[str, frozenset[str]]:
    exercises = frozenset().union(*groups)
    return MappingProxyType(
        {one: frozenset().union(*(group for group in groups if one in group)) - {one} for one in exercises}
    )
