"""What a branch does when it fires: the action classes, one for each key under ``then``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.models.follow_up import FollowUp, Progress
    from recommender.models.levels import Level, ReviewKind, Role, Stage


@dataclass(frozen=True, slots=True)
class Scope:
    """Which forms an action speaks of: any form that matches one of the lists."""

    tags: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DispositionAction:
    """What somebody should do about being seen.

    ``act`` says it, ``who`` says by whom, and ``within`` is by when to have done it, an ISO 8601 duration. ``kind`` is
    given at the levels that show a routine, and at no other.
    """

    level: Level
    within: str | None = None
    act: str | None = None
    kind: ReviewKind | None = None
    who: Role | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Forms in ``scope`` and not in ``spared`` must not be used.

    With ``longer_than_seconds`` only those whose dose takes longer than that.
    """

    scope: Scope
    spared: Scope = Scope()
    longer_than_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Modification:
    """A gentler dose, or certain forms only. No scope means every exercise.

    ``sets_may_rise`` takes the sets out of ``keep_start_dose``. ``sets_at_start`` alone raises a figure: the first dose may have so many sets, within what is usual for the exercise.
    ``sets_due`` are those that a move should have by now: it gets them one at a time at good checks, and others make room.
    """

    scope: Scope | None = None
    hold_seconds_at_most: int | None = None
    reps_at_most: int | None = None
    sets_at_most: int | None = None
    dose_factor: float | None = None
    keep_start_dose: bool = False
    sets_may_rise: bool = False
    sets_at_start: int | None = None
    sets_due: int | None = None
    only_forms: frozenset[str] = frozenset()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """What a rule would rather see in the routine; ``exercises`` are best first."""

    weight: int
    exercises: tuple[str, ...] = ()
    good_for: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class SlotLimit:
    """How many of the moves may, or should, be of one slot (a count, or a share from 0 to 1).

    The time shares are of the time between warm-up and closing. With ``from_minutes`` it speaks only of routines of so
    many minutes or more.
    """

    slot: str
    at_least: int | None = None
    at_most: int | None = None
    share_at_least: float | None = None
    time_share_at_least: float | None = None
    time_share_at_most: float | None = None
    from_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    topic: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provision:
    """Equipment that is there, except for the forms in ``spared``."""

    equipment: frozenset[str]
    spared: Scope = Scope()


@dataclass(frozen=True, slots=True)
class Size:
    """How big a routine may be: whole minutes and number of moves; and how much longer each move takes to set up."""

    minutes_at_most: int | None = None
    moves_at_least: int | None = None
    moves_at_most: int | None = None
    set_up_more_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things take, in seconds.

    To set up takes longest where it means getting down to the floor, and least where the position stays.
    """

    seconds_per_rep: int
    seconds_per_hold_change: int
    set_up_seconds: int
    set_up_on_floor_seconds: int
    set_up_same_position_seconds: int
    strength_rest_seconds: int


@dataclass(frozen=True, slots=True)
class Trim:
    """How far a dose may be cut to fit the time."""

    hold_reps_at_least: int
    hold_seconds_at_least: int
    hold_step_seconds: int
    reps_at_least: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The shape of a session of so many minutes; ``warm_up`` lists exercises, best first.

    ``ends_at_most`` says how many of warm-up and closing item there is time for.
    """

    minutes: int
    moves: tuple[int, int]
    warm_up_seconds: int
    warm_up: tuple[str, ...]
    closing_seconds: int
    ends_at_most: int = 2


@dataclass(frozen=True, slots=True)
class TimeTable:
    """``filled_at_least`` is the share of the minutes that a routine should fill where enough moves are allowed."""

    timing: Timing
    trim: Trim
    rows: tuple[PlanRow, ...]
    filled_at_least: float = 0.0


@dataclass(frozen=True, slots=True)
class MicroItem:
    exercise: str
    reps: int | None = None
    hold_seconds: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class MicroRoutine:
    """A few movements for a break in the day, in order."""

    name: str
    items: tuple[MicroItem, ...]


@dataclass(frozen=True, slots=True)
class NeverNext:
    """A hold with one of the first tags is never followed directly by a hold with one of the second."""

    first_hold_tags: frozenset[str]
    then_hold_tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts for how much when movements compete, beside the weight each preference carries itself.

    ``swap``: stands in for something left out. ``main_place``: helps the main place. ``by_default``: no rule asked for it.
    """

    swap: int
    main_place: int
    by_default: int


@dataclass(frozen=True, slots=True)
class Order:
    """How a routine is put in order; each setting is given by one rule only.

    ``not_daily`` are the parts of a routine that are for some days of the week; on the others, moves of other parts take
    their place.
    """

    warm_up_first: bool | None = None
    moving_item_before_hold: bool | None = None
    slots: tuple[str, ...] | None = None
    positions: tuple[str, ...] | None = None
    floor_tag: str | None = None
    floor_trips_at_most: int | None = None
    main_place_share_at_least: float | None = None
    weights: Weights | None = None
    same_region_holds_at_most: int | None = None
    near_duplicates: tuple[frozenset[str], ...] | None = None
    never_next: NeverNext | None = None
    closing: tuple[str, ...] | None = None
    not_daily: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Actions:
    """Everything one branch does. ``derive`` names findings; ``ask`` names questions (before an urgent stop).

    ``swap_in`` are usual moves, best first, that stand in for what the branch leaves out. Those of
    ``swap_in_if_preferred`` do so only for people for whom a rule prefers them anyway: then they come sooner.
    ``ask_again`` names pages whose questions must be answered afresh at a check; ``short_screen`` those of them whose
    questions short screens may answer.
    """

    derive: tuple[str, ...] = ()
    disposition: DispositionAction | None = None
    cap_stage: Stage | None = None
    exclude: tuple[Exclusion, ...] = ()
    swap_in: tuple[str, ...] = ()
    swap_in_if_preferred: tuple[str, ...] = ()
    modify: tuple[Modification, ...] = ()
    prefer: tuple[Preference, ...] = ()
    slot_limits: tuple[SlotLimit, ...] = ()
    advise: tuple[Advice, ...] = ()
    ask: tuple[str, ...] = ()
    equipment_available: Provision | None = None
    positions: frozenset[str] = frozenset()
    target_regions: frozenset[str] = frozenset()
    session_size: Size | None = None
    plan: TimeTable | None = None
    micro_routine: MicroRoutine | None = None
    order: Order | None = None
    ask_again: frozenset[str] = frozenset()
    short_screen: frozenset[str] = frozenset()
    follow_up: FollowUp | None = None
    progress: Progress | None = None
