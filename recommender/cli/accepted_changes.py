"""Whether what a change makes less safe is accepted, with a reason, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from recommender.errors import RecommenderError
from recommender.loaders.answer_order import ACCEPTED
from recommender.models.answer_order import AcceptedChange
from recommender.review.exported_decisions import why_not_decided
from recommender.review.keys import audit_key
from recommender.settings import Settings


class AcceptedChanges:
    """The changes that a table accepts. ``folder`` is that of the table, where the exports lie too."""

    def __init__(self, changes: Sequence[AcceptedChange], folder: Path, settings: Settings) -> None:
        self._changes = changes
        self._folder = folder
        self._settings = settings

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for change in self._changes for name in change.less_safe)

    def faults(self, less_safe: Sequence[str]) -> Iterator[str]:
        """Yield a line for everything less safe that is not accepted, or whose acceptance does not count."""
        for name in less_safe:
            if name not in self.names:
                yield f"Not accepted: {name}. Take it back, or name it in safety/{ACCEPTED}, under changes, with the reason."
        for change in self._touched(less_safe):
            told = self._why_not_decided(change)
            if told is not None:
                yield f"Not accepted: {change.less_safe[0]}. {told}"

    def told(self, less_safe: Sequence[str]) -> Iterator[str]:
        """Yield a line for each change that is accepted."""
        for change in self._touched(less_safe):
            by = "decided by two clinicians" if change.decision else "not decided yet by two clinicians"
            yield f"Accepted, {by}: {change.why}"

    def _touched(self, less_safe: Sequence[str]) -> list[AcceptedChange]:
        return [change for change in self._changes if not set(less_safe).isdisjoint(change.less_safe)]

    def _why_not_decided(self, change: AcceptedChange) -> str | None:
        if change.decision is None:
            are_signers = any(other.decision for other in self._changes)
            return (
                "Other changes are signed, so there are signers: this one needs their decision."
                if are_signers
                else None
            )
        try:
            key = audit_key(self._settings)
        except RecommenderError as error:
            return f"Its decision cannot be checked. {error}"
        return why_not_decided(change.decision, self._folder, key)
