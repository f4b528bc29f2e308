"""How much of an exercise: the first week's figures, made gentler by every rule that asks, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from recommender.assembly.matching import allows_others_only, matches
from recommender.models.actions import Actions, Exclusion, Modification, TimeTable, Timing, Trim
from recommender.models.catalogue import DoseRange, DoseType, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.routine import Dose, Pace
from recommender.models.rules import Branch
from recommender.models.slots import Slot


class Dosing:
    """The doses that one decision asks for. Made once for a request, it works each form out once."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision
        self._changes: dict[str, tuple[tuple[Branch, Modification], ...]] = {}
        self._starts: dict[str, Dose] = {}
        self._most_reps: dict[str, int] = {}

    @property
    def has_plan(self) -> bool:
        """Return whether a rule gave a time plan. Without one nothing can be said of seconds."""
        return self._decision.plan is not None

    @property
    def plan(self) -> TimeTable:
        assert self._decision.plan is not None
        return self._decision.plan

    def changes(self, exercise: Exercise, form: Form) -> tuple[tuple[Branch, Modification], ...]:
        """Return the modifications whose scope holds this form, each with its branch."""
        if form.key not in self._changes:
            self._changes[form.key] = tuple(
                (branch, change)
                for branch, change in self._decision.modifications
                if change.scope is None or matches(change.scope, exercise, form)
            )
        return self._changes[form.key]

    def notes(self, exercise: Exercise, form: Form) -> tuple[tuple[Branch, str], ...]:
        """Return (branch, watch-out) for everything the rules say of this form."""
        return tuple([(branch, change.note) for branch, change in self.changes(exercise, form) if change.note])

    def start(self, exercise: Exercise, form: Form) -> Dose:
        """Return the first dose for this person: the start figures, lowered by every rule that asks.

        Each of hold, repeats and sets is lowered on its own and none below 1; only the sets may be more, where a rule
        says so.
        """
        if form.key not in self._starts:
            self._starts[form.key] = self._start(exercise, form)
        return self._starts[form.key]

    def _start(self, exercise: Exercise, form: Form) -> Dose:
        usual = exercise.dose
        rest = self.plan.timing.strength_rest_seconds if self.has_plan and exercise.slot is Slot.STRENGTH else 0
        changes = [change for _, change in self.changes(exercise, form)]
        factors = [change.dose_factor for change in changes if change.dose_factor is not None]
        more_sets = [change.sets_at_start for change in changes if change.sets_at_start is not None]
        sets = min(max([usual.sets[0], *more_sets]), usual.sets[1])
        is_timed = usual.type is DoseType.TIME
        return Dose(
            type=usual.type,
            sets=max(1, _at_most(sets, [change.sets_at_most for change in changes])),
            reps=None
            if is_timed
            else _lowered(_start_reps(usual), [change.reps_at_most for change in changes], factors),
            hold_seconds=None
            if is_timed
            else _lowered(_start_hold(usual), [change.hold_seconds_at_most for change in changes], factors),
            seconds=_lowered(usual.start_seconds, [], factors) if is_timed else None,
            per_side=usual.per_side,
            rest_seconds=rest,
        )

    def sets_due(self, exercise: Exercise, form: Form) -> int:
        """Return how many sets the form should have by now, within what is usual and allowed; 0 where no rule says so."""
        changes = [change for _, change in self.changes(exercise, form)]
        due = max((change.sets_due for change in changes if change.sets_due is not None), default=0)
        return _at_most(min(due, exercise.dose.sets[1]), [change.sets_at_most for change in changes])

    def most_reps(self, exercise: Exercise, form: Form) -> int:
        """Return how many repeats of the start dose may be offered when there is time to spare.

        A stretch may be held once more than at the start, and a move without effort repeated as often as is usual, in the
        first week too. Strength stays at the start figure while a rule asks for that.
        """
        if form.key not in self._most_reps:
            self._most_reps[form.key] = self._most_reps_of(exercise, form)
        return self._most_reps[form.key]

    def _most_reps_of(self, exercise: Exercise, form: Form) -> int:
        usual = exercise.dose
        changes = [change for _, change in self.changes(exercise, form)]
        first = self.start(exercise, form).reps or 0
        if usual.reps is None or any(change.dose_factor for change in changes):
            return first
        is_stretch = usual.type is DoseType.HOLD and exercise.slot is Slot.STRETCH
        is_easy = usual.type is DoseType.REPS and exercise.slot is not Slot.STRENGTH
        if any(change.keep_start_dose for change in changes) and not (is_stretch or is_easy):
            return first
        caps = [change.reps_at_most for change in changes if change.reps_at_most is not None]
        return max(first, min([usual.reps[1], *([] if is_easy else [first + 1]), *caps]))

    def most_seconds(self, exercise: Exercise, form: Form) -> int | None:
        """Return the longest that the work of this form may take before a rule leaves it out, or None without a limit."""
        limits = [
            seconds
            for seconds, exclusion in self._timed_exclusions
            if matches(exclusion.scope, exercise, form) and not matches(exclusion.spared, exercise, form)
        ]
        return min(limits, default=None)

    @cached_property
    def _timed_exclusions(self) -> list[tuple[int, Exclusion]]:
        """The exclusions that hold only for what takes longer than so many seconds. Few people have any."""
        exclusions = [exclusion for _, exclusion in self._decision.exclusions]
        return [(one.longer_than_seconds, one) for one in exclusions if one.longer_than_seconds is not None]

    def leaves_out(self, then: Actions, exercise: Exercise, form: Form) -> bool:
        """Return whether the actions leave the form out."""
        return any(self.excludes(part, exercise, form) for part in then.exclude) or any(
            allows_others_only(change, exercise, form) for change in then.modify
        )

    def excludes(self, exclusion: Exclusion, exercise: Exercise, form: Form) -> bool:
        """Return whether the exclusion speaks of the form, and its dose takes longer than the exclusion allows."""
        if not matches(exclusion.scope, exercise, form) or matches(exclusion.spared, exercise, form):
            return False
        return self.is_too_long(exclusion, exercise, form)

    def is_too_long(self, exclusion: Exclusion, exercise: Exercise, form: Form) -> bool:
        """Return whether the start dose takes longer than an exclusion that speaks of the form allows.

        One without a time limit allows nothing; nor does one with, where there is no plan to reckon by.
        """
        if exclusion.longer_than_seconds is None or not self.has_plan:
            return True
        return self.work_seconds(self.start(exercise, form)) > exclusion.longer_than_seconds

    def work_seconds(self, dose: Dose) -> int:
        """Return how long the dose takes: every side, set, repeat, hold and rest; not the setting up."""
        return pace(dose, self.plan.timing).seconds

    def trimmed(self, dose: Dose) -> Dose | None:
        """Return the dose one step smaller (a set, then a repeat, then the hold), or None if it is at its least."""
        return _trimmed(dose, self.plan.trim)

    def least(self, dose: Dose) -> Dose:
        """Return the dose trimmed as far as it may be."""
        return _least(dose, self.plan.trim)


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


def _trimmed(dose: Dose, trim: Trim) -> Dose | None:
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


def _least(dose: Dose, trim: Trim) -> Dose:
    """Return where ``_trimmed`` ends, in one step."""
    if dose.reps is None:
        return dose
    if dose.type is not DoseType.HOLD:
        return replace(dose, sets=min(dose.sets, 1), reps=min(dose.reps, trim.reps_at_least))
    hold = None if dose.hold_seconds is None else min(dose.hold_seconds, trim.hold_seconds_at_least)
    return replace(dose, sets=min(dose.sets, 1), reps=min(dose.reps, trim.hold_reps_at_least), hold_seconds=hold)


def _start_reps(usual: DoseRange) -> int | None:
    return usual.start_reps or (usual.reps[0] if usual.reps else None)


def _start_hold(usual: DoseRange) -> int | None:
    return usual.start_hold_seconds or (usual.hold_seconds[0] if usual.hold_seconds else None)


def _lowered(first: int | None, limits: Iterable[int | None], factors: Iterable[float]) -> int | None:
    """Return a figure within every limit, and then made smaller by every factor, but not below 1 by these."""
    if first is None:
        return None
    figure = _at_most(first, limits)
    for factor in factors:
        figure = max(1, int(figure * factor))
    return figure


def _at_most(first: int, limits: Iterable[int | None]) -> int:
    return min([first, *(limit for limit in limits if limit is not None)])
