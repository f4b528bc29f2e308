"""The parts of hands, arms, feet and legs that touch something: the vertex, and how far skin is from the joint."""

from __future__ import annotations

import numpy as np

from tools.figures.mesh import SKIN_END, Floats
from tools.figures.shape import RestBody

CLOTH_CM = 1.0
"""Roughly how thick cloth is over a landmark under clothes."""
_BARE = ("hand", "foot", "head", "neck", "fingers", "thumb", "forearm")


class ContactParts:
    """For one body: the vertex of each part of a limb that can touch."""

    def __init__(self, rest: RestBody) -> None:
        self._rest = rest
        self._vertices: dict[str, int] = {}
        for side in ("left", "right"):
            for part, landmark in _LANDMARK_OF.items():
                self._vertices[f"{side} {part}"] = rest.points[f"{side} {landmark}"].vertex
            self._vertices[f"{side} sole"] = self._sole(side, 0.45)
            self._vertices[f"{side} heel"] = self._sole(side, 0.08)
            self._vertices[f"{side} ball"] = self._sole(side, 0.72)

    def vertex(self, side: str, part: str) -> int:
        return self._vertices[f"{side} {part}"]

    def _sole(self, side: str, share: float) -> int:
        """Return the lowest vertex of a flat foot at a share of its length from the heel."""
        foot = self._rest.support(f"{side}_foot")
        points = self._rest.vertices[foot]
        low, high = points[:, 2].min(), points[:, 2].max()
        near = np.abs(points[:, 2] - (low + (high - low) * share)) < 1.5
        return int(foot[near][np.argmin(points[near][:, 1])])


_LANDMARK_OF = {
    "palm": "palm",
    "grip": "palm",
    "fist": "knuckles",
    "fingertips": "fingertips",
    "wrist": "wrist_palm",
    "hand_back": "hand_back",
    "thumb": "thumb_tip",
    "elbow": "elbow",
    "forearm": "forearm_under",
    "toes": "toe_tip",
    "ankle": "ankle_out",
    "ankle_in": "ankle_in",
    "ankle_out": "ankle_out",
    "knee": "knee_front",
    "instep": "instep",
}


def is_bare(segment: str) -> bool:
    """Return whether the skin of a segment is not under cloth."""
    return segment in _BARE


def lowest(vertices: Floats) -> float:
    return float(vertices[:SKIN_END, 1].min())
