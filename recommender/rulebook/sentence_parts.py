"""Pieces of a sentence: text, and words that lead somewhere. Pages and plain text are made from the same pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What a piece is. Those after ``WORD`` lead to the thing whose id is the ``ref`` of the piece."""

    TEXT = "text"
    WORD = "word"
    QUESTION = "question"
    EXERCISE = "exercise"
    TAG = "tag"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class SentencePart:
    """``ref`` is the id of a question, exercise or tag; of a finding, the id of the rule that derives it."""

    text: str
    kind: PartKind = PartKind.TEXT
    ref: str | None = None


Parts = tuple[SentencePart, ...]


def text(words: str) -> Parts:
    return (SentencePart(words),) if words else ()


def word(words: str) -> Parts:
    return (SentencePart(words, PartKind.WORD),)


def quoted(words: str) -> Parts:
    return text(f"“{words}”")


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(items: Sequence[Parts], last: str = "and", comma: str = ", ") -> Parts:
    """Return the items as a list in words: a, b and c."""
    joined: Parts = ()
    for number, item in enumerate(items):
        if number:
            joined += text(f" {last} " if number == len(items) - 1 else comma)
        joined += item
    return joined


def joined(items: Iterable[Parts], between: Parts) -> Parts:
    """Return the items with the same pieces between every two."""
    found: Parts = ()
    for number, item in enumerate(items):
        found += (between if number else ()) + item
    return found


def plain(parts: Iterable[SentencePart]) -> str:
    """Return the pieces as plain text; questions, which a page sets apart, stand in quotes."""
    return "".join(f"“{part.text}”" if part.kind is PartKind.QUESTION else part.text for part in parts)
