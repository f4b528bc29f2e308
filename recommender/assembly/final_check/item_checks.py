"""Checks of single items: are they the catalogue's, does no rule leave them out, can this person do them there."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.assembly.final_check.case import Breach, Case
from recommender.assembly.final_check.grounds import PLACE, is_barred
from recommender.loaders.forbidden import shipped_forbidden_moves
from recommender.models.catalogue import DefaultRoutine
from recommender.models.forbidden import Occasion


def form_is_of_the_catalogue(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        if case.catalogue.forms.get(item.form.key) is not item.form:
            yield item.exercise.id, f"{item.form.key} is not a form of the catalogue"


def form_is_of_the_exercise(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        if item.form.exercise != item.exercise.id:
            yield item.exercise.id, f"{item.form.key} is not a form of {item.exercise.id}"


def exercise_is_of_the_catalogue(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        if case.catalogue.by_id.get(item.exercise.id) is not item.exercise:
            yield item.exercise.id, f"{item.exercise.id} is not as the catalogue has it"


def may_be_chosen_by_the_program(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        if item.exercise.default_routine is DefaultRoutine.NO:
            yield item.exercise.id, f"{item.exercise.id} is never chosen by the program"


def is_asked_for_if_it_must_be(case: Case) -> Iterator[Breach]:
    for item in case.doable:
        exercise = item.exercise
        if exercise.default_routine is DefaultRoutine.CONDITIONAL and not case.grounds.asks_for(exercise):
            yield exercise.id, f"no rule asks for {exercise.id}"


def is_not_left_out_by_a_rule(case: Case) -> Iterator[Breach]:
    for item, branch, exclusion in case.shown_and_excluded:
        if exclusion.longer_than_seconds is None:
            yield item.exercise.id, f"{item.form.key} is left out by {branch.id}"


def is_not_forbidden_by_the_package(case: Case) -> Iterator[Breach]:
    """The table is the package's own: no rule that fired, or failed to, has a say in it."""
    table = shipped_forbidden_moves()
    for items, occasion in ((case.doable, Occasion.ROUTINE), (case.in_breaks, Occasion.BREAKS)):
        for row, item in table.forbidden(case.grounds.forbidden, items, occasion):
            yield item.exercise.id, f"{item.form.key} must not appear for these answers ({row.id})"


def is_no_longer_than_a_rule_allows(case: Case) -> Iterator[Breach]:
    for item, branch, exclusion in case.shown_and_excluded:
        limit = exclusion.longer_than_seconds
        if limit is not None and case.grounds.work_seconds(item) > limit:
            yield item.exercise.id, f"{item.form.key} takes over {limit} seconds and is left out by {branch.id}"


def form_is_one_that_the_rules_allow(case: Case) -> Iterator[Breach]:
    """A rule that names forms allows no other form of their exercises, nor of what its scope speaks of."""
    for branch, change in case.grounds.modifications:
        for item in case.shown:
            if is_barred(change, item):
                yield item.exercise.id, f"{item.form.key} is not one of the forms that {branch.id} allows"


def fits_the_place(case: Case) -> Iterator[Breach]:
    places = set(case.intake.chosen(PLACE))
    for item in case.doable:
        if not places & item.form.place:
            yield item.exercise.id, f"{item.form.key} does not fit the place"


def fits_the_position(case: Case) -> Iterator[Breach]:
    for item in case.doable:
        if item.form.position not in case.grounds.positions:
            yield item.exercise.id, f"{item.form.key}: position {item.form.position} does not fit the place"


def has_all_its_equipment(case: Case) -> Iterator[Breach]:
    for item, equipment in case.doable_with_equipment:
        if not item.form.equipment <= equipment:
            yield item.exercise.id, f"{item.form.key} needs something that is not there"


def has_one_of_each_kind_of_equipment(case: Case) -> Iterator[Breach]:
    """Where a form can use one thing or another, one of them is there."""
    for item, equipment in case.doable_with_equipment:
        if any(group.isdisjoint(equipment) for group in item.form.equipment_any):
            yield item.exercise.id, f"{item.form.key} needs one of several things, and none is there"
