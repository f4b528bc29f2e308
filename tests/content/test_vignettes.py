"""Every vignette holds, and every case of every rule has one that fires it and a near miss."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recommender.loaders.vignettes import Vignette
from recommender.models.actions import Actions, Advice, Exclusion, Scope
from recommender.models.conditions import Always
from recommender.rule_mutants.expectations import differences, unmet
from recommender.service.recommend import Recommender
from tests.support.sheets import intake_of
from tests.support.shipped import vignettes

VIGNETTES = vignettes()
CASES = [pytest.param(vignette, id=f"{Path(vignette.path).stem}: {vignette.name}") for vignette in VIGNETTES]


@pytest.mark.parametrize("vignette", CASES)
def test_vignette_holds(recommender: Recommender, vignette: Vignette) -> None:
    recommendation = recommender.recommend(intake_of(recommender, vignette))
    problems = list(unmet(recommendation, vignette))
    assert not problems, (problems, recommendation.level, recommendation.decision.fired_ids)


def named(key: str) -> set[str]:
    return {rule for vignette in VIGNETTES for rule in vignette.expected(key)}


def test_every_case_of_every_rule_has_a_vignette_that_fires_it(recommender: Recommender) -> None:
    needed = {branch.id for branch in recommender.content.rule_set.branches}
    assert sorted(needed - named("fires")) == []


def test_every_case_with_a_condition_has_a_near_miss(recommender: Recommender) -> None:
    branches = recommender.content.rule_set.branches
    needed = {branch.id for branch in branches if not isinstance(branch.when, Always)}
    assert sorted(needed - named("silent")) == []


def test_every_case_has_a_vignette_that_says_all_it_does(recommender: Recommender) -> None:
    """`python tools/vignettes.py` adds what is missing; hold it against the source before you keep it."""
    said = {case for vignette in VIGNETTES for case in vignette.does}
    assert sorted({branch.id for branch in recommender.content.rule_set.branches} - said) == []


def test_a_vignette_notices_a_missing_tag_a_moved_figure_and_a_lost_word() -> None:
    wanted = Actions(
        exclude=(Exclusion(Scope(tags=frozenset({"prone", "supine"})), longer_than_seconds=60),),
        advise=(Advice("manner", ("Move slowly and...",)),),
    )
    actual = Actions(
        exclude=(Exclusion(Scope(tags=frozenset({"prone"})), longer_than_seconds=61),),
        advise=(Advice("manner", ("Move fast and keep breathing.",)),),
    )
    assert list(differences(wanted, actual)) == [
        "exclude[0].scope.tags: prone, not prone, supine",
        "exclude[0].longer_than_seconds: 61, not 60",
        "advise[0].items[0]: Move fast and keep breathing., not Move slowly and...",
    ]
    assert list(differences(wanted.advise, (Advice("manner", ("Move slowly and keep breathing.",)),))) == []
    assert list(differences(wanted.advise, ())) != []


def test_in_the_file_of_a_rule_a_vignette_names_every_case_that_fires(recommender: Recommender) -> None:
    full = next(one for one in VIGNETTES if one.rule and len(one.expected("fires")) > 1)
    first, *rest = full.expected("fires")
    fewer = replace(full, expect={**full.expect, "fires": rest}, does={})
    recommendation = recommender.recommend(intake_of(recommender, full))
    assert list(unmet(recommendation, fewer)) == [f"{first} fires too"]


def test_every_vignette_names_rules_that_exist(recommender: Recommender) -> None:
    rule_set = recommender.content.rule_set
    known = {*rule_set.by_id, *rule_set.branch_by_id}
    assert sorted((named("fires") | named("silent")) - known) == []


def test_vignettes_mirror_the_folders_of_the_rules(recommender: Recommender) -> None:
    rules = {f"{rule.kind}/{Path(rule.path).name}" for rule in recommender.content.rule_set.rules}
    files = {vignette.path for vignette in VIGNETTES}
    assert sorted(path for path in files - rules if not path.startswith("journeys/")) == []
