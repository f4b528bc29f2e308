"""For every check of the order, routines that exactly that check must refuse."""

from __future__ import annotations

from collections.abc import Callable

from recommender.models.actions import NeverNext
from tests.support.broken_routines.checked import ROUTINE, Breaker, Checked


def _never_one_after_the_other(first: str, second: str) -> Callable[[Checked], Checked]:
    def change(real: Checked) -> Checked:
        tags = [real.items[real.place(exercise)].form.tags for exercise in (first, second)]
        return real.ordered(never_next=NeverNext(*tags))

    return change


BREAKERS = (
    Breaker(
        "begins_with_a_warm_up",
        "the warm-up is gone",
        ROUTINE,
        "it does not begin with a warm-up",
        "simple",
        lambda real: real.only(*[item.exercise.id for item in real.items[1:]]),
    ),
    Breaker(
        "begins_with_a_warm_up",
        "a move stands before the warm-up",
        ROUTINE,
        "it does not begin with a warm-up",
        "simple",
        lambda real: real.in_order(
            *"pelvic_tilt marching cat_cow knee_rolls single_knee_to_chest pelvic_bridge breathing_relaxation".split()
        ).ordered(floor_trips_at_most=2),
    ),
    Breaker(
        "begins_with_a_warm_up",
        "it begins with a hold",
        ROUTINE,
        "it begins with a hold",
        "simple",
        lambda real: (
            real.only("single_knee_to_chest", "cat_cow", "knee_rolls", "breathing_relaxation")
            .with_time_left()
            .ordered(moving_item_before_hold=False)
        ),
    ),
    Breaker(
        "ends_with_a_closing_item",
        "the closing item is gone",
        ROUTINE,
        "it does not end with a closing item",
        "simple",
        lambda real: real.only(*[item.exercise.id for item in real.items[:-1]]),
    ),
    Breaker(
        "ends_with_a_closing_item",
        "a move stands behind the closing item",
        ROUTINE,
        "it does not end with a closing item",
        "simple",
        lambda real: real.in_order(
            *"marching cat_cow knee_rolls pelvic_tilt single_knee_to_chest breathing_relaxation pelvic_bridge".split()
        ),
    ),
    Breaker(
        "goes_down_to_the_floor_no_more_than_allowed",
        "a rule allows no trip to the floor",
        ROUTINE,
        "it goes down to the floor 1 times",
        "simple",
        lambda real: real.ordered(floor_trips_at_most=0),
    ),
    Breaker(
        "goes_down_to_the_floor_no_more_than_allowed",
        "it begins on the floor, and a rule allows no trip there",
        ROUTINE,
        "it goes down to the floor 1 times",
        "simple",
        lambda real: (
            real.only("cat_cow", "knee_rolls", "pelvic_tilt", "breathing_relaxation")
            .with_time_left()
            .ordered(warm_up_first=False, floor_trips_at_most=0)
        ),
    ),
    Breaker(
        "goes_down_to_the_floor_no_more_than_allowed",
        "two trips to the floor, and a rule allows one",
        ROUTINE,
        "it goes down to the floor 2 times",
        "simple",
        lambda real: real.in_order(
            *"cat_cow marching knee_rolls pelvic_tilt single_knee_to_chest pelvic_bridge breathing_relaxation".split()
        ).ordered(warm_up_first=False),
    ),
    Breaker(
        "has_no_two_near_duplicates",
        "two of its moves are near-duplicates",
        ROUTINE,
        "knee_rolls and pelvic_tilt are near-duplicates",
        "simple",
        lambda real: real.ordered(near_duplicates=(frozenset({"knee_rolls", "pelvic_tilt", "crunch"}),)),
    ),
    Breaker(
        "has_no_hold_straight_after_one_it_must_not_follow",
        "one hold straight after another that it must not follow",
        "single_knee_to_chest",
        "single_knee_to_chest comes straight after supine_spinal_twist",
        "strong",
        _never_one_after_the_other("supine_spinal_twist", "single_knee_to_chest"),
    ),
    Breaker(
        "moves_the_place_before_it_is_held",
        "a hold before anything has moved",
        "single_knee_to_chest",
        "single_knee_to_chest is held before the place that hurts has moved",
        "simple",
        lambda real: real.in_order(
            *"marching single_knee_to_chest cat_cow knee_rolls pelvic_tilt pelvic_bridge breathing_relaxation".split()
        ),
    ),
    Breaker(
        "moves_the_place_before_it_is_held",
        "a hold before anything has moved the place that hurts, and something else has moved",
        "single_knee_to_chest",
        "single_knee_to_chest is held before the place that hurts has moved",
        "simple",
        lambda real: real.in_order(
            *"marching cat_cow single_knee_to_chest knee_rolls pelvic_tilt pelvic_bridge breathing_relaxation".split()
        ).decided(targets=frozenset({"hip", "buttock"})),
    ),
    Breaker(
        "has_not_too_many_holds_of_a_place_in_a_row",
        "a rest of the low back straight after a stretch of it",
        "relief_position_90_90",
        "relief_position_90_90 is one hold too many of the same place",
        "simple",
        lambda real: (
            real.instead_of("pelvic_bridge", real.another("relief_position_90_90/supine"), seconds=90)
            .alone()
            .ordered(same_region_holds_at_most=1)
        ),
    ),
    Breaker(
        "has_not_too_many_holds_of_a_place_in_a_row",
        "three holds of the low back in a row",
        "supine_figure_four",
        "supine_figure_four is one hold too many of the same place",
        "strong",
        lambda real: real.in_order(
            *"walking cat_cow bird_dog childs_pose pelvic_tilt pelvic_bridge supine_spinal_twist single_knee_to_chest supine_figure_four breathing_relaxation".split()
        ),
    ),
    Breaker(
        "has_not_too_many_holds_of_a_place_in_a_row",
        "two holds of a place in a row, after one of another place",
        "supine_figure_four",
        "supine_figure_four is one hold too many of the same place",
        "strong",
        lambda real: (
            real.alone()
            .exercise("supine_spinal_twist", regions=frozenset({"chest"}))
            .in_order(
                *"walking cat_cow bird_dog childs_pose pelvic_tilt pelvic_bridge supine_spinal_twist single_knee_to_chest supine_figure_four breathing_relaxation".split()
            )
            .ordered(same_region_holds_at_most=1)
        ),
    ),
)
