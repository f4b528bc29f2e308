"""More sets for moves that should have them by now, and the moves of other parts that make room for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from recommender.assembly.carried_items import Kept, is_allowed
from recommender.assembly.dose import Dosing
from recommender.models.decision import Decision
from recommender.models.follow_up import Progress
from recommender.models.routine import Dose
from recommender.models.slots import NO_BOUNDS


def due_sets(
    kept: Sequence[Kept], among: Collection[str], dosing: Dosing, progress: Progress
) -> Iterator[tuple[Kept, Dose]]:
    """Yield the moves that have fewer sets than they should by now, each with its dose of one set more; the best first."""
    for one in sorted(kept, key=lambda one: (one.dose.sets, -one.candidate.score)):
        dose = replace(one.dose, sets=one.dose.sets + 1)
        is_due = one.dose.sets < dosing.sets_due(one.candidate.exercise, one.form)
        if one.id in among and is_due and is_allowed(dose, one, dosing, progress):
            yield one, dose


def with_room(
    kept: Sequence[Kept], grown: str, decision: Decision, minutes: int, moves_at_least: int
) -> Iterator[tuple[Kept, ...]]:
    """Yield the moves, all of them first, then with one fewer each time: the last choice goes, of another part if it can be.

    What has ``grown`` stays, and so does a move for the direction, and one without which there would be too few moves, too
    few of a part, or too few for the main place.
    """
    left = tuple(kept)
    while left:
        yield left
        left = _without_last(left, grown, decision, minutes, moves_at_least)


def _without_last(
    kept: tuple[Kept, ...], grown: str, decision: Decision, minutes: int, moves_at_least: int
) -> tuple[Kept, ...]:
    bounds = decision.slot_bounds_in(minutes)
    share = decision.order.main_place_share_at_least or 0.0
    if len(kept) <= moves_at_least:
        return ()
    slot = next(one.candidate.exercise.slot for one in kept if one.id == grown)
    for one in sorted(kept, key=lambda one: (one.candidate.exercise.slot == slot, one.candidate.score)):
        own = one.candidate.exercise.slot
        others = tuple(other for other in kept if other is not one)
        alike = sum(other.candidate.exercise.slot == own for other in others)
        helping = sum(other.candidate.helps_main_place for other in others)
        is_needed = one.id == grown or one.candidate.is_direction or alike < bounds.get(own, NO_BOUNDS).at_least
        if not is_needed and helping >= share * len(others):
            return others
    return ()
