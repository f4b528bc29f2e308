"""Which single answer would have led elsewhere. Every claim comes from running the changed sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.errors import DecisionError
from recommender.lab.answer_changes import AnswerChange, AnswerChanges
from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import READ_BY_ASSEMBLY
from recommender.models.recommendation import Recommendation

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender

MOST_TRIES = 400


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What one change leads to. ``level`` and ``stage`` are None where they stay as they are.

    ``brought_in`` and ``left_out`` are exercises; without a routine before or after, they are all of the other's.
    ``dropped`` are the questions that would no longer be asked.
    """

    change: AnswerChange
    level: Level | None
    stage: Stage | None
    brought_in: tuple[str, ...]
    left_out: tuple[str, ...]
    dropped: tuple[str, ...]


def counterfactuals(
    recommender: Recommender, result: Recommendation, changes: AnswerChanges, most_tries: int = MOST_TRIES
) -> Iterator[Counterfactual]:
    """Yield every single answer that changes the level, the stage or the choice of exercises, likeliest first.

    No more than ``most_tries`` changes are tried. One that calls for answers that are not there cannot be decided, and
    is not named.
    """
    early = recommender.oracle.fire(result.intake)
    for change in _likeliest_first(result, changes)[:most_tries]:
        after = changes.after(change)
        if after is None:
            continue
        if change.question not in READ_BY_ASSEMBLY and changes.fired_after(change) == early:
            continue
        try:
            led_to = recommender.recommend(after)
        except DecisionError:
            continue
        if found := _compared(change, result, led_to):
            yield found


def offered(result: Recommendation) -> frozenset[str]:
    """Return the exercises of the routine; none where there is no routine."""
    return frozenset(item.exercise.id for item in result.assembly.routine.items) if result.assembly else frozenset()


def _compared(change: AnswerChange, before: Recommendation, after: Recommendation) -> Counterfactual | None:
    level = after.level if after.level is not before.level else None
    stage = after.decision.stage if after.decision.stage is not before.decision.stage else None
    brought_in, left_out = offered(after) - offered(before), offered(before) - offered(after)
    if level is None and stage is None and not brought_in and not left_out:
        return None
    dropped = tuple(question for question in before.intake.answers if question not in after.intake.answers)
    return Counterfactual(change, level, stage, tuple(sorted(brought_in)), tuple(sorted(left_out)), dropped)


def _likeliest_first(result: Recommendation, changes: AnswerChanges) -> list[AnswerChange]:
    """Return the changes: answers behind the level first, then those behind the stage, then the rest as asked."""
    ranks: dict[str, int] = {}
    for branch in result.decision.fired:
        is_cap = branch.then.cap_stage is not None
        if branch.then.disposition or is_cap or branch.then.derive:
            winning = branch.then.disposition is not None and branch.then.disposition.level is result.level
            for answer in result.behind[branch.id]:
                rank = 0 if winning else 1 if is_cap else 2
                ranks[answer.question] = min(rank, ranks.get(answer.question, rank))
    each = [change for given in changes.by_question.values() for change in given]
    return sorted(each, key=lambda change: ranks.get(change.question, 3))
