"""What assembly did, step by step, for whoever checks it. Assembly writes it when asked to, and never reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from recommender.assembly.candidates import Candidate
from recommender.assembly.sequence import Placed
from recommender.models.routine import Dose


class Purpose(StrEnum):
    """What a round of choosing is for."""

    MAIN_PLACE = "main_place"
    DIRECTION = "direction"
    SLOT = "slot"
    BEST_LEFT = "best_left"


class PassedBy(StrEnum):
    """Why a candidate was not taken in a round."""

    OUTRANKED = "outranked"
    SLOT_FULL = "slot_full"
    NEAR_DUPLICATE = "near_duplicate"
    SHARES = "shares"
    NO_ROOM = "no_room"


@dataclass(slots=True)
class Round:
    """One round of choosing. ``passed`` are those that were tried before the one taken; ``full`` says that no move fits."""

    purpose: Purpose
    slot: str | None
    full: bool = False
    passed: list[tuple[Candidate, PassedBy]] = field(default_factory=list)
    taken: Placed | None = None


@dataclass(frozen=True, slots=True)
class Refit:
    """A dose made smaller, or larger, to use the time."""

    item: Placed
    before: Dose
    after: Dose


@dataclass(slots=True)
class Journal:
    """The steps of one assembly. ``warm_ups`` and ``closings`` are those that may be used, best first."""

    warm_ups: tuple[Placed, ...] = ()
    closings: tuple[Placed, ...] = ()
    rounds: list[Round] = field(default_factory=list)
    sequence: tuple[Placed, ...] = ()
    start_doses: tuple[Dose, ...] = ()
    refits: list[Refit] = field(default_factory=list)
