"""Whether an action of a rule speaks of a form."""

from __future__ import annotations

from recommender.models.catalogue import Exercise, Form
from recommender.models.rules import Scope


def matches(scope: Scope, exercise: Exercise, form: Form) -> bool:
    """Return whether the scope speaks of this form of this exercise."""
    return (
        bool(scope.tags & form.tags)
        or exercise.id in scope.exercises
        or form.key in scope.forms
        or exercise.kind in scope.kinds
    )
