"""Replies of the API recorded from a running server, and how replies of today differ from them.

``tools/record_replies.py`` writes the file; tests/web/api/test_recorded_replies.py plays the requests again.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).resolve().parents[1] / "web" / "api" / "recorded" / "replies.json.xz"
_ANY_OPTION = ("includes_any", "in")
ADDED, GONE, CHANGED = "added", "gone", "changed"


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the API. ``call`` names its kind; ``text`` is sent as it stands where ``body`` is None."""

    call: str
    name: str
    method: str
    address: str
    body: Any = None
    text: str | None = None
    type: str = "application/json"
    language: str = "en"

    @property
    def data(self) -> bytes | None:
        if self.text is not None:
            return self.text.encode()
        return None if self.body is None else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    type: str
    body: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two replies. ``place`` leads to it, with ``*`` for any entry of a list."""

    call: str
    place: str
    what: str

    def is_within(self, other: Difference) -> bool:
        """Return whether it is the other difference, or one below a place that changed as a whole."""
        same = self.call == other.call and self.what == other.what and self.place == other.place
        below = self.call == other.call and other.what == CHANGED and f"{self.place}.".startswith(f"{other.place}.")
        return same or below


def differences(call: str, before: Any, now: Any, place: str = "") -> Iterator[Difference]:
    """Yield what is different now, each at the deepest place that tells it."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted({*before, *now}):
            below = f"{place}.{name}".lstrip(".")
            if name not in now or name not in before:
                yield Difference(call, below, ADDED if name in now else GONE)
            else:
                yield from differences(call, before[name], now[name], below)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for one, other in zip(before, now, strict=True):
            yield from differences(call, one, other, f"{place}.*".lstrip("."))
    elif type(before) is not type(now) or before != now:
        yield Difference(call, place, CHANGED)


def renamed(body: Any, names: Mapping[str, str], place: str = "") -> Any:
    """Return data with other names for the keys at these places, so that only what is more than a name differs."""
    if isinstance(body, list):
        return [renamed(entry, names, f"{place}.*".lstrip(".")) for entry in body]
    if not isinstance(body, Mapping):
        return body
    places = {name: f"{place}.{name}".lstrip(".") for name in body}
    return {names.get(places[name], name): renamed(value, names, places[name]) for name, value in body.items()}


def flat(body: Any) -> Any:
    """Return data with every condition in one spelling.

    An ``all`` inside an ``all`` says nothing of its own, nor does the order of options of which one is enough.
    """
    if isinstance(body, list):
        return [flat(entry) for entry in body]
    if not isinstance(body, Mapping):
        return body
    inner = {
        name: sorted(value) if name in _ANY_OPTION and isinstance(value, list) else flat(value)
        for name, value in body.items()
    }
    if set(inner) != {"all"}:
        return inner
    parts = [part["all"] if isinstance(part, dict) and set(part) == {"all"} else [part] for part in inner["all"]]
    return {"all": [part for group in parts for part in group]}


def save(path: Path, played: list[tuple[Request, Reply]]) -> None:
    text = json.dumps([[asdict(request), asdict(reply)] for request, reply in played], ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def load(path: Path = RECORDED) -> list[tuple[Request, Reply]]:
    return [(Request(**request), Reply(**reply)) for request, reply in json.loads(lzma.decompress(path.read_bytes()))]
