"""marshmallow fields and a base schema for content files: strict, and worded for rule authors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate
from marshmallow.experimental.context import Context

from recommender.loaders.vocabulary import Vocabulary, did_you_mean
from recommender.loaders.yaml_source import Document

UNKNOWN_KEY = "unknown key; known: "
# Keys of earlier versions, and what to write now, where the new key is one that is known.
RENAMED: Mapping[str, str] = {
    "times": "dose_factor",
    "at_start": "keep_start_dose",
    "mix": "slot_limits",
    "size": "session_size",
    "provide": "equipment_available",
    "target": "target_regions",
    "checks": "check_in_schedule",
    "first_case": "first_match_only",
    "confirm": "needs_clinical_decision",
}
# Keys of earlier versions that no other key of the same place holds now, and what to do instead.
RETIRED: Mapping[str, str] = {
    **dict.fromkeys(
        ("checks", "check_in_schedule"),
        "is no action any more. The days of the checks are check_in_schedule in rules/rule-set.yaml.",
    ),
    "weight": "is no key any more. Name a rank of rules/rule-set.yaml, such as 'rank: place'.",
}

_WORDING: dict[str, Any] = {
    "required": "is missing. Add it.",
    "null": "is empty. Give it a value or delete the key.",
    "invalid": "has the wrong type.",
}


duration = validate.Regexp(
    r"^P(\d+D|T\d+H)$", error="must be an ISO 8601 duration in days or hours, such as P14D or PT48H."
)


def current_vocabulary() -> Vocabulary:
    vocabulary: Vocabulary = Context.get()
    return vocabulary


class ContentSchema(Schema):
    """A mapping in a content file. Loads into ``model``; unknown keys are faults that name the known ones."""

    model: ClassVar[type | None] = None

    class Meta:
        unknown = RAISE

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages["type"] = "must be a mapping of keys to values."
        self.error_messages["unknown"] = UNKNOWN_KEY + ", ".join(sorted(self.fields))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        return self.model(**data) if self.model else data


class Text(fields.String):
    """Non-empty text. A bare yes, no, on or off is not text until it is quoted."""

    default_error_messages = {
        **_WORDING,
        "invalid": "must be text. Put quotes around it.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not text:
            raise ValidationError("is empty text. Write it or delete the key.")
        return text


class Word(Text):
    """A word of one of the closed lists."""

    def __init__(self, of: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of = of

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        word = super()._deserialize(value, attr, data, **kwargs)
        if message := current_vocabulary().fault(self.of, word):
            raise ValidationError(message)
        return word


class Whole(fields.Integer):
    """A whole number, not negative."""

    default_error_messages = {**_WORDING, "invalid": "must be a whole number."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValidationError("must be a whole number, 0 or more, without quotes.")
        return value


class Share(fields.Float):
    """A number above 0 and at most 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise ValidationError("must be a number above 0 and at most 1.")
        return float(value)


class YesNo(fields.Boolean):
    """true or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false.")
        return value


class TupleOf(fields.List[Any]):
    """A list, loaded as a tuple in the order written."""

    default_error_messages = {**_WORDING, "invalid": "must be a list."}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class SetOf(TupleOf):
    """A list without order, loaded as a frozenset; a repeated item is a fault."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        items = super()._deserialize(value, attr, data, **kwargs)
        if len(set(items)) != len(items):
            raise ValidationError("names something twice. Keep one of each.")
        return frozenset(items)


class ListOf(TupleOf):
    """A list of entries that are looked up ``by`` what their id is loaded as; a repeated one is a fault."""

    def __init__(self, *args: Any, by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = by

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        entries = super()._deserialize(value, attr, data, **kwargs)
        ids = [entry[self._by] if isinstance(entry, dict) else getattr(entry, self._by) for entry in entries]
        for number, found in enumerate(ids):
            if found in ids[:number]:
                raise ValidationError({number: {"id": [f"'{found}' is there twice. Keep one of them."]}})
        return entries


class OneOrMore(TupleOf):
    """One mapping, or a list of them; loaded as a tuple."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, list):
            return super()._deserialize(value, attr, data, **kwargs)
        return (self.inner.deserialize(value),)


class Pair(TupleOf):
    """[least, most], two whole numbers in order."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Whole(), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        pair = super()._deserialize(value, attr, data, **kwargs)
        if len(pair) != 2 or pair[0] > pair[1]:
            raise ValidationError("must be [least, most], two whole numbers in order.")
        return pair


def nested(schema: type[ContentSchema], **kwargs: Any) -> fields.Nested:
    return fields.Nested(schema, error_messages=_WORDING, **kwargs)


def load_into(schema: Schema, document: Document, location: tuple[str | int, ...] = ()) -> Any:
    """Return the loaded model, or None after adding every fault to the document."""
    data: Any = document.data
    for step in location:
        data = data[step]
    try:
        return schema.load(data)
    except ValidationError as error:
        for place, message in _flatten(error.messages, location):
            document.faults.append(document.fault(place, message))
        return None


def _flatten(messages: Any, location: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, dict):
        return [
            pair
            for key, inner in messages.items()
            for pair in _flatten(inner, location if key == "_schema" else (*location, key))
        ]
    return [(location, _worded(location, str(message))) for message in messages]


def _worded(location: tuple[str | int, ...], message: str) -> str:
    key = next((step for step in reversed(location) if isinstance(step, str)), "this file")
    if message.startswith(UNKNOWN_KEY):
        known = message.removeprefix(UNKNOWN_KEY)
        if (new := RENAMED.get(key)) in known.split(", "):
            return f"'{key}' is called '{new}' now. Rename it; rules/README.md shows how it is written."
        if key in RETIRED:
            return f"'{key}' {RETIRED[key]}"
        return f"'{key}' is not a key that is known here.{did_you_mean(key, known.split(', '))} Known keys: {known}."
    if " is unknown." in message or message.startswith(("operator ", "option ")):
        return message
    return f"'{key}' {message}" if message[:1].islower() else message
