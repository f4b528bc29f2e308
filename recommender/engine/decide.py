"""Turn fired branches into a decision. No rule is settled by file order: the worst level wins, every reason is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields, replace

from recommender.engine.staging import effective_stage
from recommender.errors import DecisionError
from recommender.models.actions import Order
from recommender.models.decision import Decision
from recommender.models.levels import Level
from recommender.models.rules import Branch, RuleSet


def decide(rule_set: RuleSet, fired_ids: Collection[str]) -> Decision:
    """Return the decision that follows from the branches that fired, whatever order they fired in.

    Raises:
        DecisionError: no branch gives an outcome level; silence must not look like safety.
    """
    wanted = frozenset(fired_ids)
    fired = tuple([branch for branch in rule_set.branches if branch.id in wanted])
    outcomes = sorted((branch for branch in fired if branch.then.disposition), key=lambda branch: -_level(branch).rank)
    if not outcomes:
        raise DecisionError("no rule gave an outcome level")
    findings = {finding for branch in fired for finding in branch.then.derive}
    known = dict.fromkeys(findings, True)
    plans = [branch.then.plan for branch in fired if branch.then.plan]
    return Decision(
        fired=fired,
        level=_level(outcomes[0]),
        outcomes=tuple(outcomes),
        base_stage=effective_stage(known, []),
        stage=effective_stage(known, list(fired)),
        findings=frozenset(findings),
        targets=frozenset(region for branch in fired for region in branch.then.target_regions),
        order=merge_order(branch.then.order for branch in fired if branch.then.order),
        plan=plans[0] if plans else None,
        check_in_schedule=rule_set.check_in_schedule,
    )


def raise_level(decision: Decision, branches: Iterable[Branch]) -> Decision:
    """Return the decision with branches added that fired after assembly."""
    later = tuple(branches)
    outcomes = sorted(
        [*decision.outcomes, *(branch for branch in later if branch.then.disposition)],
        key=lambda branch: -_level(branch).rank,
    )
    return replace(decision, fired=(*decision.fired, *later), outcomes=tuple(outcomes), level=_level(outcomes[0]))


def merge_order(orders: Iterable[Order]) -> Order:
    """Return the settings of several rules as one; at load no two rules may give the same setting."""
    settings = {}
    for order in orders:
        settings.update(
            {part.name: getattr(order, part.name) for part in fields(Order) if getattr(order, part.name) is not None}
        )
    return Order(**settings)


def _level(branch: Branch) -> Level:
    assert branch.then.disposition is not None
    return branch.then.disposition.level
