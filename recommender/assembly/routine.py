"""Assemble a routine from a decision, and account for every exercise of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from recommender.assembly.accounting import account
from recommender.assembly.builder import Builder, other_days
from recommender.assembly.left_out import PassedOver
from recommender.assembly.screening import ExerciseScreening
from recommender.assembly.time_budget import time_budget
from recommender.assembly.trace import AssemblyTrace
from recommender.models.catalogue import Catalogue
from recommender.models.decision import Decision
from recommender.models.edits import NO_EDITS, RoutineEdits
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, Choices


def assemble(
    catalogue: Catalogue,
    decision: Decision,
    intake: Intake,
    assembly_trace: AssemblyTrace | None = None,
    edits: RoutineEdits = NO_EDITS,
) -> Assembly:
    """Return the routine for an intake, what was left out and why, and the short routines for breaks.

    The same decision, intake and wishes always give the same routine. A wish that cannot be met is not; the changes
    say so. The steps before any wish are written to the journal, if there is one.

    Raises:
        DecisionError: the routine cannot be fitted to its time.
    """
    screen = ExerciseScreening(catalogue, decision, intake)
    budget = time_budget(decision, intake)
    builder = Builder(screen, decision, budget, assembly_trace=assembly_trace, unwanted=edits.unwanted)
    plan = builder.plan(screen.moves, screen.others)
    fitted, changes = builder.tailor(plan, screen.moves).fit(edits) if plan else (None, ())
    items = builder.items(fitted) if fitted else ()
    chosen = (builder.sequence(plan) or ()) if plan else ()
    passed_over = PassedOver(chosen, items, changes, decision, budget)
    whole = account(items, passed_over, budget, screen, catalogue, decision, edits, changes)
    return replace(whole, other_days=other_days(items, screen, decision, budget, edits.unwanted))


def choices(catalogue: Catalogue, decision: Decision, intake: Intake, edits: RoutineEdits) -> Mapping[str, Choices]:
    """Return what the person may do with each item of the routine that these wishes give, by exercise id."""
    screen = ExerciseScreening(catalogue, decision, intake)
    builder = Builder(screen, decision, time_budget(decision, intake))
    plan = builder.plan(screen.moves, screen.others)
    return builder.tailor(plan, screen.moves).choices(edits) if plan else {}
