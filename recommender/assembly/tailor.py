"""Bring a person's wishes into a routine that the rules chose: another move of the same purpose, or one move fewer.

A wish is met only if the routine still keeps every limit and order; nothing else in it is chosen anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from recommender.assembly.candidates import Candidate
from recommender.assembly.select import move_candidates, near_duplicates, placements, purpose, within_limits
from recommender.assembly.sequence import Placed
from recommender.models.catalogue import Form
from recommender.models.decision import Decision
from recommender.models.routine import Change, Choices, Outcome, Stays
from recommender.models.wishes import Wish, Wishes


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of a routine before they are put in order.

    The first of the ``warm_ups`` is used, and the best of the ``closings`` that goes with the rest.
    """

    warm_ups: tuple[Placed, ...]
    moves: tuple[Placed, ...]
    closings: tuple[Placed, ...]


Sequenced = tuple[Placed, ...]
Sequencer = Callable[[Plan], Sequenced | None]


class Tailor:
    """Changes one plan. ``sequence`` puts a plan in order, or says with None that it does not fit together in the time."""

    def __init__(
        self, plan: Plan, sequence: Sequencer, candidates: Mapping[str, Candidate], decision: Decision
    ) -> None:
        self._plan = plan
        self._sequence = sequence
        self._candidates = candidates
        self._decision = decision

    def fit(self, wishes: Wishes) -> tuple[Plan, tuple[Change, ...]]:
        """Return the plan with every wish that can be met, and what became of each."""
        plan, changes = self._plan, []
        for wish in wishes.each:
            plan, outcome = self._met(plan, wish, wishes.unwanted)
            changes.append(Change(wish, outcome))
        return plan, tuple(changes)

    def choices(self, wishes: Wishes) -> dict[str, Choices]:
        """Return what may be done with each item of the routine as it stands with these wishes, by exercise id."""
        plan, changes = self.fit(wishes)
        origins = {change.wish.instead: change.wish.unwanted for change in changes if change.outcome is Outcome.DONE}
        given = {}
        for item in self._order(plan):
            origin = self._candidates[origins.get(item.exercise.id, item.exercise.id)]
            others = [other for other in self._same_purpose(item, origin) if other not in wishes.unwanted]
            ways = [(other, self._meets(Wish(origin.exercise.id, other), wishes, changes)) for other in others]
            goes = self._meets(Wish(origin.exercise.id), wishes, changes) is not None
            given[item.exercise.id] = Choices(
                origin=origin.exercise,
                instead=tuple(self._form(way, other) for other, way in ways if way and other != item.exercise.id),
                stays=None if goes else self._stays(plan, item),
            )
        return given

    def _form(self, plan: Plan, exercise: str) -> Form:
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
                for other in move_candidates(self._candidates.values())
                if purpose(other) == purpose(origin) and other.exercise.regions & origin.exercise.regions
            ]
        return [exercise for exercise in dict.fromkeys(usable) if exercise != origin.exercise.id]

    def _meets(self, wish: Wish, wishes: Wishes, before: Sequence[Change]) -> Plan | None:
        """Return the plan with one more wish if it is met and no older one suffers from it, or None."""
        plan, changes = self.fit(wishes.add(wish))
        outcomes = {change.wish: change.outcome for change in changes}
        met = {old.wish: old.outcome for old in before if old.outcome in (Outcome.DONE, Outcome.ONLY_OUT)}
        suffers = any(outcomes.get(old, outcome) is not outcome for old, outcome in met.items())
        return plan if outcomes[wish] is Outcome.DONE and not suffers else None

    def _stays(self, plan: Plan, item: Placed) -> Stays:
        if item in self._plan.warm_ups:
            return Stays.WARM_UP
        if item in self._plan.closings:
            return Stays.CLOSING
        return Stays.LAST if len(plan.moves) == 1 else Stays.NEEDED

    def _met(self, plan: Plan, wish: Wish, unwanted: frozenset[str]) -> tuple[Plan, Outcome]:
        now = {placed.exercise.id: placed for placed in self._order(plan)}
        item = now.get(wish.unwanted)
        if item is None:
            return plan, Outcome.NOT_NEEDED
        # What is unwanted must not come back as the ending of the routine that a change makes.
        gone = {wish.unwanted, *(unwanted - set(now))}
        free = replace(plan, closings=tuple(placed for placed in plan.closings if placed.exercise.id not in gone))
        if wish.instead is not None and wish.instead not in unwanted:
            for other in filter(self._holds, self._swapped(free, item, wish.instead)):
                return other, Outcome.DONE
        for other in filter(self._holds, self._without(free, item)):
            return other, Outcome.DONE if wish.instead is None else Outcome.ONLY_OUT
        return plan, Outcome.STILL_IN

    def _swapped(self, plan: Plan, item: Placed, instead: str) -> Iterator[Plan]:
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

    def _without(self, plan: Plan, item: Placed) -> Iterator[Plan]:
        """Yield the plan without the item. A routine keeps a warm-up, at least one move and a closing item."""
        moves = tuple(move for move in plan.moves if move is not item)
        if 0 < len(moves) < len(plan.moves):
            yield replace(plan, moves=moves)

    def _holds(self, plan: Plan) -> bool:
        """Return whether a changed plan goes together in the time and within every limit."""
        sequence = self._sequence(plan)
        if sequence is None or not within_limits(plan.moves, self._decision):
            return False
        exercises = [placed.exercise.id for placed in sequence]
        return len(set(exercises)) == len(exercises) and not any(
            near_duplicates(first, second, self._decision.order) for first, second in combinations(exercises, 2)
        )

    def _order(self, plan: Plan) -> Sequenced:
        return self._sequence(plan) or ()


def _only(placed: Sequence[Placed], exercise: str) -> list[Placed]:
    return [item for item in placed if item.exercise.id == exercise]
