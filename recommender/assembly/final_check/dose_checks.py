"""Checks of the doses: whole, of the right kind, and never more than the rules and the catalogue allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recommender.assembly.final_check.case import END_SLOTS, Breach, Case
from recommender.models.routine import Dose, Item


def hold_is_within_the_rules(case: Case) -> Iterator[Breach]:
    for item, changes in case.shown_with_changes:
        yield from _over(item, "hold", item.dose.hold_seconds, [change.hold_seconds_at_most for change in changes])


def repeats_are_within_the_rules(case: Case) -> Iterator[Breach]:
    for item, changes in case.shown_with_changes:
        yield from _over(item, "repeats", item.dose.reps, [change.reps_at_most for change in changes])


def sets_are_within_the_rules(case: Case) -> Iterator[Breach]:
    for item, changes in case.shown_with_changes:
        yield from _over(item, "sets", item.dose.sets, [change.sets_at_most for change in changes])


def _over(item: Item, name: str, value: int | None, limits: Iterable[int | None]) -> Iterator[Breach]:
    passed = [limit for limit in limits if value is not None and limit is not None and value > limit]
    if passed:
        yield item.exercise.id, f"{item.exercise.id}: {name} of {value} is over {min(passed)}"


def hold_is_within_the_start_figure(case: Case) -> Iterator[Breach]:
    for item in _at_start(case):
        yield from _over_start(item, item.exercise.dose.start_hold_seconds, item.dose.hold_seconds)


def seconds_are_within_the_start_figure(case: Case) -> Iterator[Breach]:
    for item in _at_start(case):
        yield from _over_start(item, item.exercise.dose.start_seconds, item.dose.seconds)


def _at_start(case: Case) -> Iterator[Item]:
    """Yield the items, the two ends apart, that a rule keeps at the figures of the first week."""
    for item, changes in case.shown_with_changes:
        if item.slot not in END_SLOTS and any(change.keep_start_dose for change in changes):
            yield item


def _over_start(item: Item, first: int | None, given: int | None) -> Iterator[Breach]:
    if first is not None and given is not None and given > first:
        yield item.exercise.id, f"{item.exercise.id}: {given} is over the start figure of {first}"


def hold_is_within_the_usual(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        yield from _over_usual(item, "hold", item.exercise.dose.hold_seconds, item.dose.hold_seconds)


def repeats_are_within_the_usual(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        yield from _over_usual(item, "repeats", item.exercise.dose.reps, item.dose.reps)


def sets_are_within_the_usual(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        yield from _over_usual(item, "sets", item.exercise.dose.sets, item.dose.sets)


def seconds_are_within_the_usual(case: Case) -> Iterator[Breach]:
    """How long the two ends last is for the rules to say."""
    for item in case.shown:
        if item.slot not in END_SLOTS and item.dose.type == "time":
            yield from _over_usual(item, "seconds", item.exercise.dose.seconds, item.dose.seconds)


def _over_usual(item: Item, name: str, usual: tuple[int, int] | None, given: int | None) -> Iterator[Breach]:
    """Yield a figure over the most that the catalogue has for the exercise, or of which it has none."""
    if given is not None and (usual is None or given > usual[1]):
        yield item.exercise.id, f"{item.exercise.id}: {name} of {given} is over the usual most"


def has_a_set(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        if item.dose.sets < 1:
            yield item.exercise.id, f"{item.exercise.id}: the dose has no set"


def says_how_much(case: Case) -> Iterator[Breach]:
    """A hold must say its seconds and repeats, a repeat its number, a timed item its seconds; another kind says nothing."""
    for item in case.shown:
        if any(figure is None or figure < 1 for figure in _figures(item.dose)):
            yield item.exercise.id, f"{item.exercise.id}: the dose is not whole"


def _figures(dose: Dose) -> tuple[int | None, ...]:
    """Return the figures that a dose of its kind must have; one that is lacking if there is no such kind."""
    match dose.type:
        case "hold":
            return dose.hold_seconds, dose.reps
        case "reps":
            return (dose.reps,)
        case "time":
            return (dose.seconds,)
        case _:
            return (None,)


def is_timed_only_if_it_is_of_that_kind(case: Case) -> Iterator[Breach]:
    """Seconds would hide the sets, repeats and holds from every sum."""
    for item in case.shown:
        if item.dose.type != "time" and item.dose.seconds is not None:
            yield item.exercise.id, f"{item.exercise.id}: a dose of {item.dose.type} has seconds"


def is_of_the_kind_of_the_exercise(case: Case) -> Iterator[Breach]:
    for item in case.shown:
        if item.slot not in END_SLOTS and item.dose.type != item.exercise.dose.type:
            yield item.exercise.id, f"{item.exercise.id}: the dose is of the wrong kind"


def is_shown_with_its_watch_outs(case: Case) -> Iterator[Breach]:
    for item, changes in case.shown_with_changes:
        told = {note for _, note in item.notes}
        if any(change.note and change.note not in told for change in changes):
            yield item.exercise.id, f"{item.exercise.id} is shown without its watch-out"
