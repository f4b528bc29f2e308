"""What a plan measures: the pairs of questions that the rules compare, their scores, and what the person named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recommender.models.facts import Difference
from recommender.models.rules import RuleSet
from recommender.web.plan.kept_plan import Plan


def tasks_named(plan: Plan, rule_set: RuleSet) -> dict[str, str | None]:
    """Return what the person named, by the question that asks for its score at a check; None where they named nothing."""
    return {pair.now: task(plan, pair) for pair in pairs(rule_set) if not pair.fall}


def pairs(rule_set: RuleSet) -> list[Difference]:
    """Return the pairs of questions that the rules compare, each once."""
    return [
        fact.measure for fact in rule_set.supplied if isinstance(fact.measure, Difference) and not fact.measure.percent
    ]


def score(value: Any) -> int | None:
    """Return the score of an answer, which may be a number or a task with one."""
    found = value.get("score") if isinstance(value, Mapping) else value
    return found if isinstance(found, int) else None


def task(plan: Plan, pair: Difference) -> str | None:
    """Return the task that was named at the start; None where none was."""
    first = plan.answers.get(pair.at_start)
    return str(first["task"]) if isinstance(first, Mapping) else None
