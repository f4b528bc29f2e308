"""The slips that can be made in a condition, or in what a case does. They know the shape of the models, and no rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from recommender.models.conditions import All, AnyOf, AtLeast, Chosen, Condition, Not, Number, Only
from recommender.models.questionnaire import QuestionKind, Questionnaire

_DURATION = re.compile(r"P(?:T?)(\d+)[DH]")
_SHARE_STEP = 0.1


class Slip(StrEnum):
    """What was done to the rule."""

    RULE_DELETED = "rule deleted"
    CASE_DELETED = "case deleted"
    NEGATED = "condition negated"
    PART_DROPPED = "part of a condition dropped"
    SWAPPED = "all and any swapped"
    COUNT_MOVED = "at_least n moved by one"
    THRESHOLD_MOVED = "threshold moved by one"
    OPTION_DROPPED = "option dropped"
    OPTION_ADDED = "next option added"
    NOT_ALONE = "only taken as includes"
    ACTION_DROPPED = "action or setting dropped"
    ITEM_DROPPED = "tag, id or item dropped"
    ORDER_SWAPPED = "order of items swapped"
    FIGURE_MOVED = "figure moved by one step"
    LEVEL_MOVED = "level or stage moved by one"
    FLAG_TURNED = "yes and no swapped"


def condition_slips(
    condition: Condition, questionnaire: Questionnaire, place: str = "when"
) -> Iterator[tuple[Slip, str, Condition]]:
    """Yield (slip, where and what, condition with the slip), at this node and below; ``place`` is the way to the node."""
    negated = condition.part if isinstance(condition, Not) else Not(condition)
    yield Slip.NEGATED, f"{place} negated", negated
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            yield from _group(condition, parts, place)
            for number, part in enumerate(parts):
                for slip, change, mutated in condition_slips(part, questionnaire, f"{place}.{number + 1}"):
                    inner = (*parts[:number], mutated, *parts[number + 1 :])
                    yield slip, change, replace(condition, parts=inner)
        case Not(part):
            for slip, change, mutated in condition_slips(part, questionnaire, f"{place}.not"):
                yield slip, change, Not(mutated)
        case Number(_, low, high):
            for name, bound in (("low", low), ("high", high)):
                for moved in _around(bound):
                    moved_bound: dict[str, Any] = {name: moved}
                    yield Slip.THRESHOLD_MOVED, f"{place} {name} {bound} to {moved}", replace(condition, **moved_bound)
        case Chosen():
            yield from _choice(condition, place, questionnaire)
        case Only(question, option):
            yield Slip.NOT_ALONE, f"{place} only {option} taken as includes", Chosen(question, (option,))


def _group(
    condition: All | AnyOf | AtLeast, parts: tuple[Condition, ...], place: str
) -> Iterator[tuple[Slip, str, Condition]]:
    if isinstance(condition, AtLeast):
        for n in (condition.n - 1, condition.n + 1):
            if 1 <= n <= len(parts):
                yield Slip.COUNT_MOVED, f"{place} at least {condition.n} to {n}", AtLeast(n, parts)
    elif len(parts) > 1:
        other: Condition = AnyOf(parts) if isinstance(condition, All) else All(parts)
        yield Slip.SWAPPED, f"{place} {'all to any' if isinstance(condition, All) else 'any to all'}", other
    if len(parts) > (condition.n if isinstance(condition, AtLeast) else 1):
        for number in range(len(parts)):
            fewer = (*parts[:number], *parts[number + 1 :])
            yield Slip.PART_DROPPED, f"{place}.{number + 1} dropped", replace(condition, parts=fewer)


def _choice(condition: Chosen, place: str, questionnaire: Questionnaire) -> Iterator[tuple[Slip, str, Condition]]:
    """Yield the choice with one option fewer, and, of one-choice questions, with the option next to a chosen one."""
    options = condition.options
    if len(options) > 1:
        for option in options:
            fewer = tuple(other for other in options if other != option)
            yield Slip.OPTION_DROPPED, f"{place} option {option} dropped", replace(condition, options=fewer)
    question = questionnaire.questions[condition.question]
    if question.kind is not QuestionKind.ONE:
        return
    order = [option.id for option in question.options]
    near = {order.index(option) + step for option in options for step in (-1, 1)}
    for index in sorted(near & set(range(len(order)))):
        if order[index] not in options:
            more = (*options, order[index])
            yield Slip.OPTION_ADDED, f"{place} option {order[index]} added", replace(condition, options=more)


def action_slips(value: Any, place: str) -> Iterator[tuple[Slip, str, Any]]:
    """Yield (slip, where and what, value with the slip): a part dropped or moved by one step, at any depth."""
    if is_dataclass(value) and not isinstance(value, type):
        yield from _parts(value, place)
    elif isinstance(value, tuple):
        yield from _sequence(value, place)
    elif isinstance(value, frozenset):
        for item in sorted(value, key=str):
            yield Slip.ITEM_DROPPED, f"{place} {_shown(item)} dropped", value - {item}
            for slip, change, mutated in action_slips(item, place):
                yield slip, change, (value - {item}) | {mutated}
    elif isinstance(value, bool):
        yield Slip.FLAG_TURNED, f"{place} {value} to {not value}", not value
    elif isinstance(value, StrEnum):
        scale = list(type(value))
        for step in (-1, 1):
            if 0 <= scale.index(value) + step < len(scale):
                moved = scale[scale.index(value) + step]
                yield Slip.LEVEL_MOVED, f"{place} {value} to {moved}", moved
    elif isinstance(value, int | float) or (isinstance(value, str) and _DURATION.fullmatch(value)):
        for figure in _figures(value):
            yield Slip.FIGURE_MOVED, f"{place} {value} to {figure}", figure


def _parts(value: Any, place: str) -> Iterator[tuple[Slip, str, Any]]:
    for part in fields(value):
        given = getattr(value, part.name)
        default = part.default if part.default is not MISSING else None
        if given is None or given == default:
            continue
        inner = f"{place}.{part.name}"
        if part.default is not MISSING:
            yield Slip.ACTION_DROPPED, f"{inner} dropped", replace(value, **{part.name: default})
        for slip, change, mutated in action_slips(given, inner):
            yield slip, change, replace(value, **{part.name: mutated})


def _sequence(value: tuple[Any, ...], place: str) -> Iterator[tuple[Slip, str, Any]]:
    for number, item in enumerate(value):
        inner = f"{place}[{number + 1}]"
        yield Slip.ITEM_DROPPED, f"{inner} {_shown(item)} dropped", (*value[:number], *value[number + 1 :])
        for slip, change, mutated in action_slips(item, inner):
            yield slip, change, (*value[:number], mutated, *value[number + 1 :])
    if len(value) > 1 and all(isinstance(item, str) for item in value[:2]):
        yield Slip.ORDER_SWAPPED, f"{place} first two swapped", (value[1], value[0], *value[2:])


def _figures(value: int | float | str) -> Iterator[int | float | str]:
    """Yield a figure one step lower and one step higher: one, a tenth of a share, a day or an hour."""
    if isinstance(value, float):
        yield from (round(value + step, 2) for step in (-_SHARE_STEP, _SHARE_STEP) if 0 < value + step <= 1)
    elif isinstance(value, int):
        yield from _around(value)
    elif found := _DURATION.fullmatch(value):
        for number in _around(int(found.group(1))):
            yield value.replace(found.group(1), str(number))


def _around(number: int | None) -> Iterator[int]:
    if number is not None:
        yield from (moved for moved in (number - 1, number + 1) if moved >= 0)


def _shown(item: Any) -> str:
    if isinstance(item, frozenset):
        return " ".join(sorted(map(str, item)))
    text = str(item) if isinstance(item, str | int) else type(item).__name__.lower()
    return text if len(text) <= 40 else f"{text[:37]}..."
