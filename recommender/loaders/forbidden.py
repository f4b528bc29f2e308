"""Reads the package's table of forbidden movements, and holds its words against a questionnaire and a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from recommender.errors import ContentError, Fault
from recommender.loaders.fields import ContentSchema, ListOf, SetOf, Text, TupleOf, Whole, YesNo, load_into, nested
from recommender.loaders.vocabulary import did_you_mean
from recommender.loaders.yaml_source import Document, read_document
from recommender.models.content import Content
from recommender.models.forbidden import (
    MAIN,
    MAIN_PLACE,
    CombinedFloor,
    CombinedFloors,
    ForbiddenMoves,
    ForbiddenTable,
    Given,
    Moves,
    Occasion,
    Pattern,
    StageCeiling,
)
from recommender.models.levels import Level, Stage

FOLDER = Path(__file__).resolve().parents[1] / "safety"
FILE = FOLDER / "forbidden_moves.yaml"
SHOWN = "safety/forbidden_moves.yaml"
FLOORS = "combined_floors.yaml"
_IS, _NOT, _LEAST, _MOST = "is", "not", "at_least", "at_most"
_ANY = 10_000  # more than any number that is answered or supplied


class _GivenField(fields.Field[Given]):
    """{question: [options], pain_score: {at_least: 7}, is: [pattern], not: {question: [options]}}, all of them together."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Given:
        if not isinstance(value, dict):
            raise ValidationError("must be a mapping of questions to options.")
        answers: dict[str, frozenset[str]] = {}
        numbers: dict[str, range] = {}
        for question, said in value.items():
            if question in (_IS, _NOT):
                continue
            if isinstance(said, dict):
                numbers[question] = range(said.get(_LEAST, 0), said.get(_MOST, _ANY) + 1)
            else:
                answers[question] = _options(said)
        but_not = {question: _options(said) for question, said in value.get(_NOT, {}).items()}
        return Given(answers, but_not, numbers, _options(value.get(_IS, [])))


def _options(said: Any) -> frozenset[str]:
    if not isinstance(said, list) or not all(isinstance(option, str) for option in said):
        raise ValidationError("must be a list of words; put quotes around yes and no.")
    return frozenset(said)


class PatternSchema(ContentSchema):
    model = Pattern

    id = Text(required=True)
    of = TupleOf(_GivenField(), required=True)
    at_least = Whole()


class MovesSchema(ContentSchema):
    model = Moves

    tags = SetOf(Text())
    positions = SetOf(Text())
    kinds = SetOf(Text())
    exercises = SetOf(Text())
    forms = SetOf(Text())
    other_forms_of = SetOf(Text())


class ForbiddenMovesSchema(ContentSchema):
    model = ForbiddenMoves

    id = Text(required=True)
    brief = Text(required=True)
    why = Text(required=True)
    when = TupleOf(_GivenField(), required=True)
    unless = TupleOf(_GivenField())
    never = nested(MovesSchema, required=True)
    but = nested(MovesSchema)
    occasions = SetOf(fields.Enum(Occasion, by_value=True))
    longest_hold = Whole()
    longest_work = Whole()
    stand_ins = SetOf(Text())
    asks = YesNo()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("never") == Moves():
            raise ValidationError("is empty. Name what must not appear.", "never")


class TableSchema(ContentSchema):
    seconds_per_rep = Whole(required=True)
    seconds_per_hold_change = Whole(required=True)
    patterns = ListOf(nested(PatternSchema), by="id", required=True)
    forbidden = ListOf(nested(ForbiddenMovesSchema), by="id", required=True)


class CombinedFloorSchema(ContentSchema):
    model = CombinedFloor

    brief = Text(required=True)
    level = fields.Enum(Level, by_value=True, required=True)
    when = TupleOf(_GivenField(), required=True)
    unless = TupleOf(_GivenField())


class StageCeilingSchema(ContentSchema):
    model = StageCeiling

    brief = Text(required=True)
    at_most = fields.Enum(Stage, by_value=True, required=True)
    when = TupleOf(_GivenField(), required=True)
    unless = TupleOf(_GivenField())


class CombinedFloorsSchema(ContentSchema):
    patterns = ListOf(nested(PatternSchema), by="id", required=True)
    floors = TupleOf(nested(CombinedFloorSchema), required=True)
    stages = TupleOf(nested(StageCeilingSchema), required=True)


@cache
def shipped_combined_floors() -> CombinedFloors:
    """Return the floors of answers given together, and the ceilings of stages, that this package holds against rules.

    Raises:
        ContentError: the package itself is broken.
    """
    document = read_document(FOLDER / FLOORS, f"safety/{FLOORS}")
    loaded = None if document.faults else load_into(CombinedFloorsSchema(), document)
    if loaded is None:
        raise ContentError(document.faults)
    patterns = MappingProxyType({pattern.id: pattern for pattern in loaded["patterns"]})
    return CombinedFloors(patterns, loaded["floors"], loaded["stages"])


@cache
def shipped_forbidden_moves() -> ForbiddenTable:
    """Return the table of this package.

    Raises:
        ContentError: the package itself is broken.
    """
    return read_table(read_document(FILE, SHOWN))


def read_table(document: Document) -> ForbiddenTable:
    """Return the table of a file.

    Raises:
        ContentError: naming every fault.
    """
    loaded = None if document.faults else load_into(TableSchema(), document)
    if loaded is None:
        raise ContentError(document.faults)
    patterns = MappingProxyType({pattern.id: pattern for pattern in loaded.pop("patterns")})
    table = ForbiddenTable(patterns, loaded.pop("forbidden"), **loaded)
    unknown = [name for given in table.every_given for name in sorted(given.patterns - set(patterns))]
    if unknown:
        raise ContentError([_fault("pattern", name, patterns) for name in unknown])
    return table


def unknown_words(table: ForbiddenTable, content: Content) -> Iterator[Fault]:
    """Yield every question, option, tag, exercise and the like that the table names and that there is not."""
    questionnaire, catalogue = content.questionnaire, content.catalogue
    options = {question.id: {one.id for one in question.options} for question in questionnaire.intake_questions}
    options[MAIN_PLACE] = options.get(MAIN, set())
    for question, option in sorted(table.named):
        if question not in options:
            yield _fault("question", question, options)
        elif option not in options[question]:
            yield _fault(f"option of question '{question}'", option, options[question])
    numbers = {*options, *(fact.id for fact in content.rule_set.supplied)}
    yield from (_fault("question", name, numbers) for name in sorted(table.numbers - numbers))
    known = {
        "tags": set(catalogue.tags),
        "positions": {form.position for form in catalogue.forms.values()},
        "kinds": {exercise.kind for exercise in catalogue.exercises},
        "exercises": set(catalogue.by_id),
        "forms": set(catalogue.forms),
        "other_forms_of": set(catalogue.forms),
    }
    for row in table.rows:
        for moves in (row.never, row.but):
            for list_name, words in known.items():
                named: frozenset[str] = getattr(moves, list_name)
                yield from (_fault(f"{row.id}: {list_name}:", word, words) for word in sorted(named - words))
        usable = known["exercises"] | known["forms"]
        yield from (_fault(f"{row.id}: stand_ins:", word, usable) for word in sorted(row.stand_ins - usable))


def _fault(of: str, word: str, known: Iterable[str]) -> Fault:
    return Fault(SHOWN, 1, f"{of} '{word}' is unknown.{did_you_mean(word, known)}")
