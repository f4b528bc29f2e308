"""The obligation that no movement of the table of forbidden moves comes to anybody of whom its row speaks.

In routines, and with them in easier and harder moves, a form may be used that is possible here, that no rule leaves out and
that is usual or asked for. Breaks ask neither for the place nor for equipment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from recommender.assembly.breaks import POSITIONS
from recommender.models.actions import Timing
from recommender.models.catalogue import Exercise, Form
from recommender.models.forbidden import ForbiddenMoves, ForbiddenTable, Occasion
from recommender.models.routine import Dose
from recommender.models.slots import Slot
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.forms import forms_of
from recommender.proof.encoding.given import GivenEncoding
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.prover import Hole, Prover


class _Movement(NamedTuple):
    exercise: Exercise
    form: Form


def hazards_hold(prover: Prover) -> Iterator[Hole]:
    """Yield, for each row and form, somebody of whom the row speaks and who may be given the form."""
    offered = _offered(prover)
    for row in prover.knowledge.table.rows:
        speaks = row_given(prover.answers, prover.knowledge.table, row)
        for occasion in sorted(row.occasions):
            given = (speaks, prover.rules.shows_routine)
            may_come = _forbidden_forms(prover, row, occasion, offered[occasion])
            for key in prover.each_that_can_hold(may_come.items(), *given):
                told = f"{row.brief} forbids it ({row.why}), and it may come in the {occasion}."
                yield prover.hole(f"{row.id}: {key} ({occasion})", told, *given, may_come[key])


def row_given(answers: Answers, table: ForbiddenTable, row: ForbiddenMoves) -> Literal:
    """Return that the row speaks of the person."""
    return GivenEncoding(answers, table.patterns).speaks_of(row.when, row.unless)


def _offered(prover: Prover) -> Mapping[Occasion, Mapping[str, Literal]]:
    """Return when each form may come, by occasion and key."""
    forms, graph = prover.forms, prover.graph
    by_key = forms_of(prover.universe.catalogue)
    routine = {key: forms.may_be_used(exercise, form) for key, (exercise, form) in by_key.items()}
    in_breaks: dict[str, Literal] = {}
    for exercise, when in _asked_for_in_breaks(prover).items():
        for form in prover.universe.catalogue.by_id[exercise].forms:
            if form.position in POSITIONS and form.key in by_key:
                in_breaks[form.key] = graph.both(when, -forms.excluded[form.key])
    return {Occasion.ROUTINE: routine, Occasion.BREAKS: in_breaks}


def _asked_for_in_breaks(prover: Prover) -> Mapping[str, Literal]:
    """Return when a break asks for an exercise, by its id."""
    asked: dict[str, Literal] = {}
    for branch in prover.universe.before_assembly:
        for item in branch.then.micro_routine.items if branch.then.micro_routine else ():
            asked[item.exercise] = prover.graph.either(asked.get(item.exercise, FALSE), prover.rules.fired[branch.id])
    return asked


def _forbidden_forms(
    prover: Prover, row: ForbiddenMoves, occasion: Occasion, offered: Mapping[str, Literal]
) -> Mapping[str, Literal]:
    """Return when each form of the row may come, in a dose that it forbids."""
    found = {}
    for key, (exercise, form) in forms_of(prover.universe.catalogue).items():
        if key in offered and row.speaks_of(_Movement(exercise, form)):
            dose = _dose_forbidden(prover, row, exercise, form, occasion)
            found[key] = prover.graph.both(offered[key], dose)
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
