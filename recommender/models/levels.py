"""The two ordered scales: how soon somebody should be seen, and how much a back is ready for."""

from __future__ import annotations

from enum import StrEnum


class _Ordered(StrEnum):
    """A scale in the order of its definition, lowest first. ``rank`` counts from 0."""

    rank: int

    def __init__(self, _: str) -> None:
        self.rank = len(type(self).__members__)


class Level(_Ordered):
    """Outcome levels, mildest first; the worst that applies wins."""

    ROUTINE = "routine"
    ROUTINE_REVIEW = "routine_review"
    SEE_BEFORE_START = "see_before_start"
    URGENT_48H = "urgent_48h"
    URGENT_SAME_DAY = "urgent_same_day"
    EMERGENCY_NOW = "emergency_now"

    @property
    def shows_routine(self) -> bool:
        return self.rank <= Level.ROUTINE_REVIEW.rank

    @property
    def is_urgent(self) -> bool:
        return self.rank >= Level.URGENT_48H.rank


class Stage(_Ordered):
    """How much exercise is right now, least first; every cap that applies lowers it."""

    SETTLE = "settle"
    BUILD = "build"
    STRENGTHEN = "strengthen"
