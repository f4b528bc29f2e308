"""Which exercises, in which forms, each branch leaves out, changes, prefers or puts in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recommender.assembly.dose import Dosing
from recommender.assembly.matching import allows_others_only, matches
from recommender.assembly.screening import rank
from recommender.models.actions import Modification, Order, Preference, TimeTable
from recommender.models.catalogue import Catalogue, Exercise, Form
from recommender.models.content import Content
from recommender.models.decision import Decision
from recommender.models.levels import Level, Stage
from recommender.models.rules import Branch
from recommender.rulebook.named import named_exercises


@dataclass(frozen=True, slots=True)
class Touched:
    """An exercise and those of its forms that an action speaks of, in catalogue order."""

    exercise: Exercise
    forms: tuple[Form, ...]

    @property
    def is_whole(self) -> bool:
        return len(self.forms) == len(self.exercise.forms)


@dataclass(frozen=True, slots=True)
class Effects:
    """What one branch does to the catalogue. ``names`` are the exercises it names, for whatever purpose."""

    excludes: tuple[Touched, ...]
    modifies: tuple[Touched, ...]
    prefers: tuple[Touched, ...]
    swaps_in: tuple[Exercise, ...]
    names: frozenset[str]

    @property
    def touches(self) -> frozenset[str]:
        """Every exercise that the branch does something about."""
        moved = (touched.exercise.id for part in (self.excludes, self.modifies, self.prefers) for touched in part)
        return frozenset(moved) | {exercise.id for exercise in self.swaps_in} | self.names


def effects(content: Content) -> Mapping[str, Effects]:
    """Return the effects of every branch, by its id."""
    plan = next((branch.then.plan for branch in content.rule_set.branches if branch.then.plan), None)
    return MappingProxyType(
        {branch.id: _effects(branch, content.catalogue, plan) for branch in content.rule_set.branches}
    )


def _effects(branch: Branch, catalogue: Catalogue, plan: TimeTable | None) -> Effects:
    then, dosing = branch.then, Dosing(_alone(branch, plan))
    may_leave_out = bool(then.exclude) or any(change.only_forms for change in then.modify)
    return Effects(
        excludes=_touched(catalogue, may_leave_out, lambda move, form: dosing.leaves_out(then, move, form)),
        modifies=_touched(
            catalogue, bool(then.modify), lambda move, form: any(_changes(part, move, form) for part in then.modify)
        ),
        prefers=_touched(
            catalogue, bool(then.prefer), lambda move, form: any(_prefers(part, move, form) for part in then.prefer)
        ),
        swaps_in=tuple(catalogue.by_id[exercise] for exercise in then.swap_in),
        names=named_exercises(then),
    )


def _touched(
    catalogue: Catalogue, is_worth_looking: bool, speaks_of: Callable[[Exercise, Form], bool]
) -> tuple[Touched, ...]:
    if not is_worth_looking:
        return ()
    found = (
        Touched(exercise, tuple(form for form in exercise.forms if speaks_of(exercise, form)))
        for exercise in catalogue.exercises
    )
    return tuple(touched for touched in found if touched.forms)


def _changes(change: Modification, exercise: Exercise, form: Form) -> bool:
    """Return whether the change speaks of a form that it does not leave out."""
    in_scope = change.scope is None or matches(change.scope, exercise, form)
    return in_scope and not allows_others_only(change, exercise, form)


def _prefers(edit: Preference, exercise: Exercise, form: Form) -> bool:
    return rank(edit, exercise) > 0 or form.key in edit.forms or form.position in edit.positions


def _alone(branch: Branch, plan: TimeTable | None) -> Decision:
    """Return a decision in which only this branch fired, to work out how long a dose would take."""
    return Decision(
        fired=(branch,),
        level=Level.ROUTINE,
        outcomes=(),
        base_stage=Stage.SETTLE,
        stage=Stage.SETTLE,
        findings=frozenset(),
        targets=frozenset(),
        order=Order(),
        plan=plan,
    )
