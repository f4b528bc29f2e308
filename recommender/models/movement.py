"""What the forms of moves do with the body, as somebody read it from their steps: a table of the package itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.models.catalogue import Form

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ReadMovement:
    """``tags`` say what the steps do, in the words of tags; ``steps`` is the digest of those that were read."""

    position: str
    tags: frozenset[str]
    steps: str


@dataclass(frozen=True, slots=True)
class MovementTable:
    """By key of a form. ``tags`` are all those that can be read from steps; of others the table says nothing."""

    tags: frozenset[str]
    movements: Mapping[str, ReadMovement]

    def of(self, form: Form) -> ReadMovement | None:
        """Return what was read of a form; None if nobody read it, or its steps are others now."""
        read = self.movements.get(form.key)
        return read if read is not None and read.steps == digest_of_steps(form) else None


def digest_of_steps(form: Form) -> str:
    """Return the first digits of the SHA-256 of the steps of a form."""
    return hashlib.sha256("\n".join(form.steps).encode()).hexdigest()[:_DIGITS]
