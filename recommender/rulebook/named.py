"""What the actions of a rule name, and whom the files name as the authors of something."""

from __future__ import annotations

from recommender.models.actions import Actions
from recommender.models.content import Content
from recommender.rulebook.targets import Target, TargetKind, is_of_tables


def named_exercises(then: Actions) -> frozenset[str]:
    """Return the exercises that the actions name, also through one of their forms."""
    scopes = [scope for exclusion in then.exclude for scope in (exclusion.scope, exclusion.spared)]
    scopes += [change.scope for change in then.modify if change.scope]
    scopes += [then.equipment_available.spared] if then.equipment_available else []
    ids = {exercise for scope in scopes for exercise in scope.exercises} | {*then.swap_in, *then.swap_in_if_preferred}
    ids |= {exercise for edit in then.prefer for exercise in edit.exercises}
    keys = {key for scope in scopes for key in scope.forms}
    keys |= {key for edit in then.prefer for key in edit.forms} | {
        key for part in then.modify for key in part.only_forms
    }
    if then.micro_routine:
        ids |= {item.exercise for item in then.micro_routine.items}
    if then.plan:
        ids |= {exercise for row in then.plan.rows for exercise in row.warm_up}
    if then.order:
        ids |= {exercise for group in then.order.near_duplicates or () for exercise in group}
        ids |= set(then.order.closing or ())
    return frozenset(ids | {key.partition("/")[0] for key in keys})


def named_tags(then: Actions) -> frozenset[str]:
    """Return the movement tags that the actions name."""
    scopes = [scope for exclusion in then.exclude for scope in (exclusion.scope, exclusion.spared)]
    scopes += [change.scope for change in then.modify if change.scope]
    scopes += [then.equipment_available.spared] if then.equipment_available else []
    tags = {tag for scope in scopes for tag in scope.tags}
    if then.order:
        tags |= {then.order.floor_tag} if then.order.floor_tag else set()
        tags |= (
            then.order.never_next.first_hold_tags | then.order.never_next.then_hold_tags
            if then.order.never_next
            else set()
        )
    return frozenset(tags)


def names_in_files(content: Content, target: Target) -> frozenset[str]:
    """Return who wrote a rule, as the files name them.

    Of a table that rules are held against that is who wrote any of them, and of a point who wrote one that it names.
    """
    rules = content.rule_set.by_id
    if is_of_tables(target):
        return frozenset(rule.author for rule in rules.values())
    named = {target.id} if target.kind is TargetKind.RULE else _rules_of_point(content, target)
    return frozenset(rules[rule].author for rule in named if rule in rules)


def _rules_of_point(content: Content, target: Target) -> frozenset[str]:
    points = content.catalogue.review_points if target.kind is TargetKind.POINT else ()
    return frozenset(rule for point in points if str(point.number) == target.id for rule in point.rules)
