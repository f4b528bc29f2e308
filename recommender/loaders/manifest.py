"""What a rule set and a catalogue say that they are made of, held against what is there.

A file that is lost, or was never meant to be there, must not pass for a decision: whoever takes a rule, a question or an
exercise out writes that down in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from marshmallow import ValidationError, validate

from recommender.errors import Fault
from recommender.loaders.fields import ContentSchema, Text, TupleOf
from recommender.loaders.yaml_source import Document, Location


class Ids(TupleOf):
    """A list of ids, each once."""

    def __init__(self) -> None:
        super().__init__(Text(), required=True, validate=validate.Length(min=1, error="lists nothing."))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        ids = super()._deserialize(value, attr, data, **kwargs)
        twice = {number: [f"'{found}' is listed twice."] for number, found in enumerate(ids) if found in ids[:number]}
        if twice:
            raise ValidationError(twice)
        return ids


class ManifestSchema(ContentSchema):
    """The manifest in rules/rule-set.yaml."""

    questions = Ids()
    rules = Ids()


class Entry(NamedTuple):
    """Something that a content file holds: its id, and where that stands."""

    id: str
    document: Document
    location: Location


def hold_against(listing: Document, place: Location, kind: str, there: Iterable[Entry], *, is_all: bool) -> None:
    """Add a fault for everything that is listed and not there, and for everything that is there and not listed.

    ``place`` is where the listing document names the ids of this ``kind`` of thing. ``is_all`` is false where a file
    could not be read, so that nobody knows what it holds: that is a fault already, and so is a listing without a list.
    """
    listed = _listed(listing.data, place)
    if listed is None:
        return
    found = list(there)
    if is_all:
        listing.faults += _missing(listing, place, kind, listed, {entry.id for entry in found})
    for entry in found:
        if entry.id not in listed:
            told = f"{kind} '{entry.id}' is not listed in {listing.path}. Add it there, or delete it here."
            line = entry.document.line(entry.location)
            public = f"{kind} '{entry.id}' is not listed in the manifest."
            entry.document.faults.append(Fault(entry.document.path, line, told, public))


def _missing(listing: Document, place: Location, kind: str, listed: list[Any], there: set[str]) -> Iterator[Fault]:
    for number, wanted in enumerate(listed):
        if isinstance(wanted, str) and wanted not in there:
            told = f"{kind} '{wanted}' is listed and not there. Restore it; to give it up, take it out of this list."
            yield Fault(listing.path, listing.line((*place, number)), told, f"{kind} '{wanted}' is missing.")


def _listed(data: Any, place: Location) -> list[Any] | None:
    for step in place:
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, list) else None
