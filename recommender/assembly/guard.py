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

FRAME_SLOTS = ("warm_up", "closing")


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
    instead = [item.easier for item in items if item.easier]
    for item in [*items, *instead, *(item for short in assembly.breaks for item in short.items)]:
        if catalogue.forms.get(item.form.key) != item.form or item.form.exercise != item.exercise.id:
            yield f"{item.form.key} is not a form of the catalogue"
        if catalogue.by_id.get(item.exercise.id) != item.exercise:
            yield f"{item.exercise.id} is not as the catalogue has it"
        if item.exercise.default_routine is DefaultRoutine.NO:
            yield f"{item.exercise.id} is never chosen by the program"
        yield from _left_out_by_rule(item, decision)
        yield from _dose_faults(item, decision)
    for item in [*items, *instead]:
        yield from _impossible(item, decision, intake)
    yield from _order_faults(items, decision)
    yield from _hold_faults(items, decision)
    yield from _size_faults(assembly, decision)
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
            spoken_of = change.scope is not None and _speaks_of(change.scope, item)
            bound = item.exercise.id in authored or (bool(change.only_forms) and spoken_of)
            if bound and item.form.key not in change.only_forms:
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
        if change.note and change.note not in [note for _, note in item.notes]:
            yield f"{item.exercise.id} is shown without its watch-out"
    yield from _shape_faults(item)
    usual = item.exercise.dose
    starts = (usual.start_hold_seconds, dose.hold_seconds), (usual.start_seconds, dose.seconds)
    for first, given in starts if any(change.at_start for change in _changes(item, decision)) else ():
        if item.slot not in FRAME_SLOTS and first is not None and given is not None and given > first:
            yield f"{item.exercise.id}: {given} is over the start figure of {first}"
    if usual.hold_seconds and dose.hold_seconds and dose.hold_seconds > usual.hold_seconds[1]:
        yield f"{item.exercise.id}: hold of {dose.hold_seconds} is over the usual most"
    if item.slot not in FRAME_SLOTS and dose.sets > usual.sets[1]:
        yield f"{item.exercise.id}: {dose.sets} sets are over the usual most"
    if item.slot not in FRAME_SLOTS and usual.seconds and dose.seconds and dose.seconds > usual.seconds[1]:
        yield f"{item.exercise.id}: {dose.seconds} seconds are over the usual most"
    if usual.reps and dose.reps and dose.reps > usual.reps[1]:
        yield f"{item.exercise.id}: {dose.reps} repeats are over the usual most"


def _shape_faults(item: Item) -> Iterator[str]:
    """A dose must say how much: a hold its seconds and repeats, a repeat its number, a timed item its seconds."""
    dose = item.dose
    wanted = {"hold": (dose.hold_seconds, dose.reps), "reps": (dose.reps,), "time": (dose.seconds,)}.get(
        dose.type, (None,)
    )
    if dose.sets < 1 or any(not figure for figure in wanted) or (dose.type != "time" and dose.seconds is not None):
        yield f"{item.exercise.id}: the dose is not whole"
    if item.slot not in FRAME_SLOTS and dose.type != item.exercise.dose.type:
        yield f"{item.exercise.id}: the dose is of the wrong kind"


def _size_faults(assembly: Assembly, decision: Decision) -> Iterator[str]:
    """The routine is no bigger than the stage and the other rules allow, and no slot has more than its limit."""
    routine = assembly.routine
    if routine.stage is not decision.stage:
        yield f"it is made for stage {routine.stage}, not {decision.stage}"
    moves = [item for item in routine.items if item.slot not in FRAME_SLOTS]
    for branch in decision.fired:
        size = branch.then.size
        if size and size.minutes_at_most is not None and routine.minutes_budget > size.minutes_at_most:
            yield f"{routine.minutes_budget} minutes are more than {branch.id} allows"
        if size and size.moves_at_most is not None and len(moves) > size.moves_at_most:
            yield f"{len(moves)} moves are more than {branch.id} allows"
        for limit in branch.then.mix:
            count = sum(item.exercise.slot == limit.slot for item in moves)
            if limit.at_most is not None and count > limit.at_most:
                yield f"{count} moves of {limit.slot} are more than {branch.id} allows"
    share = decision.order.main_place_share_at_least
    helping = sum(bool(item.exercise.regions & decision.targets) for item in moves)
    if share is not None and moves and helping < share * len(moves):
        yield "too few of its moves help the main place"


def _is_hold(item: Item) -> bool:
    """Return whether the body is still in a stretch or a rest; a strength hold is an effort."""
    exercise = item.exercise
    return (exercise.dose.type == "hold" and exercise.slot != "strength") or exercise.slot == "relief"


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
            if (
                _is_hold(first)
                and _is_hold(second)
                and first.form.tags & order.never_next.first_hold_tags
                and second.form.tags & order.never_next.then_hold_tags
            ):
                yield f"{second.exercise.id} comes straight after {first.exercise.id}"


def _hold_faults(items: tuple[Item, ...], decision: Decision) -> Iterator[str]:
    order = decision.order
    moved = False
    run: list[Item] = []
    for item in items:
        if not _is_hold(item):
            run = []
            moved = moved or (item.slot != "warm_up" and bool(item.exercise.regions & decision.targets))
            continue
        if order.moving_item_before_hold and not moved:
            yield f"{item.exercise.id} is held before the place that hurts has moved"
        run.append(item)
        most = order.same_region_holds_at_most
        if most is not None and len(run) > most:
            last = run[-most - 1 :]
            if frozenset.intersection(*(held.exercise.regions for held in last)):
                yield f"{item.exercise.id} is one hold too many of the same place"


def _time_faults(assembly: Assembly, decision: Decision, intake: Intake) -> Iterator[str]:
    routine = assembly.routine
    if routine.minutes_budget > min(int(option) for option in intake.chosen("minutes")):
        yield "it is planned for more minutes than were given"
    seconds = sum(item.seconds for item in routine.items)
    if seconds > routine.minutes_budget * 60:
        yield f"it takes {seconds} seconds, over {routine.minutes_budget} minutes"
    before: str | None = None
    for item in routine.items:
        if item.seconds < _work(item, decision) + _getting_ready(item, before, decision):
            yield f"{item.exercise.id} is given less time than it takes"
        before = item.form.position


def _work(item: Item, decision: Decision) -> int:
    """Return the seconds of the work alone, counted afresh from the time plan."""
    if decision.plan is None:
        raise DecisionError("no rule gave a time plan")
    timing, dose = decision.plan.timing, item.dose
    sides = 1 + dose.per_side
    if dose.seconds is not None:
        return sides * dose.seconds
    between = timing.seconds_per_hold_change if dose.type == "hold" else timing.seconds_per_rep
    rest = (dose.sets - 1) * dose.rest_seconds
    return sides * dose.sets * (dose.reps or 0) * ((dose.hold_seconds or 0) + between) + rest


def _getting_ready(item: Item, before: str | None, decision: Decision) -> int:
    """Return the seconds to set up and to change position; the warm-up and the closing item set up in their own time."""
    if decision.plan is None:
        raise DecisionError("no rule gave a time plan")
    timing = decision.plan.timing
    change = timing.position_change_seconds if before not in (None, item.form.position) else 0
    return change + (0 if item.slot in FRAME_SLOTS else timing.set_up_seconds)
