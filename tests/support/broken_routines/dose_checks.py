"""For every check of the doses, routines that exactly that check must refuse."""

from __future__ import annotations

from dataclasses import replace

from recommender.models.actions import Actions, Modification
from recommender.models.catalogue import DoseType
from tests.support.broken_routines.checked import Breaker, form_of


def _not_at_start(then: Actions) -> Actions:
    return replace(then, modify=tuple(replace(change, keep_start_dose=False) for change in then.modify))


BREAKERS = (
    Breaker(
        "hold_is_within_the_rules",
        "a rule allows a shorter hold",
        "single_knee_to_chest",
        "single_knee_to_chest: hold of 15 is over 14",
        "simple",
        lambda real: real.with_rule(
            modify=(Modification(form_of("single_knee_to_chest/supine"), hold_seconds_at_most=14),)
        ),
    ),
    Breaker(
        "repeats_are_within_the_rules",
        "a rule allows fewer repeats",
        "cat_cow",
        "cat_cow: repeats of 5 is over 4",
        "simple",
        lambda real: real.with_rule(modify=(Modification(form_of("cat_cow/all_fours"), reps_at_most=4),)),
    ),
    Breaker(
        "repeats_are_within_the_rules",
        "six repeats in a flare-up",
        "knee_rolls",
        "knee_rolls: repeats of 6 is over 5",
        "flare",
        lambda real: real.dose("knee_rolls", reps=6).dose("relief_position_90_90", seconds=160),
    ),
    Breaker(
        "sets_are_within_the_rules",
        "three sets before the strengthening stage",
        "pelvic_bridge",
        "pelvic_bridge: sets of 3 is over 1",
        "simple",
        lambda real: real.dose("pelvic_bridge", sets=3, reps=1),
    ),
    Breaker(
        "hold_is_within_the_start_figure",
        "a longer hold in the first week",
        "single_knee_to_chest",
        "single_knee_to_chest: 16 is over the start figure of 15",
        "simple",
        lambda real: real.dose("single_knee_to_chest", hold_seconds=16),
    ),
    Breaker(
        "seconds_are_within_the_start_figure",
        "a longer rest in the first week",
        "relief_position_90_90",
        "relief_position_90_90: 181 is over the start figure of 180",
        "flare",
        lambda real: real.dose("relief_position_90_90", seconds=181),
    ),
    Breaker(
        "hold_is_within_the_usual",
        "a longer hold than is usual",
        "pelvic_tilt",
        "pelvic_tilt: hold of 6 is over the usual most",
        "simple",
        lambda real: real.dose("pelvic_tilt", hold_seconds=6),
    ),
    Breaker(
        "hold_is_within_the_usual",
        "a hold of a move that the catalogue never holds",
        "knee_rolls",
        "knee_rolls: hold of 1 is over the usual most",
        "simple",
        lambda real: real.dose("knee_rolls", hold_seconds=1),
    ),
    Breaker(
        "repeats_are_within_the_usual",
        "more repeats than are usual",
        "cat_cow",
        "cat_cow: repeats of 11 is over the usual most",
        "simple",
        lambda real: real.dose("cat_cow", reps=11),
    ),
    Breaker(
        "repeats_are_within_the_usual",
        "repeats of a rest, which the catalogue only times",
        "relief_position_90_90",
        "relief_position_90_90: repeats of 1 is over the usual most",
        "flare",
        lambda real: real.dose("relief_position_90_90", reps=1),
    ),
    Breaker(
        "sets_are_within_the_usual",
        "more sets than are usual",
        "cat_cow",
        "cat_cow: sets of 2 is over the usual most",
        "simple",
        lambda real: real.dose("cat_cow", sets=2, reps=2),
    ),
    Breaker(
        "seconds_are_within_the_usual",
        "a longer rest than is usual",
        "relief_position_90_90",
        "relief_position_90_90: seconds of 301 is over the usual most",
        "simple",
        lambda real: real.with_rules(_not_at_start).easier_dose("pelvic_tilt", seconds=301),
    ),
    Breaker(
        "has_a_set",
        "no set at all",
        "cat_cow",
        "cat_cow: the dose has no set",
        "simple",
        lambda real: real.dose("cat_cow", sets=0),
    ),
    Breaker(
        "says_how_much",
        "a move without repeats",
        "cat_cow",
        "cat_cow: the dose is not whole",
        "simple",
        lambda real: real.dose("cat_cow", reps=None),
    ),
    Breaker(
        "says_how_much",
        "minus three repeats",
        "cat_cow",
        "cat_cow: the dose is not whole",
        "simple",
        lambda real: real.dose("cat_cow", reps=-3),
    ),
    Breaker(
        "says_how_much",
        "a hold without repeats",
        "single_knee_to_chest",
        "single_knee_to_chest: the dose is not whole",
        "simple",
        lambda real: real.dose("single_knee_to_chest", reps=0),
    ),
    Breaker(
        "says_how_much",
        "a hold without seconds",
        "single_knee_to_chest",
        "single_knee_to_chest: the dose is not whole",
        "simple",
        lambda real: real.dose("single_knee_to_chest", hold_seconds=None),
    ),
    Breaker(
        "says_how_much",
        "a walk without seconds",
        "marching",
        "marching: the dose is not whole",
        "simple",
        lambda real: real.dose("marching", seconds=None),
    ),
    Breaker(
        "says_how_much",
        "a warm-up of no kind",
        "marching",
        "marching: the dose is not whole",
        "simple",
        lambda real: real.dose("marching", type=DoseType.NONE, seconds=None),
    ),
    Breaker(
        "is_timed_only_if_it_is_of_that_kind",
        "seconds that hide the work",
        "cat_cow",
        "cat_cow: a dose of reps has seconds",
        "simple",
        lambda real: real.dose("cat_cow", seconds=1),
    ),
    Breaker(
        "is_of_the_kind_of_the_exercise",
        "a movement given as a hold",
        "pelvic_tilt",
        "pelvic_tilt: the dose is of the wrong kind",
        "simple",
        lambda real: real.dose("pelvic_tilt", type=DoseType.HOLD),
    ),
    Breaker(
        "is_shown_with_its_watch_outs",
        "a watch-out is missing",
        "single_knee_to_chest",
        "single_knee_to_chest is shown without its watch-out",
        "simple",
        lambda real: real.item("single_knee_to_chest", notes=()),
    ),
)
