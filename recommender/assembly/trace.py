"""What assembly did, step by step, for whoever checks it. Assembly writes it when asked to, and never reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from recommender.models.routine import Dose, Placed


class Purpose(StrEnum):
    """What a round of choosing is for."""

    MAIN_PLACE = "main_place"
    DIRECTION = "direction"
    SLOT = "slot"
    BEST_LEFT = "best_left"


class RejectionReason(StrEnum):
    """Why a candidate was not taken in a round."""

    OUTRANKED = "outranked"
    SLOT_FULL = "slot_full"
    NEAR_DUPLICATE = "near_duplicate"
    SHARES = "shares"
    NO_ROOM = "no_room"


@dataclass(slots=True)
class SelectionRound:
    """One round of choosing. ``full`` says that no move fits.

    ``passed`` are the ids of the exercises that were tried before the one taken, each with what spoke against it.
    """

    purpose: Purpose
    slot: str | None
    full: bool = False
    passed: list[tuple[str, RejectionReason]] = field(default_factory=list)
    taken: Placed | None = None


@dataclass(frozen=True, slots=True)
class DoseAdjustment:
    """A dose made smaller, or larger, to use the time."""

    item: Placed
    before: Dose
    after: Dose


@dataclass(slots=True)
class AssemblyTrace:
    """The steps of one assembly. ``warm_ups`` and ``closings`` are those that may be used, best first."""

    warm_ups: tuple[Placed, ...] = ()
    closings: tuple[Placed, ...] = ()
    rounds: list[SelectionRound] = field(default_factory=list)
    sequence: tuple[Placed, ...] = ()
    start_doses: tuple[Dose, ...] = ()
    dose_adjustments: list[DoseAdjustment] = field(default_factory=list)
