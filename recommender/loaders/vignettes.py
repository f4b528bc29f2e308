"""Vignettes: small made-up cases with what must come of each. Tests hold them, and clinicians read and run them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow.experimental.context import Context

from recommender.errors import ContentError, Fault
from recommender.loaders.actions import ActionsSchema, PreferredSchema
from recommender.loaders.fields import OneOrMore, Whole, load_into, nested
from recommender.loaders.vocabulary import Vocabulary
from recommender.loaders.yaml_source import Document, read_document, read_folder
from recommender.models.actions import Actions

BASELINE = "baseline.yaml"
_KEYS = frozenset({"name", "why", "answers", "follow_up", "facts", "expect"})
_EXPECTED = frozenset(
    {"fires", "silent", "level", "stage", "findings", "no_findings", "offered", "left_out", "action", "does"}
)
# What is expected of the routine and of the words, beyond single exercises.
PROMISED = frozenset(
    {"one_of", "without_tags", "holds_at_most", "moves_at_most", "strength_at_most", "minutes_at_most", "says"}
)
_RULE_FILE = re.compile(r"([A-Z]+-[A-Z]?\d+)-")


@dataclass(frozen=True, slots=True)
class Vignette:
    """One case. ``answers`` are raw, as in JSON, and only what differs from the baseline.

    ``path`` is the file within the folder, ``rule`` the id of the rule that the file is about, or None for a journey.
    ``facts`` are numbers supplied with the answers; ``expect`` is what must come of it, and ``why`` says in words what a
    careful physiotherapist expects and for what reason ("" if the name says it all). ``follow_up`` are raw answers given
    at a check, or before a session; None is a first intake. ``does`` holds, by id of a case, everything that it must do;
    a text in it may stop short with "...".
    """

    name: str
    path: str
    rule: str | None
    answers: Mapping[str, Any]
    follow_up: Mapping[str, Any] | None = None
    facts: Mapping[str, int] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    does: Mapping[str, Actions] = field(default_factory=dict)

    def expected(self, key: str) -> tuple[str, ...]:
        """Return the ids that an expectation lists; () if there is none. One id may stand without a list."""
        value = self.expect.get(key)
        return tuple(value) if isinstance(value, list) else (value,) if value else ()


def load_vignettes(folder: Path) -> tuple[Vignette, ...]:
    """Return every vignette, in order of file and place; () if there is no such folder.

    Raises:
        ContentError: every fault of the files.
    """
    if not folder.is_dir():
        return ()
    documents = [document for document in read_folder(folder, folder) if not document.path.endswith(f"/{BASELINE}")]
    faults = [fault for document in documents for fault in (document.faults or list(_faults(document)))]
    vignettes = () if faults else tuple(vignette for document in documents for vignette in _vignettes(document))
    faults += [fault for document in documents for fault in document.faults if fault not in faults]
    if faults:
        raise ContentError(faults)
    return vignettes


def load_baseline(folder: Path, part: str = "answers") -> Mapping[str, Any]:
    """Return the raw answers that everybody starts from, or with "follow_up" those at a check; none without the file.

    Raises:
        ContentError: the file cannot be used.
    """
    path = folder / BASELINE
    if not path.is_file():
        return MappingProxyType({})
    document = read_document(path, BASELINE)
    answers = document.data.get(part) if isinstance(document.data, dict) else None
    if document.faults or not isinstance(answers, dict):
        raise ContentError(document.faults or [document.fault((), f"holds no answers. Write them under '{part}:'.")])
    return MappingProxyType(answers)


def _vignettes(document: Document) -> Iterator[Vignette]:
    path = document.path.partition("/")[2]
    about = _RULE_FILE.match(Path(path).name)
    for index, entry in enumerate(document.data):
        yield Vignette(
            name=entry["name"],
            path=path,
            rule=about.group(1) if about else None,
            answers=MappingProxyType(entry["answers"]),
            follow_up=MappingProxyType(entry["follow_up"]) if "follow_up" in entry else None,
            facts=MappingProxyType(entry.get("facts") or {}),
            expect=MappingProxyType(entry["expect"]),
            why=entry.get("why", ""),
            does=_does(document, index, entry["expect"].get("does") or {}),
        )


class _AnyWord(Vocabulary):
    """Every word is known: what a vignette says of a rule is held against the rule itself, word for word."""

    def fault(self, of: str, word: str) -> str | None:
        return None


class ExpectedPreferenceSchema(PreferredSchema):
    """A rule names a rank; a vignette says the points, so that points that slip in rules/rule-set.yaml are noticed."""

    weight = Whole(required=True)


class ExpectedActionsSchema(ActionsSchema):
    prefer = OneOrMore(nested(ExpectedPreferenceSchema))


def _does(document: Document, index: int, given: Mapping[str, Any]) -> Mapping[str, Actions]:
    """Return the actions by id of a case; faults are added to the document."""
    with Context(_AnyWord()):
        read = {name: load_into(ExpectedActionsSchema(), document, (index, "expect", "does", name)) for name in given}
    return MappingProxyType(read)


def _faults(document: Document) -> Iterator[Fault]:
    if not isinstance(document.data, list):
        yield document.fault((), "is not a list of vignettes. Begin each with '- name:'.")
        return
    for index, entry in enumerate(document.data):
        if not isinstance(entry, dict):
            yield document.fault((index,), "is not a vignette. Give it 'name:', 'answers:' and 'expect:'.")
            continue
        for key in sorted(set(entry) - _KEYS):
            yield document.fault((index, key), f"'{key}' is not part of a vignette. Remove it.")
        if not isinstance(entry.get("name"), str):
            yield document.fault((index,), "has no name. Say in a few words who this is.")
        if not isinstance(entry.get("why", ""), str):
            yield document.fault((index, "why"), "'why' is not a text. Say what you expect and for what reason.")
        for key in ("answers", "expect", "facts", "follow_up"):
            if not isinstance(entry.get(key, {} if key in ("facts", "follow_up") else None), dict):
                yield document.fault((index, key), f"'{key}' is not a list of names and values.")
        expected = entry.get("expect")
        for key in sorted(set(expected) - _EXPECTED - PROMISED) if isinstance(expected, dict) else ():
            yield document.fault((index, "expect", key), f"nothing is known to expect of '{key}'. Remove it.")
        if isinstance(expected, dict) and not isinstance(expected.get("does") or {}, dict):
            yield document.fault((index, "expect", "does"), "'does' is not a list of cases and what each of them does.")
