"""What may stay of a routine from before: forms that are still allowed, and doses within what the rules allow now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from recommender.assembly.dose import Dosing
from recommender.assembly.screening import Candidate
from recommender.models.catalogue import DefaultRoutine, DoseType, Exercise, Form
from recommender.models.check_in import Done
from recommender.models.decision import Decision
from recommender.models.follow_up import Progress, ProgressFigure, ProgressStep
from recommender.models.routine import Dose
from recommender.models.slots import DOSE_FIGURES, MOVE_SLOTS, Slot


@dataclass(frozen=True, slots=True)
class Kept:
    """One move that stays, in one form, with its dose."""

    candidate: Candidate
    dose: Dose

    @property
    def id(self) -> str:
        return self.candidate.exercise.id

    @property
    def form(self) -> Form:
        return self.candidate.forms[0]


@dataclass(frozen=True, slots=True)
class RoutineParts:
    """The items of a routine from before: its moves, and the warm-up and closing item, if it has them."""

    moves: tuple[Done, ...]
    warm_up: Done | None
    closing: Done | None


def split(done: tuple[Done, ...], decision: Decision) -> RoutineParts:
    """Tell the warm-up, the moves and the closing item of a routine apart: the two ends are timed, and so listed."""
    rows = decision.plan.rows if decision.plan else ()
    starts = {exercise for row in rows for exercise in row.warm_up}
    warm_up = next((item for item in done[:1] if _is_end(item, starts)), None)
    closing = next((item for item in done[-1:] if _is_end(item, set(decision.order.closing or ()))), None)
    ends = [item for item in (warm_up, closing) if item is not None]
    moves = tuple(item for item in done if item not in ends and item.exercise.slot in MOVE_SLOTS)
    return RoutineParts(moves, warm_up, closing if closing is not warm_up else None)


def _is_end(item: Done, listed: Iterable[str]) -> bool:
    return item.dose.type is DoseType.TIME and item.exercise.id in listed


def in_form(candidate: Candidate | None, form: Form) -> Candidate | None:
    """Return the candidate in this one form, or None if it may not be used so."""
    if candidate is None or form not in candidate.forms or not may_be_used(candidate):
        return None
    return candidate._replace(forms=(form,))


def may_be_used(candidate: Candidate) -> bool:
    usual = candidate.exercise.default_routine is DefaultRoutine.YES
    return candidate.exercise.slot in MOVE_SLOTS and (candidate.wanted or usual)


def within_limits(
    given: Dose, exercise: Exercise, form: Form, dosing: Dosing, progress: Progress | None, checks: int
) -> Dose:
    """Return a dose from before, lowered to what the rules allow now and to what so many checks can have reached.

    A dose of another kind than the exercise has gives way to the first dose.
    """
    start = dosing.start(exercise, form)
    if given.type is not start.type:
        return start
    most = most_dose(exercise, form, dosing, progress)
    reach = {step.figure.value: step.by * checks for step in progress.steps} if progress else {}
    figures: dict[str, int] = {}
    for name in DOSE_FIGURES:
        first, value, limit = getattr(start, name), getattr(given, name), getattr(most, name)
        if first is None:
            continue
        usual = dosing.most_reps(exercise, form) if name == ProgressFigure.REPS else first
        reached = max(first, usual) + reach.get(name, 0)
        figures[name] = min(value if value is not None else first, limit, reached)
    return with_figures(start, figures)


def with_figures(dose: Dose, figures: Mapping[str, int]) -> Dose:
    """Return the dose with other figures, by name."""
    changed: dict[str, Any] = dict(figures)
    return replace(dose, **changed)


def most_dose(exercise: Exercise, form: Form, dosing: Dosing, progress: Progress | None) -> Dose:
    """Return the most that the rules and the catalogue allow of each figure on its own.

    Where a rule scales the dose, or holds it at the start, that is the first dose; a stretch may be held once more.
    """
    usual, start = exercise.dose, dosing.start(exercise, form)
    changes = [change for _, change in dosing.changes(exercise, form)]
    reps = dosing.most_reps(exercise, form)
    if kept := [change for change in changes if change.dose_factor is not None or change.keep_start_dose]:
        most_sets = start.sets
        if all(change.sets_may_rise for change in kept):
            most_sets = max(start.sets, min([usual.sets[1], *(one.sets_at_most or usual.sets[1] for one in changes)]))
        return replace(start, sets=most_sets, reps=reps if start.reps is not None else None)
    holds = [change.hold_seconds_at_most for change in changes if change.hold_seconds_at_most is not None]
    holds += [step.at_most for step in _steps(progress, ProgressFigure.HOLD_SECONDS) if step.at_most is not None]
    repeats = [change.reps_at_most for change in changes if change.reps_at_most is not None]
    sets = [change.sets_at_most for change in changes if change.sets_at_most is not None]
    return replace(
        start,
        sets=max(start.sets, min([usual.sets[1], *sets])),
        reps=None if start.reps is None else max(reps, min([usual.reps[1] if usual.reps else reps, *repeats])),
        hold_seconds=_most_hold(start, usual.hold_seconds, holds),
        seconds=usual.seconds[1] if start.seconds is not None and usual.seconds else start.seconds,
    )


def _most_hold(start: Dose, usual: tuple[int, int] | None, limits: list[int]) -> int | None:
    """Return the longest hold; one inside a repeat, such as of two seconds, stays as it starts."""
    if start.hold_seconds is None or usual is None or start.type is not DoseType.HOLD:
        return start.hold_seconds
    return max(start.hold_seconds, min([usual[1], *limits]))


def is_allowed(dose: Dose, kept: Kept, dosing: Dosing, progress: Progress) -> bool:
    """Return whether a dose is within every limit, those on its whole too."""
    exercise, form = kept.candidate.exercise, kept.form
    most = most_dose(exercise, form, dosing, progress)
    if any((getattr(dose, name) or 0) > (getattr(most, name) or 0) for name in DOSE_FIGURES):
        return False
    is_stretch = dose.type is DoseType.HOLD and exercise.slot is not Slot.STRENGTH
    total = (dose.hold_seconds or 0) * (dose.reps or 0) * dose.sets
    if is_stretch and total > progress.hold_total_seconds_at_most:
        return False
    limit = dosing.most_seconds(exercise, form)
    return limit is None or not dosing.has_plan or dosing.work_seconds(dose) <= limit


def eased(dose: Dose, times: float, reps_at_least: int, hold_seconds_at_least: int) -> Dose:
    """Return a share of the repeats and the hold, neither below its least nor above what it was.

    A timed dose has that share of its seconds.
    """
    hold = dose.hold_seconds
    if hold is not None and dose.type is DoseType.HOLD:
        hold = min(hold, max(hold_seconds_at_least, int(hold * times)))
    return replace(
        dose,
        reps=min(dose.reps, max(reps_at_least, int(dose.reps * times))) if dose.reps is not None else None,
        hold_seconds=hold,
        seconds=_eased_time(dose.seconds, times, hold_seconds_at_least),
    )


def dose_between(dose: Dose, other: Dose, choose: Callable[[int, int], int]) -> Dose:
    """Return a dose with each figure chosen from the two; as it is where the other is of another kind."""
    if dose.type is not other.type:
        return dose
    pairs = {name: (getattr(dose, name), getattr(other, name)) for name in DOSE_FIGURES}
    return with_figures(
        dose, {name: choose(one, two) for name, (one, two) in pairs.items() if one is not None and two is not None}
    )


def _eased_time(seconds: int | None, times: float, at_least: int) -> int | None:
    return None if seconds is None else min(seconds, max(at_least, int(seconds * times)))


def _steps(progress: Progress | None, figure: ProgressFigure) -> list[ProgressStep]:
    return [step for step in progress.steps if step.figure is figure] if progress else []
