"""Two-bone inverse kinematics with a pole; both segments share one normal, so that no limb twists at its middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.figures.mesh import Floats
from tools.figures.rotations import cross, frame, unit
from tools.figures.state import LimbState

_NEARLY_STRAIGHT = 0.999


@dataclass(frozen=True)
class BentLimb:
    """Rotations of both segments from rest, the middle joint (cm), the bend in degrees, and cm out of reach."""

    upper: Floats
    lower: Floats
    middle: Floats
    degrees: float
    short: float


def bend_limb(root: Floats, rest: tuple[Floats, Floats, Floats], limb: LimbState, is_arm: bool) -> BentLimb:
    """Return the limb from its root to its end, the elbow or knee towards the pole."""
    start, joint, far = rest
    first, second = float(np.linalg.norm(joint - start)), float(np.linalg.norm(far - joint))
    way = limb.end - root
    distance = float(np.linalg.norm(way))
    reach = float(np.clip(distance, abs(first - second) * 1.02 + 0.5, (first + second) * _NEARLY_STRAIGHT))
    along = unit(way)
    pole = frame(along, limb.pole)[:, 1]
    cosine = np.clip((first**2 + reach**2 - second**2) / (2 * first * reach), -1, 1)
    middle = root + along * first * cosine + pole * first * np.sqrt(1 - cosine**2)
    end = root + along * reach
    if is_arm:
        normal = cross(along, pole)
        rest_normal = cross(unit(far - start), joint - (start + far) / 2)
    else:
        normal = cross(along, pole)
        rest_normal = cross(unit(far - start), np.array([0.0, 0, 1]))
    upper = frame(middle - root, normal) @ frame(joint - start, rest_normal).T
    lower = frame(end - middle, normal) @ frame(far - joint, rest_normal).T
    bend = np.degrees(np.arccos(np.clip(unit(middle - root) @ unit(end - middle), -1, 1)))
    return BentLimb(upper, lower, middle, float(bend), max(0.0, distance - reach) + max(0.0, reach - distance))


def folded(root: Floats, lengths: tuple[float, float], points: Floats, pole: Floats, degrees: float) -> Floats:
    """Return where the far end is when the upper segment points somewhere and the joint bends by degrees."""
    direction = unit(points)
    look = frame(direction, pole)[:, 1]
    bend = np.radians(degrees)
    return np.asarray(root + direction * lengths[0] + (direction * np.cos(bend) - look * np.sin(bend)) * lengths[1])
