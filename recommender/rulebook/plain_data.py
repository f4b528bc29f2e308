"""Models as plain data: conditions as the rule files write them, everything else field by field without what is unset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from recommender.models.conditions import All, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import QuestionKind, Questionnaire


def plain_data(value: Any, *, without: frozenset[str] = frozenset()) -> Any:
    """Return a model as plain data: sets in order, and of a dataclass only the fields that are not as by default.

    A field that a later version adds therefore changes nothing where it is not used. ``without`` are field names that
    are left out of the model itself.
    """
    if is_dataclass(value) and not isinstance(value, type):
        given = {part.name: getattr(value, part.name) for part in fields(value) if part.name not in without}
        defaults = {part.name: _default(part) for part in fields(value)}
        return {name: plain_data(part) for name, part in given.items() if part is not None and part != defaults[name]}
    if isinstance(value, Mapping):
        return {str(key): plain_data(part) for key, part in value.items()}
    if isinstance(value, frozenset | set):
        return sorted((plain_data(part) for part in value), key=str)
    if isinstance(value, tuple | list):
        return [plain_data(part) for part in value]
    if isinstance(value, range):
        return {"at_least": value.start, "below": value.stop}
    return value


def plain_condition(condition: Condition, questionnaire: Questionnaire) -> Any:
    """Return a condition as it is written in the rule files."""
    match condition:
        case Chosen(question, options):
            return {question: _chosen(questionnaire.questions[question].kind, options)}
        case Only(question, option):
            return {question: {"only": option}}
        case Number(subject, low, high):
            return {subject: _bounds(low, high)}
        case Found(finding):
            name, _, value = finding.partition("=")
            return {name: {"is": value}} if value else {"finding": name}
        case All(parts):
            return {"all": [plain_condition(part, questionnaire) for part in parts]}
        case AnyOf(parts):
            return {"any": [plain_condition(part, questionnaire) for part in parts]}
        case Not(part):
            return {"not": plain_condition(part, questionnaire)}
        case AtLeast(n, parts):
            return {"at_least": {"n": n, "of": [plain_condition(part, questionnaire) for part in parts]}}
        case _:
            return "always"


def _default(part: Field[Any]) -> Any:
    return part.default if part.default is not MISSING else MISSING


def _chosen(kind: QuestionKind, options: tuple[str, ...]) -> dict[str, Any]:
    one, several = ("includes", "includes_any") if kind is QuestionKind.MANY else ("is", "in")
    return {one: options[0]} if len(options) == 1 else {several: list(options)}


def _bounds(low: int | None, high: int | None) -> dict[str, Any]:
    if low is not None and high is not None:
        return {"between": [low, high]}
    return {"at_least": low} if high is None else {"at_most": high}
