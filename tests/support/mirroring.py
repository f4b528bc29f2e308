"""A form with left and right exchanged, to compare its drawing with the mirrored one."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from recommender.models.figures import Arrow, Contact, Direction, FigureKit, FormFigure, Frame, Joint, Limb, Place, Prop

_OTHER = {"left": "right", "right": "left"}


def mirrored(figure: FormFigure) -> FormFigure:
    """Return the form for the other side of the body."""
    return replace(
        figure,
        frames=tuple(mirrored_frame(frame) for frame in figure.frames),
        close_up=tuple(_place(place) for place in figure.close_up),
    )


def mirrored_kit(kit: FigureKit) -> FigureKit:
    """Return the kit for the other side: bases and cameras."""
    bases = {
        base.id: replace(
            base,
            frame=mirrored_frame(base.frame),
            head=_OTHER.get(base.head, base.head),
            front=_OTHER.get(base.front, base.front),
        )
        for base in kit.bases.values()
    }
    cameras = {camera.id: replace(camera, azimuth=-camera.azimuth) for camera in kit.cameras.values()}
    return replace(kit, bases=MappingProxyType(bases), cameras=MappingProxyType(cameras))


def mirrored_frame(frame: Frame) -> Frame:
    return replace(
        frame,
        turn=_minus(frame.turn),
        side=_minus(frame.side),
        shift=_direction(frame.shift),
        low_back=_joint(frame.low_back),
        upper_back=_joint(frame.upper_back),
        neck=_joint(frame.neck),
        limbs=MappingProxyType({_name(name): _limb(limb) for name, limb in frame.limbs.items()}),
        rests=frame.rests and replace(frame.rests, parts=tuple(_name(part) for part in frame.rests.parts)),
        keeps=frame.keeps and tuple(_place(place) for place in frame.keeps),
        props=frame.props and tuple(_prop(prop) for prop in frame.props),
        arrows=tuple(_arrow(arrow) for arrow in frame.arrows),
    )


def _limb(limb: Limb) -> Limb:
    ways = {name: _direction(getattr(limb, name)) for name in ("shift", "points", "middle", "lower", "end", "face")}
    return replace(limb, touch=_contact(limb.touch), **ways)


def _contact(contact: Contact | None) -> Contact | None:
    if contact is None:
        return None
    return Contact(contact.part, _place(contact.target), _place(contact.by) if contact.by else None)


def _place(place: Place) -> Place:
    return replace(place, side=_OTHER.get(str(place.side), place.side))


def _prop(prop: Prop) -> Prop:
    return replace(
        prop,
        shift=_direction(prop.shift),
        turn=-prop.turn,
        at=tuple(_place(place) for place in prop.at),
        along=tuple(_place(place) for place in prop.along),
    )


def _arrow(arrow: Arrow) -> Arrow:
    side = _OTHER["left" if arrow.side is None else arrow.side] if arrow.kind in ("turn", "ring") else arrow.side
    return replace(arrow, of=_place(arrow.of), towards=_direction(arrow.towards), side=side)


def _direction(direction: Direction | None) -> Any:
    return direction and tuple((_OTHER.get(word, word), weight) for word, weight in direction)


def _joint(joint: Joint | None) -> Joint | None:
    return joint and replace(joint, turn=-joint.turn, side=-joint.side)


def _minus(number: float | None) -> float | None:
    return None if number is None else -number


def _name(name: str) -> str:
    side, _, rest = name.partition("_")
    return f"{_OTHER[side]}_{rest}" if side in _OTHER else name
