"""The form of a rule as a page shows it: sections, what each field holds, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from recommender.proposals.bench import FieldFault, Proposal, RuleFile
from recommender.proposals.fields import Choice, RuleField


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with what it holds on this page, and its error, "" for none."""

    field: RuleField
    given: tuple[str, ...]
    error: str

    @property
    def text(self) -> str:
        """Return what stands in a field of one text."""
        return self.given[0] if self.given else ""

    @property
    def ticks(self) -> tuple[tuple[Choice, bool], ...]:
        """Return the words with a tick each: all of a short list; of a long one those that stand in the file or are given."""
        named = {choice.id: choice for choice in self.field.choices}
        listed = dict.fromkeys([*self.field.chosen, *self.given])
        words = {**dict.fromkeys(named), **listed} if self.field.is_whole else listed
        return tuple((named.get(one) or Choice(one, one), one in self.given) for one in words)

    @property
    def options(self) -> tuple[tuple[Choice, bool], ...]:
        """Return the words to choose one from."""
        named = {choice.id: choice for choice in self.field.choices}
        words = {**dict.fromkeys(named), **dict.fromkeys(self.given)}
        return tuple((named.get(one) or Choice(one, one), one == self.text) for one in words)

    @property
    def rows(self) -> int:
        """Return how many lines a text is given."""
        return min(8, max(1, len(self.text) // 60 + 1))


@dataclass(frozen=True, slots=True)
class Part:
    """Fields under one small heading; ``more`` are those that nothing stands in yet."""

    title: str
    fields: tuple[Shown, ...]
    more: tuple[Shown, ...]

    @property
    def is_one_of_its_name(self) -> bool:
        """Return whether its heading would only say again what its one field is called."""
        return [one.field.label for one in (*self.fields, *self.more)] == [self.title]


@dataclass(frozen=True, slots=True)
class Section:
    """The whole rule, or one of its cases."""

    title: str
    parts: tuple[Part, ...]

    @property
    def is_faulty(self) -> bool:
        """Return whether anything in it is wrong."""
        return any(shown.error for part in self.parts for shown in (*part.fields, *part.more))


def sections(file: RuleFile, given: Mapping[str, Sequence[str]], faults: Sequence[FieldFault]) -> tuple[Section, ...]:
    """Return the form of a rule; fields that nothing is ``given`` for hold what stands in the file."""
    errors = {fault.name: fault.message for fault in reversed(faults)}
    shown = [
        Shown(field, tuple(given.get(field.name, field.chosen)), errors.get(field.name, "")) for field in file.fields
    ]
    whole = list(dict.fromkeys(one.field.section for one in shown))
    return tuple(Section(title, _parts([one for one in shown if one.field.section == title])) for title in whole)


def _parts(shown: Sequence[Shown]) -> tuple[Part, ...]:
    titles = list(dict.fromkeys(one.field.part for one in shown))
    ordered = sorted(shown, key=lambda one: titles.index(one.field.part))
    parts = []
    for title, group in groupby(ordered, key=lambda one: one.field.part):
        listed = list(group)
        there = tuple(one for one in listed if one.field.is_there or one.given)
        parts.append(Part(title, there, tuple(one for one in listed if one not in there)))
    return tuple(parts)


def long_lists(file: RuleFile) -> Mapping[str, tuple[Choice, ...]]:
    """Return the closed lists that are too long to stand in every field, by name."""
    return {one.words: one.choices for one in file.fields if one.words and not one.is_whole}


def state_words(proposal: Proposal) -> str:
    """Return how a proposal stands, in a few words that are also read aloud."""
    if proposal.faults:
        number = len(proposal.faults)
        return "1 thing to mend." if number == 1 else f"{number} things to mend."
    return "No fault found." if proposal.is_changed else "Nothing is changed yet."
