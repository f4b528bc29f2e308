"""Load the facts that are worked out rather than asked, and how each is measured at a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validates_schema

from recommender.loaders.conditions import ConditionField
from recommender.loaders.fields import ContentSchema, Text, Whole, Word, YesNo, current_vocabulary, nested
from recommender.models.facts import (
    AtStart,
    CheckCount,
    Difference,
    Elapsed,
    Named,
    RunTotal,
    Since,
    SuppliedFact,
    Unit,
)

_CONDITION_FOR = frozenset({Since.LAST, Since.RUN})


class ElapsedSchema(ContentSchema):
    model = Elapsed

    since = fields.Enum(Since, by_value=True, required=True)
    unit = fields.Enum(Unit, by_value=True, required=True)
    where = ConditionField()
    question = Word("question")
    add = Whole()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if ("where" in data) != (data["since"] in _CONDITION_FOR):
            raise ValidationError("must be given for 'last' and 'run', and only for those.", "where")
        if ("question" in data) != (data["since"] is Since.ANSWER):
            raise ValidationError("must be given for 'answer', and only for that.", "question")


class CheckCountSchema(ContentSchema):
    model = CheckCount

    where = ConditionField(required=True)
    only_at_checks = YesNo()


class WorthField(fields.Dict):
    """{option: whole number}."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=Text(), values=Whole(), **kwargs)


class RunTotalSchema(ContentSchema):
    model = RunTotal

    question = Word("question", required=True)
    worth = WorthField(required=True)
    where = ConditionField(required=True)
    days_apart_at_least = Whole(required=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        known = current_vocabulary().questions[data["question"]].options
        if set(data["worth"]) != set(known):
            raise ValidationError(f"must give a number for each of {', '.join(known)}.", "worth")


class DifferenceSchema(ContentSchema):
    model = Difference

    at_start = Word("question", required=True)
    now = Word("question", required=True)
    fall = YesNo()
    percent = YesNo()


class AtStartSchema(ContentSchema):
    model = AtStart

    question = Word("question", required=True)


class NamedSchema(ContentSchema):
    model = Named

    question = Word("question", required=True)


# The ways to measure; a fact uses one of them at most.
_MEASURES: Mapping[str, type[ContentSchema]] = {
    "elapsed": ElapsedSchema,
    "count_checks": CheckCountSchema,
    "run_total": RunTotalSchema,
    "difference": DifferenceSchema,
    "at_start": AtStartSchema,
    "named": NamedSchema,
}


class SuppliedSchema(ContentSchema):
    model: ClassVar[type | None] = SuppliedFact

    id = Text(required=True)
    meaning = Text(required=True)
    first_value = Whole(required=True)
    after_assembly = YesNo()
    elapsed = nested(ElapsedSchema)
    count_checks = nested(CheckCountSchema)
    run_total = nested(RunTotalSchema)
    difference = nested(DifferenceSchema)
    at_start = nested(AtStartSchema)
    named = nested(NamedSchema)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> SuppliedFact:
        given = [name for name in _MEASURES if name in data]
        if len(given) > 1:
            raise ValidationError(f"stands beside {given[0]}. Keep one of them.", given[1])
        measure = data.pop(given[0]) if given else None
        return SuppliedFact(**data, measure=measure)
