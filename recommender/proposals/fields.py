"""One value of a rule file as a field of a form, and what was sent for it as a change of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from recommender.loaders.yaml_edit import GONE
from recommender.loaders.yaml_source import Location
from recommender.models.plain_text import plain_text

# A list of so many words at most stands on the form whole, with a tick for each; of a longer one only what is ticked.
SHOWN_WHOLE = 25
ADDED = ":add"
# One answer or several: how a condition writes each, by its operator for one.
_OF_SEVERAL = {"is": "in", "includes": "includes_any"}
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_SHARE = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}")
_YES_NO = {"true": True, "false": False}
_BETWEEN_WORDS = re.compile(r"[\s,;]+")


class FieldKind(StrEnum):
    """How a value is put in: words, a number, yes or no, one of a list, several of a list, or several texts."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    ONE = "one"
    MANY = "many"
    ITEMS = "items"


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of a closed list, and what it is called."""

    id: str
    text: str


class Sent(Protocol):
    """A form as it was sent."""

    def get(self, name: str, /) -> str | None: ...

    def getlist(self, name: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class RuleField:
    """``location`` is the value's in the file, ``value`` what stands there today, None where nothing does.

    ``words`` names the closed list of a word, where it is too long to stand on the form whole. ``operator`` is that of a
    condition about answers, whose ``location`` is then that of the question. ``may_go`` says that the key can be left out.
    ``is_cell`` says that it is a cell of a table, which may be empty. ``section`` and ``part`` say where it stands.
    """

    location: Location
    kind: FieldKind
    label: str
    section: str
    part: str
    value: Any = None
    choices: tuple[Choice, ...] = ()
    words: str = ""
    operator: str = ""
    may_go: bool = False
    is_cell: bool = False

    @property
    def name(self) -> str:
        """Return what it is called in a form."""
        return "/" + "/".join(map(str, self.location))

    @property
    def id(self) -> str:
        """Return an id for the page."""
        return "f" + re.sub(r"[^A-Za-z0-9_]", "-", self.name)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Return what is chosen today, as text, in the order of the file."""
        if self.value is None:
            return ()
        return tuple(map(_shown, self.value)) if isinstance(self.value, list) else (_shown(self.value),)

    @property
    def is_there(self) -> bool:
        """Return whether it stands in the file."""
        return self.value is not None

    @property
    def is_whole(self) -> bool:
        """Return whether every word of its list stands on the form."""
        return len(self.choices) <= SHOWN_WHOLE

    def read(self, sent: Sent) -> tuple[str, ...]:
        """Return what a form says of it: texts, one for each word or item. Where it says nothing of a text, today's."""
        if self.kind is FieldKind.MANY:
            return self._many(sent)
        if self.kind is FieldKind.ITEMS:
            given = sent.getlist(self.name)
            return tuple(text for one in given if (text := plain_text(one))) if given else self.chosen
        given_text = sent.get(self.name)
        if given_text is None:
            return self.chosen
        text = plain_text(given_text)
        return (text,) if text else ()

    def _many(self, sent: Sent) -> tuple[str, ...]:
        ticked = list(map(plain_text, sent.getlist(self.name)))
        added = _BETWEEN_WORDS.split(plain_text(sent.get(f"{self.name}{ADDED}") or ""))
        given = dict.fromkeys([*ticked, *(one for one in added if one)])
        kept = [one for one in self.chosen if one in given]
        return (*kept, *(one for one in given if one not in kept))

    def change(self, given: Sequence[str]) -> tuple[Location, Any] | None:
        """Return where the file says what from now on; None where that is what stands there today."""
        if tuple(given) == tuple(one.strip() for one in self.chosen):
            return None
        if self.operator:
            return self._of_answers(list(given))
        if not given:
            nothing: Any = None if self.is_cell else [] if self.kind is FieldKind.MANY else ""
            return self.location, GONE if self.may_go else nothing
        if self.kind in (FieldKind.MANY, FieldKind.ITEMS):
            return self.location, list(given)
        return self.location, _value(self.kind, given[0])

    def _of_answers(self, given: list[str]) -> tuple[Location, Any]:
        """Return a condition about one answer or about several; one about several stays one of a list."""
        if isinstance(self.value, list):
            return (*self.location, self.operator), given
        if len(given) == 1:
            return (*self.location, self.operator), given[0]
        return self.location, {_OF_SEVERAL.get(self.operator, self.operator): given}


def _value(kind: FieldKind, given: str) -> Any:
    """Return what was typed as what it is; what is not of its kind stays text, and the loader says what is wrong with it."""
    if kind is FieldKind.YES_NO and given in _YES_NO:
        return _YES_NO[given]
    if kind is not FieldKind.NUMBER:
        return given
    if _WHOLE.fullmatch(given):
        return int(given)
    return float(given) if _SHARE.fullmatch(given) else given


def _shown(value: Any) -> str:
    return str(value) if not isinstance(value, bool) else str(value).lower()
