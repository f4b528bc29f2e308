"""Checks of the order: how the routine begins and ends, trips to the floor, near-duplicates, and what holds follow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from recommender.assembly.final_check.case import ROUTINE, Breach, Case, is_hold
from recommender.models.routine import Item


def begins_with_a_warm_up(case: Case) -> Iterator[Breach]:
    """Without one it begins with a move that moves: where there is time for one end only, or none can be done."""
    if not case.decision.order.warm_up_first or any(item.slot == "warm_up" for item in case.items[:1]):
        return
    if case.items and is_hold(case.items[0]):
        yield ROUTINE, "it begins with a hold"
    elif not case.may_lack_an_end:
        yield ROUTINE, "it does not begin with a warm-up"


def ends_with_a_closing_item(case: Case) -> Iterator[Breach]:
    closing = case.decision.order.closing
    if closing and not any(item.exercise.id in closing for item in case.items[-1:]) and not case.may_lack_an_end:
        yield ROUTINE, "it does not end with a closing item"


def goes_down_to_the_floor_no_more_than_allowed(case: Case) -> Iterator[Breach]:
    order = case.decision.order
    on_floor = [order.floor_tag in item.form.tags for item in case.items]
    trips = sum(down and not before for before, down in pairwise([False, *on_floor]))
    if order.floor_trips_at_most is not None and trips > order.floor_trips_at_most:
        yield ROUTINE, f"it goes down to the floor {trips} times"


def has_no_two_near_duplicates(case: Case) -> Iterator[Breach]:
    offered = dict.fromkeys(item.exercise.id for item in case.items)
    for group in case.decision.order.near_duplicates or ():
        near = [exercise for exercise in offered if exercise in group]
        if len(near) > 1:
            yield ROUTINE, f"{' and '.join(near)} are near-duplicates"


def has_no_hold_straight_after_one_it_must_not_follow(case: Case) -> Iterator[Breach]:
    never = case.decision.order.never_next
    if never is None:
        return
    for first, second in pairwise(case.items):
        are_holds = is_hold(first) and is_hold(second)
        if are_holds and first.form.tags & never.first_hold_tags and second.form.tags & never.then_hold_tags:
            yield second.exercise.id, f"{second.exercise.id} comes straight after {first.exercise.id}"


def moves_the_place_before_it_is_held(case: Case) -> Iterator[Breach]:
    if not case.decision.order.moving_item_before_hold:
        return
    moving = [item for item in case.moves if not is_hold(item)]
    ready = [item for item in moving if item.exercise.regions & case.decision.targets] or moving
    for item in case.items:
        if is_hold(item):
            yield item.exercise.id, f"{item.exercise.id} is held before the place that hurts has moved"
        elif item in ready:
            return


def has_not_too_many_holds_of_a_place_in_a_row(case: Case) -> Iterator[Breach]:
    most = case.decision.order.same_region_holds_at_most
    if most is None:
        return
    run: list[Item] = []
    for item in case.items:
        run = [*run, item] if is_hold(item) else []
        last = run[-most - 1 :]
        if len(last) > most and frozenset.intersection(*(held.exercise.regions for held in last)):
            yield item.exercise.id, f"{item.exercise.id} is one hold too many of the same place"
