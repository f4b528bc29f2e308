"""The first dose of a form on every sheet: which figures it may have, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from recommender.assembly.dose import pace
from recommender.assembly.matching import matches
from recommender.models.actions import Modification, Timing
from recommender.models.catalogue import DoseType, Exercise, Form
from recommender.models.routine import Dose
from recommender.models.slots import Slot
from recommender.proof.encoding.graph import TRUE, Graph, Literal
from recommender.proof.encoding.rules import RuleEncoding

Changes = tuple[tuple[Literal, Modification], ...]
_Figures = Mapping[int, Literal]


class Timed(NamedTuple):
    """A dose that some sheet leads to, and when."""

    dose: Dose
    when: Literal


class Doses:
    """The first doses on one sheet."""

    def __init__(self, rules: RuleEncoding) -> None:
        self._graph = rules.graph
        self._modifying = [
            (rules.fired[branch.id], change)
            for branch in rules.universe.before_assembly
            for change in branch.then.modify
        ]
        self._known: dict[str, tuple[Timed, ...]] = {}

    def changes(self, exercise: Exercise, form: Form) -> Changes:
        """Return the modifications that speak of the form, each with when it does."""
        return tuple(
            (when, change)
            for when, change in self._modifying
            if change.scope is None or matches(change.scope, exercise, form)
        )

    def start(self, exercise: Exercise, form: Form) -> tuple[Timed, ...]:
        """Return every first dose of the form, without rests, and when it is that."""
        if form.key not in self._known:
            self._known[form.key] = tuple(self._start(exercise, self.changes(exercise, form)))
        return self._known[form.key]

    def _start(self, exercise: Exercise, changes: Changes) -> Iterator[Timed]:
        usual, graph = exercise.dose, self._graph
        factors = [(when, change.dose_factor) for when, change in changes if change.dose_factor is not None]
        timed = usual.type is DoseType.TIME
        reps = usual.start_reps or (usual.reps[0] if usual.reps else None)
        hold = usual.start_hold_seconds or (usual.hold_seconds[0] if usual.hold_seconds else None)
        figures = (
            self._sets(exercise, changes),
            self._lowered(None if timed else reps, [(when, change.reps_at_most) for when, change in changes], factors),
            self._lowered(
                None if timed else hold, [(when, change.hold_seconds_at_most) for when, change in changes], factors
            ),
            self._lowered(usual.start_seconds if timed else None, [], factors),
        )
        for sets, when_sets in figures[0].items():
            for reps, when_reps in figures[1].items():
                for hold, when_hold in figures[2].items():
                    for seconds, when_seconds in figures[3].items():
                        when = graph.every((when_sets, when_reps, when_hold, when_seconds))
                        yield Timed(Dose(usual.type, sets, reps, hold, seconds, usual.per_side), when)

    def _sets(self, exercise: Exercise, changes: Changes) -> _Figures:
        """Return the sets: raised by the greatest first figure, within the usual, then lowered to the least of the limits."""
        least, most = exercise.dose.sets
        figures: _Figures = {least: TRUE}
        for when, change in changes:
            if change.sets_at_start is not None:
                figures = self._moved(figures, when, _raised_to(change.sets_at_start))
        figures = self._moved(figures, TRUE, _at_most(most))
        for when, change in changes:
            if change.sets_at_most is not None:
                figures = self._moved(figures, when, _at_most(change.sets_at_most))
        return self._moved(figures, TRUE, _raised_to(1))

    def _lowered(
        self,
        first: int | None,
        limits: Iterable[tuple[Literal, int | None]],
        factors: Iterable[tuple[Literal, float]],
    ) -> _Figures | Mapping[None, Literal]:
        """Return a figure within every limit, and then made smaller by every factor, in the order of the rules."""
        if first is None:
            return {None: TRUE}
        figures: _Figures = {first: TRUE}
        for when, limit in limits:
            if limit is not None:
                figures = self._moved(figures, when, _at_most(limit))
        for when, factor in factors:
            figures = self._moved(figures, when, _times(factor))
        return figures

    def _moved(self, figures: _Figures, when: Literal, change: Callable[[int], int]) -> _Figures:
        """Return the figures after a change that is made where ``when`` holds."""
        moved: dict[int, list[Literal]] = {}
        for figure, before in figures.items():
            moved.setdefault(figure, []).append(self._graph.both(before, -when))
            moved.setdefault(change(figure), []).append(self._graph.both(before, when))
        either = {figure: self._graph.any(literals) for figure, literals in moved.items()}
        return {figure: literal for figure, literal in either.items() if literal != -TRUE}


def work_seconds(exercise: Exercise, dose: Dose, timing: Timing) -> int:
    """Return how long the dose takes, every side, set, repeat, hold and rest; not the setting up."""
    rest = timing.strength_rest_seconds if exercise.slot is Slot.STRENGTH else 0
    return pace(dose, timing).seconds + (dose.sets - 1) * rest if dose.seconds is None else pace(dose, timing).seconds


def longer_than(graph: Graph, doses: Iterable[Timed], seconds: Callable[[Dose], int], limit: int) -> Literal:
    """Return that the dose takes longer than the limit, in seconds."""
    return graph.any(when for dose, when in doses if seconds(dose) > limit)


def _raised_to(least: int) -> Callable[[int], int]:
    return lambda figure: max(figure, least)


def _at_most(most: int) -> Callable[[int], int]:
    return lambda figure: min(figure, most)


def _times(factor: float) -> Callable[[int], int]:
    return lambda figure: max(1, int(figure * factor))
