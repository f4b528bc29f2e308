"""Load exercises, sources and the other lists of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from recommender.loaders.exercise_schemas import ExerciseSchema
from recommender.loaders.fields import (
    ContentSchema,
    ListOf,
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
    Catalogue,
    CommonQuestion,
    Contact,
    Disposition,
    Example,
    Exercise,
    FixedWords,
    MidPlanWords,
    NumberPhrases,
    Reading,
    Region,
    ReviewPoint,
    SeedDecision,
    Source,
    Tag,
    Term,
    Topic,
)
from recommender.models.levels import Level


def _a_day(given: str) -> None:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = None
    if day is None or day.isoformat() != given:
        raise ValidationError("must be a day, such as '2026-11-21'.")


class SourceSchema(ContentSchema):
    model = Source

    id = Text(required=True)
    title = Text(required=True)
    organisation = Text(required=True)
    kind = Text(required=True)
    read = fields.Enum(
        Reading,
        by_value=True,
        required=True,
        error_messages={"unknown": "must be one of: {choices}.", "required": "is missing. Say how far it was read."},
    )
    read_on = Text(validate=_a_day)
    section = Text()
    url = Text(
        allow_none=True, validate=validate.URL(schemes={"https"}, error="must be an address that begins with https://.")
    )
    year = Whole(allow_none=True)
    document = Text()
    doi = Text()
    supports = Text()
    note = Text()
    seed_file = Text()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        is_opened = data["read"] is not Reading.NOT_OPENED
        if is_opened and "read_on" not in data:
            raise ValidationError("is missing. Add the day on which it was read, or say read: not_opened.", "read_on")
        if not is_opened and "read_on" in data:
            raise ValidationError("is the day of a reading, and nobody opened it. Delete the key.", "read_on")
        if not {"url", "doi", "seed_file"} & data.keys():
            raise ValidationError("is missing. Add its address, or null where none is known.", "url")


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


class ExampleSchema(ContentSchema):
    model = Example

    picture = Word("form", required=True)
    moves = TupleOf(Word("form"), required=True)


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
            example=nested(ExampleSchema),
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
            review_list=ListOf(nested(ReviewPointSchema), by="number", required=True),
        ),
    }
)
SIDE_FILES = tuple(_FILES)


def load_side_file(name: str, document: Document) -> Any:
    """Return the loaded parts of catalogue/NAME.yaml, or None after noting its faults."""
    loaded = load_into(_FILES[name](), document)
    if (
        name == "regions"
        and loaded is not None
        and loaded["elsewhere"].id in {region.id for region in loaded["regions"]}
    ):
        told = f"id '{loaded['elsewhere'].id}' is that of a country above, whose numbers nobody would see. Give one of them another."
        document.faults.append(document.fault(("elsewhere", "id"), told))
    return loaded


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
        example=side["advice"].get("example"),
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
