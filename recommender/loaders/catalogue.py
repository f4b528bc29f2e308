"""Load exercises, sources and the other lists of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from recommender.loaders.fields import (
    ContentSchema,
    ListOf,
    Pair,
    SetOf,
    Text,
    TupleOf,
    Whole,
    Word,
    YesNo,
    duration,
    load_into,
    nested,
)
from recommender.loaders.manifest import Ids
from recommender.loaders.yaml_source import Document
from recommender.models.catalogue import (
    Breath,
    Catalogue,
    CommonQuestion,
    Contact,
    DefaultRoutine,
    Disposition,
    DoseRange,
    DoseType,
    Exercise,
    FixedWords,
    Form,
    MidPlanWords,
    NumberPhrases,
    Region,
    ReviewPoint,
    SeedDecision,
    SeedNote,
    Source,
    Tag,
    Term,
    Topic,
)
from recommender.models.levels import Level
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


class SourceSchema(ContentSchema):
    model = Source

    id = Text(required=True)
    title = Text(required=True)
    organisation = Text(required=True)
    kind = Text(required=True)
    checked = Word("checked", required=True)
    year = Whole(allow_none=True)
    document = Text()
    doi = Text()
    supports = Text()
    note = Text()
    seed_file = Text()


class TagSchema(ContentSchema):
    model = Tag

    id = Text(required=True)
    meaning = Text(required=True)
    say = Text(required=True)
    on_cards = YesNo()


class MeaningSchema(ContentSchema):
    id = Text(required=True)
    meaning = Text(required=True)


class TermSchema(ContentSchema):
    model = Term

    id = Text(required=True)
    name = Text(required=True)


class MidPlanSchema(ContentSchema):
    model = MidPlanWords

    title = Text(required=True)
    heading = Text(required=True)
    message = Text(required=True)
    act = Text(required=True)
    steps = TupleOf(Text(), required=True)
    tell_staff = Text(required=True)
    do_not = TupleOf(Text(), required=True)


class DispositionSchema(ContentSchema):
    id = fields.Enum(Level, by_value=True, required=True)
    title = Text(required=True)
    heading = Text(required=True)
    message = Text(required=True)
    act = Text(required=True)
    within = Text(required=True, allow_none=True, validate=duration)
    steps = TupleOf(Text(), required=True)
    tell_staff = Text(allow_none=True, load_default=None)
    do_not = TupleOf(Text(), required=True)
    meanwhile = TupleOf(Text(), required=True)
    worse = TupleOf(Text(), required=True)
    tone = Text(required=True)
    mid_plan = nested(MidPlanSchema)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Disposition:
        return Disposition(level=data.pop("id"), **data)


class TopicSchema(ContentSchema):
    model = Topic

    id = Text(required=True)
    title = Text(required=True)
    order = Whole(required=True)


class ContactSchema(ContentSchema):
    model = Contact

    name = Text(required=True)
    number = Text(required=True, allow_none=True)
    note = Text()
    by_text = YesNo()


class PhrasesSchema(ContentSchema):
    model: ClassVar[type | None] = NumberPhrases

    emergency_number_text = Text(required=True)
    urgent_line_text = Text(required=True)
    crisis_line_text = Text(required=True)


class RegionSchema(PhrasesSchema):
    id = Text(required=True)
    name = Text(required=True)
    emergency = TupleOf(nested(ContactSchema), required=True)
    urgent = TupleOf(nested(ContactSchema), required=True)
    crisis = TupleOf(nested(ContactSchema), required=True)
    checked = Text(required=True)
    territories = TupleOf(Text())

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Region:
        phrases = NumberPhrases(**{key: data.pop(key) for key in NumberPhrases.__dataclass_fields__})
        return Region(phrases=phrases, **data)


class DecisionSchema(ContentSchema):
    model = SeedDecision

    id = Text(required=True)
    group = Text(required=True)
    conflict = Text(required=True)
    decision = Text(required=True)
    touches = TupleOf(Text(), required=True)
    confidence = Text(required=True)


class ReviewPointSchema(ContentSchema):
    model = ReviewPoint

    number = Whole(required=True)
    text = Text(required=True)
    rules = TupleOf(Text(), required=True)
    options = TupleOf(Text(), validate=validate.Length(min=2, error="must name two ways or more."))
    evidence = TupleOf(Word("source"))


class CommonQuestionSchema(ContentSchema):
    model = CommonQuestion

    id = Text(required=True)
    question = Text(required=True)
    answer = TupleOf(Text(), required=True)
    sources = TupleOf(Word("source"), required=True)


class LeftOutWordsSchema(ContentSchema):
    for_another_place = Text(required=True)
    not_called_for = Text(required=True)


class UnavailableSchema(ContentSchema):
    title = Text(required=True)
    message = Text(required=True)
    act = Text(required=True)


def _file(**parts: Any) -> Schema:
    """Return the schema of a file that holds named parts."""
    return ContentSchema.from_dict(parts)()


_FILES: Mapping[str, Any] = MappingProxyType(
    {
        "catalogue": lambda: _file(exercises=Ids(), dispositions=Ids()),
        "sources": lambda: _file(
            checked_values=fields.Dict(keys=Text(), values=Text(), required=True),
            sources=ListOf(nested(SourceSchema), by="id", required=True),
        ),
        "tags": lambda: _file(tags=ListOf(nested(TagSchema), by="id", required=True)),
        "good_for": lambda: _file(good_for=ListOf(nested(MeaningSchema), by="id", required=True)),
        "vocabulary": lambda: _file(
            **{
                name: ListOf(nested(TermSchema), by="id", required=True)
                for name in ("kinds", "positions", "places", "equipment", "regions", "slots")
            }
        ),
        "dispositions": lambda: _file(dispositions=ListOf(nested(DispositionSchema), by="level", required=True)),
        "advice": lambda: _file(
            topics=ListOf(nested(TopicSchema), by="id", required=True),
            not_approved=Text(required=True),
            stand_in=Text(required=True),
            left_out=nested(LeftOutWordsSchema, required=True),
            unavailable=nested(UnavailableSchema, required=True),
            common_questions=ListOf(nested(CommonQuestionSchema), by="id"),
        ),
        "regions": lambda: _file(
            regions=ListOf(nested(RegionSchema), by="id", required=True),
            unknown=nested(PhrasesSchema, required=True),
            elsewhere=nested(RegionSchema, required=True),
        ),
        "decisions": lambda: _file(
            decisions=ListOf(nested(DecisionSchema), by="id", required=True),
            open_questions=TupleOf(Text(), required=True),
            review_list=TupleOf(nested(ReviewPointSchema), required=True),
        ),
    }
)
SIDE_FILES = tuple(_FILES)


def load_side_file(name: str, document: Document) -> Any:
    """Return the loaded parts of catalogue/NAME.yaml, or None after noting its faults."""
    return load_into(_FILES[name](), document)


def load_exercises(documents: list[Document]) -> tuple[Exercise, ...]:
    """Return the exercises in order of file name; an id must be its file's name."""
    schema = ExerciseSchema()
    exercises = []
    for document in documents:
        exercise = load_into(schema, document)
        if exercise is None:
            continue
        stem = re.sub(r".*/|\.yaml$", "", document.path)
        if exercise.id != stem:
            document.faults.append(
                document.fault(("id",), f"id '{exercise.id}' is not the file's name. Make both '{stem}'.")
            )
        exercises.append(exercise)
    return tuple(exercises)


def build_catalogue(exercises: tuple[Exercise, ...], side: Mapping[str, Any]) -> Catalogue:
    def by_id(items: Any) -> Mapping[str, Any]:
        return MappingProxyType({item.id: item for item in items})

    vocabulary = side["vocabulary"]
    return Catalogue(
        exercises=exercises,
        sources=by_id(side["sources"]["sources"]),
        tags=by_id(side["tags"]["tags"]),
        good_for=MappingProxyType({item["id"]: item["meaning"] for item in side["good_for"]["good_for"]}),
        vocabulary=MappingProxyType({name: by_id(terms) for name, terms in vocabulary.items()}),
        dispositions=MappingProxyType({item.level: item for item in side["dispositions"]["dispositions"]}),
        topics=by_id(side["advice"]["topics"]),
        words=_words(side["advice"]),
        regions=by_id(side["regions"]["regions"]),
        unknown_region=side["regions"]["unknown"],
        elsewhere=side["regions"]["elsewhere"],
        decisions=by_id(side["decisions"]["decisions"]),
        open_questions=side["decisions"]["open_questions"],
        review_points=side["decisions"]["review_list"],
        common_questions=tuple(side["advice"].get("common_questions", ())),
    )


def _words(advice: Mapping[str, Any]) -> FixedWords:
    unavailable = advice["unavailable"]
    return FixedWords(
        not_approved=advice["not_approved"],
        stand_in=advice["stand_in"],
        **advice["left_out"],
        unavailable_title=unavailable["title"],
        unavailable_message=unavailable["message"],
        unavailable_act=unavailable["act"],
    )
