"""The ids of the evidence brief that this product was made from, so that none of them gets lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from recommender.errors import ContentError, Fault
from recommender.loaders.yaml_source import Document, read_document

_FILE = "ids.yaml"
_LISTS = ("rules", "findings", "exercises", "sources", "decisions", "review_points", "text_only")


@dataclass(frozen=True, slots=True)
class Brief:
    """Every id of the brief, by kind.

    ``text_only`` are the rules that the brief has as words alone. ``not_yet`` says of ids that this version lacks why.
    """

    rules: tuple[str, ...]
    findings: tuple[str, ...]
    exercises: tuple[str, ...]
    sources: tuple[str, ...]
    decisions: tuple[str, ...]
    review_points: tuple[str, ...]
    text_only: frozenset[str]
    not_yet: Mapping[str, str]


def load_brief(folder: Path) -> Brief:
    """Return the list of ids in a folder.

    Raises:
        ContentError: there is no such file, or it cannot be used.
    """
    path, shown = folder / _FILE, f"{folder.name}/{_FILE}"
    if not path.is_file():
        raise ContentError([Fault(shown, 1, "is missing. Restore it, or do not ask for the coverage of the brief.")])
    document = read_document(path, shown)
    faults = document.faults or _faults(document)
    if faults:
        raise ContentError(faults)
    lists = {name: tuple(str(item) for item in document.data[name]) for name in _LISTS}
    return Brief(
        rules=lists["rules"],
        findings=lists["findings"],
        exercises=lists["exercises"],
        sources=lists["sources"],
        decisions=lists["decisions"],
        review_points=lists["review_points"],
        text_only=frozenset(lists["text_only"]),
        not_yet=MappingProxyType(_not_yet(document)),
    )


def _not_yet(document: Document) -> dict[str, Any]:
    return document.data.get("not_yet") or {}


def _faults(document: Document) -> list[Fault]:
    data = document.data
    if not isinstance(data, dict) or any(not isinstance(data.get(name), list) for name in _LISTS):
        return [document.fault((), f"needs a list for each of {', '.join(_LISTS)}.")]
    reasons = data.get("not_yet") or {}
    if not isinstance(reasons, dict):
        return [document.fault(("not_yet",), "is not a list of ids and reasons. Write 'ID: reason'.")]
    known = {str(item) for name in _LISTS for item in data[name]}
    return [
        *(
            document.fault(("not_yet", name), f"'{name}' is no id of the brief. Remove it, or mend its spelling.")
            for name in reasons
            if name not in known
        ),
        *(
            document.fault(("not_yet", name), f"'{name}' has no reason. Say in a few words why it is not here.")
            for name, reason in reasons.items()
            if not isinstance(reason, str)
        ),
    ]
