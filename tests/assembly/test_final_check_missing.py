"""What may be missing from a routine: an end, a move for the main place, and one that would fill the time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.assembly.final_check.grounds import Way
from recommender.models.actions import Exclusion, Modification, Provision, Scope, SlotLimit
from recommender.models.catalogue import DefaultRoutine
from recommender.models.edits import RoutineEdit
from recommender.models.routine import AppliedEdit, EditOutcome
from recommender.models.slots import Slot
from recommender.service.recommend import Recommender
from tests.support.broken_routines import Checked, routine_of


def doable(real: Checked) -> set[str]:
    """Return the forms of the catalogue that nothing speaks against."""
    ways = [Way(exercise, form) for exercise in real.catalogue.exercises for form in exercise.forms]
    return {way.form.key for way in ways if real.case.grounds.can_be_done(way)}


@pytest.fixture
def short(recommender: Recommender) -> Checked:
    """Return a routine of ten minutes with time for chin tucks, which move, or heel slides, which strengthen."""
    names = "marching cat_cow knee_rolls pelvic_tilt single_knee_to_chest pelvic_bridge breathing_relaxation"
    return routine_of(recommender, "desk").only(*names.split())


def test_what_a_person_or_a_check_has_taken_away_need_not_be_made_up_for(short: Checked) -> None:
    assert short.found_by() == ["fills_its_minutes"]
    wish = AppliedEdit(RoutineEdit("chin_tuck"), EditOutcome.DONE)
    carried_on, changed = replace(short.assembly, is_carried_on=True), replace(short.assembly, changes=(wish,))
    assert replace(short, assembly=carried_on).faults() == replace(short, assembly=changed).faults() == ()


def test_a_routine_that_is_just_long_enough_is_filled(short: Checked) -> None:
    assert short.decision.plan is not None
    enough = round(short.assembly.routine.minutes_budget * 60 * short.decision.plan.filled_at_least)
    last = short.items[-1]
    missing = enough - sum(item.seconds for item in short.items)
    for seconds, found in ((missing, []), (missing - 1, ["fills_its_minutes"])):
        assert short.item(last.exercise.id, seconds=last.seconds + seconds).found_by() == found


def test_a_second_move_in_another_position_has_the_time_to_get_there(short: Checked) -> None:
    assert short.decision.plan is not None
    timing = short.decision.plan.timing
    first, second = short.items[:2]
    sitting = short.form(second.exercise.id, position="sitting", tags=second.form.tags - {"floor_transfer"})
    assert (first.form.position, second.exercise.id) == ("standing", "cat_cow")
    work = sitting.case.grounds.work_seconds(sitting.items[1])
    sizes = [branch.then.session_size for branch in short.decision.fired if branch.then.session_size]
    more = max(size.set_up_more_seconds or 0 for size in sizes)
    for set_up, found in ((timing.set_up_seconds, False), (timing.set_up_seconds - 1, True)):
        timed = sitting.item("cat_cow", seconds=work + set_up + more)
        told = [fault.about for fault in timed.faults() if fault.check == "each_item_has_the_time_it_takes"]
        assert ("cat_cow" in told) is found


def test_nothing_can_be_done_in_a_position_that_no_rule_gives(short: Checked) -> None:
    assert doable(short)
    assert doable(short.with_rules(lambda then: replace(then, positions=frozenset()))) == set()


def test_a_form_cannot_be_done_where_a_rule_names_others_of_its_exercise(short: Checked) -> None:
    forms = {form.key for form in short.catalogue.by_id["cat_cow"].forms} & doable(short)
    for only in sorted(forms):
        narrow = short.with_rule(modify=(Modification(only_forms=frozenset({only})),))
        assert doable(short) - doable(narrow) == forms - {only} != set()


def test_a_form_can_be_done_with_just_what_it_needs_unless_a_rule_spares_it(short: Checked) -> None:
    bare = short.with_rules(lambda then: replace(then, equipment_available=None))
    free, on_mat = "marching/standing", "cat_cow/all_fours"

    def with_equipment(provision: Provision) -> set[str]:
        return doable(bare.with_rule(equipment_available=provision)) & {free, on_mat}

    mat = frozenset({"mat"})
    assert doable(bare) & {free, on_mat} == {free}
    assert with_equipment(Provision(mat)) == {free, on_mat}
    assert with_equipment(Provision(mat, spared=Scope(exercises=frozenset({"cat_cow"})))) == {free}


def test_only_a_move_fills_the_time_that_is_left(short: Checked) -> None:
    every = short.catalogue.exercises
    closing = tuple(replace(one, slot=Slot.CLOSING) if one.id == "chin_tuck" else one for one in every)
    found = replace(short, catalogue=replace(short.catalogue, exercises=closing)).faults()
    assert [fault.about for fault in found] == ["heel_slides"]


def test_a_part_that_has_all_it_may_have_leaves_nothing_over(short: Checked) -> None:
    def left(**most: int) -> list[str]:
        limits = tuple(SlotLimit(slot, at_most=number) for slot, number in most.items())
        return [fault.about for fault in short.with_rule(slot_limits=limits).faults()]

    assert left(mobility=4, strength=2) == ["chin_tuck"]
    assert left(mobility=3, strength=2) == ["heel_slides"]
    assert left(mobility=3, strength=1) == []


def test_of_what_is_left_over_only_a_near_duplicate_of_a_move_in_the_routine_is_no_fault(
    short: Checked,
) -> None:
    def left(*alike: str) -> list[str]:
        return [fault.about for fault in short.ordered(near_duplicates=(frozenset(alike),)).faults()]

    assert left("chin_tuck", "crunch") == ["chin_tuck"]
    assert left("chin_tuck", "cat_cow") == ["heel_slides"]
    assert [fault.about for fault in short.ordered(near_duplicates=None).faults()] == ["chin_tuck"]


def test_where_nothing_says_how_many_moves_there_may_be_no_time_is_left_over(recommender: Recommender) -> None:
    """The plan has no row for so few minutes, and no rule has a size."""
    real = routine_of(recommender, "simple").with_rules(lambda then: replace(then, session_size=None))
    assert real.routine(minutes_budget=1).found_by() == ["fits_its_minutes"]


def test_few_moves_help_the_main_place_where_no_more_are_left_for_it(recommender: Recommender) -> None:
    """There is time for other moves; the only one for the neck is much like a move of the routine."""
    real = routine_of(recommender, "simple").decided(targets=frozenset({"neck"}))
    assert "enough_moves_help_the_main_place" in real.found_by()
    alike = real.ordered(near_duplicates=(frozenset({"chin_tuck", "cat_cow"}),))
    assert alike.case.left_to_fill and not alike.case.left_for_main_place
    assert alike.faults() == ()


def test_an_end_may_be_missing_only_where_the_fewest_moves_for_the_main_place_leave_no_room(
    recommender: Recommender,
) -> None:
    """In ten minutes there are five moves at the least, and half of them, three, should be for the main place."""
    real = routine_of(recommender, "simple").with_time_left()
    moves = ["cat_cow", "knee_rolls", "pelvic_tilt", "single_knee_to_chest"]
    unclosed = [real.only("marching", *moves[:number]).found_by() for number in (1, 2, 3, 4)]
    assert unclosed == [[], [], [], ["ends_with_a_closing_item"]]
    cold = [real.only(*moves[:number], "breathing_relaxation").found_by() for number in (1, 2, 3, 4)]
    assert cold == [[], [], [], ["begins_with_a_warm_up"]]


def test_time_may_be_left_only_where_there_are_no_more_moves_than_the_main_place_must_have(
    recommender: Recommender,
) -> None:
    real = routine_of(recommender, "simple")
    moves = ["cat_cow", "knee_rolls", "pelvic_tilt", "single_knee_to_chest"]
    found = [real.only("marching", *moves[:number], "breathing_relaxation").found_by() for number in (1, 2, 3, 4)]
    assert ["fills_its_minutes" in names for names in found] == [False, False, False, True]


def test_it_may_begin_cold_where_a_rule_leaves_out_every_warm_up(recommender: Recommender) -> None:
    real = routine_of(recommender, "strong").alone()
    assert real.decision.plan is not None
    (warm_up,) = [frozenset(row.warm_up) for row in real.decision.plan.rows if row.minutes == 20]
    moves = [item.exercise.id for item in real.items if item.exercise.id not in warm_up]
    cold = real.only(*moves).with_time_left().ordered(same_region_holds_at_most=None)
    assert cold.with_rule(exclude=(Exclusion(Scope(exercises=warm_up)),)).faults() == ()
    for one in warm_up:
        fewer = cold.with_rule(exclude=(Exclusion(Scope(exercises=warm_up - {one})),))
        # Cycling must be asked for, and there is no bicycle: that it may be done is no reason to ask for a warm-up.
        assert fewer.found_by() == ([] if one == "cycling" else ["begins_with_a_warm_up"])


def test_an_end_may_be_missing_where_the_only_exercise_for_it_must_be_asked_for(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple").ordered(closing=("breathing_relaxation",))
    moves = [item.exercise.id for item in real.items[:-1]]
    assert real.only(*moves).found_by() == ["ends_with_a_closing_item"]
    assert real.exercise("breathing_relaxation", default_routine=DefaultRoutine.CONDITIONAL).only(*moves).faults() == ()


def test_where_no_rule_asks_for_a_closing_item_the_warm_up_is_asked_for_all_the_same(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple").ordered(closing=None)
    assert real.only(*[item.exercise.id for item in real.items[:-1]]).faults() == ()
    assert real.only(*[item.exercise.id for item in real.items[1:]]).found_by() == ["begins_with_a_warm_up"]


def test_where_there_is_time_for_one_end_a_routine_without_any_is_refused(recommender: Recommender) -> None:
    brief = routine_of(recommender, "brief")
    assert [item.exercise.id for item in brief.items if item.slot in ("warm_up", "closing")] == ["seated_march"]
    endless = brief.only("cat_cow", "knee_rolls", "pelvic_bridge").with_time_left()
    assert endless.found_by() == ["begins_with_a_warm_up", "ends_with_a_closing_item"]


def test_without_a_time_plan_no_end_may_be_missing(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    open_ended = real.only("marching", "cat_cow").decided(plan=None)
    assert open_ended.found_by() == ["has_a_time_plan", "ends_with_a_closing_item"]


def test_an_end_may_be_missing_where_a_rule_leaves_out_every_exercise_for_it(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple").alone()
    open_ended = real.only(*[item.exercise.id for item in real.items[:-1]])
    closing = real.decision.order.closing
    assert closing is not None
    assert open_ended.with_rule(exclude=(Exclusion(Scope(exercises=frozenset(closing))),)).faults() == ()
    for one in closing:
        fewer = open_ended.with_rule(exclude=(Exclusion(Scope(exercises=frozenset(closing) - {one})),))
        assert fewer.found_by() == ["ends_with_a_closing_item"]


def test_where_only_holds_are_for_the_main_place_any_move_that_moves_may_come_before_them(
    recommender: Recommender,
) -> None:
    real = routine_of(recommender, "strong").decided(targets=frozenset({"chest"}))
    assert [item.exercise.id for item in real.case.moves if "chest" in item.exercise.regions] == ["supine_spinal_twist"]
    assert "moves_the_place_before_it_is_held" not in real.found_by()
