"""Every vignette holds, and every case of every rule has one that fires it and a near miss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from promises import broken_promises
from sheets import TESTS, checked_intake, full_intake

from recommender.check_in.action import deciding
from recommender.loaders.vignettes import Vignette, load_vignettes
from recommender.models.conditions import Always
from recommender.models.recommendation import Recommendation
from recommender.service import Recommender

VIGNETTES = load_vignettes(TESTS / "vignettes")
CASES = [pytest.param(vignette, id=f"{Path(vignette.path).stem}: {vignette.name}") for vignette in VIGNETTES]


@pytest.mark.parametrize("vignette", CASES)
def test_vignette_holds(recommender: Recommender, vignette: Vignette) -> None:
    intake = (
        full_intake(recommender, vignette.answers, vignette.facts)
        if vignette.follow_up is None
        else checked_intake(recommender, vignette.answers, vignette.follow_up, vignette.facts)
    )
    recommendation = recommender.recommend(intake)
    problems = list(unmet(recommendation, vignette))
    assert not problems, (problems, recommendation.level, recommendation.decision.fired_ids)


def unmet(recommendation: Recommendation, vignette: Vignette) -> Iterator[str]:
    decision, expect, listed = recommendation.decision, vignette.expect, vignette.expected
    fired = {*decision.fired_ids, *(branch.rule_id for branch in decision.fired)}
    offered = {item.exercise.id for item in recommendation.assembly.routine.items} if recommendation.assembly else set()
    yield from (f"{rule} does not fire" for rule in listed("fires") if rule not in fired)
    yield from (f"{rule} fires" for rule in listed("silent") if rule in fired)
    if "level" in expect and decision.level != expect["level"]:
        yield f"level is {decision.level}, not {expect['level']}"
    if "stage" in expect and decision.stage != expect["stage"]:
        yield f"stage is {decision.stage}, not {expect['stage']}"
    if "action" in expect and action(recommendation) != expect["action"]:
        yield f"action is {action(recommendation)}, not {expect['action']}"
    findings = {finding.replace("=", ".") for finding in decision.findings}
    yield from (f"no finding {name}" for name in listed("findings") if name not in findings)
    yield from (f"finding {name}" for name in listed("no_findings") if name in findings)
    yield from (f"{exercise} is not offered" for exercise in listed("offered") if exercise not in offered)
    if expect.get("left_out") and not recommendation.assembly:
        yield "there is no routine to leave anything out of"
    yield from (f"{exercise} is offered" for exercise in listed("left_out") if exercise in offered)
    yield from broken_promises(recommendation, vignette)


def action(recommendation: Recommendation) -> str | None:
    """Return what these answers of a check come to, or None where no rule says."""
    if not recommendation.level.shows_routine:
        return "refer"
    plan = next(branch.then.checks for branch in recommendation.fired if branch.then.checks)
    branch = deciding(recommendation.decision, plan)
    return str(branch.then.follow_up.action) if branch and branch.then.follow_up else None


def named(key: str) -> set[str]:
    return {rule for vignette in VIGNETTES for rule in vignette.expected(key)}


def test_every_case_of_every_rule_has_a_vignette_that_fires_it(recommender: Recommender) -> None:
    late = {fact.id for fact in recommender.content.rule_set.supplied if fact.after_assembly}
    needed = {branch.id for branch in recommender.content.rule_set.branches if not reads(branch.when, late)}
    assert sorted(needed - named("fires")) == []


def test_every_case_with_a_condition_has_a_near_miss(recommender: Recommender) -> None:
    late = {fact.id for fact in recommender.content.rule_set.supplied if fact.after_assembly}
    branches = recommender.content.rule_set.branches
    needed = {branch.id for branch in branches if not isinstance(branch.when, Always) and not reads(branch.when, late)}
    assert sorted(needed - named("silent")) == []


def test_every_vignette_names_rules_that_exist(recommender: Recommender) -> None:
    rule_set = recommender.content.rule_set
    known = {*rule_set.by_id, *rule_set.branch_by_id}
    assert sorted((named("fires") | named("silent")) - known) == []


def test_vignettes_mirror_the_folders_of_the_rules(recommender: Recommender) -> None:
    rules = {f"{rule.kind}/{Path(rule.path).name}" for rule in recommender.content.rule_set.rules}
    files = {vignette.path for vignette in VIGNETTES}
    assert sorted(path for path in files - rules if not path.startswith("journeys/")) == []


def reads(condition: Any, facts: set[str]) -> bool:
    from recommender.models.conditions import atoms

    return any(getattr(atom, "subject", None) in facts for atom in atoms(condition))
