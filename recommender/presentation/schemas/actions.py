"""What a case of a rule does, as the reply with the rules tells it: the parts of ``then``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_dump

from recommender.models.follow_up import Action, ProgressFigure, StageMove
from recommender.models.levels import Level, ReviewKind, Role, Stage
from recommender.presentation.schemas.recommendation import DURATION
from recommender.presentation.schemas.reply import (
    ReplySchema,
    id_sets,
    ids,
    part,
    parts,
    share,
    texts,
    whole,
    wholes,
    words,
    yes_no,
)


class ScopeSchema(ReplySchema):
    tags = ids("Forms with any of these movement tags.")
    exercises = ids("Every form of these exercises.")
    forms = ids("These forms.")
    kinds = ids("Exercises of these kinds.")


class DispositionActionSchema(ReplySchema):
    level = words("The outcome asked for.", ids=Level)
    within = words("By when to have done it, an ISO 8601 duration.", null="where the level says it", check=DURATION)
    act = words("What to do.", null="where the level says it")
    kind = words(
        "What is asked beside a routine: see someone only if it is not better, check in here, book, or ask now.",
        ids=ReviewKind,
        null="at the levels without a routine",
    )
    who = words("Whom to see, tell or ask.", ids=Role, null="where the level says it")


class ExclusionSchema(ReplySchema):
    scope = part(ScopeSchema, "What is left out.")
    spared = part(ScopeSchema, "What is not, although the scope holds it.")
    longer_than_seconds = whole("Only what takes longer than this, in seconds.", null="without such a limit")


class ModificationSchema(ReplySchema):
    scope = part(ScopeSchema, "What is changed.", null="where every exercise is")
    hold_seconds_at_most = whole("The longest hold, in seconds.", null="without a limit")
    reps_at_most = whole("The most repeats.", null="without a limit")
    sets_at_most = whole("The most sets.", null="without a limit")
    dose_factor = share("What is left of repeats, holds and times.", null="where all of it is")
    keep_start_dose = yes_no("Whether the dose stays at that of the first week.")
    sets_may_rise = yes_no("Whether the sets may rise although the rest of the dose stays.")
    sets_at_start = whole("How many sets the first dose may have.", null="where the usual number holds")
    sets_due = whole(
        "How many sets a move should have by now; at good checks others make room for them.",
        null="where no rule says so",
    )
    only_forms = ids("The only forms that may be used; empty where any may.")
    note = words("What to watch out for.", null="without it")


class PreferenceSchema(ReplySchema):
    weight = whole("How much it counts.")
    exercises = texts("Ids of exercises, the best first.")
    good_for = ids("Exercises that are good for any of these.")
    forms = ids("Forms to use first.")
    positions = ids("Positions to use first.")
    slot = words("The part of the routine that it is wanted for.", null="for any part")


class SlotLimitSchema(ReplySchema):
    slot = words("The part of the routine.")
    at_least = whole("The least number of moves.", null="without a limit")
    at_most = whole("The most moves.", null="without a limit")
    share_at_least = share("The least share of the moves.", null="without a limit")
    time_share_at_least = share("The least share of the time between the two ends.", null="without a limit")
    time_share_at_most = share("The most of the time between the two ends, as a share.", null="without a limit")
    from_minutes = whole("Only in routines of so many minutes or more.", null="in every routine")


class AdviceActionSchema(ReplySchema):
    topic = words("What it is about.")
    items = texts("The advice.")


class ProvisionSchema(ReplySchema):
    equipment = ids("What is there.")
    spared = part(ScopeSchema, "Forms for which it does not count.")


class SizeSchema(ReplySchema):
    minutes_at_most = whole("The most minutes.", null="without a limit")
    moves_at_least = whole("The fewest moves.", null="without a limit")
    moves_at_most = whole("The most moves.", null="without a limit")
    set_up_more_seconds = whole("How much longer each move takes to set up, in seconds.", null="no longer")


class TimingSchema(ReplySchema):
    seconds_per_rep = whole("How long a repeat takes, in seconds.")
    seconds_per_hold_change = whole("How long it takes to get into a hold, in seconds.")
    set_up_seconds = whole("How long it takes to set up a move, in seconds.")
    set_up_on_floor_seconds = whole("How long the first move on the floor takes to set up, in seconds.")
    set_up_same_position_seconds = whole("How long it takes where the position stays, in seconds.")
    strength_rest_seconds = whole("Rest between sets of a strength move, in seconds.")


class TrimSchema(ReplySchema):
    hold_reps_at_least = whole("The fewest repeats of a hold.")
    hold_seconds_at_least = whole("The shortest hold, in seconds.")
    hold_step_seconds = whole("By how much a hold is shortened at a time, in seconds.")
    reps_at_least = whole("The fewest repeats.")


class PlanRowSchema(ReplySchema):
    minutes = whole("The minutes of the session.")
    moves = wholes("The fewest and the most moves.")
    warm_up_seconds = whole("How long the warm-up is, in seconds.")
    warm_up = texts("Ids of exercises to warm up with, the best first.")
    closing_seconds = whole("How long the closing item is, in seconds.")
    ends_at_most = whole("How many of warm-up and closing item there is time for.")


class TimeTableSchema(ReplySchema):
    timing = part(TimingSchema, "How long things take.")
    trim = part(TrimSchema, "How far a dose may be cut to fit the time.")
    rows = parts(PlanRowSchema, "The shape of a session, by its minutes.")
    filled_at_least = share("The share of the minutes that is filled where enough moves are allowed.")


class MicroItemSchema(ReplySchema):
    exercise = words("Id of the exercise.")
    reps = whole("Repeats.", null="where the usual number holds")
    hold_seconds = whole("How long it is held, in seconds.", null="where the usual time holds")
    seconds = whole("How long it is done, in seconds.", null="unless it is timed")


class MicroRoutineSchema(ReplySchema):
    name = words("Its name.")
    items = parts(MicroItemSchema, "Its moves, in order.")


class NeverNextSchema(ReplySchema):
    first_hold_tags = ids("Movement tags of a hold.")
    then_hold_tags = ids("Movement tags of a hold that never comes straight after it.")


class WeightsSchema(ReplySchema):
    swap = whole("What counts for a move that stands in for another.")
    main_place = whole("What counts for a move that helps the main place.")
    by_default = whole("What counts for a move that no rule asked for.")


class OrderSchema(ReplySchema):
    warm_up_first = yes_no("Whether the warm-up comes first.", null="where another rule says so")
    moving_item_before_hold = yes_no(
        "Whether the main place moves before anything is held.", null="where another rule says so"
    )
    slots = texts("The parts of a routine, in order.", null="where another rule says so")
    positions = texts("The positions, in order.", null="where another rule says so")
    floor_tag = words("The movement tag of getting to the floor.", null="where another rule says so")
    floor_trips_at_most = whole("How often to the floor, at most.", null="where another rule says so")
    main_place_share_at_least = share(
        "The least share of moves that help the main place.", null="where another rule says so"
    )
    weights = part(WeightsSchema, "What counts for how much.", null="where another rule says so")
    same_region_holds_at_most = whole("Most holds of a region in a row.", null="where another rule says so")
    near_duplicates = id_sets("Groups of exercises of which one is enough.", null="where another rule says so")
    never_next = part(NeverNextSchema, "What never follows what.", null="where another rule says so")
    closing = texts("Ids of exercises to end with, the best first.", null="where another rule says so")
    not_daily = ids("Parts of the routine that are for some days of the week.", null="where another rule says so")


class FollowUpSchema(ReplySchema):
    action = words("What comes of the check.", ids=Action)
    stage = words("How high the next stage may be, seen from the one before.", ids=StageMove)
    dose_factor = share("What is left of repeats and holds.", null="where all of it is")
    reps_at_least = whole("The fewest repeats that may be left.", null="where nothing is lowered")
    hold_seconds_at_least = whole("The shortest hold that may be left, in seconds.", null="where nothing is lowered")
    keep_one_of = texts("Parts of the routine of which one move stays.")
    step_back = yes_no("Whether the dose before the last increase comes back.")
    restore = yes_no("Whether what went well before the last check that asked for less comes back.")
    swap_moves = whole("How many moves are changed for others of the same use.")
    rows_down = whole("By how many rows of the time plan the session gets shorter.")
    ease_hurting = yes_no("Whether an easier move takes the place of each that hurt.")
    drop_hurting = yes_no("Whether each move that hurt is left out.")
    check_in_days = wholes("In how many days to check in again, first and last.", null="where the plan says it")


class ProgressStepSchema(ReplySchema):
    figure = words("What is raised.", ids=ProgressFigure)
    by = whole("By how much.")
    at_most = whole("Up to what.", null="where the catalogue says it")


class ProgressSchema(ReplySchema):
    steps = parts(ProgressStepSchema, "The ways to do more, the first to try first.")
    hold_total_seconds_at_most = whole("The longest that one stretch is held in all, in seconds.")
    full = words("What is said when nothing is left to raise.")
    things_at_most = whole("How many of them are taken at a check, at most.")
    slots_first = texts("Parts of the routine that are raised first.")


class _UsedPartsSchema(ReplySchema):
    @post_dump
    def leave_out_what_is_not_used(self, data: dict[str, object], **_: object) -> dict[str, object]:
        return {name: value for name, value in data.items() if value not in (None, [], {})}


def _used(field: fields.Field[Any]) -> fields.Field[Any]:
    """Return a part that is there only where the case uses it."""
    field.required = False
    return field


# A schema keeps the name `exclude` for itself, so these are no class attributes.
ActionsSchema = _UsedPartsSchema.from_dict(
    {
        name: _used(field)
        for name, field in {
            "derive": texts("Findings that it works out."),
            "disposition": part(DispositionActionSchema, "The outcome that it asks for."),
            "cap_stage": words("The highest stage that it allows.", ids=Stage),
            "exclude": parts(ExclusionSchema, "What it leaves out."),
            "swap_in": texts("Ids of exercises that stand in for what it leaves out."),
            "swap_in_if_preferred": texts(
                "Ids of exercises that stand in for it only where another rule prefers them."
            ),
            "modify": parts(ModificationSchema, "What it makes gentler, or allows in some forms only."),
            "prefer": parts(PreferenceSchema, "What it would rather see."),
            "slot_limits": parts(SlotLimitSchema, "How many moves of a part it allows or asks for."),
            "advise": parts(AdviceActionSchema, "The advice that it gives."),
            "ask": texts("Ids of questions that it asks before an urgent stop."),
            "equipment_available": part(ProvisionSchema, "What it says is there to use."),
            "positions": ids("The positions that it allows."),
            "target_regions": ids("The places that the routine is for."),
            "session_size": part(SizeSchema, "How big it lets a routine be."),
            "plan": part(TimeTableSchema, "How a session is laid out in time."),
            "micro_routine": part(MicroRoutineSchema, "A short routine for a break in the day."),
            "order": part(OrderSchema, "How a routine is put in order."),
            "ask_again": ids("Ids of pages whose questions a check must ask afresh."),
            "short_screen": ids("Ids of those pages whose questions a short screen may ask."),
            "follow_up": part(FollowUpSchema, "What becomes of the routine after a check."),
            "progress": part(ProgressSchema, "The ways to do more."),
        }.items()
    },
    name="ActionsSchema",
)
