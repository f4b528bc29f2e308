"""Fit a routine to the minutes: how big it may be, how long it takes, what to trim and what to add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from recommender.assembly.dose import Dosing
from recommender.assembly.trace import AssemblyTrace, DoseAdjustment
from recommender.errors import DecisionError
from recommender.models.actions import PlanRow, TimeTable
from recommender.models.catalogue import DoseType
from recommender.models.decision import Decision
from recommender.models.questionnaire import MINUTES, Intake
from recommender.models.routine import Dose, Placed
from recommender.models.slots import END_SLOTS, Slot, SlotBounds

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """The room a routine has: whole minutes, the row of the time plan, and the number of moves.

    ``set_up_more_seconds`` is what this person needs for each move beside the plan's own.
    """

    minutes: int
    row: PlanRow
    moves_at_most: int
    plan: TimeTable
    set_up_more_seconds: int = 0

    @property
    def seconds(self) -> int:
        return self.minutes * SECONDS_PER_MINUTE

    @property
    def full_from_seconds(self) -> float:
        """From when on the routine counts as filled."""
        return self.seconds * self.plan.filled_at_least


def time_budget(decision: Decision, intake: Intake) -> TimeBudget:
    """Return the smaller of what the person can give and what the stage and other rules allow.

    Raises:
        DecisionError: no time plan fired, or no row of it is short enough.
    """
    if decision.plan is None:
        raise DecisionError("no rule gave a time plan")
    sizes = [branch.then.session_size for branch in decision.fired if branch.then.session_size]
    caps = [size.minutes_at_most for size in sizes if size.minutes_at_most is not None]
    minutes = min([int(option) for option in intake.chosen(MINUTES)] + caps)
    rows = [row for row in decision.plan.rows if row.minutes <= minutes]
    if not rows:
        raise DecisionError(f"the time plan has no row for {minutes} minutes")
    row = max(rows, key=lambda row: row.minutes)
    most = min([row.moves[1], *(size.moves_at_most for size in sizes if size.moves_at_most is not None)])
    more = max((size.set_up_more_seconds or 0 for size in sizes), default=0)
    return TimeBudget(minutes, row, most, decision.plan, more)


class Clock:
    """Works out doses and seconds for a sequence within one frame."""

    def __init__(
        self,
        dosing: Dosing,
        budget: TimeBudget,
        assembly_trace: AssemblyTrace | None = None,
        kept: Mapping[str, Dose] | None = None,
        floor_tag: str | None = None,
        bounds: Mapping[str, SlotBounds] = MappingProxyType({}),
    ) -> None:
        """``kept`` are doses from before, by exercise: they stand in for the first ones, and nothing is raised."""
        self._dosing = dosing
        self._budget = budget
        self._trace = assembly_trace
        self._kept = kept
        self._floor_tag = floor_tag
        self._time_shares = {slot: each for slot, each in bounds.items() if each.time_share_at_least}
        self._known_work: dict[tuple[str, Slot], tuple[int, int]] = {}

    def seconds(self, placed: Sequence[Placed], doses: Sequence[Dose]) -> tuple[int, ...]:
        """Return the seconds of each item: getting into position, setting up and the work.

        The warm-up and the closing item take the time of the plan's row, setting up included.
        """
        work = map(self._dosing.work_seconds, doses)
        return tuple([ready + seconds for ready, seconds in zip(self._getting_ready(placed), work, strict=True)])

    def least(self, placed: Sequence[Placed]) -> int:
        """Return the shortest time the sequence can be done in."""
        return sum(self._getting_ready(placed)) + sum(map(self._least_work, placed))

    def at_start(self, placed: Sequence[Placed]) -> int:
        """Return the time that the sequence takes at its first doses."""
        return sum(self._getting_ready(placed)) + sum(map(self.start_seconds, placed))

    def start_seconds(self, item: Placed) -> int:
        """Return the seconds of the work of one move at its first dose."""
        return self._work(item)[0]

    def _getting_ready(self, placed: Sequence[Placed]) -> list[int]:
        """Return the seconds that each item takes before its work, whatever the doses are."""
        timing, more = self._budget.plan.timing, self._budget.set_up_more_seconds
        result = []
        before, was_low = placed[0].form.position if placed else None, False
        for item in placed:
            is_low = self._floor_tag in item.form.tags
            set_up = timing.set_up_same_position_seconds if item.form.position == before else timing.set_up_seconds
            if is_low and not was_low:
                set_up = timing.set_up_on_floor_seconds
            result.append(0 if item.slot in END_SLOTS else set_up + more)
            before, was_low = item.form.position, was_low or is_low
        return result

    def doses(self, placed: Sequence[Placed]) -> tuple[Dose, ...]:
        """Return the doses: the start doses, trimmed until they fit, or raised where a hold may be repeated more often.

        Trimming takes from the longest item first; raising gives to the best item first.
        """
        doses = [self._first_dose(item) for item in placed]
        if self._trace is not None:
            self._trace.start_doses = tuple(doses)
        spare = self._budget.seconds - sum(self.seconds(placed, doses))
        while spare < 0:
            saved = self._trim_one(placed, doses)
            if saved is None:
                raise DecisionError("the routine cannot be made to fit its time")
            spare += saved
        while self._kept is None and (taken := self._raise_one(placed, doses, spare)) is not None:
            spare -= taken
        return tuple(doses)

    def _first_dose(self, item: Placed) -> Dose:
        if item.slot is Slot.WARM_UP:
            return Dose(DoseType.TIME, seconds=self._budget.row.warm_up_seconds)
        if item.slot is Slot.CLOSING:
            return Dose(DoseType.TIME, seconds=self._budget.row.closing_seconds)
        kept = (self._kept or {}).get(item.exercise.id)
        return kept or self._dosing.start(item.exercise, item.form)

    def _least_work(self, item: Placed) -> int:
        """Return the seconds of the work at its least."""
        return self._work(item)[1]

    def _work(self, item: Placed) -> tuple[int, int]:
        """Return the seconds of the work at first and at its least, worked out once for each form and part."""
        part = item.form.key, item.slot
        if part not in self._known_work:
            first = self._first_dose(item)
            least = self._dosing.least(first)
            self._known_work[part] = self._dosing.work_seconds(first), self._dosing.work_seconds(least)
        return self._known_work[part]

    def _trim_one(self, placed: Sequence[Placed], doses: list[Dose]) -> int | None:
        """Make the longest dose that may be smaller one step smaller; return the seconds saved, or None if none may be."""
        work = list(map(self._dosing.work_seconds, doses))
        for index in sorted(range(len(doses)), key=lambda index: -work[index]):
            if smaller := self._dosing.trimmed(doses[index]):
                self._change(placed, doses, index, smaller)
                return work[index] - self._dosing.work_seconds(smaller)
        return None

    def _raise_one(self, placed: Sequence[Placed], doses: list[Dose], spare: int) -> int | None:
        """Raise the repeats of the best item that may be by one; return the seconds taken, or None if none may be."""
        lacking = self._lacking(placed, doses)
        fewest = sorted(
            range(len(doses)),
            key=lambda index: (
                placed[index].exercise.slot not in lacking,
                doses[index].reps or 0,
                -placed[index].score,
            ),
        )
        for index in fewest:
            reps = doses[index].reps
            if reps is None or reps >= self._dosing.most_reps(placed[index].exercise, placed[index].form):
                continue
            larger = replace(doses[index], reps=reps + 1)
            work = self._dosing.work_seconds(larger)
            limit = self._dosing.most_seconds(placed[index].exercise, placed[index].form)
            if limit is not None and work > limit:
                continue
            taken = work - self._dosing.work_seconds(doses[index])
            if taken <= spare and not self._takes_from_a_share(placed, doses, index, larger):
                self._change(placed, doses, index, larger)
                return taken
        return None

    def _takes_from_a_share(self, placed: Sequence[Placed], doses: Sequence[Dose], index: int, larger: Dose) -> bool:
        """Return whether a filled routine would have less of another slot than a rule asks for, with the larger dose."""
        if not self._time_shares or sum(self.seconds(placed, doses)) < self._budget.full_from_seconds:
            return False
        after = [larger if number == index else dose for number, dose in enumerate(doses)]
        return bool(self._lacking(placed, after) - {placed[index].exercise.slot})

    def _lacking(self, placed: Sequence[Placed], doses: Sequence[Dose]) -> set[str]:
        """Return the slots that have less of the time than a rule asks for."""
        if not self._time_shares:
            return set()
        work: Counter[str] = Counter()
        for item, dose in zip(placed, doses, strict=True):
            if item.slot not in END_SLOTS:
                work[item.exercise.slot] += self._dosing.work_seconds(dose)
        return {
            slot for slot, bounds in self._time_shares.items() if work[slot] < bounds.time_share_at_least * work.total()
        }

    def _change(self, placed: Sequence[Placed], doses: list[Dose], index: int, dose: Dose) -> None:
        if self._trace is not None:
            self._trace.dose_adjustments.append(DoseAdjustment(placed[index], doses[index], dose))
        doses[index] = dose
