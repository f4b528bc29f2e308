"""What the rules said about one intake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from recommender.models.levels import Level, Stage
from recommender.models.rules import Branch, Order, TimePlan

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
    plan: TimePlan | None

    def each(self, part: Callable[[Branch], tuple[Part, ...]]) -> Iterator[tuple[Branch, Part]]:
        """Yield (branch, action) for one kind of action, for example ``each(lambda b: b.then.exclude)``."""
        for branch in self.fired:
            for action in part(branch):
                yield branch, action

    @cached_property
    def fired_ids(self) -> tuple[str, ...]:
        return tuple(branch.id for branch in self.fired)
