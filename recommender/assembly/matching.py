"""Which forms a part of a rule speaks of: one meaning for routines, catalogue and rule book.

What follows from a part of a rule and the catalogue alone is worked out once for each catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from recommender.models.actions import Modification, Scope
from recommender.models.catalogue import Catalogue, Exercise, Form


def matches(scope: Scope, exercise: Exercise, form: Form) -> bool:
    """Return whether the scope speaks of this form of this exercise."""
    return (
        not scope.tags.isdisjoint(form.tags)
        or exercise.id in scope.exercises
        or form.key in scope.forms
        or exercise.kind in scope.kinds
    )


def allows_others_only(change: Modification, exercise: Exercise, form: Form) -> bool:
    """Return whether the change names the forms that may be used, and this one is not among them."""
    if not change.only_forms or form.key in change.only_forms:
        return False
    named = any(other.key in change.only_forms for other in exercise.forms)
    return named or (change.scope is not None and matches(change.scope, exercise, form))


def forms_in(scope: Scope, catalogue: Catalogue) -> frozenset[str]:
    """Return the keys of the forms that a scope speaks of."""
    return _once(
        catalogue,
        scope,
        lambda: (
            form.key for exercise in catalogue.exercises for form in exercise.forms if matches(scope, exercise, form)
        ),
    )


def forms_barred(change: Modification, catalogue: Catalogue) -> frozenset[str]:
    """Return the keys of the forms that a change leaves out because it allows others only."""
    return _once(
        catalogue,
        change,
        lambda: (
            form.key
            for exercise in catalogue.exercises
            for form in exercise.forms
            if allows_others_only(change, exercise, form)
        ),
    )


def exercises_for(good_for: frozenset[str], catalogue: Catalogue) -> frozenset[str]:
    """Return the ids of the exercises that are good for any of these."""
    return _once(
        catalogue, good_for, lambda: (exercise.id for exercise in catalogue.exercises if exercise.good_for & good_for)
    )


def _once(catalogue: Catalogue, part: Hashable, work_out: Callable[[], Iterable[str]]) -> frozenset[str]:
    known = catalogue.reach.get(part)
    if known is None:
        known = catalogue.reach[part] = frozenset(work_out())
    return known
