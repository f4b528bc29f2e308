"""Why each exercise that is not in a routine is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from recommender.assembly.screening import Candidate, Excluded, ExerciseScreening
from recommender.assembly.time_budget import TimeBudget
from recommender.models.catalogue import Exercise
from recommender.models.decision import Decision
from recommender.models.routine import AppliedEdit, EditOutcome, ExclusionReason, Item, LeftOut, Placed
from recommender.models.rules import Branch
from recommender.models.slots import MOVE_SLOTS


class PassedOver:
    """Says why an exercise is not in the routine. ``chosen`` is what the rules chose, before any wish."""

    def __init__(
        self,
        chosen: Sequence[Placed | Item],
        items: Sequence[Item],
        changes: Iterable[AppliedEdit],
        decision: Decision,
        budget: TimeBudget,
        is_carried_on: bool = False,
    ) -> None:
        self._chosen = chosen
        self._items = items
        self._in_their_places = (*items, *chosen)
        self._changes = {change.edit.unwanted: change for change in changes}
        self._decision = decision
        self._is_carried_on = is_carried_on
        taken = sum(item.exercise.slot in MOVE_SLOTS for item in chosen)
        seconds = sum(item.seconds for item in items)
        self._is_full = taken >= budget.moves_at_most or seconds >= budget.full_from_seconds

    def each(self, screen: ExerciseScreening) -> Iterator[LeftOut]:
        """Yield every exercise that is not in the routine, in the order of the catalogue."""
        in_it = {item.exercise.id for item in self._items}
        for result in screen.results:
            if isinstance(result, Excluded):
                yield LeftOut(result.exercise, result.because, result.reasons)
            elif result.exercise.id not in in_it:
                yield self._left_out(result, screen.candidates)

    def _left_out(self, candidate: Candidate, candidates: Mapping[str, Candidate]) -> LeftOut:
        exercise = candidate.exercise
        change = self._changes.get(exercise.id)
        if change and change.outcome in (EditOutcome.DONE, EditOutcome.ONLY_OUT):
            instead = change.edit.instead if change.outcome is EditOutcome.DONE else None
            return LeftOut(
                exercise, ExclusionReason.TAKEN_OUT, instead=candidates[instead].exercise if instead else None
            )
        if not candidate.wanted:
            return LeftOut(exercise, self._not_called_for(candidate))
        instead_of = self._taken_by(exercise)
        if instead_of is not None:
            return LeftOut(exercise, ExclusionReason.NEAR_DUPLICATE, instead=instead_of)
        if limiting := self._limiting.get(exercise.slot):
            return LeftOut(exercise, ExclusionReason.NOT_FOR_YOUR_ANSWERS, limiting)
        if self._is_carried_on and exercise.slot in MOVE_SLOTS:
            return LeftOut(exercise, ExclusionReason.ONE_AT_A_TIME)
        if exercise.slot not in MOVE_SLOTS or not self._is_full:
            return LeftOut(exercise, self._not_called_for(candidate))
        return LeftOut(exercise, ExclusionReason.TIME)

    def _not_called_for(self, candidate: Candidate) -> ExclusionReason:
        """Return whether it is for another place, or for this one and yet not asked for."""
        if candidate.helps_main_place or candidate.exercise.slot not in MOVE_SLOTS:
            return ExclusionReason.NOT_FOR_YOUR_ANSWERS
        return ExclusionReason.FOR_ANOTHER_PLACE

    def _taken_by(self, exercise: Exercise) -> Exercise | None:
        """Return what stands in its place: a near-duplicate, or the one warm-up or closing item a routine has."""
        alike = self._decision.alike.get(exercise.id, ())
        is_end = exercise.slot not in MOVE_SLOTS
        for item in self._in_their_places if alike or is_end else ():
            same_part = is_end and exercise.slot is item.slot
            if same_part or item.exercise.id in alike:
                return item.exercise
        return None

    @cached_property
    def _limiting(self) -> Mapping[str, tuple[Branch, ...]]:
        """The branches that allow no more moves of a slot than the rules chose, by that slot."""
        given = list(self._decision.each(lambda branch: branch.then.slot_limits))
        return {
            slot: tuple(branch for branch, limit in given if limit.slot == slot and limit.at_most == bounds.at_most)
            for slot, bounds in self._decision.slot_bounds.items()
            if bounds.holds_back(sum(item.exercise.slot == slot for item in self._chosen))
        }
