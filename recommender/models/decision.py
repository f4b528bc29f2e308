"""What the rules said about one intake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from recommender.models.levels import Level, Stage
from recommender.models.rules import Branch, Exclusion, Modification, Order, Preference, TimePlan

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
        """Yield (branch, action) for one kind of action, for example ``each(lambda b: b.then.advise)``."""
        for branch in self.fired:
            for action in part(branch):
                yield branch, action

    # Assembly asks for these at every form of every exercise.

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
    def fired_ids(self) -> tuple[str, ...]:
        return tuple(branch.id for branch in self.fired)
