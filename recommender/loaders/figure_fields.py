"""marshmallow fields for the sentences of pose data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from recommender.loaders.figure_sentences import (
    SentenceError,
    read_angle,
    read_contact,
    read_direction,
    read_place,
)


class Sentence(fields.Field[Any]):
    """Text that one of the readers of sentences understands."""

    def __init__(self, read: Callable[[str], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._read = read

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, bool | list | dict):
            raise ValidationError("must be text.")
        try:
            return self._read(str(value))
        except SentenceError as error:
            raise ValidationError(str(error)) from error


class Angle(Sentence):
    """Degrees with the word that says which way, such as 'left 20'; loaded with a sign."""

    def __init__(self, positive: str, negative: str, **kwargs: Any) -> None:
        super().__init__(lambda text: read_angle(text, positive, negative), **kwargs)


class Number(fields.Float):
    """A number, whole or not, without quotes."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("must be a number, without quotes.")
        return float(value)


class Table(fields.Dict):
    """A mapping whose faults are told at the place where the author wrote them."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            raise ValidationError(_without_value_level(error.messages)) from error


def _without_value_level(messages: Any) -> Any:
    """marshmallow puts 'value' or 'key' between the key of an entry and what is wrong in it."""
    if not isinstance(messages, dict):
        return messages
    return {
        key: next(iter(inner.values())) if isinstance(inner, dict) and set(inner) <= {"key", "value"} else inner
        for key, inner in messages.items()
    }


def direction(**kwargs: Any) -> Sentence:
    return Sentence(read_direction, **kwargs)


def place(**kwargs: Any) -> Sentence:
    return Sentence(read_place, **kwargs)


def contact(**kwargs: Any) -> Sentence:
    return Sentence(read_contact, **kwargs)
