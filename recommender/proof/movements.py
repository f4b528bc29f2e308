"""The obligation that the tags of a form, which rules go by, say what its steps do."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.models.catalogue import Form
from recommender.models.movement import MovementTable, digest_of_steps
from recommender.proof.encoding.forms import forms_of
from recommender.proof.prover import Hole, Prover


def tags_say_what_steps_do(prover: Prover) -> Iterator[Hole]:
    """Yield each form that nobody has read, or of which the steps have changed since; and each tag where the two disagree."""
    table = prover.knowledge.movements
    for key, (_, form) in forms_of(prover.universe.catalogue).items():
        read = table.of(form)
        if read is None:
            yield Hole(f"{key}: its steps are not read", _not_read(table, form))
            continue
        if read.position != form.position:
            yield Hole(f"{key}: {form.position}", f"Its steps are done in the position {read.position}.")
        for tag in sorted(table.tags & (read.tags ^ form.tags)):
            told = (
                "Its steps do it, and no tag says so." if tag in read.tags else "A tag says so, and its steps do not."
            )
            yield Hole(f"{key}: {tag}", told)


def _not_read(table: MovementTable, form: Form) -> str:
    digest = digest_of_steps(form)
    if form.key in table.movements:
        return f"Its steps have changed since somebody read them. Read them again, and write {digest} for them."
    return f"Nobody has written down what its steps do. Read them, and write {digest} for them."
