"""What is different in the next routine, move by move, and which rules are behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from recommender.assembly.dose import Dosing
from recommender.models.catalogue import Exercise
from recommender.models.check_in import ChangeKind, Done, DoseChange
from recommender.models.follow_up import ProgressFigure
from recommender.models.routine import Assembly, Item
from recommender.models.rules import Branch
from recommender.models.slots import DOSE_FIGURES, END_SLOTS


def changes_between(
    before: tuple[Done, ...],
    assembly: Assembly,
    swaps: Mapping[str, tuple[Exercise, ChangeKind]],
    dosing: Dosing,
    deciding: Branch | None,
    more: Branch | None,
) -> tuple[DoseChange, ...]:
    """Return the changes in the order of the new routine, and after them the moves that are gone.

    ``swaps`` says which new move takes the place of which.
    """
    return tuple(_Comparison(before, assembly, swaps, dosing, deciding, more).changes())


class _Comparison:
    def __init__(
        self,
        before: tuple[Done, ...],
        assembly: Assembly,
        swaps: Mapping[str, tuple[Exercise, ChangeKind]],
        dosing: Dosing,
        deciding: Branch | None,
        more: Branch | None,
    ) -> None:
        self._before = {item.exercise.id: item for item in before}
        self._after = {item.exercise.id: item for item in assembly.routine.items if item.slot not in END_SLOTS}
        self._left_out = {left.exercise.id: left for left in assembly.left_out}
        self._swaps = {name: swap for name, swap in swaps.items() if name in self._after}
        self._dosing = dosing
        self._deciding: tuple[Branch, ...] = (deciding,) if deciding else ()
        self._more: tuple[Branch, ...] = (more,) if more else self._deciding

    def changes(self) -> Iterator[DoseChange]:
        for name, item in self._after.items():
            if name in self._before:
                yield from self._doses(self._before[name], item)
            elif name in self._swaps:
                instead, kind = self._swaps[name]
                yield DoseChange(kind, item.exercise, instead=instead, reasons=self._behind(instead, kind))
            else:
                yield DoseChange(ChangeKind.ADDED, item.exercise, reasons=self._more)
        swapped = {instead.id for instead, _ in self._swaps.values()}
        for name, gone in self._before.items():
            if name not in self._after and name not in swapped:
                reasons = self._behind(gone.exercise, ChangeKind.REMOVED)
                yield DoseChange(ChangeKind.REMOVED, gone.exercise, reasons=reasons)

    def _behind(self, gone: Exercise, kind: ChangeKind) -> tuple[Branch, ...]:
        """Return the branches behind a move that is gone: what leaves it out, else what the check asked for."""
        if kind is ChangeKind.HARDER:
            return self._more
        left = self._left_out.get(gone.id)
        if left and left.reasons:
            return left.reasons
        return (self._due or self._deciding) if kind is ChangeKind.REMOVED else self._deciding

    @cached_property
    def _due(self) -> tuple[Branch, ...]:
        """The branches for which moves got a set more, and for which others made room."""
        return tuple(dict.fromkeys(branch for item in self._after.values() for branch in self._sets_due(item)))

    def _sets_due(self, item: Item) -> list[Branch]:
        before = self._before.get(item.exercise.id)
        if before is None or item.dose.sets <= before.dose.sets:
            return []
        return [branch for branch, change in self._dosing.changes(item.exercise, item.form) if change.sets_due]

    def _doses(self, before: Done, after: Item) -> Iterator[DoseChange]:
        for figure in DOSE_FIGURES:
            was, now = getattr(before.dose, figure), getattr(after.dose, figure)
            if was is None or now is None or was == now:
                continue
            kind = ChangeKind.MORE if now > was else ChangeKind.LESS
            reasons = self._more if kind is ChangeKind.MORE else self._limiting(after) or self._deciding
            if figure == ProgressFigure.SETS and kind is ChangeKind.MORE:
                reasons = tuple(self._sets_due(after)) or reasons
            yield DoseChange(kind, after.exercise, figure, was, now, reasons=reasons)

    def _limiting(self, item: Item) -> tuple[Branch, ...]:
        """Return the deciding branch if it asks for less, else the branches that limit the dose of this move."""
        asked = (branch.then.follow_up for branch in self._deciding)
        if any(follow_up and (follow_up.dose_factor or follow_up.step_back) for follow_up in asked):
            return self._deciding
        limits = self._dosing.changes(item.exercise, item.form)
        strict = (
            branch
            for branch, change in limits
            if change.keep_start_dose
            or change.dose_factor
            or change.reps_at_most
            or change.hold_seconds_at_most
            or change.sets_at_most
        )
        return tuple(dict.fromkeys(strict))
