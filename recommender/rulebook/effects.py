"""Which exercises, in which forms, each branch leaves out, changes, prefers or puts in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recommender.assembly.candidates import rank
from recommender.assembly.exclusion import allows_others_only, leaves_out
from recommender.assembly.scope import matches
from recommender.models.catalogue import Catalogue, Exercise, Form
from recommender.models.content import Content
from recommender.models.decision import Decision
from recommender.models.levels import Level, Stage
from recommender.models.rules import Actions, Branch, Modification, Order, Preference, TimePlan


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


def named_exercises(then: Actions) -> frozenset[str]:
    """Return the exercises that the actions name, also through one of their forms."""
    scopes = [scope for exclusion in then.exclude for scope in (exclusion.scope, exclusion.spared)]
    scopes += [change.scope for change in then.modify if change.scope]
    scopes += [then.provide.spared] if then.provide else []
    ids = {exercise for scope in scopes for exercise in scope.exercises} | set(then.swap_in)
    ids |= {exercise for wish in then.prefer for exercise in wish.exercises}
    keys = {key for scope in scopes for key in scope.forms}
    keys |= {key for wish in then.prefer for key in wish.forms} | {
        key for part in then.modify for key in part.only_forms
    }
    if then.micro_routine:
        ids |= {item.exercise for item in then.micro_routine.items}
    if then.plan:
        ids |= {exercise for row in then.plan.rows for exercise in row.warm_up}
    if then.order:
        ids |= {exercise for group in then.order.near_duplicates or () for exercise in group}
        ids |= set(then.order.closing or ())
    return frozenset(ids | {key.partition("/")[0] for key in keys})


def named_tags(then: Actions) -> frozenset[str]:
    """Return the movement tags that the actions name."""
    scopes = [scope for exclusion in then.exclude for scope in (exclusion.scope, exclusion.spared)]
    scopes += [change.scope for change in then.modify if change.scope]
    scopes += [then.provide.spared] if then.provide else []
    tags = {tag for scope in scopes for tag in scope.tags}
    if then.order:
        tags |= {then.order.floor_tag} if then.order.floor_tag else set()
        tags |= (
            then.order.never_next.first_hold_tags | then.order.never_next.then_hold_tags
            if then.order.never_next
            else set()
        )
    return frozenset(tags)


def _effects(branch: Branch, catalogue: Catalogue, plan: TimePlan | None) -> Effects:
    then, alone = branch.then, _alone(branch, plan)
    may_leave_out = bool(then.exclude) or any(change.only_forms for change in then.modify)
    return Effects(
        excludes=_touched(catalogue, may_leave_out, lambda move, form: leaves_out(then, move, form, alone)),
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


def _prefers(wish: Preference, exercise: Exercise, form: Form) -> bool:
    return rank(wish, exercise) > 0 or form.key in wish.forms or form.position in wish.positions


def _alone(branch: Branch, plan: TimePlan | None) -> Decision:
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
