"""Bring a person's wishes into a routine that the rules chose: another move of the same purpose, or one move fewer.

A wish is met only if the routine still keeps every limit and order; nothing else in it is chosen anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from recommender.assembly.screening import Candidate
from recommender.assembly.selection import placements, purpose, within_limits
from recommender.models.catalogue import Form
from recommender.models.decision import Decision
from recommender.models.edits import RoutineEdit, RoutineEdits
from recommender.models.routine import AppliedEdit, Choices, EditOutcome, Placed, WhyNotRemovable


@dataclass(frozen=True, slots=True)
class Selection:
    """The parts of a routine before they are put in order.

    The first of the ``warm_ups`` is used, and the best of the ``closings`` that goes with the rest. A plan that does not
    close needs none.
    """

    warm_ups: tuple[Placed, ...]
    moves: tuple[Placed, ...]
    closings: tuple[Placed, ...]
    closes: bool = True


Sequenced = tuple[Placed, ...]
Sequencer = Callable[[Selection], Sequenced | None]


class RoutineEditor:
    """Changes one plan. ``sequence`` puts a plan in order, or says with None that it does not fit together in the time."""

    def __init__(
        self,
        plan: Selection,
        sequence: Sequencer,
        candidates: Mapping[str, Candidate],
        moves: Sequence[Candidate],
        decision: Decision,
    ) -> None:
        """``moves`` are those of the candidates that may be moves, best first."""
        self._plan = plan
        self._sequence = sequence
        self._candidates = candidates
        self._moves = moves
        self._decision = decision

    def fit(self, edits: RoutineEdits) -> tuple[Selection, tuple[AppliedEdit, ...]]:
        """Return the plan with every wish that can be met, and what became of each."""
        plan, changes = self._plan, []
        for edit in edits.each:
            plan, outcome = self._met(plan, edit, edits.unwanted)
            changes.append(AppliedEdit(edit, outcome))
        return plan, tuple(changes)

    def choices(self, edits: RoutineEdits) -> dict[str, Choices]:
        """Return what may be done with each item of the routine as it stands with these wishes, by exercise id."""
        plan, changes = self.fit(edits)
        origins = {
            change.edit.instead: change.edit.unwanted for change in changes if change.outcome is EditOutcome.DONE
        }
        given = {}
        here = {placed.exercise.id for placed in self._order(plan)}
        for item in self._order(plan):
            origin = self._candidates[origins.get(item.exercise.id, item.exercise.id)]
            others = [other for other in self._same_purpose(item, origin) if other not in edits.unwanted | here]
            ways = [(other, self._meets(RoutineEdit(origin.exercise.id, other), edits, changes)) for other in others]
            goes = self._meets(RoutineEdit(origin.exercise.id), edits, changes) is not None
            given[item.exercise.id] = Choices(
                origin=origin.exercise,
                instead=tuple(self._form(way, other) for other, way in ways if way),
                stays=None if goes else self._stays(plan, item),
            )
        return given

    def _form(self, plan: Selection, exercise: str) -> Form:
        return next(placed.form for placed in self._order(plan) if placed.exercise.id == exercise)

    def _same_purpose(self, item: Placed, origin: Candidate) -> list[str]:
        """Return what may stand in the place of an item that the rules chose as the origin, best first.

        A warm-up or a closing item is another of those that may be used. A move has the same slot, helps a place that
        the origin helps, and is one that the rules could have chosen themselves.
        """
        if item in self._plan.warm_ups:
            usable = [placed.exercise.id for placed in self._plan.warm_ups]
        elif item in self._plan.closings:
            usable = [placed.exercise.id for placed in self._plan.closings]
        else:
            usable = [
                other.exercise.id
                for other in self._moves
                if purpose(other) == purpose(origin) and other.exercise.regions & origin.exercise.regions
            ]
        return [exercise for exercise in dict.fromkeys(usable) if exercise != origin.exercise.id]

    def _meets(self, edit: RoutineEdit, edits: RoutineEdits, before: Sequence[AppliedEdit]) -> Selection | None:
        """Return the plan with one more wish if it is met and no older one suffers from it, or None."""
        plan, changes = self.fit(edits.add(edit))
        outcomes = {change.edit: change.outcome for change in changes}
        met = {old.edit: old.outcome for old in before if old.outcome in (EditOutcome.DONE, EditOutcome.ONLY_OUT)}
        suffers = any(outcomes.get(old, outcome) is not outcome for old, outcome in met.items())
        return plan if outcomes[edit] is EditOutcome.DONE and not suffers else None

    def _stays(self, plan: Selection, item: Placed) -> WhyNotRemovable:
        if item in self._plan.warm_ups:
            return WhyNotRemovable.WARM_UP
        if item in self._plan.closings:
            return WhyNotRemovable.CLOSING
        return WhyNotRemovable.LAST if len(plan.moves) == 1 else WhyNotRemovable.NEEDED

    def _met(self, plan: Selection, edit: RoutineEdit, unwanted: frozenset[str]) -> tuple[Selection, EditOutcome]:
        now = {placed.exercise.id: placed for placed in self._order(plan)}
        item = now.get(edit.unwanted)
        if item is None:
            return plan, EditOutcome.NOT_NEEDED
        # What is unwanted must not come back as the ending of the routine that a change makes.
        gone = {edit.unwanted, *(unwanted - set(now))}
        free = replace(plan, closings=tuple(placed for placed in plan.closings if placed.exercise.id not in gone))
        # What is in the routine already cannot come in a second time, nor leave its own place for this one.
        if edit.instead is not None and edit.instead not in unwanted | set(now):
            for other in filter(self._holds, self._swapped(free, item, edit.instead)):
                return other, EditOutcome.DONE
        for other in filter(self._holds, self._without(free, item)):
            return other, EditOutcome.DONE if edit.instead is None else EditOutcome.ONLY_OUT
        return plan, EditOutcome.STILL_IN

    def _swapped(self, plan: Selection, item: Placed, instead: str) -> Iterator[Selection]:
        """Yield the plans with the other exercise in the place of the item, in each of its forms."""
        if instead not in self._same_purpose(item, self._candidates[item.exercise.id]):
            return
        if item in self._plan.warm_ups:
            yield from (replace(plan, warm_ups=(placed,)) for placed in _only(self._plan.warm_ups, instead))
        elif item in self._plan.closings:
            yield replace(plan, closings=tuple(_only(plan.closings, instead)))
        else:
            for placed in placements(self._candidates[instead]):
                yield replace(plan, moves=tuple(placed if move is item else move for move in plan.moves))

    def _without(self, plan: Selection, item: Placed) -> Iterator[Selection]:
        """Yield the plan without the item. A routine keeps a warm-up, at least one move and a closing item."""
        moves = tuple(move for move in plan.moves if move is not item)
        if 0 < len(moves) < len(plan.moves):
            yield replace(plan, moves=moves)

    def _holds(self, plan: Selection) -> bool:
        """Return whether a changed plan goes together in the time and within every limit."""
        sequence = self._sequence(plan)
        if sequence is None or not within_limits(plan.moves, self._decision, self._plan.moves):
            return False
        exercises = [placed.exercise.id for placed in sequence]
        return len(set(exercises)) == len(exercises) and not any(
            self._decision.are_near_duplicates(first, second) for first, second in combinations(exercises, 2)
        )

    def _order(self, plan: Selection) -> Sequenced:
        return self._sequence(plan) or ()


def _only(placed: Sequence[Placed], exercise: str) -> list[Placed]:
    return [item for item in placed if item.exercise.id == exercise]
