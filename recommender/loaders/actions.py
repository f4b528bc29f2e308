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
    duration,
    nested,
)
from recommender.models.follow_up import Action, CheckPlan, Figure, FollowUp, Progress, ProgressStep, StageMove
from recommender.models.levels import Level, Stage
from recommender.models.rules import (
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
    TimePlan,
    Timing,
    Trim,
    Weights,
)

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
    times = Share()
    at_start = YesNo()
    sets_at_start = Whole()
    only_forms = SetOf(Word("form"))
    note = Text()


class PreferenceSchema(ContentSchema):
    model = Preference

    weight = Whole(required=True)
    exercises = TupleOf(Word("exercise"))
    good_for = SetOf(Word("good_for"))
    forms = SetOf(Word("form"))
    positions = SetOf(Word("position"))
    slot = Text(validate=validate.OneOf(["direction"], error="can only be 'direction'."))


class LimitSchema(ContentSchema):
    at_least = Whole()
    at_most = Whole()
    share_at_least = Share()


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


class ProvisionSchema(ContentSchema):
    model = Provision

    equipment = SetOf(Word("equipment"), required=True)
    spared = nested(ScopeSchema, data_key="except")


class SizeSchema(ContentSchema):
    model = Size

    minutes_at_most = Whole()
    moves_at_least = Whole()
    moves_at_most = Whole()


class TimingSchema(ContentSchema):
    model = Timing

    seconds_per_rep = Whole(required=True)
    seconds_per_hold_change = Whole(required=True)
    set_up_seconds = Whole(required=True)
    strength_rest_seconds = Whole(required=True)
    position_change_seconds = Whole(required=True)


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


class TimePlanSchema(ContentSchema):
    model = TimePlan

    timing = nested(TimingSchema, required=True)
    trim = nested(TrimSchema, required=True)
    rows = TupleOf(nested(PlanRowSchema), required=True, validate=validate.Length(min=1))


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


class FollowUpSchema(ContentSchema):
    model = FollowUp

    action = fields.Enum(Action, by_value=True, required=True)
    stage = fields.Enum(StageMove, by_value=True)
    times = Share()
    hold_seconds_at_least = Whole()
    swap_moves = Whole()
    rows_down = Whole()
    ease_hurting = YesNo()
    check_in_days = Pair()


class ProgressStepSchema(ContentSchema):
    model = ProgressStep

    figure = fields.Enum(Figure, by_value=True, required=True)
    by = Whole(validate=validate.Range(1, error="must be 1 or more."))
    at_most = Whole()


class ProgressSchema(ContentSchema):
    model = Progress

    steps = TupleOf(nested(ProgressStepSchema), required=True, validate=validate.Length(min=1))
    hold_total_seconds_at_most = Whole(required=True)
    full = Text(required=True)


class CheckPlanSchema(ContentSchema):
    model = CheckPlan

    on_days = TupleOf(Whole(), required=True, validate=validate.Length(min=1))
    first_to_decide = TupleOf(Word("rule"), required=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        days = data.get("on_days", ())
        if list(days) != sorted(set(days)):
            raise ValidationError("must be days in order, each once.", "on_days")


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
    modify = OneOrMore(nested(ModificationSchema))
    prefer = OneOrMore(nested(PreferenceSchema))
    mix = MixField()
    advise = OneOrMore(nested(AdviceSchema))
    ask = TupleOf(Word("question"))
    provide = nested(ProvisionSchema)
    positions = SetOf(Word("position"))
    target = fields.Nested(ContentSchema.from_dict({"regions": SetOf(Word("region"), required=True)}))
    size = nested(SizeSchema)
    plan = nested(TimePlanSchema)
    micro_routine = nested(MicroRoutineSchema)
    order = nested(OrderSchema)
    ask_again = SetOf(Word("page"))
    follow_up = nested(FollowUpSchema)
    progress = nested(ProgressSchema)
    checks = nested(CheckPlanSchema)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Actions:
        if not data:
            raise ValidationError("does nothing. Give it at least one action.")
        if "target" in data:
            data["target"] = data["target"]["regions"]
        if "leave_out" in data:  # marshmallow keeps the name `exclude` for itself
            data["exclude"] = data.pop("leave_out")
        return Actions(**data)
