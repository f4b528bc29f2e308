"""Which conditions the file of a rule spells out, and which were put together from them when it was loaded.

What all cases share, and the earlier cases of which only the first counts, are written once and stand in the conditions
of several branches: as one and the same object. A slip in the file changes it in all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from recommender.models.conditions import All, Always, AnyOf, AtLeast, Condition, Not, children
from recommender.models.rules import Branch, Rule


def written_conditions(rule: Rule) -> Iterator[tuple[str, Condition]]:
    """Yield (id of the rule or of the case it belongs to, condition) for each condition spelt out, "always" not."""
    homes = _homes(rule)
    seen: set[int] = set()
    for branch in rule.branches:
        for condition in _spelt_out(branch.own_condition, homes):
            if id(condition) not in seen and not isinstance(condition, Always):
                seen.add(id(condition))
                yield (rule.id if _is_shared(condition, rule) else branch.id), condition


def cases_not_ruled_out(rule: Rule) -> Iterator[tuple[Branch, Condition]]:
    """Yield each branch that counts only where earlier cases do not, with its condition without that."""
    homes = _homes(rule)
    for branch in rule.branches:
        for part in _below(branch.own_condition):
            if isinstance(part, Not) and _is_put_together(part, homes):
                yield branch, put(branch.when, part, None)


def put(condition: Condition, old: Condition, new: Condition | None) -> Condition:
    """Return the condition with ``new`` wherever the very object ``old`` stands; None drops it.

    A condition of which nothing is left is always true. The same object comes back where ``old`` is no part of it.
    """
    changed = _put(condition, old, new)
    return Always() if changed is None else changed


def _put(condition: Condition, old: Condition, new: Condition | None) -> Condition | None:
    if condition is old:
        return new
    if not any(part is old for part in _below(condition)):
        return condition
    parts = tuple(part for child in children(condition) if (part := _put(child, old, new)) is not None)
    if not parts:
        return None
    return Not(parts[0]) if isinstance(condition, Not) else _group(condition, parts)


def _group(condition: Condition, parts: tuple[Condition, ...]) -> Condition:
    assert isinstance(condition, All | AnyOf | AtLeast)
    return replace(condition, parts=parts)


def _homes(rule: Rule) -> dict[int, set[str]]:
    """Return the branches in which each object stands."""
    homes: defaultdict[int, set[str]] = defaultdict(set)
    for branch in rule.branches:
        for part in _below(branch.own_condition):
            homes[id(part)].add(branch.id)
    return homes


def _below(condition: Condition) -> Iterator[Condition]:
    yield condition
    for child in children(condition):
        yield from _below(child)


def _spelt_out(condition: Condition, homes: dict[int, set[str]]) -> Iterator[Condition]:
    if not _is_put_together(condition, homes):
        yield condition
        return
    for child in children(condition):
        yield from _spelt_out(child, homes)


def _is_put_together(condition: Condition, homes: dict[int, set[str]]) -> bool:
    """Return whether a part stands in more branches than the whole: then the whole was made of it at load."""
    own = homes[id(condition)]
    return any(homes[id(part)] > own for part in _below(condition))


def _is_shared(condition: Condition, rule: Rule) -> bool:
    """Return whether every case asks for the condition first."""
    return len(rule.branches) > 1 and all(
        condition is branch.own_condition
        or (isinstance(branch.own_condition, All) and condition is branch.own_condition.parts[0])
        for branch in rule.branches
    )
