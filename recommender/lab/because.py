"""Why a move is not in a routine, in the words of the lab."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.models.routine import ExclusionReason

BECAUSE: Mapping[ExclusionReason | None, str] = {
    ExclusionReason.CONTRAINDICATED: "Left out by a rule",
    ExclusionReason.NO_EQUIPMENT_OR_PLACE: "No place, position or equipment for it",
    ExclusionReason.NEAR_DUPLICATE: "Something like it is in the routine",
    ExclusionReason.TIME: "No time for it",
    ExclusionReason.ONE_AT_A_TIME: "May come later: one thing changes at a time",
    ExclusionReason.NOT_FOR_YOUR_ANSWERS: "Not asked for by these answers",
    ExclusionReason.FOR_ANOTHER_PLACE: "Mainly for another place, and not asked for by these answers",
    ExclusionReason.NEVER_AUTOMATIC: "Never chosen by the program",
    None: "This level shows no routine",
}
