"""Fill in what a frame leaves open from the base or the earlier frame that it starts from."""

from __future__ import annotations

from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from recommender.models.figures import LIMBS, Base, FigureKit, FormFigure, Frame, Limb

_EACH_FRAME = ("arrows", "glow", "caption", "start", "shift")
"""Said of one frame alone. A shift is one: it moves the hips from where the frame before left them, once."""


def whole_frames(figure: FormFigure, kit: FigureKit) -> tuple[Base, list[Frame]]:
    """Return the base of the form and every frame with nothing left open but what the base leaves open."""
    base = kit.bases[str(figure.frames[0].start)]
    frames: list[Frame] = []
    for number, frame in enumerate(figure.frames):
        start = frame.start
        if isinstance(start, int):
            before = frames[start - 1]
        elif start is not None:
            before = kit.bases[start].frame
        else:
            before = frames[number - 1]
        frames.append(_over(before, frame))
    return base, frames


def _over(before: Frame, frame: Frame) -> Frame:
    said: dict[str, Any] = {
        field.name: getattr(frame, field.name)
        for field in fields(Frame)
        if field.name != "limbs" and getattr(frame, field.name) is not None
    }
    said |= {name: getattr(frame, name) for name in _EACH_FRAME}
    if "rests" in said or "stand" in said:
        said.setdefault("rests", None)
        said.setdefault("stand", None)
    limbs = {name: _limb_over(before.limbs.get(name, Limb()), frame.limbs.get(name)) for name in LIMBS}
    return replace(before, **said, limbs=MappingProxyType(limbs))


def _limb_over(before: Limb, limb: Limb | None) -> Limb:
    """Return the limb with what is said anew; a new contact drops the old direction, and the other way round."""
    if limb is None:
        return before
    said = {field.name: getattr(limb, field.name) for field in fields(Limb) if getattr(limb, field.name) is not None}
    if limb.touch:
        # A hand that begins to grip does not keep the open fingers it had.
        curl = None if limb.touch.part == "grip" else before.curl
        before = replace(before, points=None, bend=None, shift=None, stays=None, lower=None, curl=curl)
    elif limb.points:
        before = replace(before, touch=None, shift=None, stays=None, lower=None, end=None, face=None)
    return replace(before, **said)
