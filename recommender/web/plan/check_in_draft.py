"""A check of a plan being filled in, as it is kept between two pages. Knows no Flask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from recommender.models.questionnaire import Occasion
from recommender.web.plan.kept_plan import Raw, long_item, short_item
from recommender.web.questionnaire.mistake import Mistake, mistake_of

# What each kind of check is called in the addresses of its pages.
KINDS = {Occasion.FOLLOW_UP: "check", Occasion.EACH_SESSION: "session", Occasion.DURING_SESSION: "hurt"}


@dataclass(frozen=True, slots=True)
class CheckInDraft:
    """A check being filled in: raw answers, and the slugs of the pages sent in.

    ``before`` is the routine that the plan had before a session changed it. ``correcting`` is the id of the safety stop
    that the check has come to, where its answers are being changed. ``mistake`` is the page that was sent last, where it
    has to be put right.
    """

    occasion: Occasion
    day: date
    answers: Mapping[str, Any] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()
    before: tuple[Raw, ...] = ()
    correcting: str | None = None
    mistake: Mistake | None = None

    @property
    def data(self) -> dict[str, Any]:
        """Return the check as JSON data."""
        data: dict[str, Any] = {
            "occasion": self.occasion.value,
            "day": self.day.isoformat(),
            "answers": dict(self.answers),
            "visited": sorted(self.visited),
        }
        if self.before:
            data["before"] = [short_item(item) for item in self.before]
        if self.mistake:
            data["wrong"] = self.mistake.data
        return data | ({"correcting": self.correcting} if self.correcting else {})


def from_data(data: Mapping[str, Any]) -> CheckInDraft | None:
    """Return the check, or None where the data has another shape."""
    try:
        visited = frozenset(str(slug) for slug in data["visited"])
        day, before = date.fromisoformat(data["day"]), tuple(map(long_item, data.get("before", ())))
        correcting = data.get("correcting")
        return CheckInDraft(
            Occasion(data["occasion"]),
            day,
            dict(data["answers"]),
            visited,
            before,
            str(correcting) if correcting else None,
            mistake_of(data.get("wrong")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
