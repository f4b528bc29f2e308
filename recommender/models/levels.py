"""The ordered scales: how soon somebody should be seen, how much is asked beside a routine, how much a back is ready for."""

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


class ReviewKind(_Ordered):
    """What somebody with a routine should do about being seen, the least first; the strongest that applies comes first.

    NET: see someone only if it is not better in time. CHECK_IN: answer again here by a day. BOOK: book a visit now.
    ASK_NOW: ask somebody within days.
    """

    NET = "net"
    CHECK_IN = "check_in"
    BOOK = "book"
    ASK_NOW = "ask_now"

    @property
    def level(self) -> Level:
        """Return the level of a case of this kind: a flag for everybody would be no flag."""
        return Level.ROUTINE if self is ReviewKind.NET else Level.ROUTINE_REVIEW


class Role(StrEnum):
    """Whom to see, tell or ask. SELF is the person, here."""

    SELF = "self"
    GP = "gp"
    PHYSIOTHERAPIST = "physiotherapist"
    GP_OR_PHYSIOTHERAPIST = "gp_or_physiotherapist"
    PHARMACIST_OR_GP = "pharmacist_or_gp"
    MIDWIFE = "midwife"
    MIDWIFE_OR_GP = "midwife_or_gp"
    SPECIALIST_OR_GP = "specialist_or_gp"
    CANCER_TEAM_OR_GP = "cancer_team_or_gp"
    HEART_OR_STROKE_TEAM_OR_GP = "heart_or_stroke_team_or_gp"
    SURGICAL_TEAM = "surgical_team"
    NERVE_TEAM = "nerve_team"
    EYE_TEAM = "eye_team"
    RHEUMATOLOGY_TEAM = "rheumatology_team"
    WHO_ADVISED_YOU = "who_advised_you"


class Stage(_Ordered):
    """How much exercise is right now, least first; every cap that applies lowers it."""

    SETTLE = "settle"
    BUILD = "build"
    STRENGTHEN = "strengthen"
