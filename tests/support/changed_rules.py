"""The shipped rules with something changed on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recommender.models.content import Content
from recommender.models.rules import Branch


def with_branches(content: Content, change: Callable[[Branch], Branch | None]) -> Content:
    """Return the content with every case changed; None takes a case out."""
    rules = tuple(
        replace(rule, branches=tuple(one for branch in rule.branches if (one := change(branch)) is not None))
        for rule in content.rule_set.rules
    )
    return replace(content, rule_set=replace(content.rule_set, rules=rules))
