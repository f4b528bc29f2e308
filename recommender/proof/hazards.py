"""The obligation that no movement of the table of forbidden moves comes to anybody of whom its row speaks.

In routines, and with them in easier and harder moves, a form may be used that is possible here, that no rule leaves out and
that is usual or asked for. Breaks ask neither for the place nor for equipment. What a form does is read from its steps as well as
from its tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from recommender.models.actions import Timing
from recommender.models.catalogue import Exercise, Form
from recommender.models.forbidden import ForbiddenMoves, ForbiddenTable, Occasion
from recommender.models.routine import Dose
from recommender.models.slots import Slot
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.breaks import in_breaks
from recommender.proof.encoding.forms import forms_of
from recommender.proof.encoding.given import GivenEncoding
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.prover import Hole, Prover


def hazards_hold(prover: Prover) -> Iterator[Hole]:
    """Yield, for each row and form, somebody of whom the row speaks and who may be given the form."""
    offered = _offered(prover)
    for row, forbidden in zip(prover.knowledge.table.rows, prover.forbidden_forms, strict=True):
        speaks = row_given(prover.answers, prover.knowledge.table, row)
        for occasion in sorted(row.occasions):
            given = (speaks, prover.rules.shows_routine)
            offered_here = {key: offered[occasion][key] for key in forbidden if key in offered[occasion]}
            may_come = _in_a_forbidden_dose(prover, row, occasion, offered_here)
            for key in prover.each_that_can_hold(may_come.items(), *given):
                told = f"{row.brief} forbids it ({row.why}), and it may come in the {occasion}."
                yield prover.hole(f"{row.id}: {key} ({occasion})", told, *given, may_come[key])


def row_given(answers: Answers, table: ForbiddenTable, row: ForbiddenMoves) -> Literal:
    """Return that the row speaks of the person."""
    return GivenEncoding(answers, table.patterns).speaks_of(row.when, row.unless)


def _offered(prover: Prover) -> Mapping[Occasion, Mapping[str, Literal]]:
    """Return when each form may come, by occasion and key."""
    forms = prover.forms
    by_key = forms_of(prover.universe.catalogue)
    routine = {key: forms.may_be_used(exercise, form) for key, (exercise, form) in by_key.items()}
    return {Occasion.ROUTINE: routine, Occasion.BREAKS: in_breaks(forms)}


def _in_a_forbidden_dose(
    prover: Prover, row: ForbiddenMoves, occasion: Occasion, offered: Mapping[str, Literal]
) -> Mapping[str, Literal]:
    """Return when each of these forms may come, in a dose that the row forbids."""
    by_key = forms_of(prover.universe.catalogue)
    found = {
        key: prover.graph.both(when, _dose_forbidden(prover, row, *by_key[key], occasion))
        for key, when in offered.items()
    }
    return {key: literal for key, literal in found.items() if literal != FALSE}


def _dose_forbidden(prover: Prover, row: ForbiddenMoves, exercise: Exercise, form: Form, occasion: Occasion) -> Literal:
    """Return that the first dose is one that the row forbids: a break is never more than that."""
    if row.longest_hold is None and row.longest_work is None:
        return TRUE
    table, timing = prover.knowledge.table, _timing(prover)
    rest = timing.strength_rest_seconds if timing and exercise.slot is Slot.STRENGTH else 0

    def is_forbidden(dose: Dose) -> bool:
        if row.longest_hold is not None:
            return (dose.hold_seconds or 0) > row.longest_hold
        return table.work_seconds(replace(dose, rest_seconds=rest)) > (row.longest_work or 0)

    return prover.graph.any(when for dose, when in prover.forms.doses.start(exercise, form) if is_forbidden(dose))


def _timing(prover: Prover) -> Timing | None:
    plans = [branch.then.plan for branch in prover.universe.before_assembly if branch.then.plan]
    return plans[0].timing if plans else None
