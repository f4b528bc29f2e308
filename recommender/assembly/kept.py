"""What may stay of a routine from before: forms that are still allowed, and doses within what the rules allow now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from recommender.assembly.candidates import Candidate
from recommender.assembly.dose import STRENGTH, changes_for, most_reps, most_seconds, start_dose, work_seconds
from recommender.assembly.select import MOVE_SLOTS
from recommender.models.catalogue import DefaultRoutine, DoseType, Exercise, Form
from recommender.models.check_in import Done
from recommender.models.decision import Decision
from recommender.models.follow_up import Figure, Progress, ProgressStep
from recommender.models.routine import Dose

FIGURES = ("sets", "reps", "hold_seconds", "seconds")


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
class Frames:
    """The items of a routine from before: its moves, and the warm-up and closing item, if it has them."""

    moves: tuple[Done, ...]
    warm_up: Done | None
    closing: Done | None


def split(done: tuple[Done, ...], decision: Decision) -> Frames:
    """Tell the warm-up, the moves and the closing item of a routine apart: the two ends are timed, and so listed."""
    rows = decision.plan.rows if decision.plan else ()
    starts = {exercise for row in rows for exercise in row.warm_up}
    warm_up = next((item for item in done[:1] if _is_end(item, starts)), None)
    closing = next((item for item in done[-1:] if _is_end(item, set(decision.order.closing or ()))), None)
    ends = [item for item in (warm_up, closing) if item is not None]
    moves = tuple(item for item in done if item not in ends and item.exercise.slot in MOVE_SLOTS)
    return Frames(moves, warm_up, closing if closing is not warm_up else None)


def _is_end(item: Done, listed: Iterable[str]) -> bool:
    return item.dose.type is DoseType.TIME and item.exercise.id in listed


def in_form(candidate: Candidate | None, form: Form) -> Candidate | None:
    """Return the candidate in this one form, or None if it may not be used so."""
    if candidate is None or form not in candidate.forms or not may_be_used(candidate):
        return None
    return replace(candidate, forms=(form,))


def may_be_used(candidate: Candidate) -> bool:
    usual = candidate.exercise.default_routine is DefaultRoutine.YES
    return candidate.exercise.slot in MOVE_SLOTS and (candidate.wanted or usual)


def within_limits(
    given: Dose, exercise: Exercise, form: Form, decision: Decision, progress: Progress | None, checks: int
) -> Dose:
    """Return a dose from before, lowered to what the rules allow now and to what so many checks can have reached.

    A dose of another kind than the exercise has gives way to the first dose.
    """
    start = start_dose(exercise, form, decision)
    if given.type is not start.type:
        return start
    most = most_dose(exercise, form, decision, progress)
    reach = {step.figure.value: step.by * checks for step in progress.steps} if progress else {}
    figures: dict[str, int] = {}
    for name in FIGURES:
        first, value, limit = getattr(start, name), getattr(given, name), getattr(most, name)
        if first is None:
            continue
        usual = most_reps(exercise, form, decision) if name == Figure.REPS else first
        reached = max(first, usual) + reach.get(name, 0)
        figures[name] = min(value if value is not None else first, limit, reached)
    return with_figures(start, figures)


def with_figures(dose: Dose, figures: Mapping[str, int]) -> Dose:
    """Return the dose with other figures, by name."""
    changed: dict[str, Any] = dict(figures)
    return replace(dose, **changed)


def most_dose(exercise: Exercise, form: Form, decision: Decision, progress: Progress | None) -> Dose:
    """Return the most that the rules and the catalogue allow of each figure on its own.

    Where a rule scales the dose, or holds it at the start, that is the first dose; a stretch may be held once more.
    """
    usual, start = exercise.dose, start_dose(exercise, form, decision)
    changes = [change for _, change in changes_for(exercise, form, decision)]
    reps = most_reps(exercise, form, decision)
    if any(change.times is not None or change.at_start for change in changes):
        return replace(start, reps=reps if start.reps is not None else None)
    holds = [change.hold_seconds_at_most for change in changes if change.hold_seconds_at_most is not None]
    holds += [step.at_most for step in _steps(progress, Figure.HOLD_SECONDS) if step.at_most is not None]
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


def is_allowed(dose: Dose, kept: Kept, decision: Decision, progress: Progress) -> bool:
    """Return whether a dose is within every limit, those on its whole too."""
    exercise, form = kept.candidate.exercise, kept.form
    most = most_dose(exercise, form, decision, progress)
    if any((getattr(dose, name) or 0) > (getattr(most, name) or 0) for name in FIGURES):
        return False
    is_stretch = dose.type is DoseType.HOLD and exercise.slot != STRENGTH
    total = (dose.hold_seconds or 0) * (dose.reps or 0) * dose.sets
    if is_stretch and total > progress.hold_total_seconds_at_most:
        return False
    limit = most_seconds(exercise, form, decision)
    return limit is None or decision.plan is None or work_seconds(dose, decision.plan.timing) <= limit


def eased(dose: Dose, times: float, hold_seconds_at_least: int) -> Dose:
    """Return a share of the repeats and the hold, neither below its least nor above what it was.

    A timed dose has that share of its seconds.
    """
    hold = dose.hold_seconds
    if hold is not None and dose.type is DoseType.HOLD:
        hold = min(hold, max(hold_seconds_at_least, int(hold * times)))
    return replace(
        dose,
        reps=max(1, int(dose.reps * times)) if dose.reps is not None else None,
        hold_seconds=hold,
        seconds=max(1, int(dose.seconds * times)) if dose.seconds is not None else None,
    )


def _steps(progress: Progress | None, figure: Figure) -> list[ProgressStep]:
    return [step for step in progress.steps if step.figure is figure] if progress else []
