"""The survivors that people have looked at: each with why it changes nothing that matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from recommender.errors import ContentError
from recommender.loaders.fields import ContentSchema, Text, TupleOf, load_into, nested
from recommender.loaders.yaml_source import read_document
from recommender.rule_mutants.mutants import Mutant


class _ReasonSchema(ContentSchema):
    why = Text(required=True)
    mutants = TupleOf(Text(), required=True)


class _FileSchema(ContentSchema):
    survivors = TupleOf(nested(_ReasonSchema), required=True)


def load_explained(path: Path) -> Mapping[str, str]:
    """Return why each listed survivor is accepted, by the key of its mutant.

    Raises:
        ContentError: every fault of the file.
    """
    document = read_document(path, path.name)
    found = None if document.faults else load_into(_FileSchema(), document)
    if found is None:
        raise ContentError(document.faults)
    return {key: reason["why"] for reason in found["survivors"] for key in reason["mutants"]}


def stale(explained: Iterable[str], every: Iterable[Mutant]) -> list[str]:
    """Return the listed keys that no mutant has: the rule has changed since it was looked at."""
    known = {mutant.key for mutant in every}
    return sorted(set(explained) - known)
