"""Small parts of solving a pose that need no body: names of landmarks, spine, fingers, a sliding elbow."""

from __future__ import annotations

import numpy as np

from recommender.models.figures import Joint, Limb, Place
from tools.figures.mesh import Floats
from tools.figures.rotations import unit
from tools.figures.state import Angles

LOW_BACK_SHARES = (0.5, 0.5, 0.0, 0.0, 0.0)
UPPER_BACK_SHARES = (0.0, 0.0, 0.34, 0.36, 0.30)
_CURL, _GRIP_CURL = 12.0, 72.0


def point_name(place: Place, side: str | None = None) -> str:
    """Return the key of a landmark in a body; same and other are those of the limb."""
    which = place.side
    if which == "same":
        which = side
    elif which == "other":
        which = {"left": "right", "right": "left"}[str(side)]
    return f"{which} {place.name}" if which else place.name


def slide(way: Floats, towards: Floats, normal: Floats, length: float) -> Floats:
    """Return how far an elbow slides along its surface when the upper arm is longer than the way to it."""
    along = towards - (towards @ normal) * normal
    if float(way @ way) >= length**2 or np.linalg.norm(along) < 0.1:
        return np.zeros(3)
    along = unit(along)
    half = float(way @ along)
    return np.asarray(along * (-half + np.sqrt(half**2 + length**2 - float(way @ way))))


def curl(limb: Limb) -> float:
    """Return how far the fingers bend at each joint: as said, else relaxed, or closed round what they grip."""
    if limb.curl is not None:
        return limb.curl
    return _GRIP_CURL if limb.touch and limb.touch.part == "grip" else _CURL


def spine_angles(low: Joint, upper: Joint, tuck: float) -> list[Angles]:
    """Return the angles of the five steps; a tucked pelvis leaves the chest where it is, so the low back bends."""
    return [
        (
            (low.bend + tuck) * first + upper.bend * second,
            low.turn * first + upper.turn * second,
            low.side * first + upper.side * second,
        )
        for first, second in zip(LOW_BACK_SHARES, UPPER_BACK_SHARES, strict=True)
    ]
