"""Models from the plain data that a signature was taken over: what an older version said can be told in today's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from recommender.models.actions import Actions
from recommender.models.conditions import ALWAYS, All, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.follow_up import FollowUp, Progress
from recommender.models.levels import Level, ReviewKind, Role, Stage
from recommender.models.questionnaire import Questionnaire

# The models of actions name these for a type checker only.
_NAMED = {kind.__name__: kind for kind in (FollowUp, Progress, Level, ReviewKind, Role, Stage)}


def condition_of(data: Any, questionnaire: Questionnaire) -> Condition:
    """Return the condition that ``plain_condition`` wrote.

    Raises:
        KeyError, TypeError or ValueError: it is no such data.
    """
    if data == "always":
        return ALWAYS
    ((key, given),) = data.items()
    match key:
        case "all" | "any":
            parts = tuple(condition_of(part, questionnaire) for part in given)
            return All(parts) if key == "all" else AnyOf(parts)
        case "not":
            return Not(condition_of(given, questionnaire))
        case "at_least":
            return AtLeast(given["n"], tuple(condition_of(part, questionnaire) for part in given["of"]))
        case "finding":
            return Found(given)
    return _atom(key, given, questionnaire)


def _atom(subject: str, given: Mapping[str, Any], questionnaire: Questionnaire) -> Condition:
    ((operator, words),) = given.items()
    match operator:
        case "is" if subject not in questionnaire.questions:
            return Found(f"{subject}={words}")
        case "is" | "includes":
            return Chosen(subject, (words,))
        case "in" | "includes_any":
            return Chosen(subject, tuple(words))
        case "only":
            return Only(subject, words)
        case "between":
            return Number(subject, *words)
        case "at_least":
            return Number(subject, words, None)
        case "at_most":
            return Number(subject, None, words)
    raise ValueError(f"'{operator}' is no operator.")


def actions_of(data: Mapping[str, Any]) -> Actions:
    """Return the actions that ``plain_data`` wrote.

    Raises:
        KeyError, TypeError or ValueError: it is no such data.
    """
    actions: Actions = _built(Actions, data)
    return actions


def _built(kind: Any, data: Any) -> Any:
    """Return plain data as a value of a type."""
    inside = get_args(kind)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        (wanted,) = (part for part in inside if part is not type(None))
        return None if data is None else _built(wanted, data)
    if origin is tuple:
        if inside[-1] is ...:
            return tuple(_built(inside[0], part) for part in data)
        return tuple(_built(part, one) for part, one in zip(inside, data, strict=True))
    if origin is frozenset:
        return frozenset(_built(inside[0], part) for part in data)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _built(hints[name], part) for name, part in data.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    return data


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind, localns=_NAMED)
