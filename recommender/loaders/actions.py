"""The actions of a rule: the schema of everything that may stand under ``then``."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from recommender.loaders.fields import (
    ContentSchema,
    OneOrMore,
    Pair,
    SetOf,
    Share,
    Text,
    TupleOf,
    Whole,
    Word,
    YesNo,
    current_vocabulary,
    duration,
    nested,
)
from recommender.models.actions import (
    Actions,
    Advice,
    DispositionAction,
    Exclusion,
    MicroItem,
    MicroRoutine,
    Modification,
    NeverNext,
    Order,
    PlanRow,
    Preference,
    Provision,
    Scope,
    Size,
    SlotLimit,
    TimeTable,
    Timing,
    Trim,
    Weights,
)
from recommender.models.follow_up import Action, FollowUp, Progress, ProgressFigure, ProgressStep, StageMove
from recommender.models.levels import Level, ReviewKind, Role, Stage

_SCOPE_KEYS = ("tags", "exercises", "forms", "kinds")


class ScopeSchema(ContentSchema):
    model: ClassVar[type | None] = Scope

    tags = SetOf(Word("tag"))
    exercises = SetOf(Word("exercise"))
    forms = SetOf(Word("form"))
    kinds = SetOf(Word("kind"))


class ExclusionSchema(ScopeSchema):
    model = None
    spared = nested(ScopeSchema, data_key="except")
    longer_than_seconds = Whole()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Exclusion:
        scope = Scope(**{key: data.pop(key) for key in _SCOPE_KEYS if key in data})
        if scope == Scope():
            raise ValidationError("names nothing to leave out. Give tags, exercises, forms or kinds.")
        return Exclusion(scope=scope, **data)


class ModificationSchema(ContentSchema):
    model = Modification

    scope = nested(ScopeSchema, data_key="for")
    hold_seconds_at_most = Whole()
    reps_at_most = Whole()
    sets_at_most = Whole()
    dose_factor = Share()
    keep_start_dose = YesNo()
    sets_may_rise = YesNo()
    sets_at_start = Whole()
    sets_due = Whole()
    only_forms = SetOf(Word("form"))
    note = Text()


class RankField(Word):
    """A rank of rules/rule-set.yaml, loaded as its points."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("rank", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return current_vocabulary().ranks[super()._deserialize(value, attr, data, **kwargs)]


class PreferredSchema(ContentSchema):
    """What is preferred; how much it counts is written in one way in a rule and in another in a vignette."""

    model = Preference

    exercises = TupleOf(Word("exercise"))
    good_for = SetOf(Word("good_for"))
    forms = SetOf(Word("form"))
    positions = SetOf(Word("position"))
    slot = Text(validate=validate.OneOf(["direction"], error="can only be 'direction'."))


class PreferenceSchema(PreferredSchema):
    rank = RankField(required=True, attribute="weight")


class LimitSchema(ContentSchema):
    at_least = Whole()
    at_most = Whole()
    share_at_least = Share()
    time_share_at_least = Share()
    time_share_at_most = Share()
    from_minutes = Whole()


class MixField(fields.Dict):
    """{slot: limits}, loaded as a tuple of slot limits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=Word("slot"), values=nested(LimitSchema), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        limits: dict[str, Any] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        return tuple(SlotLimit(slot, **bounds) for slot, bounds in limits.items())


class AdviceSchema(ContentSchema):
    model = Advice

    topic = Word("topic", required=True)
    items = TupleOf(Text(), required=True, validate=validate.Length(min=1))


class DispositionActionSchema(ContentSchema):
    model = DispositionAction

    level = fields.Enum(Level, by_value=True, required=True)
    within = Text(validate=duration)
    act = Text()
    kind = fields.Enum(ReviewKind, by_value=True)
    who = fields.Enum(Role, by_value=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Hold kind and level together, and see that nobody is told to be seen without being told by whom."""
        level, kind = data["level"], data.get("kind")
        if kind is None and level.shows_routine:
            raise ValidationError(f"is missing at {level}. Give it net, check_in, book or ask_now.", "kind")
        if kind is not None and kind.level is not level:
            raise ValidationError(f"is {kind}, which belongs to {kind.level}, not to {level}.", "kind")
        needed = () if level.is_urgent else ("act", "who")
        for key in needed if kind in (None, ReviewKind.NET) else (*needed, "within"):
            if key not in data:
                raise ValidationError(f"is missing at {kind or level}. Say what to do, by whom and by when.", key)


class ProvisionSchema(ContentSchema):
    model = Provision

    equipment = SetOf(Word("equipment"), required=True)
    spared = nested(ScopeSchema, data_key="except")


class SizeSchema(ContentSchema):
    model = Size

    minutes_at_most = Whole()
    moves_at_least = Whole()
    moves_at_most = Whole()
    set_up_more_seconds = Whole()


class TimingSchema(ContentSchema):
    model = Timing

    seconds_per_rep = Whole(required=True)
    seconds_per_hold_change = Whole(required=True)
    set_up_seconds = Whole(required=True)
    set_up_on_floor_seconds = Whole(required=True)
    set_up_same_position_seconds = Whole(required=True)
    strength_rest_seconds = Whole(required=True)


class TrimSchema(ContentSchema):
    model = Trim

    hold_reps_at_least = Whole(required=True)
    hold_seconds_at_least = Whole(required=True)
    hold_step_seconds = Whole(required=True)
    reps_at_least = Whole(required=True)


class PlanRowSchema(ContentSchema):
    model = PlanRow

    minutes = Whole(required=True)
    moves = Pair(required=True)
    warm_up_seconds = Whole(required=True)
    warm_up = TupleOf(Word("exercise"), required=True)
    closing_seconds = Whole(required=True)
    ends_at_most = Whole()


class TimePlanSchema(ContentSchema):
    model = TimeTable

    timing = nested(TimingSchema, required=True)
    trim = nested(TrimSchema, required=True)
    rows = TupleOf(nested(PlanRowSchema), required=True, validate=validate.Length(min=1))
    filled_at_least = Share()


class MicroItemSchema(ContentSchema):
    model = MicroItem

    exercise = Word("exercise", required=True)
    reps = Whole()
    hold_seconds = Whole()
    seconds = Whole()


class MicroRoutineSchema(ContentSchema):
    model = MicroRoutine

    name = Text(required=True)
    items = TupleOf(nested(MicroItemSchema), required=True)


class NeverNextSchema(ContentSchema):
    model = NeverNext

    first_hold_tags = SetOf(Word("tag"), required=True)
    then_hold_tags = SetOf(Word("tag"), required=True)


class WeightsSchema(ContentSchema):
    model = Weights

    swap = Whole(required=True)
    main_place = Whole(required=True)
    by_default = Whole(required=True)


class OrderSchema(ContentSchema):
    model = Order

    warm_up_first = YesNo()
    moving_item_before_hold = YesNo()
    slots = TupleOf(Text())
    positions = TupleOf(Word("position"))
    floor_tag = Word("tag")
    floor_trips_at_most = Whole()
    main_place_share_at_least = Share()
    weights = nested(WeightsSchema)
    same_region_holds_at_most = Whole()
    near_duplicates = TupleOf(SetOf(Word("exercise")))
    never_next = nested(NeverNextSchema)
    closing = TupleOf(Word("exercise"))
    not_daily = SetOf(Word("slot"))


class FollowUpSchema(ContentSchema):
    model = FollowUp

    action = fields.Enum(Action, by_value=True, required=True)
    stage = fields.Enum(StageMove, by_value=True)
    dose_factor = Share()
    reps_at_least = Whole()
    hold_seconds_at_least = Whole()
    keep_one_of = TupleOf(Word("slot"))
    step_back = YesNo()
    restore = YesNo()
    swap_moves = Whole()
    rows_down = Whole()
    ease_hurting = YesNo()
    drop_hurting = YesNo()
    check_in_days = Pair()


class ProgressStepSchema(ContentSchema):
    model = ProgressStep

    figure = fields.Enum(ProgressFigure, by_value=True, required=True)
    by = Whole(validate=validate.Range(1, error="must be 1 or more."))
    at_most = Whole()


class ProgressSchema(ContentSchema):
    model = Progress

    steps = TupleOf(nested(ProgressStepSchema), required=True, validate=validate.Length(min=1))
    hold_total_seconds_at_most = Whole(required=True)
    full = Text(required=True)
    things_at_most = Whole(validate=validate.Range(1, error="must be 1 or more."))
    slots_first = TupleOf(Word("slot"))


class DeriveField(Text):
    """A finding, a list of findings, or {name: value}; loaded as a tuple of finding names."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            return tuple(f"{name}={word}" for name, word in value.items())
        names = value if isinstance(value, list) else [value]
        return tuple(super(DeriveField, self)._deserialize(name, attr, data, **kwargs) for name in names)


class ActionsSchema(ContentSchema):
    model = Actions

    derive = DeriveField()
    disposition = nested(DispositionActionSchema)
    cap_stage = fields.Enum(Stage, by_value=True)
    leave_out = OneOrMore(nested(ExclusionSchema), data_key="exclude")
    swap_in = TupleOf(Word("exercise"))
    swap_in_if_preferred = TupleOf(Word("exercise"))
    modify = OneOrMore(nested(ModificationSchema))
    prefer = OneOrMore(nested(PreferenceSchema))
    slot_limits = MixField()
    advise = OneOrMore(nested(AdviceSchema))
    ask = TupleOf(Word("question"))
    equipment_available = nested(ProvisionSchema)
    positions = SetOf(Word("position"))
    target_regions = SetOf(Word("region"))
    session_size = nested(SizeSchema)
    plan = nested(TimePlanSchema)
    micro_routine = nested(MicroRoutineSchema)
    order = nested(OrderSchema)
    ask_again = SetOf(Word("page"))
    short_screen = SetOf(Word("page"))
    follow_up = nested(FollowUpSchema)
    progress = nested(ProgressSchema)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Actions:
        if not data:
            raise ValidationError("does nothing. Give it at least one action.")
        if "leave_out" in data:  # marshmallow keeps the name `exclude` for itself
            data["exclude"] = data.pop("leave_out")
        return Actions(**data)
