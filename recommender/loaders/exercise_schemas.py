"""The schemas of an exercise file: an exercise, its forms, dose and seeds."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from recommender.loaders.fields import (
    ContentSchema,
    Pair,
    SetOf,
    Text,
    TupleOf,
    Whole,
    Word,
    YesNo,
    nested,
)
from recommender.models.catalogue import (
    Breath,
    DefaultRoutine,
    DoseRange,
    DoseType,
    Exercise,
    Form,
    SeedNote,
)
from recommender.models.slots import Slot

STEP_LENGTH = 140


class DoseSchema(ContentSchema):
    model = DoseRange

    type = fields.Enum(DoseType, by_value=True, required=True)
    reps = Pair()
    start_reps = Whole()
    hold_seconds = Pair()
    start_hold_seconds = Whole()
    sets = Pair()
    per_side = YesNo()
    seconds = Pair()
    start_seconds = Whole()
    tempo = Text()
    frequency = Text()
    note = Text()
    sources = TupleOf(Word("source"))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        needed = {
            DoseType.HOLD: ("hold_seconds", "start_hold_seconds", "reps"),
            DoseType.REPS: ("reps", "start_reps"),
            DoseType.TIME: ("seconds", "start_seconds"),
            DoseType.NONE: (),
        }[data["type"]]
        missing = [key for key in needed if key not in data]
        if missing:
            raise ValidationError({key: [f"is missing. A dose of type {data['type']} needs it."] for key in missing})


class FormSchema(ContentSchema):
    id = Text(
        required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]*$", error="must be lower case letters, digits and _.")
    )
    name = Text(required=True)
    position = Word("position", required=True)
    place = SetOf(Word("place"), required=True)
    tags = SetOf(Word("tag"), required=True)
    equipment = SetOf(Word("equipment"), required=True)
    equipment_any = TupleOf(SetOf(Word("equipment")), load_default=())
    steps = TupleOf(Text(), required=True, validate=validate.Length(min=1))
    cautions = TupleOf(Text(), load_default=())

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        long = [index for index, step in enumerate(data["steps"]) if len(step) > STEP_LENGTH]
        if long:
            raise ValidationError(
                {"steps": {index: [f"step is over {STEP_LENGTH} characters. Split it."] for index in long}}
            )


class SeedSchema(ContentSchema):
    model = SeedNote

    seed = Word("source", required=True)
    says = Text(required=True)


class BreathSchema(ContentSchema):
    model = Breath

    in_seconds = Whole(required=True, validate=validate.Range(1, error="must be 1 or more."))
    out_seconds = Whole(required=True, validate=validate.Range(1, error="must be 1 or more."))


class ExerciseSchema(ContentSchema):
    id = Text(required=True)
    name = Text(required=True)
    aliases = TupleOf(Text(), required=True)
    kind = Word("kind", required=True)
    slot = Word("slot", required=True)
    regions = SetOf(Word("region"), required=True)
    good_for = SetOf(Word("good_for"), required=True)
    default_routine = fields.Enum(DefaultRoutine, by_value=True, required=True)
    default_reason = Text(required=True)
    purpose = Text(required=True)
    dose = nested(DoseSchema, required=True)
    breathing = Text(required=True)
    breath = nested(BreathSchema)
    feel_it = Text(required=True)
    not_here = Text(required=True)
    common_mistakes = TupleOf(Text(), required=True)
    easier = TupleOf(Word("exercise"), required=True)
    harder = TupleOf(Word("exercise"), required=True)
    chair_or_standing = TupleOf(Word("exercise"), required=True)
    forms = TupleOf(nested(FormSchema), required=True, validate=validate.Length(min=1))
    figure_hint = Text(required=True)
    seeds = TupleOf(nested(SeedSchema), required=True)
    seed_notes = TupleOf(Text(), required=True)
    decisions = TupleOf(Word("decision"), required=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        ids = [form["id"] for form in data["forms"]]
        if len(set(ids)) != len(ids):
            raise ValidationError("has two forms of the same id.", "forms")
        if data["slot"] not in set(Slot):
            raise ValidationError(f"is no part of a routine that can be made. Use one of: {', '.join(Slot)}.", "slot")
        if data["dose"].type is DoseType.NONE and data["default_routine"] is not DefaultRoutine.NO:
            raise ValidationError("of type none is only for exercises that are never chosen.", "dose")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Exercise:
        forms = tuple(Form(key=f"{data['id']}/{form['id']}", exercise=data["id"], **form) for form in data.pop("forms"))
        return Exercise(forms=forms, slot=Slot(data.pop("slot")), **data)
