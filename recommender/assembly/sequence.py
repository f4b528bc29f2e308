"""Put chosen movements in order: grouped by position, one trip to the floor, no hold before the body has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from recommender.models.actions import Order
from recommender.models.routine import Placed
from recommender.models.slots import Slot

ORDERS_TRIED = 2_000  # a good order is found within a few dozen; beyond this the moves do not go together


class Beginning(NamedTuple):
    """The first items of a routine, which break no order rule, and what the rules must know of them.

    ``any_move_counts``: no moving item is for the main place, so that whatever moves may stand before a hold.
    """

    items: tuple[Placed, ...] = ()
    floor_trips: int = 0
    is_on_floor: bool = False
    has_moved: bool = False
    any_move_counts: bool = False

    def followed_by(self, item: Placed, order: Order) -> Beginning | None:
        """Return the beginning with one item more, or None if that breaks an order rule."""
        on_floor = order.floor_tag in item.form.tags
        trips = self.floor_trips + (on_floor and not self.is_on_floor)
        if order.floor_trips_at_most is not None and trips > order.floor_trips_at_most:
            return None
        is_hold = item.is_hold
        if is_hold and not self._may_hold(item, order):
            return None
        counts = item.helps_main_place or self.any_move_counts
        moves = not is_hold and counts and item.slot is not Slot.WARM_UP
        return Beginning((*self.items, item), trips, on_floor, self.has_moved or moves, self.any_move_counts)

    def _may_hold(self, item: Placed, order: Order) -> bool:
        """Return whether a hold may come next.

        A moving item for the main place stands before the first hold; holds of one region are spread; and a hold in one
        direction is kept apart from one in the other.
        """
        if order.moving_item_before_hold and not self.has_moved:
            return False
        limit, rule = order.same_region_holds_at_most, order.never_next
        if limit is not None and len(self.items) >= limit:
            run = (*self.items[len(self.items) - limit :], item)
            if all(one.is_hold for one in run) and frozenset.intersection(*(one.exercise.regions for one in run)):
                return False
        before = self.items[-1] if self.items else None
        return not (
            rule
            and before
            and before.is_hold
            and before.form.tags & rule.first_hold_tags
            and item.form.tags & rule.then_hold_tags
        )


class Sequencing:
    """Puts movements in the order that the rules ask for. Made once for a request."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._positions = _places(order.positions)
        self._slots = _places(order.slots)

    def best(self, first: Placed | None, moves: Sequence[Placed], last: Placed | None = None) -> Beginning | None:
        """Return warm-up, moves and closing in the best order that breaks no order rule, or None if there is none.

        Best means: no position twice where that can be, then positions in their order, then slots in theirs, then the
        higher score first.
        """
        ranked = sorted(
            moves,
            key=lambda move: (
                self._positions.get(move.form.position, len(self._positions)),
                self._slots.get(move.slot, len(self._slots)),
                -move.score,
                move.exercise.id,
            ),
        )
        nothing = Beginning(any_move_counts=not any(move.helps_main_place and not move.is_hold for move in moves))
        start = nothing.followed_by(first, self._order) if first else nothing
        if start is None:
            return None
        return self._search(start, ranked, last, grouped=True) or self._search(start, ranked, last, grouped=False)

    def _search(
        self, start: Beginning, ranked: Sequence[Placed], last: Placed | None, *, grouped: bool
    ) -> Beginning | None:
        """Return the first order that breaks no rule, as far as so many tries go; grouped, no position comes twice."""
        tried = 0
        dead_ends: set[tuple[object, ...]] = set()
        looked_back_on = max(self._order.same_region_holds_at_most or 0, 1)

        def state(done: Beginning, left: Sequence[Placed]) -> tuple[object, ...]:
            """Return all that what may follow depends on: orders of the same moves with the same end go on alike."""
            end = tuple(item.exercise.id for item in done.items[-looked_back_on:])
            return end, tuple(move.exercise.id for move in left), done.floor_trips, done.is_on_floor, done.has_moved

        def extend(done: Beginning, left: Sequence[Placed]) -> Beginning | None:
            nonlocal tried
            tried += 1
            if tried > ORDERS_TRIED or not _floor_can_work(done, left, last, self._order):
                return None
            # Only where an order has failed before: most are found at once.
            if dead_ends and (state(done, left) in dead_ends or not _holds_can_be_spread(done, left, self._order)):
                return None
            if not left:
                return self.closed(done, last) if last else done
            here = done.items[-1].form.position if done.items else None
            nearest = [move for move in left if move.form.position == here]
            if not (grouped and nearest and done is not start):
                nearest += [move for move in left if move.form.position != here]
            for move in nearest:
                longer = done.followed_by(move, self._order)
                if longer and (found := extend(longer, [other for other in left if other is not move])):
                    return found
            dead_ends.add(state(done, left))
            return None

        return extend(start, ranked)

    def closed(self, done: Beginning, last: Placed) -> Beginning | None:
        """Return what is in order already with a closing item after it, or None if that breaks an order rule."""
        return done.followed_by(last, self._order)


def _floor_can_work(done: Beginning, left: Sequence[Placed], last: Placed | None, order: Order) -> bool:
    """Return whether what is left can still be placed once the trips to the floor are used up."""
    limit = order.floor_trips_at_most
    if limit is None or done.floor_trips < limit:
        return True
    low = [order.floor_tag in item.form.tags for item in left]
    ends_low = last is not None and order.floor_tag in last.form.tags
    if done.is_on_floor:
        return not ends_low or all(low)
    return not (any(low) or ends_low)


def _holds_can_be_spread(done: Beginning, left: Sequence[Placed], order: Order) -> bool:
    """Return whether there is enough that moves to stand between the holds that are left, where all are of one region."""
    limit, holds = order.same_region_holds_at_most, [move for move in left if move.is_hold]
    if limit is None or not holds:
        return True
    shared = frozenset.intersection(*(hold.exercise.regions for hold in holds))
    run = 0
    for item in reversed(done.items[-limit:]):
        shared &= item.exercise.regions if item.is_hold else shared
        if not item.is_hold or not shared:
            break
        run += 1
    return not shared or len(holds) <= limit - run + limit * (len(left) - len(holds))


def _places(order: tuple[str, ...] | None) -> Mapping[str, int]:
    """Return the place of each word in an order; what is not in it comes last."""
    return {word: place for place, word in enumerate(dict.fromkeys(order or ()))}
