"""The fields of a condition: the answers that it names, and its thresholds. How its parts hang together is no field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recommender.loaders.yaml_source import Location
from recommender.proposals.fields import FieldKind, RuleField
from recommender.proposals.labels import Labels

_OF_ANSWERS = ("is", "in", "includes", "includes_any", "only")
_GROUPS = ("all", "any")


class ConditionForm:
    """Makes the fields of conditions, under the heading of a section."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def fields(self, data: Any, at: Location, section: str, part: str) -> Iterator[RuleField]:
        """Yield the fields of a condition in the order of the file."""
        if not isinstance(data, dict) or len(data) != 1:
            return
        key, inner = next(iter(data.items()))
        here = (*at, key)
        if key in _GROUPS:
            for number, one in enumerate(inner):
                yield from self.fields(one, (*here, number), section, part)
        elif key == "not":
            yield from self.fields(inner, here, section, _not(part))
        elif key == "at_least" and isinstance(inner, dict) and "of" in inner:
            yield RuleField(
                (*here, "n"), FieldKind.NUMBER, "At least so many of those below", section, part, inner["n"]
            )
            for number, one in enumerate(inner["of"]):
                yield from self.fields(one, (*here, "of", number), section, part)
        elif isinstance(inner, dict) and len(inner) == 1:
            yield from self._comparison(key, *next(iter(inner.items())), here, section, part)

    def cell(self, subject: str, operator: str, value: Any, at: Location, section: str) -> Iterator[RuleField]:
        """Yield the field of a cell of a table that is asked for."""
        part, label = "When", self._labels.condition(subject, operator)
        if operator not in _OF_ANSWERS:
            yield from self._numbers(subject, operator, value, at, section, part)
            return
        kind = FieldKind.MANY if isinstance(value, list) else FieldKind.ONE
        choices = self._labels.answers(subject)
        yield RuleField(at, kind, label, section, part, value, choices, may_go=False, is_cell=True)

    def _comparison(
        self, subject: str, operator: str, operand: Any, at: Location, section: str, part: str
    ) -> Iterator[RuleField]:
        if operator not in _OF_ANSWERS:
            yield from self._numbers(subject, operator, operand, (*at, operator), section, part)
            return
        kind = FieldKind.ONE if operator == "only" else FieldKind.MANY
        label, choices = self._labels.condition(subject, operator), self._labels.answers(subject)
        yield RuleField(at, kind, label, section, part, operand, choices, operator=operator)

    def _numbers(
        self, subject: str, operator: str, operand: Any, at: Location, section: str, part: str
    ) -> Iterator[RuleField]:
        if isinstance(operand, list):
            for number, words in enumerate(("at_least", "at_most")):
                label = self._labels.condition(subject, words)
                yield RuleField((*at, number), FieldKind.NUMBER, label, section, part, operand[number])
        else:
            label = self._labels.condition(subject, operator)
            yield RuleField(at, FieldKind.NUMBER, label, section, part, operand)


def _not(part: str) -> str:
    return part if part.endswith(", and not") else f"{part}, and not"
