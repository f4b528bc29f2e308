"""Put chosen movements in order: grouped by position, one trip to the floor, no hold before the body has moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from recommender.models.catalogue import DoseType, Exercise, Form
from recommender.models.rules import Order

WARM_UP = "warm_up"
STRENGTH = "strength"
RELIEF = "relief"
ORDERS_TRIED = 2_000  # a good order is found within a few dozen; beyond this the moves do not go together


@dataclass(frozen=True, slots=True)
class Placed:
    """One movement on its way into a routine, in the form it is done in."""

    exercise: Exercise
    form: Form
    slot: str
    score: int
    helps_main_place: bool

    @property
    def is_hold(self) -> bool:
        """Return whether the body is still during it. Strength holds count as moving: they are efforts, not stretches."""
        return (
            self.exercise.dose.type is DoseType.HOLD and self.exercise.slot != STRENGTH
        ) or self.exercise.slot == RELIEF


def in_order(
    first: Placed | None, moves: Sequence[Placed], last: Placed | None, order: Order
) -> tuple[Placed, ...] | None:
    """Return warm-up, moves and closing in the best order that breaks no order rule, or None if there is none.

    Best means: positions in their order, then slots in theirs, then the higher score first.
    """
    ranked = sorted(
        moves,
        key=lambda move: (
            _rank(order.positions, move.form.position),
            _rank(order.slots, move.slot),
            -move.score,
            move.exercise.id,
        ),
    )
    start = (first,) if first else ()
    end = (last,) if last else ()

    tried = 0

    def extend(done: tuple[Placed, ...], left: list[Placed]) -> tuple[Placed, ...] | None:
        nonlocal tried
        tried += 1
        if tried > ORDERS_TRIED or not _floor_can_work(done, left, end, order):
            return None
        if not left:
            whole = (*done, *end)
            return whole if obeys(whole, order) else None
        here = done[-1].form.position if done else None
        for move in sorted(left, key=lambda move: move.form.position != here):
            longer = (*done, move)
            if obeys(longer, order):
                rest = [other for other in left if other is not move]
                if found := extend(longer, rest):
                    return found
        return None

    return extend(start, ranked)


def obeys(placed: Sequence[Placed], order: Order) -> bool:
    """Return whether a routine, or the beginning of one, breaks no order rule."""
    return (
        (order.floor_trips_at_most is None or _floor_trips(placed, order) <= order.floor_trips_at_most)
        and _moves_before_holds(placed, order)
        and _holds_are_spread(placed, order)
        and _directions_are_kept_apart(placed, order)
    )


def _floor_can_work(done: Sequence[Placed], left: Sequence[Placed], end: Sequence[Placed], order: Order) -> bool:
    """Return whether what is left can still be placed once the trips to the floor are used up."""
    limit = order.floor_trips_at_most
    if limit is None or _floor_trips(done, order) < limit:
        return True
    low = [order.floor_tag in item.form.tags for item in left]
    ends_low = any(order.floor_tag in item.form.tags for item in end)
    if done and order.floor_tag in done[-1].form.tags:
        return not ends_low or all(low)
    return not (any(low) or ends_low)


def _rank(order: Sequence[str] | None, word: str) -> int:
    return list(order).index(word) if order and word in order else len(order or ())


def _floor_trips(placed: Sequence[Placed], order: Order) -> int:
    on_floor = [order.floor_tag in item.form.tags for item in placed]
    return sum(now and not before for before, now in zip([False, *on_floor], on_floor, strict=False))


def _moves_before_holds(placed: Sequence[Placed], order: Order) -> bool:
    """A moving item for the main place stands before the first hold. A routine without holds is free."""
    if not order.moving_item_before_hold:
        return True
    moved = False
    for item in placed:
        if item.is_hold:
            return moved
        moved = moved or (item.helps_main_place and item.slot != WARM_UP)
    return True


def _holds_are_spread(placed: Sequence[Placed], order: Order) -> bool:
    limit = order.same_region_holds_at_most
    if limit is None:
        return True
    for start in range(len(placed) - limit):
        run = placed[start : start + limit + 1]
        if all(item.is_hold for item in run) and frozenset.intersection(*(item.exercise.regions for item in run)):
            return False
    return True


def _directions_are_kept_apart(placed: Sequence[Placed], order: Order) -> bool:
    rule = order.never_next
    if rule is None:
        return True
    return not any(
        before.is_hold
        and after.is_hold
        and before.form.tags & rule.first_hold_tags
        and after.form.tags & rule.then_hold_tags
        for before, after in pairwise(placed)
    )
