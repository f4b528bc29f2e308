"""Parse the condition language, and say at once everything that is wrong with a condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from recommender.loaders.fields import current_vocabulary
from recommender.loaders.vocabulary import AskedQuestion, Vocabulary, did_you_mean
from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only

GROUPS = ("all", "any", "not", "at_least", "finding")
_ONE_OPERATORS = ("is", "in")
_MANY_OPERATORS = ("includes", "includes_any", "only")
_NUMBER_OPERATORS = ("at_least", "at_most", "between")
OPERATORS = (*_ONE_OPERATORS, *_MANY_OPERATORS, *_NUMBER_OPERATORS)

Location = tuple[str | int, ...]


class ConditionField(fields.Field[Condition]):
    """A condition, checked against the questionnaire and the findings."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Condition:
        return parse_condition(value, current_vocabulary())


def parse_condition(value: Any, vocabulary: Vocabulary) -> Condition:
    """Return the condition tree of plain data.

    Raises:
        ValidationError: with a message for every fault, nested as the data is.
    """
    parser = _Parser(vocabulary)
    condition = parser.parse(value, ())
    if parser.faults:
        raise ValidationError(_nest(parser.faults))
    return condition


def _nest(faults: list[tuple[Location, str]]) -> Any:
    if all(not location for location, _ in faults):
        return [message for _, message in faults]
    nested: dict[str | int, Any] = {}
    for location, message in faults:
        here = nested
        for step in location:
            here = here.setdefault(step, {})
        here.setdefault("_schema", []).append(message)
    return nested


class _Parser:
    """Recursive descent; faults are gathered with their place and parsing goes on."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.faults: list[tuple[Location, str]] = []

    def parse(self, value: Any, at: Location) -> Condition:
        if value == "always":
            return Always()
        if not isinstance(value, dict) or len(value) != 1:
            return self._fault(at, "must be 'always' or a mapping with exactly one key.")
        key, inner = next(iter(value.items()))
        here = (*at, key)
        match key:
            case "all":
                return All(self._parts(inner, here))
            case "any":
                return AnyOf(self._parts(inner, here))
            case "not":
                if inner == "always":
                    return self._fault(at, "'not: always' never holds. Delete it.")
                return Not(self.parse(inner, here))
            case "at_least":
                return self._at_least(inner, here)
            case "finding":
                return self._finding(inner, here)
        return self._comparison(key, inner, here)

    def _fault(self, at: Location, message: str) -> Condition:
        self.faults.append((at, message))
        return Always()

    def _parts(self, value: Any, at: Location) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            self._fault(at, "must be a list of conditions, at least one.")
            return ()
        return tuple(self.parse(part, (*at, index)) for index, part in enumerate(value))

    def _at_least(self, value: Any, at: Location) -> Condition:
        if not isinstance(value, dict) or set(value) != {"n", "of"} or not _is_whole(value["n"]):
            return self._fault(at, "must be {n: a whole number, of: [conditions]}.")
        parts = self._parts(value["of"], (*at, "of"))
        if not 1 <= value["n"] <= len(parts):
            return self._fault(at, f"asks for {value['n']} of {len(parts)} conditions, which cannot be.")
        return AtLeast(value["n"], parts)

    def _finding(self, value: Any, at: Location) -> Condition:
        flags = self._vocabulary.flags
        if not isinstance(value, str) or value not in flags:
            return self._fault(
                at, f"finding '{value}' is unknown.{did_you_mean(str(value), flags)} They are in rules/findings/."
            )
        return Found(value)

    def _comparison(self, subject: str, value: Any, at: Location) -> Condition:
        known = self._vocabulary
        if not isinstance(value, dict) or len(value) != 1:
            return self._fault(at, "must be a mapping with exactly one operator, such as {is: option}.")
        operator, operand = next(iter(value.items()))
        here = (*at, operator)
        if subject in known.questions:
            return self._question(subject, known.questions[subject], operator, operand, here)
        if subject in known.values:
            return self._value(subject, operator, operand, here)
        if subject in known.supplied:
            return self._number(subject, operator, operand, here)
        if subject in known.counts:
            return self._count(subject, operator, operand, here)
        words = [*known.questions, *known.values, *known.supplied, *known.counts, *GROUPS]
        return self._fault(
            at,
            f"question '{subject}' is unknown.{did_you_mean(subject, words)} They are listed in rules/questionnaire/.",
        )

    def _question(self, subject: str, question: AskedQuestion, operator: str, operand: Any, at: Location) -> Condition:
        if question.kind == "number":
            return self._number(subject, operator, operand, at)
        allowed = _MANY_OPERATORS if question.takes_many else _ONE_OPERATORS
        if operator not in allowed:
            return self._fault(
                at, f"operator '{operator}' does not fit question '{subject}'. Use one of: {', '.join(allowed)}."
            )
        options = self._options(subject, operator, operand, question.options, at)
        if operator == "only" and options:
            return Only(subject, options[0])
        return Chosen(subject, options)

    def _value(self, subject: str, operator: str, operand: Any, at: Location) -> Condition:
        if operator not in _ONE_OPERATORS:
            return self._fault(
                at, f"operator '{operator}' does not fit '{subject}'. Use one of: {', '.join(_ONE_OPERATORS)}."
            )
        values = self._options(subject, operator, operand, self._vocabulary.values[subject], at)
        found = tuple(Found(f"{subject}={value}") for value in values)
        return found[0] if len(found) == 1 else AnyOf(found)

    def _options(
        self, subject: str, operator: str, operand: Any, known: tuple[str, ...], at: Location
    ) -> tuple[str, ...]:
        plural = operator in ("in", "includes_any")
        if plural and (not isinstance(operand, list) or not operand):
            self._fault(at, "must be a list of options.")
            return ()
        options = tuple(operand) if plural else (operand,)
        for index, option in enumerate(options):
            place = (*at, index) if plural else at
            if not isinstance(option, str):
                self._fault(place, f"option {option!r} is not text. Put quotes around it.")
            elif option not in known:
                self._fault(
                    place,
                    f"option '{option}' of '{subject}' is unknown.{did_you_mean(option, known)} Options: {', '.join(known)}.",
                )
        return options

    def _number(self, subject: str, operator: str, operand: Any, at: Location) -> Condition:
        low, high = _bounds(operator, operand)
        if low is None and high is None:
            return self._fault(at, f"must be one of {', '.join(_NUMBER_OPERATORS)} with whole numbers.")
        return self._within(subject, low, high, at)

    def _within(self, subject: str, low: int | None, high: int | None, at: Location) -> Condition:
        """Return the bounds as a condition; bounds that every number meets, or none, say nothing and are faults."""
        least, most = self._vocabulary.ranges.get(subject, (None, None))
        reach = f"'{subject}' goes from {'any number' if least is None else least} to {'any number' if most is None else most}"
        if (
            (low is not None and high is not None and low > high)
            or (low is not None and most is not None and low > most)
            or (high is not None and least is not None and high < least)
        ):
            return self._fault(at, f"is never true: {reach}. Mend the threshold.")
        open_below = low is None or (least is not None and low <= least)
        open_above = high is None or (most is not None and high >= most)
        if open_below and open_above:
            return self._fault(at, f"is true of every number: {reach}. Mend the threshold, or delete the condition.")
        return Number(subject, low, high)

    def _count(self, name: str, operator: str, operand: Any, at: Location) -> Condition:
        """Return how many of the conditions counted by that name hold, written out. Their own faults are told where they stand."""
        found = self._number(name, operator, operand, at)
        if not isinstance(found, Number):
            return found

        def at_least(n: int) -> Condition:
            inner = _Parser(self._vocabulary)
            return AtLeast(n, tuple(inner.parse(part, ()) for part in self._vocabulary.counts[name]))

        least = [at_least(found.low)] if found.low else []
        most = (
            [Not(at_least(found.high + 1))]
            if found.high is not None and found.high < len(self._vocabulary.counts[name])
            else []
        )
        parts = (*least, *most)
        return parts[0] if len(parts) == 1 else All(parts)


def _bounds(operator: str, operand: Any) -> tuple[int | None, int | None]:
    """Return the least and the greatest number that an operator lets through; (None, None) where it is none of them."""
    if operator == "between" and isinstance(operand, list) and len(operand) == 2 and all(map(_is_whole, operand)):
        return operand[0], operand[1]
    if operator == "at_least" and _is_whole(operand):
        return operand, None
    if operator == "at_most" and _is_whole(operand):
        return None, operand
    return None, None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
