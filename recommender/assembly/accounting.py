"""Account for every exercise of the catalogue: in a routine, or left out and why; with the breaks."""

from __future__ import annotations

from dataclasses import replace

from recommender.assembly.breaks import breaks
from recommender.assembly.left_out import PassedOver
from recommender.assembly.screening import ExerciseScreening
from recommender.assembly.selection import count_usable
from recommender.assembly.time_budget import TimeBudget
from recommender.models.catalogue import Catalogue
from recommender.models.decision import Decision
from recommender.models.edits import NO_EDITS, RoutineEdits
from recommender.models.routine import AppliedEdit, Assembly, Item, Routine

ALLOWED_MOVEMENTS = "allowed_movements"


def account(
    items: tuple[Item, ...],
    passed_over: PassedOver,
    budget: TimeBudget,
    screen: ExerciseScreening,
    catalogue: Catalogue,
    decision: Decision,
    edits: RoutineEdits = NO_EDITS,
    changes: tuple[AppliedEdit, ...] = (),
) -> Assembly:
    """Return the items of a routine, with every other exercise and why it is left out, and the breaks."""
    return Assembly(
        routine=Routine(budget.minutes, decision.stage, items),
        left_out=tuple(passed_over.each(screen)),
        breaks=breaks(screen, catalogue, decision, edits.unwanted),
        facts={ALLOWED_MOVEMENTS: count_usable(screen.moves, decision) if items else 0},
        changes=changes,
    )


def account_for_carried_on(
    items: tuple[Item, ...], budget: TimeBudget, screen: ExerciseScreening, catalogue: Catalogue, decision: Decision
) -> Assembly:
    """Return the same for a routine that was carried on from the one before."""
    passed_over = PassedOver(items, items, (), decision, budget, is_carried_on=True)
    return replace(account(items, passed_over, budget, screen, catalogue, decision), is_carried_on=True)
