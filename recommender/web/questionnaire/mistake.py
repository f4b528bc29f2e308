"""A screen that was sent in with something wrong, as it is kept until it is put right. Knows no Flask.

The page that says what is wrong is asked for by itself, so that a browser can go back to it, and load it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mistake:
    """``slug`` is that of the screen; ``raw`` holds the answers as they were typed."""

    slug: str
    raw: Mapping[str, Any]

    @property
    def data(self) -> list[Any]:
        """Return it as JSON data."""
        return [self.slug, dict(self.raw)]


def mistake_of(data: Any) -> Mistake | None:
    """Return a mistake from its data; None where there is none, or it has another shape."""
    match data:
        case [str(slug), dict(raw)]:
            return Mistake(slug, raw)
        case _:
            return None
