"""Reads the package's table of what the forms of moves do with the body, which was read from their steps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import fields

from recommender.errors import ContentError
from recommender.loaders.fields import ContentSchema, SetOf, Text, load_into
from recommender.loaders.yaml_source import read_document
from recommender.models.movement import MovementTable, ReadMovement

FILE = Path(__file__).resolve().parents[1] / "safety" / "movements.yaml"
_PARTS = ("bears", "spine", "head", "neck", "hip")


class _WordsSchema(ContentSchema):
    position = fields.Dict(keys=Text(), values=Text(), required=True)
    bears = fields.Dict(keys=Text(), values=Text(), required=True)
    spine = fields.Dict(keys=Text(), values=Text(), required=True)
    head = fields.Dict(keys=Text(), values=Text(), required=True)
    neck = fields.Dict(keys=Text(), values=Text(), required=True)
    hip = fields.Dict(keys=Text(), values=Text(), required=True)
    floor = Text(required=True)
    stands = Text(required=True)


class _MovementSchema(ContentSchema):
    steps = Text(required=True)
    position = Text(required=True)
    floor = fields.Boolean()
    stands = fields.Boolean()
    bears = SetOf(Text())
    spine = SetOf(Text())
    head = SetOf(Text())
    neck = SetOf(Text())
    hip = SetOf(Text())


class _TableSchema(ContentSchema):
    words = fields.Nested(_WordsSchema, required=True)
    movements = fields.Dict(keys=Text(), values=fields.Nested(_MovementSchema), required=True)


@cache
def shipped_movements() -> MovementTable:
    """Return the table of this package.

    Raises:
        ContentError: the package itself is broken.
    """
    return read_movements(FILE)


def read_movements(path: Path) -> MovementTable:
    """Return the table of a file.

    Raises:
        ContentError: it has faults, or uses a word that it does not explain.
    """
    document = read_document(path, f"safety/{path.name}")
    loaded = None if document.faults else load_into(_TableSchema(), document)
    if loaded is None or document.faults:
        raise ContentError(document.faults)
    words, movements = loaded["words"], loaded["movements"]
    unknown = [
        document.fault(("movements", key, part), f"'{word}' is not explained under words.")
        for key, one in movements.items()
        for part in _PARTS
        for word in sorted(one.get(part, frozenset()) - set(words[part]))
    ]
    if unknown:
        raise ContentError(unknown)
    tags = {words["floor"], words["stands"]}.union(*(words[part].values() for part in ("position", *_PARTS)))
    made = {key: ReadMovement(one["position"], _tags(one, words), one["steps"]) for key, one in movements.items()}
    return MovementTable(frozenset(tags), MappingProxyType(made))


def _tags(one: Mapping[str, Any], words: Mapping[str, Any]) -> frozenset[str]:
    named = [words[part][word] for part in _PARTS for word in one.get(part, ())]
    named += [words["position"][one["position"]]] if one["position"] in words["position"] else []
    named += [words[said] for said in ("floor", "stands") if one.get(said)]
    return frozenset(named)
