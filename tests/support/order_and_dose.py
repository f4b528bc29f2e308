"""The order (ORD) and dose (DOS) rows of the evidence brief as plain checks of a finished routine.

Written from the text of the rows, with their figures, and independent of how a routine is made: nothing here reads the
rule files or calls the assembly. Times and doses are those of the first week, before any check-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise, permutations

from recommender.models.catalogue import DoseType
from recommender.models.levels import Stage
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Item

HOLDS = ("static_stretch", "relief_position")
WARM_UPS = ("walking", "marching", "seated_march")
STAND_INS = ("cycling", "pelvic_tilt", "knee_rolls")
CLOSINGS = ("breathing_relaxation", "walking")
# ORD-03, with the two positions that its row does not place on the way down.
POSITIONS = (
    "standing", "chair", "all_fours", "kneeling", "half_kneeling", "floor_sitting", "side_lying", "prone", "supine",
)  # fmt: skip
SLOTS = ("mobility", "direction", "stretch", "strength", "relief")  # ORD-02
NEAR_DUPLICATES = (  # ORD-07
    {"childs_pose", "table_lean", "seated_forward_lean", "double_knee_to_chest"},
    {"supine_figure_four", "seated_figure_four", "seated_piriformis_twist"},
    {"supine_spinal_twist", "knee_rolls", "seated_twist_chair", "seated_twist_floor", "open_book"},
    {"supine_hamstring_stretch", "chair_hamstring_stretch", "standing_hamstring_reach"},
    {"cobra", "sphinx", "standing_back_bend", "prone_lying"},
    {"supine_hip_flexor_stretch", "standing_hip_flexor", "half_kneeling_hip_flexor"},
    {"plank", "plank_knees", "wall_plank"},
    {"side_bridge", "side_bridge_knees"},
)
REGIONS = {  # section 12b
    "neck": {"neck", "shoulders", "upper_back"},
    "shoulders": {"shoulders", "neck", "upper_back", "chest"},
    "upper_back": {"upper_back", "mid_back", "shoulders", "chest"},
    "mid_back": {"mid_back", "upper_back"},
    "low_back": {"low_back", "core", "abdomen", "hip"},
    "tailbone": {"low_back", "buttock"},
    "buttock": {"buttock", "hip", "low_back"},
    "hip_groin": {"hip", "hip_flexor", "buttock"},
    "leg": {"low_back", "buttock", "hamstring", "thigh"},
    "arm": {"neck", "shoulders", "upper_back"},
    "no_pain": {"low_back", "mid_back", "upper_back", "hip", "core"},
}


@dataclass(frozen=True)
class Size:
    """What DOS-01 gives a stage, and DOS-08 a number of minutes."""

    minutes: int
    moves: int


STAGES = {Stage.SETTLE: Size(10, 4), Stage.BUILD: Size(20, 14), Stage.STRENGTHEN: Size(30, 14)}
HOLD_AT_MOST = {Stage.SETTLE: 10, Stage.BUILD: 20, Stage.STRENGTHEN: 30}
LONG_HOLDS_AT_MOST = {Stage.SETTLE: 1, Stage.BUILD: 2, Stage.STRENGTHEN: 3}  # "x 2", "x 2-3"
MOVES = {3: 3, 5: 5, 10: 9, 15: 11, 20: 14}
WARM_UP_SECONDS = {3: 30, 5: 45, 10: 90, 15: 165, 20: 240}
CLOSING_SECONDS = {3: 30, 5: 45, 10: 60, 15: 60, 20: 60}
LONG_HOLD = 15


@dataclass(frozen=True)
class Session:
    """A routine as a physiotherapist would check it."""

    intake: Intake
    stage: Stage
    items: Sequence[Item]
    fired: frozenset[str]

    @cached_property
    def asked(self) -> int:
        return int(self.intake.chosen("minutes")[0])

    @cached_property
    def minutes(self) -> int:
        return min(self.asked, STAGES[self.stage].minutes)

    @cached_property
    def row(self) -> int:
        return max(row for row in MOVES if row <= self.minutes)

    @cached_property
    def moves(self) -> Sequence[Item]:
        return [item for item in self.items if item.slot not in ("warm_up", "closing")]

    @cached_property
    def warm_up(self) -> Item | None:
        return next((item for item in self.items if item.slot == "warm_up"), None)

    @cached_property
    def closing(self) -> Item | None:
        return next((item for item in self.items if item.slot == "closing"), None)

    @cached_property
    def target(self) -> set[str]:
        places = self.intake.chosen("pain_main") or self.intake.chosen("pain_location")
        return REGIONS[places[0]]

    @cached_property
    def is_65(self) -> bool:
        return self.intake.answers["age_band"] in ("65_69", "70_plus")

    def ticked(self, question: str, *options: str) -> bool:
        return bool(set(self.intake.chosen(question)) & set(options))

    def seconds(self) -> int:
        """Return how long it takes by DOS-08: the work, setting up each move, and every change of position."""
        longer = self.is_65 or self.ticked("limits", "floor", "balance")
        seconds, was_low = sum(map(work, self.items)) + (10 * len(self.moves) if longer else 0), False
        for before, item in zip([self.items[0], *self.items], self.items, strict=False):
            is_low = "floor_transfer" in item.form.tags
            set_up = 20 if is_low and not was_low else 5 if before.form.position == item.form.position else 10
            seconds += set_up if item in self.moves else 0
            was_low = was_low or is_low
        return seconds


def session(recommendation: Recommendation) -> Session:
    assert recommendation.assembly is not None
    routine = recommendation.assembly.routine
    fired = frozenset(branch.rule_id for branch in recommendation.fired)
    return Session(recommendation.intake, recommendation.decision.stage, routine.items, fired)


def work(item: Item) -> int:
    """Return the seconds of work by DOS-08."""
    dose = item.dose
    sides = 2 if dose.per_side else 1
    if dose.type is DoseType.TIME:
        return sides * (dose.seconds or 0)
    each = (dose.hold_seconds or 0) + 5 if dose.type is DoseType.HOLD else 4
    rest = 60 * (dose.sets - 1) if item.exercise.kind == "strengthening" else 0
    return sides * dose.sets * (dose.reps or 0) * each + rest


def is_hold(item: Item) -> bool:
    return item.exercise.kind in HOLDS


# --- order ---


def ord_01(this: Session) -> Iterator[str]:
    first = this.items[0]
    if first.slot == "warm_up" and first.exercise.id not in (*WARM_UPS, *STAND_INS):
        yield f"begins with {first.exercise.id}"
    if any(item.slot == "warm_up" for item in this.items[1:]) or is_hold(first):
        yield "the warm-up is not the first, or it begins with a hold"
    before = [item for item in _until(this.items, is_hold) if item.slot != "warm_up"]
    moving = [item for item in this.moves if not is_hold(item)]
    ready = [item for item in moving if item.exercise.regions & this.target] or moving
    if len([*_until(this.items, is_hold)]) < len(this.items) and not any(item in ready for item in before):
        yield "a hold comes before a moving item of the target region"


def ord_02(this: Session) -> Iterator[str]:
    """In each position the order of slots, unless that would break ORD-01, 06 or 08."""
    runs = [list(run) for _, run in groupby(this.moves, key=_position)]
    in_slots = [item for run in runs for item in sorted(run, key=_slot)]
    if [*map(_slot, this.moves)] != [*map(_slot, in_slots)] and _is_legal(this, in_slots):
        yield f"not in the order of slots: {[item.slot for item in this.moves]}"


def ord_03(this: Session) -> Iterator[str]:
    """Grouped by position, down to the floor once, in the order of positions.

    Moves in the position of the warm-up may come right after it. Another order is right where this one would break
    ORD-01, 06 or 08 or take more changes of position; a position may come twice where that takes no more changes.
    """
    if _trips(this.items) > 1:
        yield "more than one trip to the floor"
    if this.closing and this.closing.form.position == "standing" and this.closing.exercise.id != "walking":
        yield "ends standing, and not with a walk"
    changes, runs = _changes(this.items), [position for position, _ in groupby(map(_position, this.moves))]
    in_groups = [_whole(this, moves) for moves in _grouped(this) if _is_legal(this, moves)]
    if len(runs) > len(set(runs)) and any(_changes(items) < changes for items in in_groups):
        yield f"not grouped by position: {[item.form.position for item in this.moves]}"
    positions = [*map(_position, this.moves)]
    staying = [-1 if item.form.position == this.items[0].form.position else _position(item) for item in this.moves]
    if positions != sorted(positions) and staying != sorted(staying):
        down = sorted(this.moves, key=lambda item: (_position(item), _slot(item)))
        if _is_legal(this, down) and _changes(_whole(this, down)) <= changes:
            yield f"not in the order of positions: {[item.form.position for item in this.moves]}"


def ord_05(this: Session) -> Iterator[str]:
    """At least one move for the main place; that it is half of them where so many can be done is for the last check."""
    helping = sum(bool(item.exercise.regions & this.target) for item in this.moves)
    if not helping:
        yield f"none of {len(this.moves)} moves is for the main place"


def ord_06(this: Session) -> Iterator[str]:
    for three in zip(this.items, this.items[1:], this.items[2:], strict=False):
        if all(map(is_hold, three)) and frozenset.intersection(*(item.exercise.regions for item in three)):
            yield f"three holds of a region in a row: {[item.exercise.id for item in three]}"


def ord_07(this: Session) -> Iterator[str]:
    named = [item.exercise.id for item in this.items]
    if len(set(named)) < len(named):
        yield "an exercise comes twice"
    yield from (f"near-duplicates {sorted(both)}" for group in NEAR_DUPLICATES if len(both := group & set(named)) > 1)


def ord_08(this: Session) -> Iterator[str]:
    for before, after in pairwise(this.items):
        holds = is_hold(before) and is_hold(after)
        if holds and "flexion_end" in before.form.tags and "extension_end" in after.form.tags:
            yield f"{before.exercise.id} is followed by {after.exercise.id}"


def ord_09(this: Session) -> Iterator[str]:
    last = this.items[-1]
    if this.closing and (last is not this.closing or last.exercise.id not in CLOSINGS):
        yield f"ends with {last.exercise.id}"
    if not this.closing and not this.warm_up and len(this.moves) > this.row:
        yield "it has neither a warm-up nor a closing item"


# --- dose ---


def dos_01(this: Session) -> Iterator[str]:
    if len(this.moves) > STAGES[this.stage].moves:
        yield f"{len(this.moves)} moves at stage {this.stage}"
    kinds = [item.exercise.kind for item in this.moves]
    if this.stage is Stage.SETTLE:
        strong = [item.exercise.id for item in this.moves if item.exercise.kind == "strengthening"]
        yield from (f"{name} at stage settle" for name in strong if name not in ("glute_squeeze", "heel_slides"))
        if kinds.count("static_stretch") > 2:
            yield "over two stretches at stage settle"
        yield from (f"{item.exercise.id}: over 5 repeats" for item in this.moves if (item.dose.reps or 0) > 5)
    if this.stage is Stage.BUILD and kinds.count("strengthening") > 3:
        yield "over three strength moves at stage build"
    for item in this.moves:
        hold = item.dose.hold_seconds or 0
        if hold > HOLD_AT_MOST[this.stage]:
            yield f"{item.exercise.id}: held for {hold} s at stage {this.stage}"
        if hold >= LONG_HOLD and (item.dose.reps or 0) > LONG_HOLDS_AT_MOST[this.stage]:
            yield f"{item.exercise.id}: held {item.dose.reps} times at stage {this.stage}"
        if item.dose.sets > 1 and this.stage is not Stage.STRENGTHEN:
            yield f"{item.exercise.id}: {item.dose.sets} sets at stage {this.stage}"


def dos_02(this: Session) -> Iterator[str]:
    """The first week uses the start values; moves without effort may be repeated as often as is usual, to fill the time."""
    for item in this.moves:
        start, dose = item.exercise.dose, item.dose
        is_effort = item.exercise.kind == "strengthening"
        if is_effort and start.start_reps and (dose.reps or 0) > start.start_reps:
            yield f"{item.exercise.id}: {dose.reps} repeats in the first week, not {start.start_reps}"
        if start.start_hold_seconds and (dose.hold_seconds or 0) > start.start_hold_seconds:
            yield f"{item.exercise.id}: held for {dose.hold_seconds} s in the first week"
        if start.start_seconds and (dose.seconds or 0) > start.start_seconds:
            yield f"{item.exercise.id}: {dose.seconds} s in the first week"
        if start.reps and (dose.reps or 0) > start.reps[1]:
            yield f"{item.exercise.id}: more repeats than the catalogue has"


def dos_03(this: Session) -> Iterator[str]:
    for item in this.moves:
        if item.exercise.kind == "static_stretch" and (item.dose.hold_seconds or 0) > 30:
            yield f"{item.exercise.id}: held for over 30 s"
        if item.exercise.kind == "static_stretch" and (item.dose.hold_seconds or 0) * (item.dose.reps or 0) > 60:
            yield f"{item.exercise.id}: over 60 s in all"


def dos_06(this: Session) -> Iterator[str]:
    for item in this.moves:
        if item.exercise.kind == "strengthening" and ((item.dose.reps or 0) > 8 or item.dose.sets > 1):
            yield f"{item.exercise.id}: {item.dose.sets} x {item.dose.reps} to start"


def dos_07(this: Session) -> Iterator[str]:
    for item in this.moves:
        if this.is_65 and item.exercise.kind == "static_stretch" and (item.dose.hold_seconds or 0) > 15:
            yield f"{item.exercise.id}: held for {item.dose.hold_seconds} s to start at 65 or over"


def dos_08(this: Session) -> Iterator[str]:
    stated = sum(item.seconds for item in this.items)
    if this.seconds() > this.minutes * 60 or stated > this.minutes * 60:
        yield f"{this.seconds()} s by the brief, {stated} s as stated, in {this.minutes} minutes"
    if stated < this.seconds():
        yield "the stated time hides work"
    if len(this.moves) > MOVES[this.row]:
        yield f"{len(this.moves)} moves in {this.row} minutes"
    ends = [(this.warm_up, WARM_UP_SECONDS[this.row]), (this.closing, CLOSING_SECONDS[this.row])]
    for item, seconds in ends:
        if item and item.dose.seconds != seconds:
            yield f"{item.exercise.id} takes {item.dose.seconds} s in {this.row} minutes"
    if this.row < 5 and this.warm_up and this.closing:
        yield "there is time for one end only"
    if this.warm_up and this.warm_up.exercise.id == "walking" and this.row < 20:
        yield "a walk needs 20 minutes"


def dos_13(this: Session) -> Iterator[str]:
    yield from (
        f"{item.exercise.id}: one side only" for item in this.moves if item.dose.per_side != item.exercise.dose.per_side
    )


def words(this: Session) -> Iterator[str]:
    """The rows that are words only: each is said to everybody, DOS-12 and DOS-15 to those they are about."""
    everybody = {"DOS-04", "DOS-05", "DOS-09", "DOS-10", "DOS-13", "DOS-14", "DOS-16", "ORD-04", "ORD-09"}
    yield from (f"{rule} is not said" for rule in sorted(everybody - this.fired))
    if this.ticked("conditions", "me_cfs") == ("DOS-15" in this.fired):
        yield "DOS-15 is said to the wrong people"
    nerve = this.ticked("leg_symptoms", "below_knee", "tingling") or this.ticked("conditions", "disc")
    if (nerve or _prefers_arching(this)) != ("DOS-12" in this.fired):
        yield "DOS-12 is said to the wrong people"


CHECKS: Mapping[str, Callable[[Session], Iterator[str]]] = {
    "ORD-01": ord_01, "ORD-02": ord_02, "ORD-03": ord_03, "ORD-05": ord_05, "ORD-06": ord_06, "ORD-07": ord_07,
    "ORD-08": ord_08, "ORD-09": ord_09, "DOS-01": dos_01, "DOS-02": dos_02, "DOS-03": dos_03, "DOS-06": dos_06,
    "DOS-07": dos_07, "DOS-08": dos_08, "DOS-13": dos_13, "rows of words": words,
}  # fmt: skip


def broken_rows(this: Session) -> Iterator[str]:
    for row, check in CHECKS.items():
        yield from (f"{row}: {fault}" for fault in check(this))


def _until(items: Sequence[Item], stop: Callable[[Item], bool]) -> Iterator[Item]:
    for item in items:
        if stop(item):
            return
        yield item


def _trips(items: Sequence[Item]) -> int:
    """Return how often somebody gets down to the floor."""
    low = ["floor_transfer" in item.form.tags for item in items]
    return sum(now and not before for before, now in pairwise([False, *low]))


def _changes(items: Sequence[Item]) -> int:
    return sum(before.form.position != after.form.position for before, after in pairwise(items))


def _position(item: Item) -> int:
    return POSITIONS.index(item.form.position)


def _slot(item: Item) -> int:
    return SLOTS.index(item.slot)


def _grouped(this: Session) -> Iterator[list[Item]]:
    """Yield the moves position by position, with the positions in every order."""
    for order in permutations(sorted(set(map(_position, this.moves)))):
        yield sorted(this.moves, key=lambda item, order=order: (order.index(_position(item)), _slot(item)))


def _whole(this: Session, moves: Sequence[Item]) -> Sequence[Item]:
    ends = this.warm_up, this.closing
    return [*(item for item in ends[:1] if item), *moves, *(item for item in ends[1:] if item)]


def _is_legal(this: Session, moves: Sequence[Item]) -> bool:
    """Return whether the moves in this order keep the other order rows."""
    other = Session(this.intake, this.stage, _whole(this, moves), this.fired)
    return _trips(other.items) <= 1 and not any(fault for check in (ord_01, ord_06, ord_08) for fault in check(other))


def _prefers_arching(this: Session) -> bool:
    """FACT-05."""
    return (
        this.ticked("pain_location", "low_back", "tailbone", "buttock", "hip_groin", "leg")
        and this.ticked("worse_with", "sitting", "bending_forward")
        and this.ticked("better_with", "standing_walking", "arching_back", "lying_front")
        and not this.ticked("worse_with", "standing_walking", "arching_back")
    )
