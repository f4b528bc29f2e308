"""The safety net that ships inside the package: no setting replaces it, and no rule set is served that tears it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from recommender.errors import ContentError
from recommender.loaders.fields import ContentSchema, SetOf, Text, TupleOf, load_into, nested
from recommender.loaders.yaml_source import read_document
from recommender.models.levels import Level
from recommender.models.safety import Floor, SafetyNet, Sentinel

FOLDER = Path(__file__).resolve().parents[1] / "safety"
SENTINELS = ("emergency", "urgent", "see-first", "at-checks")


class _ByQuestion(fields.Dict):
    """{question: [options]}"""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=Text(), values=SetOf(Text()), **kwargs)


class FloorSchema(ContentSchema):
    model = Floor

    level = fields.Enum(Level, by_value=True, required=True)
    brief = Text(required=True)
    answers = _ByQuestion()
    any_but = _ByQuestion()
    beside = _ByQuestion()
    unless = _ByQuestion()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("answers") and not data.get("any_but"):
            raise ValidationError("is missing. Name the answers that the floor is for.", "answers")


class FloorsSchema(ContentSchema):
    floors = TupleOf(nested(FloorSchema), required=True)


class MinimumSchema(ContentSchema):
    always_asked = TupleOf(Text(), required=True)
    asked_where_shown = TupleOf(Text(), required=True)
    asked_again = TupleOf(Text(), required=True)
    before_session = _ByQuestion(required=True)


class SentinelSchema(ContentSchema):
    model = Sentinel

    case = Text(required=True)
    name = Text(required=True)
    level = fields.Enum(Level, by_value=True, required=True)
    answers = fields.Dict(keys=Text(), required=True)
    follow_up = fields.Dict(keys=Text())
    facts = fields.Dict(keys=Text(), values=fields.Integer(strict=True))


class SentinelsSchema(ContentSchema):
    sentinels = TupleOf(nested(SentinelSchema), required=True)


class NobodySchema(ContentSchema):
    answers = fields.Dict(keys=Text(), required=True)


@cache
def shipped_safety_net() -> SafetyNet:
    """Return the floors, the questions that must be asked, and the sentinel sheets of this package.

    Raises:
        ContentError: the package itself is broken.
    """
    sentinels = [_load(SentinelsSchema(), f"sentinels/{name}.yaml") for name in SENTINELS]
    return SafetyNet(
        floors=_load(FloorsSchema(), "floors.yaml")["floors"],
        **_load(MinimumSchema(), "minimum.yaml"),
        nobody_in_danger=MappingProxyType(_load(NobodySchema(), "sentinels/nobody-in-danger.yaml")["answers"]),
        sentinels=tuple(sentinel for part in sentinels for sentinel in part["sentinels"]),
    )


def _load(schema: Schema, name: str) -> Any:
    document = read_document(FOLDER / name, f"safety/{name}")
    loaded = None if document.faults else load_into(schema, document)
    if document.faults:
        raise ContentError(document.faults)
    return loaded
