"""What a file of pose data may hold, and what it is loaded as."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import fields, post_load, pre_load, validate

from recommender.loaders.fields import ContentSchema, Text, TupleOf, YesNo, nested
from recommender.loaders.figure_fields import Angle, Number, Table, contact, direction, place
from recommender.models.figures import (
    LIMBS,
    Arrow,
    Base,
    Block,
    Body,
    Camera,
    Frame,
    Joint,
    Landmark,
    Limb,
    Prop,
    PropShape,
    Support,
)

STAYS = "stays"


def _one_of(*words: str) -> validate.OneOf:
    return validate.OneOf(words, error=f"must be {', '.join(words[:-1])} or {words[-1]}.")


class JointSchema(ContentSchema):
    model: ClassVar[type | None] = Joint

    bend = Angle("forward", "back")
    turn = Angle("left", "right")
    side = Angle("left", "right")


class NeckSchema(JointSchema):
    """The neck slides too; the frame keeps that beside the joint."""

    model = None

    slide = Angle("back", "forward")


class LimbSchema(ContentSchema):
    model = Limb

    touch = contact()
    stays = YesNo()
    shift = direction()
    points = direction()
    bend = Number()
    flex = Number()
    curl = Number()
    follows = Text(validate=_one_of("base", "trunk"))

    @pre_load
    def stay(self, data: Any, **_: Any) -> Any:
        """'touch: stays' keeps the contact of the frame before."""
        if isinstance(data, Mapping) and data.get("touch") == STAYS:
            return {**{key: value for key, value in data.items() if key != "touch"}, "stays": True}
        return data


class ArmSchema(LimbSchema):
    elbow = direction(attribute="middle")
    forearm = direction(attribute="lower")
    fingers = direction(attribute="end")
    palm = direction(attribute="face")


class LegSchema(LimbSchema):
    knee = direction(attribute="middle")
    shin = direction(attribute="lower")
    toes = direction(attribute="end")
    sole = direction(attribute="face")


class SupportSchema(ContentSchema):
    model = Support

    parts = TupleOf(Text(), required=True)
    surface = Text(attribute="on")


class PropSchema(ContentSchema):
    model = Prop

    prop = Text(required=True)
    shift = direction()
    turn = Angle("left", "right")
    at = TupleOf(place())
    along = TupleOf(place())


class ArrowSchema(ContentSchema):
    model = Arrow

    kind = Text(required=True, validate=_one_of("path", "towards", "turn", "ring", "roll"))
    of = place(required=True)
    towards = direction()
    side = Text(validate=_one_of("left", "right", "front", "back"))


class FrameSchema(ContentSchema):
    """A frame; ``arms`` and ``legs`` stand for both sides."""

    start = fields.Raw()
    tilt = Angle("forward", "back")
    turn = Angle("left", "right")
    side = Angle("left", "right")
    tuck = Angle("under", "arch")
    shift = direction()
    low_back = nested(JointSchema)
    upper_back = nested(JointSchema)
    neck = nested(NeckSchema)
    head_rests = Text()
    shoulders_lift = Number()
    shoulders_back = Number()
    breath = Number()
    arms = nested(ArmSchema)
    left_arm = nested(ArmSchema)
    right_arm = nested(ArmSchema)
    legs = nested(LegSchema)
    left_leg = nested(LegSchema)
    right_leg = nested(LegSchema)
    rests = nested(SupportSchema)
    stand = Number()
    keeps = TupleOf(place())
    props = TupleOf(nested(PropSchema))
    arrows = TupleOf(nested(ArrowSchema))
    glow = TupleOf(place())
    caption = Text()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Frame:
        limbs: dict[str, Limb] = {}
        for both in ("arms", "legs"):
            if both in data:
                limbs |= {f"{side}_{both[:-1]}": data[both] for side in ("left", "right")}
                del data[both]
        limbs |= {name: data.pop(name) for name in LIMBS if name in data}
        if "neck" in data:
            data["chin"] = data["neck"].pop("slide", None)
            data["neck"] = Joint(**data["neck"])
        return Frame(limbs=MappingProxyType(limbs), **data)


class FormSchema(ContentSchema):
    """A form drawn by frames of its own, or ``like`` another form with another surface."""

    alt = Text()
    frames = TupleOf(nested(FrameSchema))
    like = Text()
    camera = Text()
    surface = Text()
    close_up = TupleOf(place())
    inset = TupleOf(place())
    ghost = YesNo()
    cycle = YesNo()
    body = Text()
    working_side = Text(validate=_one_of("left", "right"))
    add_props = TupleOf(nested(PropSchema))


class ExerciseSchema(ContentSchema):
    exercise = Text(required=True)
    forms = Table(keys=Text(), values=nested(FormSchema), required=True)


class BaseSchema(ContentSchema):
    head = Text(required=True, validate=_one_of("up", "down", "forward", "backward", "left", "right"))
    front = Text(required=True, validate=_one_of("up", "down", "forward", "backward", "left", "right"))
    surface = Text(required=True)
    camera = Text(required=True)
    frame = nested(FrameSchema, required=True)


class CameraSchema(ContentSchema):
    azimuth = Number(required=True)
    elevation = Number(required=True)


class LandmarkSchema(ContentSchema):
    segment = Text(required=True)
    along = Number(required=True)
    side = Text(required=True)
    around = Number()


class BodySchema(ContentSchema):
    shapes = fields.Dict(keys=Text(), values=Number(), required=True)
    leg_cm = Number(required=True)
    cloth_cm = fields.Tuple((Number(), Number()), required=True)
    sex = Text(required=True)
    hair = Text(required=True)
    colours = fields.Dict(keys=Text(), values=fields.Tuple((Text(), Text())), required=True)


class BlockSchema(ContentSchema):
    model = Block

    x = fields.Tuple((Number(), Number()), required=True)
    y = fields.Tuple((Number(), Number()), required=True)
    z = fields.Tuple((Number(), Number()), required=True)


_POINT: Any = fields.Tuple((Number(), Number(), Number()))


class PropShapeSchema(ContentSchema):
    colours = fields.Tuple((Text(), Text(), Text()), required=True)
    blocks = TupleOf(nested(BlockSchema))
    round_cm = _POINT
    tube_cm = Number()
    points = fields.Dict(keys=Text(), values=_POINT)
    surfaces = fields.Dict(keys=Text(), values=fields.Tuple((_POINT, _POINT)))


MODELS: Mapping[type[ContentSchema], type] = {
    BaseSchema: Base,
    CameraSchema: Camera,
    LandmarkSchema: Landmark,
    BodySchema: Body,
    PropShapeSchema: PropShape,
}
