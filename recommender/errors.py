"""The exceptions of this package, and what each one means to whoever meets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class RecommenderError(Exception):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a content file: where, what, and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class ContentError(RecommenderError):
    """Rule or catalogue files that cannot be used. Carries every fault found, not only the first.

    ``partial`` is whatever could be loaded all the same, so that later checks can add their faults.
    """

    def __init__(self, faults: Iterable[Fault], partial: Any = None) -> None:
        self.faults = tuple(sorted(set(faults)))
        self.partial = partial
        super().__init__("\n".join(str(fault) for fault in self.faults))


class IntakeError(RecommenderError):
    """Answers we cannot use: question id to instructions, in the order of the questionnaire."""

    def __init__(self, messages: Mapping[str, list[str]]) -> None:
        self.messages = dict(messages)
        super().__init__("; ".join(f"{field}: {' '.join(texts)}" for field, texts in self.messages.items()))


class NotApprovedError(RecommenderError):
    """Clinicians have not approved this content, and the settings say that then no routine may be shown."""


class DecisionError(RecommenderError):
    """The engine or the final check failed: no routine may be shown."""
