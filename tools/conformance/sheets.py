"""Looks for sheets that show everything there is to show, as many things on each as go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from recommender.conformance.kit import Grade
from recommender.models.questionnaire import Answer
from recommender.proof.encoding.graph import TRUE
from recommender.proof.person import sheet_found, smallest
from recommender.proof.prover import Prover
from tools.conformance.targets import Target

_TRIES = 40
"""How many further things are tried on a sheet, one after the other."""


class Shown(NamedTuple):
    """One sheet, and what it shows that none before it does."""

    grade: Grade
    answers: Mapping[str, Answer]
    targets: Sequence[Target]


def sheets(prover: Prover, targets: Sequence[Target]) -> Iterator[Shown]:
    """Yield sheets until every target is shown. All of them must be possible.

    In the core each sheet is as small as may be, so that people can read it.
    """
    waiting = list(targets)
    while waiting:
        first = waiting[0]
        if first.grade is Grade.CORE:
            person = smallest(prover.universe, prover.solver, prover.answers, [first.literal])
            answers = person.answers
        else:
            answers = _crowded(prover, waiting)
        found = [target for target in waiting if target.literal == TRUE or prover.solver.is_true(target.literal)]
        assert found and found[0] is first
        yield Shown(first.grade, answers, found)
        gone = set(map(id, found))
        waiting = [target for target in waiting if id(target) not in gone]


def _crowded(prover: Prover, waiting: Sequence[Target]) -> Mapping[str, Answer]:
    """Return a sheet that shows the first target, and whatever else goes with it."""
    given = [waiting[0].literal]
    prover.can_hold(*given)
    tries = 0
    for target in waiting[1:]:
        if tries == _TRIES:
            break
        if prover.solver.is_true(target.literal):
            continue
        tries += 1
        if prover.can_hold(*given, target.literal):
            given.append(target.literal)
    prover.can_hold(*given)
    return sheet_found(prover.universe, prover.solver, prover.answers)
