"""How much of an exercise: the first week's figures, made gentler by every rule that asks, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recommender.assembly.scope import matches
from recommender.models.catalogue import DoseRange, DoseType, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.routine import Dose, Pace
from recommender.models.rules import Branch, Modification, Timing, Trim

STRENGTH = "strength"
STRETCH = "stretch"


def changes_for(exercise: Exercise, form: Form, decision: Decision) -> Iterator[tuple[Branch, Modification]]:
    """Yield the modifications whose scope holds this form."""
    for branch, change in decision.modifications:
        if change.scope is None or matches(change.scope, exercise, form):
            yield branch, change


def notes_for(exercise: Exercise, form: Form, decision: Decision) -> tuple[tuple[Branch, str], ...]:
    """Return (branch, watch-out) for everything the rules say of this form."""
    return tuple((branch, change.note) for branch, change in changes_for(exercise, form, decision) if change.note)


def start_dose(exercise: Exercise, form: Form, decision: Decision) -> Dose:
    """Return the first dose for this person: the start figures, lowered by every rule that asks.

    Each of hold, repeats and sets is lowered on its own and none below 1; only the sets may be more, where a rule says so.
    """
    usual = exercise.dose
    rest = decision.plan.timing.strength_rest_seconds if decision.plan and exercise.slot == STRENGTH else 0
    changes = [change for _, change in changes_for(exercise, form, decision)]
    sets = max([usual.sets[0], *(change.sets_at_start for change in changes if change.sets_at_start is not None)])
    dose = Dose(type=usual.type, sets=min(sets, usual.sets[1]), per_side=usual.per_side, rest_seconds=rest)
    if usual.type is DoseType.TIME:
        return _limited(replace(dose, seconds=usual.start_seconds), changes)
    holds = usual.start_hold_seconds or (usual.hold_seconds[0] if usual.hold_seconds else None)
    dose = replace(dose, reps=_start_reps(usual), hold_seconds=holds)
    return _limited(dose, changes)


def most_reps(exercise: Exercise, form: Form, decision: Decision) -> int:
    """Return how many repeats of the start dose may be offered when there is time to spare.

    A stretch may be held once more than at the start, in the first week too. Everything else stays at the start
    figure while a rule asks for that.
    """
    usual = exercise.dose
    changes = [change for _, change in changes_for(exercise, form, decision)]
    first = start_dose(exercise, form, decision).reps or 0
    if usual.reps is None or any(change.times for change in changes):
        return first
    if any(change.at_start for change in changes) and not (usual.type is DoseType.HOLD and exercise.slot == STRETCH):
        return first
    caps = [change.reps_at_most for change in changes if change.reps_at_most is not None]
    return max(first, min([usual.reps[1], first + 1, *caps]))


def most_seconds(exercise: Exercise, form: Form, decision: Decision) -> int | None:
    """Return the longest that the work of this form may take before a rule leaves it out, or None without a limit."""
    limits = [
        exclusion.longer_than_seconds
        for _, exclusion in decision.exclusions
        if exclusion.longer_than_seconds is not None
        and matches(exclusion.scope, exercise, form)
        and not matches(exclusion.spared, exercise, form)
    ]
    return min(limits, default=None)


def work_seconds(dose: Dose, timing: Timing) -> int:
    """Return how long the dose takes: every side, set, repeat, hold and rest; not the setting up."""
    return pace(dose, timing).seconds


def pace(dose: Dose, timing: Timing) -> Pace:
    """Return how the dose goes, round by round."""
    sides = 2 if dose.per_side else 1
    if dose.seconds is not None:
        return Pace(sets=1, rounds=sides, ready_seconds=0, work_seconds=dose.seconds, rest_seconds=0)
    hold = dose.hold_seconds or 0
    is_hold = dose.type is DoseType.HOLD
    return Pace(
        sets=dose.sets,
        rounds=sides * (dose.reps or 0),
        ready_seconds=timing.seconds_per_hold_change if is_hold else 0,
        work_seconds=hold if is_hold else timing.seconds_per_rep + hold,
        rest_seconds=dose.rest_seconds,
    )


def trimmed(dose: Dose, trim: Trim) -> Dose | None:
    """Return the dose one step smaller (a set, then a repeat, then the hold), or None if it is at its least."""
    if dose.reps is None:
        return None
    is_hold = dose.type is DoseType.HOLD
    if dose.sets > 1:
        return replace(dose, sets=dose.sets - 1)
    if dose.reps > (trim.hold_reps_at_least if is_hold else trim.reps_at_least):
        return replace(dose, reps=dose.reps - 1)
    if is_hold and dose.hold_seconds is not None and dose.hold_seconds > trim.hold_seconds_at_least:
        return replace(dose, hold_seconds=max(trim.hold_seconds_at_least, dose.hold_seconds - trim.hold_step_seconds))
    return None


def _start_reps(usual: DoseRange) -> int | None:
    return usual.start_reps or (usual.reps[0] if usual.reps else None)


def _limited(dose: Dose, changes: list[Modification]) -> Dose:
    reps, holds, sets, seconds = dose.reps, dose.hold_seconds, dose.sets, dose.seconds
    for change in changes:
        if change.reps_at_most is not None and reps is not None:
            reps = min(reps, change.reps_at_most)
        if change.hold_seconds_at_most is not None and holds is not None:
            holds = min(holds, change.hold_seconds_at_most)
        if change.sets_at_most is not None:
            sets = min(sets, change.sets_at_most)
    for factor in (change.times for change in changes if change.times is not None):
        reps = max(1, int(reps * factor)) if reps is not None else None
        holds = max(1, int(holds * factor)) if holds is not None else None
        seconds = max(1, int(seconds * factor)) if seconds is not None else None
    return replace(dose, reps=reps, hold_seconds=holds, sets=max(1, sets), seconds=seconds)
