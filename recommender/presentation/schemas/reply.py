"""What the schemas of all replies share: a field is there, has a meaning, and nothing stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, TypedDict

from marshmallow import RAISE, Schema, fields, validate


class ReplySchema(Schema):
    """A part of a reply. Loading one checks its shape: a key that is missing or unknown, or of another type, is an error."""

    class Meta:
        unknown = RAISE


def words(
    meaning: str, *, null: str = "", ids: type[StrEnum] | None = None, check: validate.Validator | None = None
) -> fields.String:
    """Return a field for words, or for one of some ids. ``null`` says when it is null; without it, it never is."""
    check = validate.OneOf([member.value for member in ids]) if ids else check
    return fields.String(validate=check, **_about(meaning, null))


def whole(meaning: str, *, null: str = "") -> fields.Integer:
    return fields.Integer(strict=True, **_about(meaning, null))


def share(meaning: str, *, null: str = "") -> fields.Float:
    """Return a field for a share from 0 to 1."""
    return fields.Float(validate=validate.Range(0, 1), **_about(meaning, null))


class _About(TypedDict):
    required: bool
    allow_none: bool
    metadata: dict[str, str]


class YesNo(fields.Boolean):
    """True or false, and nothing that could be read as either."""

    truthy = {True}
    falsy = {False}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def yes_no(meaning: str, *, null: str = "") -> YesNo:
    return YesNo(**_about(meaning, null))


def texts(meaning: str, *, null: str = "") -> fields.List[str]:
    return fields.List(fields.String(), **_about(meaning, null))


def ids(meaning: str, *, null: str = "") -> fields.List[str]:
    """Return a field for a set of ids, sorted so that a reply is the same each time."""
    return _Sorted(fields.String(), **_about(meaning, null))


def id_sets(meaning: str, *, null: str = "") -> fields.List[Any]:
    return fields.List(_Sorted(fields.String()), **_about(meaning, null))


def wholes(meaning: str, *, null: str = "") -> fields.List[int]:
    return fields.List(fields.Integer(strict=True), **_about(meaning, null))


def part(schema: type[Schema], meaning: str, *, null: str = "") -> fields.Nested:
    return fields.Nested(schema, **_about(meaning, null))


def parts(schema: type[ReplySchema], meaning: str, *, null: str = "") -> fields.List[Any]:
    return fields.List(fields.Nested(schema), **_about(meaning, null))


def _about(meaning: str, null: str) -> _About:
    told = f"{meaning} Null {null}." if null else meaning
    return {"required": True, "allow_none": bool(null), "metadata": {"description": told}}


class _Sorted(fields.List[str]):
    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return None if value is None else sorted(value)


def documented(schema: Schema, place: str = "") -> Iterator[tuple[str, fields.Field[Any]]]:
    """Yield every field of a reply with the place where it stands, such as ``routine.items[].dose.reps``."""
    for name, field in schema.fields.items():
        here = f"{place}{field.data_key or name}"
        inner: Any = field
        while isinstance(inner, fields.List):
            here, inner = f"{here}[]", inner.inner
        yield here, field
        if isinstance(inner, fields.Nested):
            yield from documented(inner.schema, f"{here}.")
