"""The contract of the API: what is presented has the shape that the schemas say, everywhere, and no key is for nothing."""

from __future__ import annotations

import copy
import json
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from marshmallow import Schema, ValidationError, fields

from recommender.figures.gallery import Gallery, drawings_of
from recommender.presentation import replies
from recommender.presentation.check_in import present_check_in
from recommender.presentation.recommendation import present
from recommender.presentation.schemas.check_in import CheckInSchema
from recommender.presentation.schemas.next_page import NextSchema
from recommender.presentation.schemas.questionnaire import AnswerField
from recommender.presentation.schemas.recommendation import RecommendationSchema
from recommender.presentation.schemas.reply import documented
from recommender.presentation.schemas.summary import ShortRecommendationSchema
from recommender.service.recommend import Recommender
from tests.support.check_ins import FLARE, returning
from tests.support.lab_cases import VIGNETTES
from tests.support.sample import seeds
from tests.support.sheets import intake_of

# What is wrong with a request stands beside every reply to it, and in every problem document: it is said in one place.
FAULTS = {"errors", "problems"}
RECOMMENDATION, CHECK_IN = RecommendationSchema(), CheckInSchema()
PARTS = 4  # of the journeys; the first is fast
Data = dict[str, Any]


def as_sent(shown: Any) -> Data:
    """Return data as a program gets it, through JSON."""
    sent: Data = json.loads(json.dumps(shown))
    return sent


@pytest.fixture(scope="module")
def recommendations(recommender: Recommender) -> list[Data]:
    """What is shown to everybody of the journeys, the worked examples among them, in one country and in none."""
    people = [intake_of(recommender, journey) for journey in VIGNETTES if journey.rule is None]
    content = recommender.content
    gallery = Gallery(content.figures, drawings_of(content.figures))
    return [
        present(recommender.recommend(intake), content, (None, "GB")[number % 2], gallery=gallery)  # type: ignore[misc]
        for number, intake in enumerate(people)
    ]


@pytest.fixture(scope="module")
def check_ins(recommender: Recommender) -> list[Data]:
    """What is shown to people who come back better, worse, for the last time to raise anything, and with a new sign."""
    shown: list[Data] = []

    def check(person: Any, day: int, **given: Any) -> None:
        result = person.check(day, **given)
        shown.append(present_check_in(result, recommender.content, "GB"))  # type: ignore[arg-type]

    flare = returning(recommender, **FLARE)
    check(flare, 7, fu_change="better", fu_pain=4)
    check(flare, 14, fu_change="worse", fu_pain=5)
    check(returning(recommender), 7, fu_change="same")
    check(returning(recommender), 7, rf_nerve=["saddle"])
    strong = returning(recommender)
    for number in range(1, 30):
        check(strong, 7 * number, fu_change="better", fu_pain=2, **strong.health())
        if shown[-1]["full"]:
            break
    return shown


@pytest.mark.parametrize("part", seeds(0, fast=1, deep=PARTS - 1))
def test_what_is_shown_to_every_journey_is_as_the_schema_says(recommendations: list[Data], part: int) -> None:
    assert len(recommendations) > 150
    for shown in recommendations[part::PARTS]:
        sent = as_sent(shown)
        assert RECOMMENDATION.load(sent) == RECOMMENDATION.dump(shown) == sent


def test_what_comes_of_checks_is_as_the_schema_says(check_ins: list[Data]) -> None:
    assert {shown["action"] for shown in check_ins} == {"progress", "keep", "regress", "refer"}
    for shown in check_ins:
        sent = as_sent(shown)
        assert CHECK_IN.load(sent) == CHECK_IN.dump(shown) == sent


def filled(value: Any, place: str = "") -> Iterator[str]:
    """Yield the places that hold something."""
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{place}.{name}".lstrip(".")
            if inner not in (None, [], ""):
                yield here
            yield from filled(inner, here)
    elif isinstance(value, list):
        for inner in value:
            yield from filled(inner, f"{place}[]")


def places(schema: Schema) -> set[str]:
    return {place.removesuffix("[]") for place, _ in documented(schema)}


def test_no_key_of_a_reply_is_always_empty(recommendations: list[Data], check_ins: list[Data]) -> None:
    # A digest is filled in every language but the source.
    in_any = {place for shown in recommendations for place in filled(shown)} | {"language.digest"}
    assert sorted(places(RECOMMENDATION) - in_any) == []
    of_checks = {place for shown in check_ins for place in filled(shown)}
    own = {place for place in places(CHECK_IN) if not place.startswith("recommendation.")}
    assert sorted(own - of_checks) == []


def typed_of(schema: Schema) -> Any:
    """Return the typed dict of the same name: DoseSchema says what DoseShown says."""
    return getattr(replies, f"{type(schema).__name__.removesuffix('Schema')}Shown")


def type_of(field: fields.Field[Any]) -> Any:
    """Return the type that a field of a reply has in Python."""
    plain: Any
    match field:
        case fields.Nested():
            plain = typed_of(field.schema)
        case fields.List():
            plain = list[type_of(field.inner)]  # type: ignore[misc]
        case fields.String():
            plain = str
        case fields.Integer():
            plain = int
        case fields.Boolean():
            plain = bool
        case fields.Dict(value_field=None):
            plain = dict[str, Any]
        case fields.Dict():
            plain = dict[str, type_of(field.value_field)]  # type: ignore[misc]
        case AnswerField():
            return Any
        case _:
            raise TypeError(field)
    return plain | None if field.allow_none else plain


def schemas(schema: Schema) -> Iterator[Schema]:
    """Yield a schema and every schema inside it."""
    yield schema
    for field in schema.fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from schemas(inner.schema)


@pytest.mark.parametrize(
    "schema",
    [*schemas(CHECK_IN), *schemas(ShortRecommendationSchema()), *schemas(NextSchema(exclude=FAULTS)), NextSchema()],
    ids=lambda schema: type(schema).__name__,
)
def test_the_typed_data_says_what_the_schema_says(schema: Schema) -> None:
    beside = FAULTS if isinstance(schema, NextSchema) else set()
    said = {name: type_of(field) for name, field in schema.fields.items() if name not in beside}
    assert {name: plain(hint) for name, hint in get_type_hints(typed_of(schema)).items()} == {
        name: plain(hint) for name, hint in said.items()
    }
    assert all(field.required for field in schema.fields.values())


def plain(hint: Any) -> Any:
    """Return a type hint in one spelling, so that two spellings of it are equal."""
    if get_origin(hint) in (types.UnionType, typing.Union):
        return frozenset(map(plain, get_args(hint)))
    return (get_origin(hint), *map(plain, get_args(hint))) if get_origin(hint) else hint


def an_item(shown: Data) -> Data:
    item: Data = shown["routine"]["items"][1]
    return item


BREAKERS: dict[str, Callable[[Data], Any]] = {
    "a key that is gone": lambda shown: shown.pop("fired"),
    "a key too many": lambda shown: shown.update(link=None),
    "an item with a key too many": lambda shown: an_item(shown).update(picture=None),
    "a null where there never is one": lambda shown: an_item(shown).update(name=None),
    "words for a number": lambda shown: an_item(shown).update(seconds="60"),
    "a number and a bit": lambda shown: an_item(shown)["dose"].update(sets=1.5),
    "a number for yes": lambda shown: an_item(shown)["dose"].update(per_side=1),
    "a level that is none": lambda shown: shown["disposition"].update(level="fine"),
    "an easier move without steps": lambda shown: an_item(shown).update(easier_move={"exercise": "cat_cow"}),
}


@pytest.mark.parametrize("breaker", BREAKERS.values(), ids=BREAKERS)
def test_a_reply_of_another_shape_is_refused(recommendations: list[Data], breaker: Callable[[Data], Any]) -> None:
    shown = copy.deepcopy(next(shown for shown in recommendations if shown["routine"]))
    assert RECOMMENDATION.validate(as_sent(shown)) == {}
    breaker(shown)
    with pytest.raises(ValidationError):
        RECOMMENDATION.load(as_sent(shown))


def test_a_move_in_place_of_another_is_always_a_form_that_the_person_may_do(
    recommender: Recommender, recommendations: list[Data]
) -> None:
    forms = recommender.content.catalogue.forms
    offered = 0
    for shown in recommendations:
        barred = {
            left["exercise"]
            for left in shown["left_out"]
            if left["because"] in ("contraindicated", "no_equipment_or_place", "never_automatic")
        }
        for item in shown["routine"]["items"] if shown["routine"] else ():
            for way in ("easier", "harder"):
                move = item[f"{way}_move"]
                assert (item[way] is None) == (move is None)
                if move is not None:
                    assert move["exercise"] == item[way] and move["exercise"] not in barred
                    assert move["steps"] == list(forms[f"{move['exercise']}/{move['form']}"].steps)
                    assert any(move["dose"][figure] for figure in ("reps", "seconds", "hold_seconds"))
                    offered += way == "harder"
    assert offered > 20
