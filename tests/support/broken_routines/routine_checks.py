"""For every check of the routine as a whole, routines that exactly that check must refuse."""

from __future__ import annotations

from dataclasses import replace

from recommender.models.actions import Size, SlotLimit
from recommender.models.levels import Level, Stage
from tests.support.broken_routines.checked import ROUTINE, Breaker

BREAKERS = (
    Breaker(
        "level_shows_a_routine",
        "the person should see somebody first",
        ROUTINE,
        "level see_before_start shows no routine",
        "simple",
        lambda real: real.decided(level=Level.SEE_BEFORE_START),
    ),
    Breaker(
        "level_is_not_below_a_floor",
        "no rule has seen an answer about a sign of danger",
        ROUTINE,
        "level routine is below the least that these answers must come to",
        "simple",
        lambda real: real.answered(rf_bone_nerve=("band_feeling",)),
    ),
    Breaker(
        "other_days_have_nothing_that_is_not_for_every_day",
        "the other days have the strength moves too",
        "pelvic_bridge",
        "pelvic_bridge is not for every day, and is there on the other days",
        "simple",
        lambda real: replace(real, assembly=replace(real.assembly, other_days=real.assembly.routine)),
    ),
    Breaker(
        "has_a_time_plan",
        "no rule says how long things take",
        ROUTINE,
        "no rule gave a time plan",
        "simple",
        lambda real: real.decided(plan=None),
    ),
    Breaker(
        "has_a_move",
        "a warm-up and a closing item, and nothing between",
        ROUTINE,
        "it has no move beside warm-up and closing",
        "simple",
        lambda real: real.only("marching", "breathing_relaxation"),
    ),
    Breaker(
        "accounts_for_the_whole_catalogue",
        "an exercise is neither offered nor left out",
        ROUTINE,
        "offered and left out are not the catalogue, each once",
        "simple",
        lambda real: replace(real, assembly=replace(real.assembly, left_out=real.assembly.left_out[1:])),
    ),
    Breaker(
        "accounts_for_the_whole_catalogue",
        "an exercise is left out twice",
        ROUTINE,
        "offered and left out are not the catalogue, each once",
        "simple",
        lambda real: replace(
            real, assembly=replace(real.assembly, left_out=(*real.assembly.left_out, real.assembly.left_out[0]))
        ),
    ),
    Breaker(
        "no_move_passes_for_an_end",
        "a move passes for a warm-up",
        "pelvic_tilt",
        "pelvic_tilt passes for warm_up",
        "simple",
        lambda real: real.with_time_left().item("pelvic_tilt", slot="warm_up"),
    ),
    Breaker(
        "no_move_passes_for_an_end",
        "the first move passes for a warm-up, straight after the real one",
        "cat_cow",
        "cat_cow passes for warm_up",
        "simple",
        lambda real: real.with_time_left().item("cat_cow", slot="warm_up"),
    ),
    Breaker(
        "no_move_passes_for_an_end",
        "the last move passes for a closing item, straight before the real one",
        "pelvic_bridge",
        "pelvic_bridge passes for closing",
        "simple",
        lambda real: real.with_time_left().item("pelvic_bridge", slot="closing"),
    ),
    Breaker(
        "no_move_passes_for_an_end",
        "an easier move passes for a closing item",
        "glute_squeeze",
        "glute_squeeze passes for closing",
        "simple",
        lambda real: real.easier("pelvic_bridge", slot="closing"),
    ),
    Breaker(
        "is_made_for_the_stage",
        "it was made for another stage",
        ROUTINE,
        "it is made for stage strengthen, not build",
        "simple",
        lambda real: real.routine(stage=Stage.STRENGTHEN),
    ),
    Breaker(
        "minutes_are_within_the_rules",
        "a rule allows fewer minutes",
        ROUTINE,
        "10 minutes are more than RULE-MORE allows",
        "simple",
        lambda real: real.with_rule(session_size=Size(minutes_at_most=9)),
    ),
    Breaker(
        "moves_are_within_the_rules",
        "a rule allows fewer moves",
        ROUTINE,
        "5 moves are more than RULE-MORE allows",
        "simple",
        lambda real: real.with_rule(session_size=Size(moves_at_most=4)),
    ),
    Breaker(
        "slots_are_within_their_limits",
        "a rule allows fewer moves of one slot",
        ROUTINE,
        "3 moves of mobility are more than RULE-MORE allows",
        "simple",
        lambda real: real.with_rule(slot_limits=(SlotLimit("mobility", at_most=2),)),
    ),
    Breaker(
        "enough_moves_help_the_main_place",
        "one move of five helps the main place",
        "chin_tuck",
        "too few of its moves help the main place, and chin_tuck is left out",
        "simple",
        lambda real: real.decided(targets=frozenset({"neck"})),
    ),
    Breaker(
        "main_place_has_a_move",
        "none of its moves helps the main place",
        "chin_tuck",
        "it has no move for the main place, and chin_tuck is left out",
        "simple",
        lambda real: (
            real.decided(targets=frozenset({"neck"}))
            .exercise("cat_cow", regions=frozenset({"low_back"}))
            .ordered(main_place_share_at_least=None)
        ),
    ),
    Breaker(
        "fills_its_minutes",
        "three moves are gone",
        "chin_tuck",
        "it leaves time over, and chin_tuck is left out",
        "desk",
        lambda real: real.only(
            *"marching cat_cow knee_rolls pelvic_tilt single_knee_to_chest pelvic_bridge breathing_relaxation".split()
        ),
    ),
    Breaker(
        "minutes_are_within_those_given",
        "the person has less time",
        ROUTINE,
        "it is planned for more minutes than were given",
        "simple",
        lambda real: replace(real, intake=replace(real.intake, answers={**real.intake.answers, "minutes": "5"})),
    ),
    Breaker(
        "fits_its_minutes",
        "the items together take a second too long",
        ROUTINE,
        "it takes 601 seconds, over 10 minutes",
        "simple",
        lambda real: real.item("marching", seconds=90 + 601 - sum(item.seconds for item in real.items)),
    ),
    Breaker(
        "each_item_has_the_time_it_takes",
        "an item takes longer than it says",
        "cat_cow",
        "cat_cow is given less time than it takes",
        "simple",
        lambda real: real.item("cat_cow", seconds=real.items[1].seconds - 1),
    ),
    Breaker(
        "each_item_has_the_time_it_takes",
        "there is no time to get down to the floor",
        "cat_cow",
        "cat_cow is given less time than it takes",
        "simple",
        lambda real: real.item("cat_cow", seconds=real.items[1].seconds - 10),
    ),
    Breaker(
        "each_item_has_the_time_it_takes",
        "there is no time to change position",
        "knee_rolls",
        "knee_rolls is given less time than it takes",
        "simple",
        lambda real: real.item("knee_rolls", seconds=real.items[2].seconds - 5),
    ),
    Breaker(
        "each_item_has_the_time_it_takes",
        "a person needs longer to set up",
        "cat_cow",
        "cat_cow is given less time than it takes",
        "simple",
        lambda real: (
            real.only("marching", "cat_cow", "breathing_relaxation")
            .with_time_left()
            .with_rule(session_size=Size(set_up_more_seconds=1))
        ),
    ),
)
