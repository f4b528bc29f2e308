#!/usr/bin/env python3
"""Would a proof notice if a rule were wrong? Make slips in the rules, and look which obligation finds each that makes somebody less safe.

Of every slip that touches an outcome, an exclusion or a finding, `recommender diff` says whether anybody is less safe by it: by a lower level, or by
a movement that a rule left out. Such a slip must be found. `python -m tools.proof_mutants --count 100 --seed 7` tries a sample.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from recommender.loaders.answer_order import shipped_accepted
from recommender.loaders.content import load_content
from recommender.models.content import Content
from recommender.models.levels import Level, Stage
from recommender.models.rules import Branch
from recommender.proof.compare import Change
from recommender.proof.encoding.forms import choose_alike
from recommender.proof.encoding.graph import FALSE, Literal
from recommender.proof.encoding.moves import MoveEncoding
from recommender.proof.prove import OBLIGATIONS, shipped_knowledge
from recommender.proof.prover import Obligation, Prover
from recommender.proof.sides import forms_that_may_come
from recommender.rule_mutants.mutants import Mutant, mutants
from recommender.settings import read_settings

# What finds most first, and what takes long last.
_LAST = ("worse-answers", "early-stops", "movements-back")
# After so many slips all is encoded anew: what earlier slips left behind makes every question slower.
_ON_ONE_GRAPH = 200


class Fate(StrEnum):
    """What became of a slip."""

    SAME = "the same for everybody on a first visit"
    NOT_LESS_SAFE = "nobody is less safe"
    FOUND = "found"
    MISSED = "MISSED"


@dataclass(frozen=True)
class Verdict:
    """``by`` is the obligation that found the slip."""

    mutant: Mutant
    fate: Fate
    by: str | None = None


def that_matter(content: Content) -> list[Mutant]:
    """Return the slips that touch an outcome, an exclusion, or the condition of one or of a finding."""
    made = mutants(content.rule_set, content.questionnaire)
    return [mutant for mutant in made if any(_matters(content, *pair) for pair in mutant.branches.items())]


def _matters(content: Content, branch_id: str, after: Branch | None) -> bool:
    before = content.rule_set.branch_by_id[branch_id].then
    if after is None or after.then == before:
        return bool(before.exclude or before.disposition or before.derive)
    return (before.exclude, before.disposition) != (after.then.exclude, after.then.disposition)


def with_slip(content: Content, mutant: Mutant) -> Content:
    return replace(content, rule_set=mutant.rule_set(content.rule_set))


class Beside:
    """The rules, and the same rules with a slip, on the same answers. It asks what ``recommender diff`` asks of a first visit, all at once."""

    def __init__(self, right: Prover, wrong: Prover) -> None:
        self._right, self._wrong = right, wrong
        self._graph = right.graph

    def is_less_safe(self) -> bool:
        """Return whether somebody has a lower level, a higher stage, or a movement that a rule left out."""
        right, wrong = self._right, self._wrong
        if self._can(self._lower(right, wrong)):
            return True
        if self._chooses_alike():
            return self._can(
                right.rules.shows_routine, wrong.rules.shows_routine, self._any(*self._staged_up(right, wrong))
            )
        before, after = (forms_that_may_come(one.forms) for one in (right, wrong))
        let_in = (self._only(after[key], before[key], right.forms.excluded[key]) for key in after)
        return self._can(
            right.rules.shows_routine, wrong.rules.shows_routine, self._any(*let_in, *self._staged_up(right, wrong))
        )

    def is_the_same(self) -> bool:
        """Return whether everybody has the same level and, with a routine, the same movements to choose from and stage."""
        right, wrong = self._right, self._wrong
        if self._can(self._lower(right, wrong)) or self._can(self._lower(wrong, right)):
            return False
        staged = [*self._staged_up(right, wrong), *self._staged_up(wrong, right)]
        if self._chooses_alike():
            return not self._can(right.rules.shows_routine, self._any(*staged))
        before, after = (forms_that_may_come(one.forms) for one in (right, wrong))
        moved = [
            self._graph.either(self._only(after[key], before[key]), self._only(before[key], after[key]))
            for key in after
        ]
        follows = [MoveEncoding(one.forms).routine_follows for one in (right, wrong)]
        refused = [self._only(follows[0], follows[1]), self._only(follows[1], follows[0])]
        return not self._can(right.rules.shows_routine, self._any(*moved, *refused, *staged))

    def _chooses_alike(self) -> bool:
        """Return whether nothing can differ in the moves, nor in what counts them once the level is the same."""
        late = [one.universe.staged.after_assembly for one in (self._right, self._wrong)]
        return choose_alike(self._right.rules, self._wrong.rules) and late[0] == late[1]

    def _lower(self, right: Prover, wrong: Prover) -> Literal:
        return self._any(*(self._only(right.rules.at_least[level], wrong.rules.at_least[level]) for level in Level))

    def _staged_up(self, right: Prover, wrong: Prover) -> Iterator[Literal]:
        for was in Stage:
            for now in Stage:
                if now.rank > was.rank:
                    yield self._graph.both(right.rules.stage[was], wrong.rules.stage[now])

    def _only(self, one: Literal, other: Literal, *beside: Literal) -> Literal:
        return self._graph.every((one, -other, *beside))

    def _any(self, *literals: Literal) -> Literal:
        return self._graph.any(literals)

    def _can(self, *literals: Literal) -> bool:
        return FALSE not in literals and self._right.can_hold(*literals)


def found_by(wrong: Prover) -> str | None:
    """Return the obligation that does not hold any more, the first that is found; None where all do."""
    for obligation in sorted((one for one in OBLIGATIONS if not one.for_authors), key=lambda one: one.id in _LAST):
        if _is_broken(wrong, obligation):
            return obligation.id
    return None


def _is_broken(wrong: Prover, obligation: Obligation) -> bool:
    accepted = {one for entry in shipped_accepted() if entry.obligation == obligation.id for one in entry.subjects}
    return any(hole.subject not in accepted for hole in obligation.find(wrong))


def verdicts(content: Content, slips: Sequence[Mutant]) -> Iterator[Verdict]:
    """Yield what becomes of each slip."""
    known = shipped_knowledge()
    for number, mutant in enumerate(slips):
        if number % _ON_ONE_GRAPH == 0:
            right = Prover(content, known, with_people=False)
        wrong = Prover(with_slip(content, mutant), known, with_people=False, beside=right)
        beside = Beside(right, wrong)
        if not beside.is_less_safe():
            yield Verdict(mutant, Fate.SAME if beside.is_the_same() else Fate.NOT_LESS_SAFE)
        else:
            by = found_by(wrong)
            yield Verdict(mutant, Fate.FOUND if by else Fate.MISSED, by)


def told_of(content: Content, mutant: Mutant) -> list[str]:
    """Return whom the slip makes less safe, as ``recommender diff`` says it."""
    shifts = Change(content, with_slip(content, mutant), with_people=False).compare().shifts
    return [one.told for one in shifts if one.is_less_safe and not one.at_check]


def shuffled(content: Content, seed: int) -> list[Mutant]:
    """Return the slips that matter, in an order that the seed chooses."""
    slips = that_matter(content)
    random.Random(seed).shuffle(slips)
    return slips


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every slip that makes somebody less safe is found, else 1."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, help="how many slips to try; all, where it is not given")
    asked.add_argument("--seed", type=int, default=15)
    given = asked.parse_args(arguments)
    settings = read_settings({})
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    begun = time.process_time()
    fates: Counter[str] = Counter()
    missed = 0
    for number, verdict in enumerate(verdicts(content, shuffled(content, given.seed)[: given.count]), 1):
        fates[f"{verdict.fate} by {verdict.by}" if verdict.by else verdict.fate] += 1
        if verdict.fate is Fate.MISSED:
            missed += 1
            told = "; ".join(told_of(content, verdict.mutant)[:3])
            print(f"MISSED {verdict.mutant.rule.id}: {verdict.mutant.key}: {told}", flush=True)
        if number % 500 == 0:
            print(f"{number} slips, {time.process_time() - begun:.0f} s of computing.", file=sys.stderr, flush=True)
    for fate, number in fates.most_common():
        print(f"{number:6} {fate}")
    print(f"{sum(fates.values())} slips, {missed} missed, {time.process_time() - begun:.0f} s of computing.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
