"""The pose of one body in numbers: what the solver works out and what motion is interpolated from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tools.figures.mesh import Floats
from tools.figures.rotations import blend, blend_direction

SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
NECK = ("neck01", "neck02", "neck03", "head")
Angles = tuple[float, float, float]
"""Bend, turn and side of one joint, in degrees."""
NO_ANGLES: Angles = (0.0, 0.0, 0.0)


@dataclass
class LimbState:
    """A limb by its far end: where wrist or ankle is (world, cm), where elbow or knee looks, how the end is turned.

    ``turned`` is the rotation of hand or foot in the world, or, when ``relative``, from forearm or shin.
    ``fixed`` says that the end is held by a contact, so that motion moves it in a straight line.
    """

    end: Floats
    pole: Floats
    turned: Floats = field(default_factory=lambda: np.eye(3))
    relative: bool = True
    curl: float = 12.0
    flat: bool = False
    thumb: float = 0.0
    """How far the thumb is lifted out of the plane of the palm, in degrees."""
    fixed: bool = False


@dataclass
class RigState:
    """The whole body: hips in the world (cm), angles of the spine and neck from the bottom up, limbs by name."""

    at: Floats
    pelvis: Floats
    spine: list[Angles]
    neck: list[Angles]
    limbs: dict[str, LimbState]
    shoulders_lift: float = 0.0
    shoulders_back: float = 0.0
    breath: float = 0.0


def interpolate(
    start: RigState, end: RigState, share: float, roots: tuple[dict[str, Floats], dict[str, Floats]]
) -> RigState:
    """Return the pose a share of the way between two; ``roots`` are the shoulders and hips of each (limb to cm)."""
    return RigState(
        at=_mix(start.at, end.at, share),
        pelvis=blend(start.pelvis, end.pelvis, share),
        spine=[_mix_angles(a, b, share) for a, b in zip(start.spine, end.spine, strict=True)],
        neck=[_mix_angles(a, b, share) for a, b in zip(start.neck, end.neck, strict=True)],
        limbs={
            name: _mix_limb(limb, end.limbs[name], share, roots[0][name], roots[1][name])
            for name, limb in start.limbs.items()
        },
        shoulders_lift=_mix_number(start.shoulders_lift, end.shoulders_lift, share),
        shoulders_back=_mix_number(start.shoulders_back, end.shoulders_back, share),
        breath=_mix_number(start.breath, end.breath, share),
    )


def _mix_limb(start: LimbState, end: LimbState, share: float, root0: Floats, root1: Floats) -> LimbState:
    if start.fixed and end.fixed:
        far = _mix(start.end, end.end, share)
    else:
        reach0, reach1 = start.end - root0, end.end - root1
        length = _mix_number(float(np.linalg.norm(reach0)), float(np.linalg.norm(reach1)), share)
        far = _mix(root0, root1, share) + blend_direction(reach0, reach1, share) * length
    same = start.relative == end.relative
    return LimbState(
        end=far,
        pole=blend_direction(start.pole, end.pole, share),
        turned=blend(start.turned, end.turned, share) if same else (start if share < 0.5 else end).turned,
        relative=start.relative if share < 0.5 else end.relative,
        curl=_mix_number(start.curl, end.curl, share),
        flat=start.flat and end.flat,
        thumb=_mix_number(start.thumb, end.thumb, share),
        fixed=start.fixed and end.fixed,
    )


def _mix(start: Floats, end: Floats, share: float) -> Floats:
    return start + (end - start) * share


def _mix_number(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


def _mix_angles(start: Angles, end: Angles, share: float) -> Angles:
    bend, turn, side = (_mix_number(a, b, share) for a, b in zip(start, end, strict=True))
    return bend, turn, side
