"""Of which forms each row of the table of forbidden moves speaks: by their tags, and by what was read of their steps."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from recommender.models.catalogue import Catalogue, Exercise, Form
from recommender.models.forbidden import ForbiddenTable
from recommender.models.movement import MovementTable
from recommender.proof.encoding.forms import forms_of


class _Movement(NamedTuple):
    exercise: Exercise
    form: Form


def forbidden_forms(
    table: ForbiddenTable, movements: MovementTable, catalogue: Catalogue
) -> tuple[tuple[str, ...], ...]:
    """Return the keys of the forms of which each row speaks, row by row. It hangs on no rule."""
    as_read = {
        key: _Movement(exercise, _with_what_was_read(movements, form))
        for key, (exercise, form) in forms_of(catalogue).items()
    }
    return tuple(tuple(key for key, one in as_read.items() if row.speaks_of(one)) for row in table.rows)


def _with_what_was_read(table: MovementTable, form: Form) -> Form:
    """Return the form with a tag for everything that its steps do, whether its own tags say so or not."""
    read = table.of(form)
    return form if read is None else replace(form, tags=form.tags | read.tags)
