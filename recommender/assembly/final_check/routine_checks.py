"""Checks of the routine as a whole: may there be one, is everything accounted for, is it no bigger than it may be."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.assembly.final_check.case import END_SLOTS, ROUTINE, Breach, Case

MINUTES = "minutes"
SECONDS_PER_MINUTE = 60


def level_shows_a_routine(case: Case) -> Iterator[Breach]:
    if not case.decision.level.shows_routine:
        yield ROUTINE, f"level {case.decision.level} shows no routine"


def level_is_not_below_a_floor(case: Case) -> Iterator[Breach]:
    """The floors are the package's own: no rule that fired, or failed to, has a say in them."""
    if case.grounds.is_below_a_floor:
        yield ROUTINE, f"level {case.decision.level} is below the least that these answers must come to"


def has_a_time_plan(case: Case) -> Iterator[Breach]:
    if case.decision.plan is None:
        yield ROUTINE, "no rule gave a time plan"


def has_a_move(case: Case) -> Iterator[Breach]:
    if all(item.slot in END_SLOTS for item in case.items):
        yield ROUTINE, "it has no move beside warm-up and closing"


def accounts_for_the_whole_catalogue(case: Case) -> Iterator[Breach]:
    offered = [item.exercise.id for item in case.items]
    left_out = [left.exercise.id for left in case.assembly.left_out]
    if sorted(offered + left_out) != sorted(case.catalogue.by_id):
        yield ROUTINE, "offered and left out are not the catalogue, each once"


def other_days_have_nothing_that_is_not_for_every_day(case: Case) -> Iterator[Breach]:
    away = case.decision.order.not_daily or frozenset()
    others = case.assembly.other_days
    for item in others.items if others else ():
        if item.slot not in END_SLOTS and item.exercise.slot in away:
            yield item.exercise.id, f"{item.exercise.id} is not for every day, and is there on the other days"


def no_move_passes_for_an_end(case: Case) -> Iterator[Breach]:
    """An item that passes for a warm-up or a closing item is held to fewer checks: only the two ends may."""
    for item in (*case.items[1:-1], *case.instead):
        if item.slot in END_SLOTS and item.slot != item.exercise.slot:
            yield item.exercise.id, f"{item.exercise.id} passes for {item.slot}"


def is_made_for_the_stage(case: Case) -> Iterator[Breach]:
    stage = case.assembly.routine.stage
    if stage is not case.decision.stage:
        yield ROUTINE, f"it is made for stage {stage}, not {case.decision.stage}"


def minutes_are_within_the_rules(case: Case) -> Iterator[Breach]:
    minutes = case.assembly.routine.minutes_budget
    for branch in case.decision.fired:
        size = branch.then.session_size
        if size and size.minutes_at_most is not None and minutes > size.minutes_at_most:
            yield ROUTINE, f"{minutes} minutes are more than {branch.id} allows"


def moves_are_within_the_rules(case: Case) -> Iterator[Breach]:
    for branch in case.decision.fired:
        size = branch.then.session_size
        if size and size.moves_at_most is not None and len(case.moves) > size.moves_at_most:
            yield ROUTINE, f"{len(case.moves)} moves are more than {branch.id} allows"


def slots_are_within_their_limits(case: Case) -> Iterator[Breach]:
    for branch in case.decision.fired:
        for limit in branch.then.slot_limits:
            count = sum(item.exercise.slot == limit.slot for item in case.moves)
            if limit.at_most is not None and count > limit.at_most:
                yield ROUTINE, f"{count} moves of {limit.slot} are more than {branch.id} allows"


def enough_moves_help_the_main_place(case: Case) -> Iterator[Breach]:
    """Fewer may be for the main place only where no other move for it can be done in the positions of the routine."""
    share = case.decision.order.main_place_share_at_least
    helping = sum(bool(item.exercise.regions & case.decision.targets) for item in case.moves)
    if share is not None and helping < share * len(case.moves):
        left = next(iter(case.left_for_main_place), None)
        if left is not None:
            yield left.id, f"too few of its moves help the main place, and {left.id} is left out"


def main_place_has_a_move(case: Case) -> Iterator[Breach]:
    if not any(item.exercise.regions & case.decision.targets for item in case.moves):
        left = next(iter(case.left_for_main_place), None)
        if left is not None:
            yield left.id, f"it has no move for the main place, and {left.id} is left out"


def minutes_are_within_those_given(case: Case) -> Iterator[Breach]:
    given = min((int(option) for option in case.intake.chosen(MINUTES)), default=0)
    if case.assembly.routine.minutes_budget > given:
        yield ROUTINE, "it is planned for more minutes than were given"


def fits_its_minutes(case: Case) -> Iterator[Breach]:
    minutes = case.assembly.routine.minutes_budget
    seconds = sum(item.seconds for item in case.items)
    if seconds > minutes * SECONDS_PER_MINUTE:
        yield ROUTINE, f"it takes {seconds} seconds, over {minutes} minutes"


def each_item_has_the_time_it_takes(case: Case) -> Iterator[Breach]:
    """The work and the setting up, longer for the first item on the floor; the two ends set up in their own time."""
    if case.decision.plan is None:
        return
    timing = case.decision.plan.timing
    sizes = [branch.then.session_size for branch in case.decision.fired if branch.then.session_size]
    more = max((size.set_up_more_seconds or 0 for size in sizes), default=0)
    low = [case.decision.order.floor_tag in item.form.tags for item in case.items]
    for number, item in enumerate(case.items):
        set_up = timing.set_up_seconds
        if item.form.position == case.items[max(0, number - 1)].form.position:
            set_up = timing.set_up_same_position_seconds
        if low[number] and not any(low[:number]):
            set_up = timing.set_up_on_floor_seconds
        if item.seconds < case.grounds.work_seconds(item) + (0 if item.slot in END_SLOTS else set_up + more):
            yield item.exercise.id, f"{item.exercise.id} is given less time than it takes"


def fills_its_minutes(case: Case) -> Iterator[Breach]:
    """A routine that has time for one more usual move, in a position that it uses, has it, up to the most moves."""
    plan = case.decision.plan
    minutes = case.assembly.routine.minutes_budget
    if plan is None:
        return
    seconds = sum(item.seconds for item in case.items)
    if (
        case.is_for_main_place_alone
        or len(case.moves) >= case.moves_at_most
        or seconds >= minutes * SECONDS_PER_MINUTE * plan.filled_at_least
    ):
        return
    left = next(iter(case.left_to_fill), None)
    if left is not None:
        yield left.id, f"it leaves time over, and {left.id} is left out"
