"""The last check before anybody sees a routine, by a path of its own.

It shares no code with the steps that chose, dosed and ordered the routine: it reads the fired rules and the answers
again and holds every item against them. Anything amiss is an error, and an error is never a routine.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from recommender.errors import DecisionError
from recommender.models.catalogue import Catalogue, DefaultRoutine
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, Item
from recommender.models.rules import Modification, Scope


def check_assembly(assembly: Assembly, decision: Decision, intake: Intake, catalogue: Catalogue) -> None:
    """Return quietly if the routine may be shown.

    Raises:
        DecisionError: naming the first thing that breaks a rule.
    """
    for fault in _faults(assembly, decision, intake, catalogue):
        raise DecisionError(f"the final check refused the routine: {fault}")


def _faults(assembly: Assembly, decision: Decision, intake: Intake, catalogue: Catalogue) -> Iterator[str]:
    items = assembly.routine.items
    if not decision.level.shows_routine:
        yield f"level {decision.level} shows no routine"
    if len(items) <= 2:
        yield "it has no move between warm-up and closing"
    offered = [item.exercise.id for item in items]
    left_out = [left.exercise.id for left in assembly.left_out]
    if sorted(offered + left_out) != sorted(exercise.id for exercise in catalogue.exercises):
        yield "offered and left out are not the catalogue, each once"
    for item in [*items, *(item for short in assembly.breaks for item in short.items)]:
        if catalogue.forms.get(item.form.key) != item.form or item.form.exercise != item.exercise.id:
            yield f"{item.form.key} is not a form of the catalogue"
        if item.exercise.default_routine is DefaultRoutine.NO:
            yield f"{item.exercise.id} is never chosen by the program"
        yield from _left_out_by_rule(item, decision)
        yield from _dose_faults(item, decision)
    for item in items:
        yield from _impossible(item, decision, intake)
    yield from _order_faults(items, decision)
    yield from _time_faults(assembly, decision, intake)


def _speaks_of(scope: Scope, item: Item) -> bool:
    if any(tag in scope.tags for tag in item.form.tags):
        return True
    return item.exercise.kind in scope.kinds or item.exercise.id in scope.exercises or item.form.key in scope.forms


def _left_out_by_rule(item: Item, decision: Decision) -> Iterator[str]:
    for branch in decision.fired:
        for exclusion in branch.then.exclude:
            if not _speaks_of(exclusion.scope, item) or _speaks_of(exclusion.spared, item):
                continue
            limit = exclusion.longer_than_seconds
            if limit is None or _work(item, decision) > limit:
                yield f"{item.form.key} is left out by {branch.id}"
        for change in branch.then.modify:
            authored = {key.partition("/")[0] for key in change.only_forms}
            if item.exercise.id in authored and item.form.key not in change.only_forms:
                yield f"{item.form.key} is not one of the forms that {branch.id} allows"


def _changes(item: Item, decision: Decision) -> Iterator[Modification]:
    for branch in decision.fired:
        for change in branch.then.modify:
            if change.scope is None or _speaks_of(change.scope, item):
                yield change


def _dose_faults(item: Item, decision: Decision) -> Iterator[str]:
    dose = item.dose
    for change in _changes(item, decision):
        for name, value, most in (
            ("hold", dose.hold_seconds, change.hold_seconds_at_most),
            ("repeats", dose.reps, change.reps_at_most),
            ("sets", dose.sets, change.sets_at_most),
        ):
            if value is not None and most is not None and value > most:
                yield f"{item.exercise.id}: {name} of {value} is over {most}"
    usual = item.exercise.dose
    if usual.hold_seconds and dose.hold_seconds and dose.hold_seconds > usual.hold_seconds[1]:
        yield f"{item.exercise.id}: hold of {dose.hold_seconds} is over the usual most"
    if usual.reps and dose.reps and dose.reps > usual.reps[1]:
        yield f"{item.exercise.id}: {dose.reps} repeats are over the usual most"


def _impossible(item: Item, decision: Decision, intake: Intake) -> Iterator[str]:
    form = item.form
    if not set(intake.chosen("place")) & form.place:
        yield f"{form.key} does not fit the place"
    if not any(form.position in branch.then.positions for branch in decision.fired):
        yield f"{form.key}: position {form.position} does not fit the place"
    there = {
        thing
        for branch in decision.fired
        if branch.then.provide and not _speaks_of(branch.then.provide.spared, item)
        for thing in branch.then.provide.equipment
    }
    if not form.equipment <= there or any(not group & there for group in form.equipment_any):
        yield f"{form.key} needs something that is not there"


def _order_faults(items: tuple[Item, ...], decision: Decision) -> Iterator[str]:
    order = decision.order
    if order.warm_up_first and items and items[0].slot != "warm_up":
        yield "it does not begin with a warm-up"
    if order.closing and items and items[-1].exercise.id not in order.closing:
        yield "it does not end with a closing item"
    trips = 0
    before_on_floor = False
    for item in items:
        on_floor = order.floor_tag in item.form.tags
        trips += on_floor and not before_on_floor
        before_on_floor = on_floor
    if order.floor_trips_at_most is not None and trips > order.floor_trips_at_most:
        yield f"it goes down to the floor {trips} times"
    for group in order.near_duplicates or ():
        if len(group & {item.exercise.id for item in items}) > 1:
            yield f"it has two of {', '.join(sorted(group))}"
    if order.never_next:
        for first, second in pairwise(items):
            holds = first.dose.hold_seconds is not None and second.dose.hold_seconds is not None
            if (
                holds
                and first.form.tags & order.never_next.first_hold_tags
                and second.form.tags & order.never_next.then_hold_tags
            ):
                yield f"{second.exercise.id} comes straight after {first.exercise.id}"


def _time_faults(assembly: Assembly, decision: Decision, intake: Intake) -> Iterator[str]:
    routine = assembly.routine
    if routine.minutes_budget > min(int(option) for option in intake.chosen("minutes")):
        yield "it is planned for more minutes than were given"
    seconds = sum(item.seconds for item in routine.items)
    if seconds > routine.minutes_budget * 60:
        yield f"it takes {seconds} seconds, over {routine.minutes_budget} minutes"
    for item in routine.items:
        if item.seconds < _work(item, decision):
            yield f"{item.exercise.id} is given less time than it takes"


def _work(item: Item, decision: Decision) -> int:
    """Return the seconds of the work alone, counted afresh from the time plan."""
    if decision.plan is None:
        raise DecisionError("no rule gave a time plan")
    timing, dose = decision.plan.timing, item.dose
    sides = 1 + dose.per_side
    if dose.seconds is not None:
        return sides * dose.seconds
    between = timing.seconds_per_hold_change if dose.type == "hold" else timing.seconds_per_rep
    return sides * dose.sets * (dose.reps or 0) * ((dose.hold_seconds or 0) + between)
