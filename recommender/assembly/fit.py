"""Fit a routine to the minutes: how big it may be, how long it takes, what to trim and what to add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.assembly.dose import most_reps, most_seconds, start_dose, trimmed, work_seconds
from recommender.assembly.journal import Journal, Refit
from recommender.assembly.sequence import Placed
from recommender.errors import DecisionError
from recommender.models.catalogue import DoseType
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import Dose
from recommender.models.rules import PlanRow, TimePlan

SECONDS_PER_MINUTE = 60
MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Frame:
    """The room a routine has: whole minutes, the row of the time plan, and the number of moves."""

    minutes: int
    row: PlanRow
    moves_at_most: int
    plan: TimePlan

    @property
    def seconds(self) -> int:
        return self.minutes * SECONDS_PER_MINUTE


def frame(decision: Decision, intake: Intake) -> Frame:
    """Return the smaller of what the person can give and what the stage and other rules allow.

    Raises:
        DecisionError: no time plan fired, or no row of it is short enough.
    """
    if decision.plan is None:
        raise DecisionError("no rule gave a time plan")
    sizes = [branch.then.size for branch in decision.fired if branch.then.size]
    caps = [size.minutes_at_most for size in sizes if size.minutes_at_most is not None]
    minutes = min([int(option) for option in intake.chosen(MINUTES)] + caps)
    rows = [row for row in decision.plan.rows if row.minutes <= minutes]
    if not rows:
        raise DecisionError(f"the time plan has no row for {minutes} minutes")
    row = max(rows, key=lambda row: row.minutes)
    most = min([row.moves[1], *(size.moves_at_most for size in sizes if size.moves_at_most is not None)])
    return Frame(minutes, row, most, decision.plan)


class Clock:
    """Works out doses and seconds for a sequence within one frame."""

    def __init__(
        self,
        decision: Decision,
        room: Frame,
        journal: Journal | None = None,
        kept: Mapping[str, Dose] | None = None,
    ) -> None:
        """``kept`` are doses from before, by exercise: they stand in for the first ones, and nothing is raised."""
        self._decision = decision
        self._room = room
        self._journal = journal
        self._kept = kept

    def seconds(self, placed: Sequence[Placed], doses: Sequence[Dose]) -> tuple[int, ...]:
        """Return the seconds of each item: getting into position, setting up and the work.

        The warm-up and the closing item take the time of the plan's row, setting up included.
        """
        timing = self._room.plan.timing
        result = []
        for index, (item, dose) in enumerate(zip(placed, doses, strict=True)):
            moved = index > 0 and placed[index - 1].form.position != item.form.position
            set_up = 0 if item.slot in ("warm_up", "closing") else timing.set_up_seconds
            result.append(work_seconds(dose, timing) + set_up + timing.position_change_seconds * moved)
        return tuple(result)

    def least(self, placed: Sequence[Placed]) -> int:
        """Return the shortest time the sequence can be done in."""
        return sum(self.seconds(placed, [self._least_dose(item) for item in placed]))

    def doses(self, placed: Sequence[Placed]) -> tuple[Dose, ...]:
        """Return the doses: the start doses, trimmed until they fit, or raised where a hold may be repeated more often.

        Trimming takes from the longest item first; raising gives to the best item first.
        """
        doses = [self._first_dose(item) for item in placed]
        if self._journal is not None:
            self._journal.start_doses = tuple(doses)
        while sum(self.seconds(placed, doses)) > self._room.seconds:
            if not self._trim_one(placed, doses):
                raise DecisionError("the routine cannot be made to fit its time")
        while self._kept is None and self._raise_one(placed, doses):
            pass
        return tuple(doses)

    def _first_dose(self, item: Placed) -> Dose:
        if item.slot == "warm_up":
            return Dose(DoseType.TIME, seconds=self._room.row.warm_up_seconds)
        if item.slot == "closing":
            return Dose(DoseType.TIME, seconds=self._room.row.closing_seconds)
        kept = (self._kept or {}).get(item.exercise.id)
        return kept or start_dose(item.exercise, item.form, self._decision)

    def _least_dose(self, item: Placed) -> Dose:
        dose = self._first_dose(item)
        while smaller := trimmed(dose, self._room.plan.trim):
            dose = smaller
        return dose

    def _trim_one(self, placed: Sequence[Placed], doses: list[Dose]) -> bool:
        longest = sorted(range(len(doses)), key=lambda index: -work_seconds(doses[index], self._room.plan.timing))
        for index in longest:
            if smaller := trimmed(doses[index], self._room.plan.trim):
                self._change(placed, doses, index, smaller)
                return True
        return False

    def _raise_one(self, placed: Sequence[Placed], doses: list[Dose]) -> bool:
        fewest = sorted(range(len(doses)), key=lambda index: (doses[index].reps or 0, -placed[index].score))
        for index in fewest:
            reps = doses[index].reps
            if reps is None or reps >= most_reps(placed[index].exercise, placed[index].form, self._decision):
                continue
            larger = replace(doses[index], reps=reps + 1)
            raised = [*doses[:index], larger, *doses[index + 1 :]]
            limit = most_seconds(placed[index].exercise, placed[index].form, self._decision)
            if limit is not None and work_seconds(larger, self._room.plan.timing) > limit:
                continue
            if sum(self.seconds(placed, raised)) <= self._room.seconds:
                self._change(placed, doses, index, larger)
                return True
        return False

    def _change(self, placed: Sequence[Placed], doses: list[Dose], index: int, dose: Dose) -> None:
        if self._journal is not None:
            self._journal.refits.append(Refit(placed[index], doses[index], dose))
        doses[index] = dose
