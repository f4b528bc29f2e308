"""A stand-in that a rule promises must be able to come: what a clinician signs is what runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from recommender.analysis.stand_ins import stand_in_faults
from recommender.models.actions import Exclusion, Scope
from recommender.models.rules import RuleSet
from recommender.service.recommend import Recommender


def told(recommender: Recommender, branch_id: str, **then: Any) -> list[str]:
    """Return the faults of the shipped rules with a case that does something else."""
    content = recommender.content
    changed = []
    for rule in content.rule_set.rules:
        branches = tuple(
            replace(branch, then=replace(branch.then, **then)) if branch.id == branch_id else branch
            for branch in rule.branches
        )
        changed.append(replace(rule, branches=branches))
    rule_set = RuleSet("0", tuple(changed), content.rule_set.supplied)
    return [str(fault) for fault in stand_in_faults(content.questionnaire, rule_set, content.catalogue)]


def test_every_stand_in_of_the_shipped_rules_can_come(recommender: Recommender) -> None:
    content = recommender.content
    assert stand_in_faults(content.questionnaire, content.rule_set, content.catalogue) == []


@pytest.mark.parametrize(
    ("branch_id", "then", "message"),
    [
        (
            "CI-A12",
            {"swap_in": ("sphinx",), "swap_in_if_preferred": ()},
            "'sphinx' as a stand-in, which can never come: it is chosen only where",
        ),
        (
            "CI-A12",
            {"swap_in": (), "swap_in_if_preferred": ("wall_plank",)},
            "it is a usual move. Name it under swap_in.",
        ),
        ("CI-A12", {"swap_in": ("seated_march",)}, None),
        ("CI-A12", {"swap_in": ("bird_dog",)}, "whenever this fires, every form of it is left out. Name another."),
        ("CI-A21/2", {"swap_in": ("walking",)}, "whenever this fires, every form of it is left out."),
        ("CI-A01", {"swap_in": ("marching",)}, "'CI-A01' has stand-ins, but leaves nothing out that could be chosen."),
    ],
)
def test_a_stand_in_that_can_never_come_is_refused_with_its_reason(
    recommender: Recommender, branch_id: str, then: dict[str, Any], message: str | None
) -> None:
    found = told(recommender, branch_id, **then)
    if message is None:
        assert found == []
    else:
        rule = recommender.content.rule_set.by_id[branch_id.partition("/")[0]]
        assert len(found) == 1 and found[0].startswith(f"{rule.path}:") and message in found[0], found


def test_a_stand_in_that_another_rule_leaves_out_whenever_this_one_fires_is_refused(recommender: Recommender) -> None:
    # Case 4 of CI-A18 fires only for people for whom case 2 does, which now leaves the stand-in out.
    exclusions = (Exclusion(Scope(exercises=frozenset({"seated_figure_four"}))),)
    found = told(recommender, "CI-A18/2", exclude=exclusions)
    assert len(found) == 1 and "'CI-A18/4' promises 'seated_figure_four'" in found[0], found


def test_a_stand_in_for_whom_a_rule_prefers_it_is_refused_where_no_rule_does(recommender: Recommender) -> None:
    content = recommender.content
    rules = tuple(
        replace(rule, branches=tuple(replace(one, then=replace(one.then, prefer=())) for one in rule.branches))
        for rule in content.rule_set.rules
    )
    found = stand_in_faults(content.questionnaire, RuleSet("0", rules, content.rule_set.supplied), content.catalogue)
    promised = sum(len(branch.then.swap_in_if_preferred) for branch in content.rule_set.branches)
    assert promised > 5
    assert [fault.message.endswith("no rule prefers it. Name another.") for fault in found] == [True] * promised
