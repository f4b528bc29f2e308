"""A rule, its branches, and what each branch does when it fires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from recommender.models.conditions import Condition
from recommender.models.facts import SuppliedFact
from recommender.models.follow_up import CheckPlan, FollowUp, Progress
from recommender.models.levels import Level, Stage


@dataclass(frozen=True, slots=True)
class Scope:
    """Which forms an action speaks of: any form that matches one of the lists."""

    tags: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DispositionAction:
    """``within`` is an ISO 8601 duration where the rule names a time other than the level's own."""

    level: Level
    within: str | None = None
    act: str | None = None


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

    ``sets_at_start`` alone raises a figure: the first dose may have so many sets, within what is usual for the exercise.
    """

    scope: Scope | None = None
    hold_seconds_at_most: int | None = None
    reps_at_most: int | None = None
    sets_at_most: int | None = None
    times: float | None = None
    at_start: bool = False
    sets_at_start: int | None = None
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
    """How many of the moves may, or should, be of one slot (a count, or a share from 0 to 1)."""

    slot: str
    at_least: int | None = None
    at_most: int | None = None
    share_at_least: float | None = None


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
    """How big a routine may be: whole minutes and number of moves."""

    minutes_at_most: int | None = None
    moves_at_least: int | None = None
    moves_at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things take, in seconds."""

    seconds_per_rep: int
    seconds_per_hold_change: int
    set_up_seconds: int
    strength_rest_seconds: int
    position_change_seconds: int


@dataclass(frozen=True, slots=True)
class Trim:
    """How far a dose may be cut to fit the time."""

    hold_reps_at_least: int
    hold_seconds_at_least: int
    hold_step_seconds: int
    reps_at_least: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The shape of a session of so many minutes; ``warm_up`` lists exercises, best first."""

    minutes: int
    moves: tuple[int, int]
    warm_up_seconds: int
    warm_up: tuple[str, ...]
    closing_seconds: int


@dataclass(frozen=True, slots=True)
class TimePlan:
    timing: Timing
    trim: Trim
    rows: tuple[PlanRow, ...]


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
    """How a routine is put in order; each setting is given by one rule only."""

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


@dataclass(frozen=True, slots=True)
class Actions:
    """Everything one branch does. ``derive`` names findings; ``ask`` names questions (before an urgent stop).

    ``ask_again`` names pages whose questions must be answered afresh at a check.
    """

    derive: tuple[str, ...] = ()
    disposition: DispositionAction | None = None
    cap_stage: Stage | None = None
    exclude: tuple[Exclusion, ...] = ()
    swap_in: tuple[str, ...] = ()
    modify: tuple[Modification, ...] = ()
    prefer: tuple[Preference, ...] = ()
    mix: tuple[SlotLimit, ...] = ()
    advise: tuple[Advice, ...] = ()
    ask: tuple[str, ...] = ()
    provide: Provision | None = None
    positions: frozenset[str] = frozenset()
    target: frozenset[str] = frozenset()
    size: Size | None = None
    plan: TimePlan | None = None
    micro_routine: MicroRoutine | None = None
    order: Order | None = None
    ask_again: frozenset[str] = frozenset()
    follow_up: FollowUp | None = None
    progress: Progress | None = None
    checks: CheckPlan | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One case of a rule: the unit of firing, tracing and testing. ``id`` is ``RF-U07/2``, or the rule's own id."""

    id: str
    rule_id: str
    when: Condition
    then: Actions
    say: str
    why: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: str
    kind: str
    why: str
    sources: tuple[str, ...]
    strength: tuple[str, ...]
    confirm: bool
    path: str
    branches: tuple[Branch, ...] = ()
    text_only: bool = False
    kept_by: str | None = None
    notes: tuple[str, ...] = ()
    author: str = ""
    since: str = ""
    changed: str | None = None


@dataclass(frozen=True)
class RuleSet:
    version: str
    rules: tuple[Rule, ...]
    supplied: tuple[SuppliedFact, ...] = field(default=())

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        return MappingProxyType({rule.id: rule for rule in self.rules})

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """Every branch, in order of rule id and case: the order in which reasons are listed."""
        return tuple(branch for rule in self.rules for branch in rule.branches)

    @cached_property
    def branch_by_id(self) -> Mapping[str, Branch]:
        return MappingProxyType({branch.id: branch for branch in self.branches})
