"""What changed between two versions of the same thing, word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from recommender.models.content_hash import content_hash
from recommender.rulebook.told_again import Told

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
# What a part is called, where its key does not say it.
_CALLED = {
    "after_result": "asked behind the result",
    "asked_if": "asked",
    "page_shown_if": "its page is asked",
    "shown_if": "offered",
    "then": "what it does",
    "when": "when it applies",
    "where": "what is counted",
}
_NEAR = 12  # words on each side of what changed
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they are in one of the versions only."""

    text: str
    is_changed: bool

    def near(self, *, is_first: bool, is_last: bool) -> str:
        """Return the words, of a long text that did not change only those beside what did."""
        words = self.text.split(" ")
        if self.is_changed or len(words) <= 2 * _NEAR:
            return self.text
        head, tail = words[: 0 if is_first else _NEAR], words[len(words) - (0 if is_last else _NEAR) :]
        return " ".join([*head, "…", *tail])


@dataclass(frozen=True, slots=True)
class TextDiff:
    """One text that differs. ``before`` or ``now`` is empty if it is only in the other version."""

    where: str
    before: tuple[Piece, ...]
    now: tuple[Piece, ...]


# Says a part in a sentence, by the keys that lead to it and all that it is a part of; None where it is told text by text.
Tell = Callable[[Sequence[str], Any, Any], Told | None]


def changes(
    before: Mapping[str, Any], now: Mapping[str, Any], tell: Tell | None = None, tell_before: Tell | None = None
) -> tuple[TextDiff, ...]:
    """Return every text of plain data that differs, those of today first, in their order.

    A text that changed in the same way in several places, such as a reason that every case repeats, is told once.
    ``tell`` says logic in sentences, as ``tell_before`` says that of before, where it has other names for things.
    """
    tell = tell or _by_texts
    old, new = _told_of(before, tell_before or tell), _told_of(now, tell)
    for path in [path for path in new if path in old]:
        if old[path].text == new[path].text and old[path].data != new[path].data:  # the sentence leaves it out
            for side in (old, new):
                side.update(_told_of(side.pop(path).data, _by_texts, path))
    return _once({path: one.text for path, one in old.items()}, {path: one.text for path, one in new.items()})


def _by_texts(path: Sequence[str], value: Any, whole: Any) -> Told | None:
    return None


def _told_of(value: Any, tell: Tell, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Told]:
    return dict(_texts(value, lambda place, part: tell(place, part, value), path))


def _once(old: Mapping[tuple[str, ...], str], new: Mapping[tuple[str, ...], str]) -> tuple[TextDiff, ...]:
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
            own.append(f"part {key}" if key.isdecimal() else _CALLED.get(key, key))
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


def _texts(
    value: Any, tell: Callable[[Sequence[str], Any], Told | None], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Told]]:
    """Give every text with the keys that lead to it. A list of plain values is one text."""
    said = tell(path, value)
    if said is not None:
        yield path, said
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, tell, (*path, str(name)))
    elif _is_list(value) and any(isinstance(part, Mapping) or _is_list(part) for part in value):
        for number, part in enumerate(value, start=1):
            yield from _texts(part, tell, (*path, _name_of(part, number)))
    else:
        yield path, Told("; ".join(map(_word, value)) if _is_list(value) else _word(value))


def _name_of(part: Any, number: int) -> str:
    """Return what a part of a list is called: by its own id, by the case that it is of, or by its place."""
    return str(part.get("id", part.get("branch", number)) if isinstance(part, Mapping) else number)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Cause:
    """One text that differs in one way, and every place where it does: what that is called, and where in it.

    Without ``before`` and ``now`` the whole place is new, or gone.
    """

    before: tuple[Piece, ...]
    now: tuple[Piece, ...]
    places: tuple[tuple[str, str], ...]

    @property
    def id(self) -> str:
        """Return a short name of exactly this change, wherever it is."""
        told = [*(piece.text for piece in self.before), "\0", *(piece.text for piece in self.now)]
        names = [] if self.before or self.now else [" ".join(place) for place in self.places]
        return content_hash([told, names])[:16]


def causes(found: Mapping[str, Iterable[TextDiff]]) -> tuple[Cause, ...]:
    """Return each change once, with all of its places, from the changes of each thing by what that is called.

    A word of a question that many rules read is changed in one place; each of them says so, and that is one cause.
    """
    places: dict[tuple[tuple[Piece, ...], tuple[Piece, ...]], list[tuple[str, str]]] = {}
    for name, differences in found.items():
        for one in differences:
            places.setdefault((one.before, one.now), []).append((name, one.where))
    return tuple(Cause(before, now, tuple(same)) for (before, now), same in places.items())
