"""Short routines for a break in the day, without the movements that this person must leave out."""

from __future__ import annotations

from recommender.assembly.dose import Dosing
from recommender.assembly.screening import ExerciseScreening
from recommender.models.actions import MicroItem
from recommender.models.catalogue import Catalogue, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.routine import Break, Dose, Item
from recommender.models.rules import Branch
from recommender.models.slots import Slot

POSITIONS = ("chair", "standing")
HAND_SUPPORT = "hand_support"


def breaks(
    screen: ExerciseScreening, catalogue: Catalogue, decision: Decision, unwanted: frozenset[str] = frozenset()
) -> tuple[Break, ...]:
    """Return the break routines that fired, without what the person does not want.

    Doses are never above the person's start dose.
    """
    if decision.plan is None:
        return ()
    made = []
    for branch in decision.fired:
        plan = branch.then.micro_routine
        if plan is None:
            continue
        items = [
            _item(screen, catalogue.by_id[wanted.exercise], wanted, branch, screen.dosing)
            for wanted in plan.items
            if wanted.exercise not in unwanted
        ]
        kept = tuple(item for item in items if item is not None)
        if kept:
            made.append(Break(plan.name, kept, branch))
    return tuple(made)


def _item(
    screen: ExerciseScreening, exercise: Exercise, wanted: MicroItem, branch: Branch, dosing: Dosing
) -> Item | None:
    forms = [form for form in screen.forms_passing_exclusions(exercise) if form.position in POSITIONS]
    if not forms:
        return None
    form = min(forms, key=_unsteady)
    start = dosing.start(exercise, form)
    dose = Dose(
        type=start.type,
        reps=_smaller(wanted.reps, start.reps),
        hold_seconds=_smaller(wanted.hold_seconds, start.hold_seconds),
        seconds=_smaller(wanted.seconds, start.seconds),
        per_side=start.per_side,
    )
    notes = dosing.notes(exercise, form)
    return Item(exercise, form, Slot.BREAK, dose, dosing.work_seconds(dose), (branch,), notes)


def _unsteady(form: Form) -> bool:
    """Whoever gets up from a desk stiff has a table at hand: a form that holds on to something comes first."""
    return form.position == "standing" and HAND_SUPPORT not in form.tags


def _smaller(wanted: int | None, allowed: int | None) -> int | None:
    return allowed if wanted is None or allowed is None else min(wanted, allowed)
