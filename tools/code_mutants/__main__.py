"""Would a test notice if the code that safety rests on were wrong? Make every slip in it and look for what goes red.

`make code-mutants` tries all of them. It fails where less than 95 % of those of a module are caught, where a survivor is
not explained in tests/mutation/accepted_code_survivors.yaml, or where an explained one is caught after all.
`python -m tools.code_mutants final_check answer_sheet` tries only modules with such a name; `--seconds 120 --seed 7`
tries as many as fit, chosen by the seed; `--count 100` so many; `--all` names every mutant with what caught it.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from recommender.errors import RecommenderError
from recommender.rule_mutants.accepted_survivors import load_explained
from tools.code_mutants.operators import CodeMutant
from tools.code_mutants.runner import ROOT, Target, Verdict, check_green, prepare, verdicts
from tools.code_mutants.targets import TARGETS

LEAST_CAUGHT = 0.95
EXPLAINED = ROOT / "tests" / "mutation" / "accepted_code_survivors.yaml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if enough mutants are caught and every survivor is explained, else 1."""
    given = parser().parse_args(arguments)
    started = time.monotonic()
    try:
        chosen = [target for target in TARGETS if not given.names or any(name in target.path for name in given.names)]
        if not chosen:
            raise RecommenderError(f"no such module: {', '.join(given.names)}")
        explained = load_explained(EXPLAINED)
        gone = stale(explained)
        if gone:
            raise RecommenderError(f"{EXPLAINED.name} explains what is no mutant any more: {'; '.join(gone)}")
        prepare()
        check_green(chosen)
        found = []
        for verdict in verdicts(picked(chosen, given), given.processes, given.seconds):
            found.append(verdict)
            print_verdict(verdict, explained, given.all)
    except RecommenderError as error:
        print(f"code mutants: {error}", file=sys.stderr)
        return 1
    print_table(found, explained)
    print(f"{time.monotonic() - started:.0f} s on {given.processes} processes.")
    problems = list(problems_of(found, explained, is_whole=given.count is None and given.seconds is None))
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("names", nargs="*", help="parts of the paths of modules; none means all of them")
    made.add_argument("--seconds", type=float, help="begin no mutant after so many seconds")
    made.add_argument("--count", type=int, help="try so many mutants")
    made.add_argument("--seed", type=int, default=1, help="chooses the mutants that a budget leaves room for")
    made.add_argument("--all", action="store_true", help="print every mutant and what caught it")
    made.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="default: one for each core")
    return made


def picked(targets: Sequence[Target], given: argparse.Namespace) -> list[tuple[Target, CodeMutant]]:
    """Return the mutants to try; with a budget in an order that the seed gives."""
    every = [(target, mutant) for target in targets for mutant in target.mutants()]
    if given.seconds is not None or given.count is not None:
        random.Random(given.seed).shuffle(every)
    return every[: given.count]


def stale(explained: Mapping[str, str]) -> list[str]:
    """Return the explained keys that no mutant has: the code has changed since it was looked at."""
    return sorted(set(explained) - {mutant.key for target in TARGETS for mutant in target.mutants()})


def print_verdict(verdict: Verdict, explained: Mapping[str, str], is_wordy: bool) -> None:
    mutant = verdict.mutant
    if verdict.is_survivor:
        why = explained.get(mutant.key, "NOT EXPLAINED")
        print(f"{mutant.module}:{mutant.line}: {mutant.key}\n    survived: {why}", flush=True)
    elif is_wordy:
        print(f"{mutant.module}:{mutant.line}: {mutant.key}\n    {verdict.caught_by}", flush=True)


def print_table(found: Sequence[Verdict], explained: Mapping[str, str]) -> None:
    """Print how many mutants of each module there are, how many were caught, and how many survivors are explained."""
    print(f"\n{'':52} {'tried':>6} {'caught':>7} {'explained':>10} {'rate':>7}")
    for module, own in by_module(found).items():
        survivors = [verdict.mutant.key for verdict in own if verdict.is_survivor]
        known = sum(key in explained for key in survivors)
        print(f"{module:52} {len(own):6} {len(own) - len(survivors):7} {known:10} {rate(own):7.1%}")
    print(f"{'all':52} {len(found):6} {sum(not one.is_survivor for one in found):7} {'':10} {rate(found):7.1%}\n")


def problems_of(found: Sequence[Verdict], explained: Mapping[str, str], is_whole: bool) -> Iterator[str]:
    """Yield what is wrong. A sample is too small for a rate of each module."""
    for module, own in by_module(found).items() if is_whole else ():
        if rate(own) < LEAST_CAUGHT:
            yield f"{module}: less than {LEAST_CAUGHT:.0%} of the mutants are caught."
    for verdict in found:
        known = verdict.mutant.key in explained
        if verdict.is_survivor and not known:
            yield f"{verdict.mutant.key}\n    add a test that notices it, or explain it in {EXPLAINED.name}."
        if known and not verdict.is_survivor:
            yield f"{verdict.mutant.key}\n    is explained, but {verdict.caught_by} notices it. Remove it from the list."


def by_module(found: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    modules: dict[str, list[Verdict]] = {}
    for verdict in sorted(found, key=lambda one: one.mutant.module):
        modules.setdefault(verdict.mutant.module, []).append(verdict)
    return modules


def rate(found: Sequence[Verdict]) -> float:
    return sum(not verdict.is_survivor for verdict in found) / len(found) if found else 1.0


if __name__ == "__main__":
    sys.exit(main())
