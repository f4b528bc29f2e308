"""The kit catches each red flag that is taken away, and faults planted in the rules."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

import pytest

from recommender.conformance.kit import Case, kit_folder, read_about
from recommender.conformance.trying import tried
from recommender.errors import ContentError
from recommender.models.conditions import Number, atoms
from recommender.models.rules import Branch, RuleSet
from recommender.rule_mutants.accepted_survivors import load_explained
from recommender.rule_mutants.mutants import Mutant, mutants
from recommender.rule_mutants.operators import Slip
from recommender.rule_mutants.runner import PlainRecommender
from recommender.service.recommend import Recommender
from tests.support.needs import left_out
from tests.support.services import asking
from tests.support.sheets import TESTS

pytestmark = pytest.mark.deep

PLANTED, SEED = 20, 8
# What the kit compares: who is told what level and kind, which exercises are allowed, and what fires.
SEEN = frozenset(
    {
        Slip.RULE_DELETED,
        Slip.CASE_DELETED,
        Slip.NEGATED,
        Slip.PART_DROPPED,
        Slip.SWAPPED,
        Slip.COUNT_MOVED,
        Slip.THRESHOLD_MOVED,
        Slip.OPTION_DROPPED,
        Slip.OPTION_ADDED,
        Slip.NOT_ALONE,
    }
)


def is_caught(recommender: Recommender, rule_set: RuleSet, rule: str, kit: Sequence[Case]) -> bool:
    """Return whether a service with these rules differs on any sheet; those on which the rule fires are tried first."""
    try:
        ask = asking(PlainRecommender(replace(recommender.content, rule_set=rule_set)))
    except ContentError:
        return True
    fires = [any(fired.partition("/")[0] == rule for fired in case.expected.cases) for case in kit]
    near = [case for case, does in zip(kit, fires, strict=True) if does]
    far = [case for case, does in zip(kit, fires, strict=True) if not does]
    return any(found.differences for found in tried((*near, *far), ask))


def spoken_of(recommender: Recommender) -> set[str]:
    """Return the rules that may speak on a first sheet: the others say nothing that the kit could show."""
    from recommender.proof.prove import shipped_knowledge
    from recommender.proof.prover import Prover

    prover = Prover(recommender.content, shipped_knowledge())
    fired = prover.rules.fired
    late = {branch.rule_id for branch in recommender.staged.after_assembly}
    return late | {branch.rule_id for branch in prover.universe.before_assembly if prover.can_hold(fired[branch.id])}


@pytest.mark.parametrize("one_of", [pytest.param(4, marks=pytest.mark.in_ci), pytest.param(1, marks=pytest.mark.long)])
def test_each_red_flag_file_that_is_deleted_is_caught(recommender: Recommender, kit: list[Case], one_of: int) -> None:
    if find_spec("pysat") is None:
        left_out("python-sat is not installed: pip install -e .[proof]")
    rule_set, speaks = recommender.content.rule_set, spoken_of(recommender)
    flags = [rule for rule in rule_set.rules if "red_flags/" in rule.path and rule.id in speaks]
    assert len(flags) > 60, "most speak on a first sheet"
    missed = []
    for flag in flags[::one_of]:
        fewer = replace(rule_set, rules=tuple(rule for rule in rule_set.rules if rule is not flag))
        if not is_caught(recommender, fewer, flag.id, kit):
            missed.append(flag.id)
    assert missed == []


def reads_time(recommender: Recommender, branch: Branch) -> bool:
    return any(isinstance(atom, Number) and atom.subject in recommender.supplied for atom in atoms(branch.when))


def planted(recommender: Recommender, kit: Sequence[Case]) -> list[Mutant]:
    """Return slips that a first sheet can show.

    That is: in cases that speak on one and read nothing that only time changes, and not among those that are known to
    change nothing that matters.
    """
    explained = load_explained(TESTS / "mutation" / "accepted_survivors.yaml")
    shown = {fired for case in kit for fired in case.expected.cases}
    shown -= {branch.id for branch in recommender.content.rule_set.branches if reads_time(recommender, branch)}
    every = [
        mutant
        for mutant in mutants(recommender.content.rule_set, recommender.content.questionnaire)
        if mutant.slip in SEEN and mutant.key not in explained and shown.issuperset(mutant.branches)
    ]
    return random.Random(SEED).sample(every, PLANTED)


@pytest.mark.in_ci
def test_twenty_planted_faults_are_caught(recommender: Recommender, kit: list[Case]) -> None:
    rule_set = recommender.content.rule_set
    missed = [
        fault.key
        for fault in planted(recommender, kit)
        if not is_caught(recommender, fault.rule_set(rule_set), fault.rule.id, kit)
    ]
    assert missed == []


def test_the_kit_says_how_much_it_shows() -> None:
    reached = read_about(kit_folder()).reached
    assert all(part.shown for part in reached.values())
