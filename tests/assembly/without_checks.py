#!/usr/bin/env python3
"""Take checks out of the last check, in a loop, and see that its tests name them: each one, groups, and all of them.

`python -m tests.assembly.without_checks` tries each check, 200 random groups, and all at once; `--groups` and `--seed`
choose others. It fails where checks could be taken out without the breakers that name them going red, and no others.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from recommender.assembly.final_check import CHECKS, table
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from tests.support.broken_routines import BREAKERS, PEOPLE, routine_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if the tests notice whatever is taken out, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=200, help="how many random groups to take out")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    recommender = load_recommender(read_settings({}))
    missed = list(unnoticed(recommender, given.groups, given.seed))
    print("\n".join(missed) or f"Each of {len(CHECKS)} checks, {given.groups} groups of them, and all: each is missed.")
    return 1 if missed else 0


def unnoticed(recommender: Recommender, groups: int, seed: int) -> Iterator[str]:
    """Yield what could be taken out without just those breakers failing that name it."""
    real = {person: routine_of(recommender, person) for person in PEOPLE}
    broken = [(breaker.check, breaker.about, breaker.change(real[breaker.person])) for breaker in BREAKERS]
    for gone in taken_out(groups, seed):
        with without(gone):
            red = {
                check
                for check, about, case in broken
                if [(fault.check, fault.about) for fault in case.faults()] != [(check, about)]
            }
        if red != gone:
            yield f"without {', '.join(sorted(gone))} these breakers fail: {', '.join(sorted(red)) or 'none'}"


def taken_out(groups: int, seed: int) -> Iterator[frozenset[str]]:
    """Yield each check alone, random groups of two and more, and all of them."""
    names = sorted(CHECKS)
    chance = random.Random(seed)
    yield from (frozenset({name}) for name in names)
    for _ in range(groups):
        yield frozenset(chance.sample(names, chance.randint(2, len(names) - 1)))
    yield frozenset(names)


@contextmanager
def without(gone: frozenset[str]) -> Iterator[None]:
    """Leave the checks out of the table for a while."""
    whole = table.CHECKS
    try:
        table.CHECKS = MappingProxyType({name: check for name, check in whole.items() if name not in gone})
        yield
    finally:
        table.CHECKS = whole


if __name__ == "__main__":
    sys.exit(main())
