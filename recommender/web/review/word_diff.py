"""What changed between two versions of the same thing, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_RULE = "rule"
# What one member is called, by the key that holds them.
_PARTS = {
    "branches": "case",
    "exercises": "move",
    "facts": "fact",
    "findings": "finding",
    "forms": "form",
    "options": "answer",
    "outcomes": "outcome",
    "questions": "question",
    "tags": "tag",
}
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they are in one of the versions only."""

    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class TextDiff:
    """One text that differs. ``before`` or ``now`` is empty if it is only in the other version."""

    where: str
    before: tuple[Piece, ...]
    now: tuple[Piece, ...]


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[TextDiff, ...]:
    """Return every text of plain data that differs, those of today first, in their order.

    A text that changed in the same way in several places, such as a reason that every case repeats, is told once.
    """
    old, new = dict(_texts(before)), dict(_texts(now))
    places: dict[tuple[str, str], list[str]] = {}
    for path in dict.fromkeys([*new, *old]):
        if old.get(path) != new.get(path):
            places.setdefault((old.get(path, ""), new.get(path, "")), []).append(_place(path))
    return tuple(_change("; ".join(dict.fromkeys(same)), *texts) for texts, same in places.items())


def _place(path: Sequence[str]) -> str:
    """Return a place in words, what it is first and what it is part of last: 'Why, case 1'."""
    own: list[str] = []
    around: list[str] = []
    keys = iter(path)
    for key in keys:
        name = next(keys, None) if key in _PARTS else None
        if name is not None:
            around.insert(0, f"{_PARTS[key]} {name.rpartition('/')[2]}")
        elif key != _RULE or own:
            own.append(f"part {key}" if key.isdecimal() else key)
    words = ", ".join([*own, *around]).replace("_", " ")
    return words[:1].upper() + words[1:]


def _change(where: str, before: str, now: str) -> TextDiff:
    old, new = _TOKEN.findall(before), _TOKEN.findall(now)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return TextDiff(
        where,
        tuple(Piece("".join(old[a:b]), tag != "equal") for tag, a, b, _, _ in steps if a < b),
        tuple(Piece("".join(new[a:b]), tag != "equal") for tag, _, _, a, b in steps if a < b),
    )


def _texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give every text with the keys that lead to it. A list of plain values is one text."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, (*path, str(name)))
    elif _is_list(value) and any(isinstance(part, Mapping) or _is_list(part) for part in value):
        for number, part in enumerate(value, start=1):
            name = part.get("id", number) if isinstance(part, Mapping) else number
            yield from _texts(part, (*path, str(name)))
    else:
        yield path, "; ".join(map(_word, value)) if _is_list(value) else _word(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
