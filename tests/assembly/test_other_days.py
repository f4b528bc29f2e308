"""The days between strength days: the same routine, with other moves in the place of what builds strength."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from recommender.assembly.final_check import CHECKS, faults
from recommender.assembly.routine import assemble
from recommender.models.edits import RoutineEdit, RoutineEdits
from recommender.models.routine import Assembly, Item, Routine
from recommender.models.slots import END_SLOTS, Slot
from recommender.service.recommend import Recommender
from tests.support.broken_routines import BREAKERS, routine_of
from tests.support.sheets import full_intake

PEOPLE: dict[str, dict[str, Any]] = {
    "a low back": {},
    "a neck, five minutes": {"pain_location": ["neck"], "minutes": "5"},
    "no pain, a full routine": {"pain_location": ["no_pain"], "minutes": "20", "goal": "get_stronger"},
    "only a chair": {"place": "chair_only", "minutes": "15", "goal": "prevent"},
    "a bed": {"place": "bed", "minutes": "10"},
    "standing": {"place": "standing_desk", "minutes": "15", "goal": "get_stronger"},
    "mild pain": {"pain_score": 2, "irritability": "minutes", "minutes": "20", "goal": "get_stronger"},
}


def assembled(recommender: Recommender, **given: Any) -> Assembly:
    intake = full_intake(recommender, given)
    assembly = recommender.recommend(intake).assembly
    assert assembly is not None
    return assembly


def moves(items: tuple[Item, ...]) -> dict[str, Item]:
    return {item.exercise.id: item for item in items if item.slot not in END_SLOTS}


def builds_strength(item: Item) -> bool:
    return item.exercise.slot is Slot.STRENGTH


@pytest.mark.parametrize("person", PEOPLE)
def test_the_other_days_have_no_strength_and_keep_the_rest_as_it_is(recommender: Recommender, person: str) -> None:
    assembly = assembled(recommender, **PEOPLE[person])
    assert assembly.other_days is not None
    whole, others = moves(assembly.routine.items), moves(assembly.other_days.items)
    assert any(map(builds_strength, whole.values())) and not any(map(builds_strength, others.values()))
    kept = {name: item for name, item in whole.items() if not builds_strength(item)}
    assert {name: (others[name].form, others[name].dose) for name in kept} == {
        name: (item.form, item.dose) for name, item in kept.items()
    }


@pytest.mark.parametrize("person", PEOPLE)
def test_other_moves_take_their_place_until_the_minutes_are_filled(recommender: Recommender, person: str) -> None:
    assembly = assembled(recommender, **PEOPLE[person])
    assert assembly.other_days is not None
    whole, others = assembly.routine, assembly.other_days
    kept = sum(item.seconds for item in whole.items if not builds_strength(item))
    assert kept < others.seconds <= 60 * others.minutes_budget or set(moves(others.items)) <= set(moves(whole.items))
    assert others.minutes_budget == whole.minutes_budget and others.stage is whole.stage


def test_nine_tenths_of_the_minutes_are_filled_where_there_is_enough_to_do(recommender: Recommender) -> None:
    for given in ({}, {"minutes": "15"}, PEOPLE["a neck, five minutes"], PEOPLE["mild pain"]):
        others = assembled(recommender, **given).other_days
        assert others is not None and others.seconds >= 0.9 * 60 * others.minutes_budget, given


def test_in_a_flare_every_day_is_alike(recommender: Recommender) -> None:
    assert assembled(recommender, irritability="next_day", pain_score=6).other_days is None


def test_what_a_person_took_out_stays_out_on_every_day(recommender: Recommender) -> None:
    first = assembled(recommender).other_days
    assert first is not None
    whole = set(moves(assembled(recommender).routine.items))
    new = next(name for name in moves(first.items) if name not in whole)
    intake = full_intake(recommender, {})
    edits = RoutineEdits((RoutineEdit(new),))
    again = assemble(recommender.content.catalogue, recommender.decide(intake), intake, None, edits).other_days
    assert again is not None and new not in moves(again.items)


def broken(recommender: Recommender, **given: Any) -> list[str]:
    """Return which checks of the last check refuse a routine whose other days have one item changed so."""
    intake = full_intake(recommender, {})
    assembly = recommender.recommend(intake).assembly
    assert assembly is not None and assembly.other_days is not None
    items = assembly.other_days.items
    at = next(number for number, item in enumerate(items) if item.exercise.id == "cat_cow")
    changed = (*items[:at], replace(items[at], **given), *items[at + 1 :])
    other = Routine(assembly.other_days.minutes_budget, assembly.other_days.stage, changed)
    found = faults(
        replace(assembly, other_days=other), recommender.decide(intake), intake, recommender.content.catalogue
    )
    return [fault.check for fault in found]


def test_the_last_check_holds_the_other_days_against_the_rules_too(recommender: Recommender) -> None:
    catalogue = recommender.content.catalogue
    cobra = catalogue.by_id["cobra"]
    intake = full_intake(recommender, {})
    assembly = recommender.recommend(intake).assembly
    assert assembly is not None and assembly.other_days is not None
    dose = next(item.dose for item in assembly.other_days.items if item.exercise.id == "cat_cow")
    assert broken(recommender) == []
    assert broken(recommender, dose=replace(dose, reps=99)) != []
    assert broken(recommender, seconds=1) == ["each_item_has_the_time_it_takes"]
    assert "is_asked_for_if_it_must_be" in broken(recommender, exercise=cobra, form=cobra.forms[0])


def test_a_strength_move_that_warms_up_may_stay_on_the_other_days(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple")
    others, not_daily = real.assembly.routine, real.decision.order.not_daily
    assert not_daily
    first = others.items[0]
    strength = replace(first, exercise=replace(first.exercise, slot=min(not_daily)))
    for slot, is_found in ((first.slot, False), (strength.exercise.slot, True)):
        items = (replace(strength, slot=slot), *others.items[1:])
        assembly = replace(real.assembly, other_days=replace(others, items=items))
        found = replace(real, assembly=assembly).faults()
        told = [fault.about for fault in found if fault.check == "other_days_have_nothing_that_is_not_for_every_day"]
        assert (first.exercise.id in told) is is_found


# A routine that was carried on, as the other days are, need not be filled with what there is time for.
_OF_A_NEW_ROUTINE = {"fills_its_minutes", "enough_moves_help_the_main_place", "main_place_has_a_move"}


def test_whatever_a_routine_is_refused_for_the_other_days_are_refused_for(recommender: Recommender) -> None:
    """Each broken routine of the last check, in the place of the other days of one that is as it should be."""
    noticed = set()
    for breaker in BREAKERS:
        real = routine_of(recommender, breaker.person).ordered(not_daily=None)
        broken = breaker.change(real)
        whole = replace(broken, assembly=real.assembly)
        if whole.faults() == () and breaker.check not in _OF_A_NEW_ROUTINE:
            on_other_days = replace(whole, assembly=replace(real.assembly, other_days=broken.assembly.routine))
            found = [(fault.check, fault.about, fault.text) for fault in on_other_days.faults()]
            if broken.assembly.routine != real.assembly.routine:
                assert found == [(breaker.check, breaker.about, breaker.says)], breaker.what
                noticed.add(breaker.check)
            else:
                assert found == [], breaker.what
    assert {CHECKS[name].__module__ for name in noticed} == {check.__module__ for check in CHECKS.values()}


def test_what_is_amiss_with_an_item_of_both_routines_is_told_once(recommender: Recommender) -> None:
    broken = routine_of(recommender, "simple").ordered(not_daily=None).dose("cat_cow", reps=None)
    both = replace(broken, assembly=replace(broken.assembly, other_days=broken.assembly.routine))
    assert both.found_by() == broken.found_by() == ["says_how_much"]


def test_a_move_that_is_there_twice_on_the_other_days_is_refused(recommender: Recommender) -> None:
    real = routine_of(recommender, "simple").ordered(not_daily=None)
    routine = replace(real.assembly.routine, items=(*real.items[:2], *real.items[1:]))
    twice = replace(real, assembly=replace(real.assembly, other_days=routine))
    assert "accounts_for_the_whole_catalogue" in twice.found_by()
