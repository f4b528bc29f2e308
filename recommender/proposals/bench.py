"""The file of a rule with some of its values set otherwise: what that makes of the rule, and what is wrong with it.

Nothing is written: the files of the rule set are only read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from marshmallow.experimental.context import Context

from recommender.analysis.lint import lint
from recommender.errors import Fault, RecommenderError
from recommender.loaders.content import load_vocabulary
from recommender.loaders.rules import load_rules
from recommender.loaders.tables import write_out_tables
from recommender.loaders.vocabulary import Vocabulary
from recommender.loaders.yaml_edit import GONE, CannotWrite, edited
from recommender.loaders.yaml_source import Document, Location, read_text
from recommender.models.content import Content
from recommender.models.rules import Rule
from recommender.proposals.fields import RuleField
from recommender.proposals.labels import Labels
from recommender.proposals.patch import patch_of
from recommender.proposals.rule_form import RuleForm
from recommender.rulebook.digest import rule_digest
from recommender.rulebook.sentences import Sentences, ToldRule

_MISSING = re.compile(r"'([a-z_]+)' is missing")


class FilesDiffer(RecommenderError):
    """The file of a rule is not what runs: somebody has changed it, and not started the service anew."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong, and in which field of the form; "" where it is none of one field."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The file of a rule as it runs, with the fields that its form has."""

    rule: Rule
    text: str
    fields: tuple[RuleField, ...]

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Proposal:
    """What a form makes of a rule. ``rule`` and ``content`` are None where it has faults of its own."""

    file: RuleFile
    text: str
    faults: tuple[FieldFault, ...] = ()
    rule: Rule | None = None
    content: Content | None = None

    @property
    def is_changed(self) -> bool:
        """Return whether the file differs."""
        return self.text != self.file.text

    @cached_property
    def patch(self) -> str:
        """Return the difference of the file as a patch."""
        return patch_of(self.file.rule.path, self.file.text, self.text)

    @cached_property
    def told(self) -> ToldRule | None:
        """Return the rule in sentences."""
        if self.content is None or self.rule is None:
            return None
        return Sentences(self.content).told(self.rule)

    @cached_property
    def sha256(self) -> str:
        """Return the digest that the room will give this very version; "" where it has faults."""
        return "" if self.content is None else rule_digest(self.content, self.file.rule.id)


class Bench:
    """Makes proposals on the rules of one content, whose files lie in two folders."""

    def __init__(self, content: Content, rules_dir: Path, catalogue_dir: Path) -> None:
        self.content = content
        self._root = rules_dir.parent
        self._vocabulary = load_vocabulary(rules_dir, catalogue_dir)
        self._form = RuleForm(Labels(content, self._vocabulary))

    def open(self, rule_id: str) -> RuleFile:
        """Return the file of a rule.

        Raises:
            FilesDiffer: it cannot be read, or is not the rule that runs.
            KeyError: there is no such rule.
        """
        rule = self.content.rule_set.by_id[rule_id]
        try:
            text = (self._root / rule.path).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FilesDiffer(f"{rule.path} cannot be read.") from error
        if self._loaded(text, rule.path)[0] != rule:
            raise FilesDiffer(f"{rule.path} has changed since the service was started. Start it anew.")
        return RuleFile(rule, text, self._form.of(read_text(text, rule.path).data))

    def propose(self, file: RuleFile, given: Mapping[str, Sequence[str]], *, with_lint: bool = False) -> Proposal:
        """Return what comes of setting the fields to what is ``given`` for them by their names; others stay.

        With ``with_lint`` the whole rule set is looked at, as ``recommender check`` does; it takes a second.
        """
        text, faults = self._written(file, given)
        if faults:
            return Proposal(file, file.text, faults)
        return self.read(file, text, with_lint=with_lint)

    def read(self, file: RuleFile, text: str, *, with_lint: bool = False) -> Proposal:
        """Return what a whole text of the file makes of the rule."""
        rule, document = self._loaded(text, file.rule.path)
        if document.faults or rule is None:
            return Proposal(file, text, tuple(_told(document.faults, file.fields, text)))
        rules = tuple(rule if one.id == rule.id else one for one in self.content.rule_set.rules)
        content = replace(self.content, rule_set=replace(self.content.rule_set, rules=rules))
        found = lint(content.questionnaire, content.rule_set, content.catalogue) if with_lint else ()
        faults = tuple(FieldFault("", f"{one.path}: {one.message}") for one in found)
        return Proposal(file, text, faults, rule, content)

    def _written(self, file: RuleFile, given: Mapping[str, Sequence[str]]) -> tuple[str, tuple[FieldFault, ...]]:
        """Return the text of the file with every field set, and the fields that cannot be."""
        text, faults = file.text, []
        named = ((one, one.change(given[one.name])) for one in file.fields if one.name in given)
        changes = [(one, change) for one, change in named if change is not None]
        # What goes goes last: something else may have come in its place.
        for field, change in sorted(changes, key=lambda pair: pair[1][1] is GONE):
            try:
                text = edited(text, dict([change]))
            except CannotWrite as error:
                faults.append(FieldFault(field.name, f"{field.label} {error}"))
        return text, tuple(faults)

    def _loaded(self, text: str, path: str) -> tuple[Rule | None, Document]:
        document = read_text(text, path)
        if document.faults:
            return None, document
        with Context(self._words(document.data)):
            write_out_tables(document)
            rules = load_rules([document], self.content.rule_set.supplied)
        return (None if document.faults or not rules else rules[0]), document

    def _words(self, data: Any) -> Vocabulary:
        """Return the words that may be referred to, with what this very rule counts."""
        counts = data.get("counts") if isinstance(data, dict) else None
        known = self._vocabulary
        return replace(known, counts={**known.counts, **counts}) if isinstance(counts, dict) else known


def _told(faults: Iterable[Fault], fields: Sequence[RuleField], text: str) -> Iterable[FieldFault]:
    """Yield each fault once, with the field that it is about."""
    plain = read_text(text, "")
    has_table = any("table" in place for place in plain.lines)
    seen = set()
    for fault in faults:
        name = _at_line(fault, fields, plain) if has_table else _at_place(fault, fields)
        told = FieldFault(name, fault.message)
        if told not in seen:
            seen.add(told)
            yield told


def _at_place(fault: Fault, fields: Sequence[RuleField]) -> str:
    """Return the field at the place of a fault, or around it; of what is missing beside it, that of the missing key."""
    places: list[Location] = [fault.location] if fault.location else []
    if missing := _MISSING.match(fault.message):
        places += [(*fault.location, missing[1]), (*fault.location[:-1], missing[1])]
    around = [one for one in fields if any(place[: len(one.location)] == one.location for place in places)]
    return max(around, key=lambda one: len(one.location)).name if around else ""


def _at_line(fault: Fault, fields: Sequence[RuleField], plain: Document) -> str:
    """Return the field on the line of a fault: rows of tables are written out as cases before they are loaded."""
    here = [one for one in fields if one.is_there and plain.line(one.location) == fault.line]
    named = [one for one in here if any(f"'{word}'" in fault.message for word in one.chosen)]
    return next((one.name for one in (*named, *here)), "")
