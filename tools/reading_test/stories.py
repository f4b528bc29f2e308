"""The people of the reading test, and what their answers should be."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from recommender.models.levels import Level

HERE = Path(__file__).parent


class Kind(StrEnum):
    """What a story is for: a sign that needs help, no sign that could be taken for one, or nothing of the kind."""

    SIGN = "sign"
    TRAP = "trap"
    ORDINARY = "ordinary"


@dataclass(frozen=True)
class Expected:
    """What the answers of a story should be; a line is ``question.option``.

    ``must`` holds groups of lines, of each of which one is to be ticked; ``may`` those that the story leaves open; ``trap`` those that it invites
    and that are not true of it. ``about`` are the answers of the first page, ``rest`` those of pages that no reader sees.
    """

    about: Mapping[str, Any]
    must: tuple[tuple[str, ...], ...] = ()
    may: tuple[str, ...] = ()
    trap: tuple[str, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lines(self) -> frozenset[str]:
        """Return every line that may be ticked."""
        return frozenset(self.may).union(*self.must)

    def must_of(self, questions: Container[str]) -> tuple[tuple[str, ...], ...]:
        """Return the groups of which some line belongs to one of the questions."""
        return tuple(group for group in self.must if any(line.partition(".")[0] in questions for line in group))


@dataclass(frozen=True)
class Story:
    """One person in their own words, by language, the help that they need, and their answers."""

    id: str
    kind: Kind
    text: Mapping[str, str]
    source: str
    at_least: Level
    at_most: Level
    expected: Expected


def stories() -> list[Story]:
    """Return all, in the order of the file."""
    told = yaml.safe_load((HERE / "stories.yaml").read_text(encoding="utf-8"))
    expected = yaml.safe_load((HERE / "expected.yaml").read_text(encoding="utf-8"))
    spanish = yaml.safe_load((HERE / "stories.es.yaml").read_text(encoding="utf-8"))
    return [_story(one, expected[one["id"]], {"en": one["text"], "es": spanish[one["id"]]}) for one in told]


def _story(told: Mapping[str, Any], expected: Mapping[str, Any], text: Mapping[str, str]) -> Story:
    levels = {end: Level(told[end]) for end in ("at_least", "at_most")}
    return Story(
        id=told["id"],
        kind=Kind(told["kind"]),
        text=text,
        source=told["source"],
        expected=Expected(**{**expected, **_tuples(expected)}),
        **levels,
    )


def _tuples(expected: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    must: Iterable[Iterable[str]] = expected.get("must", ())
    rest = {key: tuple(expected.get(key, ())) for key in ("may", "trap")}
    return {"must": tuple(tuple(group) for group in must), **rest}
