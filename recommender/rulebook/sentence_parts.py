"""Pieces of a sentence: text, words that lead somewhere, and lists. Pages and plain text are made from the same pieces.

A list of more than a few things is one piece: in the sentence it is counted ("any of 7"), and it stands below in full.
"""

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
    LIST = "list"


@dataclass(frozen=True, slots=True)
class SentencePart:
    """``ref`` is the id of a question, exercise or tag; of a finding, the id of the rule that derives it.

    Of a list ``text`` counts its ``items``, and ``whole`` says all of them in a line.
    """

    text: str
    kind: PartKind = PartKind.TEXT
    ref: str | None = None
    items: tuple[Parts, ...] = ()
    whole: Parts = ()


Parts = tuple[SentencePart, ...]

# So many things, in so many words, are read as easily in a line as below one another.
_FEW, _FEW_WORDS = 2, 30


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
    whole: Parts = ()
    for number, item in enumerate(items):
        if number:
            whole += text(f" {last} " if number == len(items) - 1 else comma)
        whole += item
    return counted_list(items, whole, "any of" if last == "or" else "these")


def counted_list(items: Sequence[Parts], whole: Parts, opening: str) -> Parts:
    """Return what says the items in a line, as one piece where they are more than a few or have many words."""
    is_long = len(items) > _FEW or (len(items) > 1 and len(brief(whole).split()) > _FEW_WORDS)
    return listed_below(items, whole, f"{opening} {len(items)}") if is_long else whole


def listed_below(items: Sequence[Parts], whole: Parts, counted_as: str) -> Parts:
    """Return one piece that says the items in a line, and counts them in a brief sentence."""
    return (SentencePart(counted_as, PartKind.LIST, items=tuple(items), whole=whole),)


def unsaid(words: str) -> Parts:
    """Return one piece that only the whole text says, for whoever compares two versions: no page shows it."""
    return (SentencePart("", PartKind.LIST, whole=text(words)),)


def joined(items: Iterable[Parts], between: Parts) -> Parts:
    """Return the items with the same pieces between every two."""
    found: Parts = ()
    for number, item in enumerate(items):
        found += (between if number else ()) + item
    return found


def plain(parts: Iterable[SentencePart]) -> str:
    """Return the pieces as plain text, lists in full; questions, which a page sets apart, stand in quotes."""
    return "".join(plain(part.whole) if part.kind is PartKind.LIST else _said(part) for part in parts)


def brief(parts: Iterable[SentencePart]) -> str:
    """Return the pieces as plain text, with lists counted."""
    return "".join(map(_said, parts))


def _said(part: SentencePart) -> str:
    return f"“{part.text}”" if part.kind is PartKind.QUESTION else part.text
