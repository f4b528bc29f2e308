"""Replies of the real content, and every word of them that a person must be told, by the schemas of the API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields

from recommender.presentation.next_page import stop_shown
from recommender.presentation.recommendation import present
from recommender.presentation.schemas.recommendation import RecommendationSchema
from recommender.presentation.schemas.reply import documented
from recommender.service.recommend import Recommender
from tests.support.lab_cases import EXAMPLES, VIGNETTES
from tests.support.sheets import intake_of

Data = dict[str, Any]
# What need not be told, by the end of its place, with why. All other words must be, those of a field that is new among them.
UNTOLD: Mapping[str, str] = {
    "left_out": "what is not in the routine needs no word beside it",
    "figure": "a drawing; the steps say the same",
    "easier_move": "something to choose",
    "harder_move": "something to choose",
    "easier": "an id",
    "harder": "an id",
    "items[].why": "why a move is in",
    "items[].purpose": "what a move is for",
    "items[].common_mistakes": "what the steps say the other way round",
    "items[].position": "an id",
    "items[].slot": "an id",
    "items[].exercise": "an id",
    "items[].form": "an id",
    "items[].dose.type": "an id; the figures are told",
    "reasons[].answers": "the person's own answers",
    "reasons[].sources": "ids",
    "why.answers": "the person's own answers",
    "rule": "an id",
    "level": "an id, and the heading in words",
    "disposition.title": "the heading in fewer words",
    "within": "for programs; act and the text of a review say it in words",
    "kind": "an id, and the text in words",
    "who": "an id, and the text in words",
    "question": "an id, and the text in words",
    "topic": "an id",
    "contacts[].region": "an id, and the name in words",
    "routine.stage": "an id",
    "fired": "ids",
    "cases": "ids",
    "rule_set": "which rules decided",
    "language": "which language it is",
}


def is_told(place: str) -> bool:
    plain = place.replace("[]", "")
    return not any(f".{plain}".endswith(f".{one.replace('[]', '')}") for one in UNTOLD)


def told_places(schema: Schema, place: str = "") -> Iterator[str]:
    """Yield the place of every text that must be told, such as ``contacts[].crisis[].number``."""
    for name, field in schema.fields.items():
        here, inner = f"{place}{name}", field
        if not is_told(here):
            continue
        while isinstance(inner, fields.List):
            here, inner = f"{here}[]", inner.inner
        if isinstance(inner, fields.Nested):
            yield from told_places(inner.schema, f"{here}.")
        elif isinstance(inner, fields.String):
            yield here


def told_words(reply: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of a reply that must be told, with its place."""
    match reply:
        case dict():
            for name, inner in reply.items():
                here = f"{place}.{name}".lstrip(".")
                yield from told_words(inner, here) if is_told(here) else ()
        case list():
            for inner in reply:
                yield from told_words(inner, f"{place}[]")
        case str():
            yield place, reply


def replies(recommender: Recommender, *, every: bool) -> list[Data]:
    """Return what the API tells the people of the worked examples, one of each level, or all of them and whoever a red flag stops.

    Each comes for one country and for none, and where questions may end early also as a stop.
    """
    people = {one.name if every else one.expect["level"]: one for one in EXAMPLES}
    if every:
        flags = [one for one in VIGNETTES if one.path.startswith("red_flags/") and one.follow_up is None]
        people |= {f"{one.rule}": one for one in flags if one.rule in one.expected("fires")}
    found: dict[str, Data] = {}
    for vignette in people.values():
        recommendation = recommender.recommend(intake_of(recommender, vignette))
        for region in ("GB", None):
            shown = present(recommendation, recommender.content, region)
            for reply in (shown, *([] if shown["routine"] else [stop_shown(shown)])):
                sent = json.dumps(reply)
                found[sent] = json.loads(sent)
    return list(found.values())


def covering(replies: list[Data]) -> list[Data]:
    """Return as few as have a word in every place that any of them has one in, at each level."""
    chosen: list[Data] = []
    seen: set[tuple[str, str]] = set()
    for reply in sorted(replies, key=lambda one: -len(_places(one))):
        if not _places(reply) <= seen:
            chosen.append(reply)
            seen |= _places(reply)
    return chosen


def _places(reply: Data) -> set[tuple[str, str]]:
    return {(reply["disposition"]["level"], place) for place, _ in told_words(reply)}


def never_told(replies: list[Data]) -> list[str]:
    """Return the places that must be told and of which no reply has a word, so that nothing was tried of them."""
    seen = {place for reply in replies for place, _ in told_words(reply)}
    return sorted(set(told_places(RecommendationSchema())) - seen)


def idle_exceptions() -> list[str]:
    """Return what need not be told and is not there any more."""
    places = [f".{place}".replace("[]", "") for place, _ in documented(RecommendationSchema())]
    return [one for one in UNTOLD if not any(place.endswith(f".{one.replace('[]', '')}") for place in places)]
