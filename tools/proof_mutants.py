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

from recommender.loaders.content import load_content
from recommender.models.content import Content
from recommender.models.rules import Branch
from recommender.proof.compare import Change
from recommender.proof.prove import OBLIGATIONS, prove
from recommender.rule_mutants.mutants import Mutant, mutants
from recommender.settings import read_settings

# What finds most first, and what takes long last.
_LAST = ("worse-answers", "movements-back")


class Fate(StrEnum):
    """What became of a slip."""

    SAME = "the same for everybody on a first visit"
    NOT_LESS_SAFE = "nobody is less safe"
    FOUND = "found"
    MISSED = "MISSED"


@dataclass(frozen=True)
class Verdict:
    """``by`` is the obligation that found the slip; ``told`` what it does to people."""

    mutant: Mutant
    fate: Fate
    by: str | None = None
    told: tuple[str, ...] = ()


def that_matter(content: Content) -> list[Mutant]:
    """Return the slips that touch an outcome, an exclusion, or the condition of one or of a finding."""
    made = mutants(content.rule_set, content.questionnaire)
    return [mutant for mutant in made if any(_matters(content, *pair) for pair in mutant.branches.items())]


def _matters(content: Content, branch_id: str, after: Branch | None) -> bool:
    before = content.rule_set.branch_by_id[branch_id].then
    if after is None or after.then == before:
        return bool(before.exclude or before.disposition or before.derive)
    return (before.exclude, before.disposition) != (after.then.exclude, after.then.disposition)


def verdict_on(content: Content, mutant: Mutant) -> Verdict:
    """Return what becomes of one slip."""
    wrong = replace(content, rule_set=mutant.rule_set(content.rule_set))
    shifts = Change(content, wrong, with_people=False).compare().shifts
    worse = tuple(one.told for one in shifts if one.is_less_safe and not one.told.startswith("too few"))
    if not worse:
        return Verdict(mutant, Fate.NOT_LESS_SAFE if shifts else Fate.SAME, told=tuple(one.told for one in shifts))
    names = [one.id for one in OBLIGATIONS if not one.for_authors]
    for name in sorted(names, key=lambda name: name in _LAST):
        if not prove(wrong, only=[name], with_people=False).holds:
            return Verdict(mutant, Fate.FOUND, name, worse)
    return Verdict(mutant, Fate.MISSED, told=worse)


def verdicts(content: Content, count: int | None, seed: int) -> Iterator[Verdict]:
    """Yield what becomes of so many slips, chosen by seed; of all where no count is given."""
    matter = that_matter(content)
    chosen = matter if count is None else random.Random(seed).sample(matter, min(count, len(matter)))
    yield from (verdict_on(content, mutant) for mutant in chosen)


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
    for verdict in verdicts(content, given.count, given.seed):
        fates[f"{verdict.fate} by {verdict.by}" if verdict.by else verdict.fate] += 1
        if verdict.fate is Fate.MISSED:
            missed += 1
            print(f"MISSED {verdict.mutant.rule.id}: {verdict.mutant.key}: {'; '.join(verdict.told[:3])}", flush=True)
    for fate, number in fates.most_common():
        print(f"{number:6} {fate}")
    print(f"{sum(fates.values())} slips, {missed} missed, {time.process_time() - begun:.0f} s of computing.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
