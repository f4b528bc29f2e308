#!/usr/bin/env python3
"""Would anything notice if a rule were wrong? Make every mutant of the rules and look for what catches it.

`make mutants` tries all of them. It fails where less than 98 % are caught, where a survivor is not explained in
tests/mutation/accepted_survivors.yaml, or where an explained one is caught after all. `python -m tools.rule_mutants CI-A05 RF-U07` tries only
the rules named; `--all` names every mutant with what caught it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recommender.errors import RecommenderError
from recommender.loaders.content import load_content
from recommender.loaders.vignettes import load_baseline, load_vignettes
from recommender.rule_mutants.accepted_survivors import load_explained, stale
from recommender.rule_mutants.mutants import mutants, mutants_of
from recommender.rule_mutants.operators import Slip
from recommender.rule_mutants.runner import SAME, SURVIVED, Hunt, MutantResult
from recommender.settings import read_settings
from tests.content import test_sweeps as sweeps

ROOT = Path(__file__).resolve().parent.parent

LEAST_CAUGHT = 0.98
EXPLAINED = ROOT / "tests" / "mutation" / "accepted_survivors.yaml"
PROPERTIES = {
    holds.__name__.replace("_", " "): holds
    for holds in (
        sweeps.test_every_red_flag_alone_stops_the_routine_or_asks_for_a_review,
        sweeps.test_not_sure_is_never_read_as_no,
    )
}
_hunt: Hunt


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if enough mutants are caught and every survivor is explained, else 1."""
    given = parser().parse_args(arguments)
    try:
        started = time.monotonic()
        verdicts = hunt_all(given.rules, given.processes)
        problems = list(print_report(verdicts, load_explained(EXPLAINED), given))
    except RecommenderError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 1
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in used)
    print(f"{time.monotonic() - started:.0f} s on {given.processes} processes, {seconds:.0f} s of computing.")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("rules", nargs="*", help="ids of rules; none means all of them")
    made.add_argument("--all", action="store_true", help="print every mutant and what caught it")
    made.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="default: one for each core")
    return made


def hunt_all(wanted: Sequence[str], processes: int) -> list[MutantResult]:
    """Return the verdict on every mutant of the rules wanted, in order of the rules."""
    global _hunt
    settings = read_settings({})
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    unknown = set(wanted) - set(content.rule_set.by_id)
    if unknown:
        raise RecommenderError(f"no such rule: {', '.join(sorted(unknown))}")
    gone = stale(load_explained(EXPLAINED), mutants(content.rule_set, content.questionnaire))
    if gone:
        raise RecommenderError(f"{EXPLAINED.name} explains what is no mutant any more: {'; '.join(gone)}")
    folder = settings.vignettes_dir
    _hunt = Hunt(content, load_vignettes(folder), load_baseline(folder), PROPERTIES, load_baseline(folder, "follow_up"))
    rules = wanted or list(content.rule_set.by_id)
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return [verdict for verdicts in pool.imap(_hunt_rule, rules) for verdict in verdicts]


def _hunt_rule(rule_id: str) -> list[MutantResult]:
    content = _hunt.content
    return [_hunt.verdict(mutant) for mutant in mutants_of(content.rule_set.by_id[rule_id], content.questionnaire)]


def print_report(
    verdicts: list[MutantResult], explained: Mapping[str, str], given: argparse.Namespace
) -> Iterator[str]:
    """Print what became of the mutants, and yield what is wrong."""
    survivors = [verdict for verdict in verdicts if verdict.caught_by in (SURVIVED, SAME)]
    for verdict in verdicts if given.all else survivors:
        mutant = verdict.mutant
        print(f"{mutant.rule.path}:{mutant.line}: {mutant.key} [{mutant.slip}]\n    {verdict.caught_by}: ", end="")
        print(explained.get(mutant.key, "NOT EXPLAINED") if verdict in survivors else verdict.detail)
    print_table(verdicts)
    score = 1 - len(survivors) / len(verdicts) if verdicts else 1.0
    print(f"{len(verdicts) - len(survivors)} of {len(verdicts)} caught: {score:.2%}.")
    if score < LEAST_CAUGHT:
        yield f"Less than {LEAST_CAUGHT:.0%} of the mutants are caught."
    for verdict in verdicts:
        known, survived = verdict.mutant.key in explained, verdict in survivors
        if survived and not known:
            yield f"{verdict.mutant.key}: add a vignette that notices it, or explain it in tests/{EXPLAINED.name}."
        if known and not survived:
            yield f"{verdict.mutant.key}: is explained, but caught by {verdict.caught_by}. Remove it from the list."


def print_table(verdicts: list[MutantResult]) -> None:
    """Print how many mutants of each kind there are, and what caught them."""
    print(f"\n{'':36} {'all':>6} {'same':>6} {'survive':>8}")
    for slip in Slip:
        own = [verdict.caught_by for verdict in verdicts if verdict.mutant.slip is slip]
        if own:
            print(f"{slip:36} {len(own):6} {own.count(SAME):6} {own.count(SURVIVED):8}")
    print(f"{'every kind':36} {len(verdicts):6}\n")
    for name, number in Counter(verdict.caught_by for verdict in verdicts).most_common():
        print(f"{number:6} caught by {name}" if name not in (SAME, SURVIVED) else f"{number:6} {name}")
    print()


if __name__ == "__main__":
    sys.exit(main())
