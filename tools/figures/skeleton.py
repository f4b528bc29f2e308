"""Forward kinematics: a pose in numbers to the place and turn of every bone, and of the skin."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tools.figures.ik import bend_limb
from tools.figures.mesh import Floats, Ints
from tools.figures.rotations import about, about_x, about_y, about_z, axis_angle, between, cross, frame, unit
from tools.figures.shape import RestBody
from tools.figures.state import NECK, SPINE, Angles, LimbState, RigState

CLAVICLE_SHARE = 0.22
"""How much of the arm's swing the collar bone takes."""
TWIST_SHARE = 0.5
"""How much of the wrist's twist the far half of the forearm takes."""
_FLAT_FINGERS = -9.0
"""Fingers are a little curled at rest; on a flat surface each joint straightens by so many degrees."""


@dataclass
class Bones:
    """Where every bone is: its rotation from rest (3 x 3) and the place of its joint (cm)."""

    turn: dict[str, Floats] = field(default_factory=dict)
    place: dict[str, Floats] = field(default_factory=dict)
    roots: dict[str, Floats] = field(default_factory=dict)
    """Shoulder or hip of each limb."""
    bends: dict[str, float] = field(default_factory=dict)
    """Bend of each elbow and knee in degrees."""
    short: dict[str, float] = field(default_factory=dict)
    """How many cm each limb fails to reach."""


class Rig:
    """Poses one body."""

    def __init__(self, rest: RestBody) -> None:
        self.rest = rest
        self._palm = {side: rest.palm_normal(side) for side in ("left", "right")}

    def bones(self, state: RigState) -> Bones:
        """Return every bone of the pose."""
        bones = Bones()
        heads, rest = self.rest.heads, self.rest
        self._put(bones, "root", state.pelvis, state.at + state.pelvis @ (heads["root"] - rest.hip_centre))
        for chain, angles in ((SPINE, state.spine), (NECK, state.neck)):
            for bone, joint in zip(chain, angles, strict=True):
                self._put(bones, bone, bones.turn[str(rest.parents[bone])] @ _turned(joint))
        for side in ("left", "right"):
            self._leg(bones, side, state.limbs[f"{side}_leg"])
            self._arm(bones, side, state)
        for bone in rest.mesh.bones:
            if bone not in bones.turn:
                self._put(bones, bone, bones.turn[str(rest.parents[bone])])
        return bones

    def skin(self, bones: Bones, vertices: Floats, which: Ints | slice = slice(None)) -> Floats:
        """Return the vertices (n, 3, given at rest) where the bones carry them."""
        heads = self.rest.heads
        moves = np.stack(
            [
                np.hstack([bones.turn[bone], (bones.place[bone] - bones.turn[bone] @ heads[bone])[:, None]])
                for bone in self.rest.mesh.bones
            ]
        )
        blended = np.tensordot(self.rest.mesh.weights[which], moves, 1)
        return np.asarray(np.einsum("nij,nj->ni", blended[:, :, :3], vertices[which]) + blended[:, :, 3])

    def _put(self, bones: Bones, bone: str, turn: Floats, at: Floats | None = None) -> None:
        bones.turn[bone] = turn
        if at is None:
            parent = str(self.rest.parents[bone])
            at = bones.place[parent] + bones.turn[parent] @ (self.rest.heads[bone] - self.rest.heads[parent])
        bones.place[bone] = at

    def _leg(self, bones: Bones, side: str, limb: LimbState) -> None:
        tail = side[0].upper()
        self._put(bones, f"pelvis.{tail}", bones.turn["root"])
        self._put(bones, f"upperleg01.{tail}", bones.turn["root"])
        self._limb(bones, f"{side}_leg", limb, ("upperleg01", "lowerleg01", "foot"), is_arm=False)
        foot = bones.turn[f"lowerleg02.{tail}"] @ limb.turned if limb.relative else limb.turned
        self._put(bones, f"foot.{tail}", foot)

    def _arm(self, bones: Bones, side: str, state: RigState) -> None:
        tail = side[0].upper()
        limb = state.limbs[f"{side}_arm"]
        sign = 1.0 if side == "left" else -1.0
        chest = bones.turn["spine01"]
        own = about_z(sign * state.shoulders_lift) @ about_y(sign * state.shoulders_back)
        self._put(bones, f"clavicle.{tail}", chest @ own)
        self._put(bones, f"shoulder01.{tail}", bones.turn[f"clavicle.{tail}"])
        self._put(bones, f"upperarm01.{tail}", bones.turn[f"clavicle.{tail}"])
        hanging = chest @ unit((sign * 0.35, -1, 0.05))
        swing = between(hanging, limb.end - bones.place[f"upperarm01.{tail}"], CLAVICLE_SHARE)
        self._put(bones, f"clavicle.{tail}", swing @ chest @ own)
        self._put(bones, f"shoulder01.{tail}", bones.turn[f"clavicle.{tail}"])
        self._put(bones, f"upperarm01.{tail}", bones.turn[f"clavicle.{tail}"])
        self._limb(bones, f"{side}_arm", limb, ("upperarm01", "lowerarm01", "wrist"), is_arm=True)
        self._hand(bones, side, limb)

    def _limb(self, bones: Bones, name: str, limb: LimbState, joints: tuple[str, str, str], is_arm: bool) -> None:
        tail = name[0].upper()
        upper, lower, far = (f"{joint}.{tail}" for joint in joints)
        heads = self.rest.heads
        root = bones.place[upper]
        bent = bend_limb(root, (heads[upper], heads[lower], heads[far]), limb, is_arm)
        bones.roots[name], bones.bends[name], bones.short[name] = root, bent.degrees, bent.short
        for bone in (upper, upper.replace("01", "02")):
            bones.turn[bone] = bent.upper
            bones.place[bone] = root + bent.upper @ (heads[bone] - heads[upper])
        for bone in (lower, lower.replace("01", "02")):
            bones.turn[bone] = bent.lower
            bones.place[bone] = bent.middle + bent.lower @ (heads[bone] - heads[lower])

    def _hand(self, bones: Bones, side: str, limb: LimbState) -> None:
        tail = side[0].upper()
        heads = self.rest.heads
        lower = bones.turn[f"lowerarm01.{tail}"]
        hand = lower @ limb.turned if limb.relative else limb.turned
        axis, degrees = axis_angle(lower.T @ hand)
        forearm = unit(heads[f"wrist.{tail}"] - heads[f"lowerarm01.{tail}"])
        twist = degrees * float(axis @ forearm)
        bones.turn[f"lowerarm02.{tail}"] = lower @ about(forearm, twist * TWIST_SHARE)
        self._put(bones, f"wrist.{tail}", hand)
        palm = self._palm[side]
        for finger in range(1, 6):
            for joint in range(1, 4):
                self._finger(bones, f"finger{finger}-{joint}.{tail}", palm, limb, finger, joint)

    def _finger(self, bones: Bones, bone: str, palm: Floats, limb: LimbState, finger: int, joint: int) -> None:
        parent = str(self.rest.parents[bone])
        if parent not in bones.turn:
            self._put(bones, parent, bones.turn[str(self.rest.parents[parent])])
        axis = cross(unit(self.rest.tails[bone] - self.rest.heads[bone]), palm)
        curl = limb.curl * (0.35 if finger == 1 else 1.0) * (0.8 if joint == 1 else 1.0)
        if limb.flat and finger > 1:
            curl = _FLAT_FINGERS
        elif finger == 1 and joint == 1:
            curl -= limb.thumb
        self._put(bones, bone, bones.turn[parent] @ about(axis, curl))


def hand_turn(rest: RestBody, side: str, fingers: Floats, palm: Floats) -> Floats:
    """Return the rotation in the world of a hand whose fingers point and whose palm looks as asked."""
    tail = side[0].upper()
    along = rest.heads[f"finger3-1.{tail}"] - rest.heads[f"wrist.{tail}"]
    return frame(fingers, palm) @ frame(along, rest.palm_normal(side)).T


def foot_turn(toes: Floats, sole: Floats) -> Floats:
    """Return the rotation in the world of a foot whose toes point and whose sole looks as asked."""
    return frame(toes, -sole) @ frame((0, 0, 1), (0, 1, 0)).T


def _turned(angles: Angles) -> Floats:
    bend, turn, side = angles
    return about_x(bend) @ about_y(turn) @ about_z(-side)
