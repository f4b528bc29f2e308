"""From a frame (what touches what) to a pose in numbers, on one body.

Contacts depend on where the body is and the body on its contacts, so both are worked out in turns until they
agree; a handful of rounds is enough, and always the same number is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recommender.models.figures import Base, Contact, Direction, FigureKit, Frame, Joint, Limb, Place
from tools.figures.contacts import CLOTH_CM, ContactParts, is_bare
from tools.figures.ik import folded
from tools.figures.mesh import Floats, Ints
from tools.figures.posture import curl, point_name, slide, spine_angles
from tools.figures.props import StandingProps, Surface
from tools.figures.rotations import about_x, about_y, about_z, unit
from tools.figures.shape import RestBody
from tools.figures.skeleton import Bones, Rig, foot_turn, hand_turn
from tools.figures.state import NO_ANGLES, Angles, LimbState, RigState
from tools.figures.words import orientation, unit_vector, vector

ROUNDS = 24
SETTLED_CM = 0.02
FLAT_THUMB, BODY_THUMB, GRIP_THUMB = 34.0, 22.0, -30.0
"""A gripping thumb closes over the fingers. The thumb of a hand that lies on something is beside the palm, not under it; degrees."""
_PALM_OVER_CM = 0.35
"""The middle of a flat palm is hollow: the heel of the hand and the fingertips lie lower."""
NECK_SHARES = (0.3, 0.25, 0.2, 0.25)
_SINK_SHARES = (0.6, 0.4, -0.2, -0.8)
"""A head sinks on to what it rests on without tipping: the neck bends below and bends back above."""
_NOTHING = Joint()
_LIMB_JOINTS = {"arm": ("upperarm01", "lowerarm01", "wrist"), "leg": ("upperleg01", "lowerleg01", "foot")}
_FOOT_PARTS = ("sole", "heel", "ball", "toes", "instep")
_MIDDLE_PARTS = ("elbow", "knee")


@dataclass
class Solved:
    """A pose, its bones, and every contact: what was wanted where (cm), and which vertex should be there."""

    state: RigState
    bones: Bones
    contacts: dict[str, tuple[int, Floats]] = field(default_factory=dict)
    props: StandingProps | None = None
    before: Solved | None = None


class Solver:
    """Solves the frames of forms on one body."""

    def __init__(self, rest: RestBody, kit: FigureKit) -> None:
        self.rest, self.kit = rest, kit
        self.rig = Rig(rest)
        self.parts = ContactParts(rest)
        self._supports: dict[str, Ints] = {}

    def solve(self, base: Base, frame: Frame, before: Solved | None) -> Solved:
        """Return the pose of a whole frame; ``before`` is the frame of the form that contacts may be kept from."""
        return _Round(self, base, frame, before).settle()

    def support(self, part: str) -> Ints:
        if part not in self._supports:
            self._supports[part] = self.rest.support(part)
        return self._supports[part]

    def point(self, bones: Bones, place: Place) -> Floats:
        """Return where a landmark of the body is in a pose."""
        vertex = self.rest.points[point_name(place)].vertex
        return np.asarray(self.rig.skin(bones, self.rest.vertices, np.array([vertex]))[0])


class _Round:
    def __init__(self, solver: Solver, base: Base, frame: Frame, before: Solved | None) -> None:
        self.solver, self.rest, self.rig = solver, solver.rest, solver.rig
        self.frame, self.before = frame, before
        self.axes = orientation(base)
        self.props = StandingProps(solver.kit, frame.props or (), base.surface, self.axes, solver.rest.scale)
        self.head_bend = 0.0
        self.hand_lift: dict[str, float] = {}
        self.contacts: dict[str, tuple[int, Floats]] = {}
        self.state = self._start()
        self.bones = self.rig.bones(self.state)

    def settle(self) -> Solved:
        for _ in range(ROUNDS):
            was = self._ends()
            self._rest_head()
            self.state.neck = self._neck()
            self.bones = self.rig.bones(self.state)
            for name in ("left_leg", "right_leg", "left_arm", "right_arm"):
                self.state.limbs[name] = self._limb(name, self.frame.limbs.get(name, Limb()))
            self.bones = self.rig.bones(self.state)
            self._move(self._keep())
            self._move(np.array([0.0, self._height(), 0.0]))
            if float(np.abs(self._ends() - was).max()) < SETTLED_CM:
                break
        return Solved(self.state, self.bones, self.contacts, self.props, self.before)

    def _ends(self) -> Floats:
        """Return what must stop moving: hips, limb ends, and the top of the neck."""
        ends = [limb.end for limb in self.state.limbs.values()]
        return np.stack([self.state.at, *ends, np.array([self.head_bend, 0.0, 0.0])])

    # -- the trunk

    def _start(self) -> RigState:
        frame = self.frame
        pelvis = self.axes @ about_y(frame.turn or 0) @ about_x(frame.tilt or 0) @ about_z(-(frame.side or 0))
        pelvis = pelvis @ about_x(-(frame.tuck or 0))
        at = self.before.state.at.copy() if self.before else np.array([0.0, self.rest.hip_centre[1], 0.0])
        self.offset = self._offset(frame.shift, None) if frame.shift else np.zeros(3)
        self.home = at + self.offset
        if self.before is None:
            self.home[1] = at[1]
        spine = spine_angles(frame.low_back or _NOTHING, frame.upper_back or _NOTHING, frame.tuck or 0)
        limbs = {
            name: LimbState(end=self.home + self.axes @ np.array(way), pole=self.axes @ np.array([0.0, 0, 1]))
            for name, way in (
                ("left_arm", (30, -5, 5)),
                ("right_arm", (-30, -5, 5)),
                ("left_leg", (10, -80, 0)),
                ("right_leg", (-10, -80, 0)),
            )
        }
        return RigState(
            at=self.home.copy(),
            pelvis=pelvis,
            spine=spine,
            neck=[NO_ANGLES] * 4,
            limbs=limbs,
            shoulders_lift=frame.shoulders_lift or 0.0,
            shoulders_back=frame.shoulders_back or 0.0,
            breath=frame.breath or 0.0,
        )

    def _neck(self) -> list[Angles]:
        neck, slide = self.frame.neck or _NOTHING, self.frame.chin or 0.0
        # The lower neck bends back and the head nods forward, so that the head slides without tipping.
        slides = (-slide, 0.0, 0.0, slide)
        return [
            (neck.bend * share + slid + self.head_bend * sunk, neck.turn * share, neck.side * share)
            for share, slid, sunk in zip(NECK_SHARES, slides, _SINK_SHARES, strict=True)
        ]

    def _rest_head(self) -> None:
        """Bend the neck until the back, side or front of the head lies on what it should rest on."""
        if self.frame.head_rests in (None, "nothing"):
            return
        gap = self._lowest("head") - self.props.height_under(self.frame.head_rests)
        lever = 9.0 * self.rest.scale
        step = float(np.degrees(np.clip(gap / lever, -0.15, 0.15)))
        # Bending forward lifts the head when lying on the back and lowers it when lying on the front.
        facing_up = self.axes[1, 2]
        self.head_bend = float(np.clip(self.head_bend - step * (1 if facing_up > -0.5 else -1), -45, 60))

    def _height(self) -> float:
        """Return by how much (cm) the body must move up for its supports to touch."""
        frame = self.frame
        if frame.stand is not None:
            return self._standing_height(frame.stand)
        if frame.rests is None:
            return float(self.home[1] - self.state.at[1])
        surface = self.props.height_under(frame.rests.on)
        cloth = 0.0
        return surface + cloth - min(self._lowest(part) for part in frame.rests.parts)

    def _standing_height(self, bend: float) -> float:
        """Return the move that leaves the straightest standing leg bent by some degrees."""
        best = []
        for side in ("left", "right"):
            limb = self.state.limbs[f"{side}_leg"]
            if not limb.fixed:
                continue
            tail = side[0].upper()
            thigh = self.rest.length(f"upperleg01.{tail}", f"lowerleg01.{tail}")
            shin = self.rest.length(f"lowerleg01.{tail}", f"foot.{tail}")
            reach = np.sqrt(thigh**2 + shin**2 + 2 * thigh * shin * np.cos(np.radians(max(bend, 3.0))))
            way = limb.end - self.bones.roots[f"{side}_leg"]
            level = min(float(np.hypot(way[0], way[2])), reach * 0.98)
            best.append(limb.end[1] + np.sqrt(reach**2 - level**2) - self.bones.roots[f"{side}_leg"][1])
        return float(min(best)) if best else 0.0

    def _keep(self) -> Floats:
        """Return the move that brings the kept landmarks back over where they were in the frame before."""
        level = np.zeros(3)
        if not self.frame.keeps or self.before is None:
            level = self.home - self.state.at
            level[1] = 0.0
            return level
        was = np.mean([self.solver.point(self.before.bones, place) for place in self.frame.keeps], 0)
        now = np.mean([self.solver.point(self.bones, place) for place in self.frame.keeps], 0)
        level = np.asarray(was + self.offset - now)
        if self.frame.rests is not None or self.frame.stand is not None:
            level[1] = 0.0
        else:
            self.home[1] = self.state.at[1] + level[1]
        return level

    def _move(self, by: Floats) -> None:
        if float(np.abs(by).max()) < 1e-6:
            return
        self.state.at = self.state.at + by
        for limb in self.state.limbs.values():
            if not limb.fixed:
                limb.end = limb.end + by
        self.bones = self.rig.bones(self.state)

    def _lowest(self, part: str) -> float:
        which = self.solver.support(part)
        return float(self.rig.skin(self.bones, self.rest.vertices, which)[:, 1].min())

    # -- the limbs

    def _limb(self, name: str, limb: Limb) -> LimbState:
        kind = name.split("_")[1]
        if limb.stays and self.before:
            held = self.before.state.limbs[name]
            self.contacts |= {key: value for key, value in self.before.contacts.items() if key.startswith(name)}
            by_middle = any(f"{name} {part}" in self.before.contacts for part in _MIDDLE_PARTS)
            pole = self._way(limb.middle, name) if limb.middle and not by_middle else held.pole
            return LimbState(held.end, pole, held.turned, held.relative, held.curl, held.flat, held.thumb, fixed=True)
        pole = self._way(limb.middle, name) if limb.middle else self._usual_pole(kind)
        if limb.touch and limb.touch.part in _MIDDLE_PARTS:
            return self._by_middle(name, limb, limb.touch, pole)
        turned, relative = self._end_turn(name, limb)
        state = LimbState(
            end=np.zeros(3),
            pole=pole,
            turned=turned,
            relative=relative,
            curl=curl(limb),
            flat=bool(limb.touch and limb.touch.part == "palm" and self.props.surface(limb.touch.target.name)),
            fixed=bool(limb.touch),
        )
        if limb.touch and limb.touch.part == "palm":
            state.thumb = FLAT_THUMB if state.flat else BODY_THUMB
        if limb.touch and limb.touch.part == "grip":
            state.thumb = GRIP_THUMB
        if limb.touch:
            state.end = self._end_for_contact(name, limb, limb.touch, state)
        else:
            points = self._way(limb.points or (("feet", 1.0),), name)
            root, lengths = self.bones.roots[name], self._lengths(name)
            state.end = folded(root, lengths, points, pole, limb.bend or 4.0)
            # The pole that bends the limb back into this very shape; the author's, where it is nearly straight.
            state.pole = root + points * lengths[0] - (root + state.end) / 2 + 0.05 * pole
        return state

    def _by_middle(self, name: str, limb: Limb, touch: Contact, pole: Floats) -> LimbState:
        """The elbow or knee lies on its target as near as the upper segment allows; the lower one points on."""
        side = name.split("_")[0]
        joint = f"{_LIMB_JOINTS[name.split('_')[1]][1]}.{side[0].upper()}"
        vertex = self.solver.parts.vertex(side, touch.part)
        wanted = self._target(touch, limb, side)
        skin = self._vertex(vertex) - self.bones.place[joint]
        root = self.bones.roots[name]
        upper, lower = self._lengths(name)
        if surface := self.props.surface(touch.target.name):
            wanted = wanted + slide(wanted - skin - root, pole, surface[1], upper)
        middle = root + unit(wanted - skin - root) * upper
        points = unit(self._way(limb.lower or (("front", 1.0),), name))
        if surface and name.endswith("arm"):
            points = self._flat_forearm(name, points, surface, lower)
        end = middle + points * lower
        pole = middle - (root + end) / 2 + 0.02 * pole
        turned, relative = self._end_turn(name, limb)
        self.contacts[f"{name} {touch.part}"] = (vertex, wanted)
        return LimbState(end, pole, turned, relative, curl(limb), flat=True, thumb=FLAT_THUMB, fixed=True)

    def _flat_forearm(self, name: str, points: Floats, surface: Surface, length: float) -> Floats:
        """Return where a forearm points that lies on a surface with the hand on it too, whatever its thickness."""
        at, normal = surface
        hand = self.solver.support(f"{name.split('_')[0]}_hand")
        gap = float((self.rig.skin(self.bones, self.rest.vertices, hand) @ normal).min() - at @ normal)
        lifted = self.hand_lift.get(name, 0.0) - gap * 0.6
        self.hand_lift[name] = float(np.clip(lifted, -0.4 * length, 0.4 * length))
        flat = points - (points @ normal) * normal
        return unit(unit(flat) * length + normal * self.hand_lift[name])

    def _end_for_contact(self, name: str, limb: Limb, touch: Contact, state: LimbState) -> Floats:
        """Return where wrist or ankle must be for the named part to lie on its target."""
        side, kind = name.split("_")
        tail = side[0].upper()
        vertex = self.solver.parts.vertex(side, touch.part)
        wanted = self._target(touch, limb, side)
        self.contacts[f"{name} {touch.part}"] = (vertex, wanted)
        joint = f"{_LIMB_JOINTS[kind][2]}.{tail}"
        turned = self.bones.turn[f"lower{kind}02.{tail}"] @ state.turned if state.relative else state.turned
        surface = self.props.surface(touch.target.name)
        if surface and touch.part in _FOOT_PARTS:
            wanted = wanted + surface[1] * self._sunk(side, vertex, turned, surface[1])
            self.contacts[f"{name} {touch.part}"] = (vertex, wanted)
        if touch.part in ("palm", "grip", "sole") and not state.relative:
            return np.asarray(wanted - turned @ (self.rest.vertices[vertex] - self.rest.heads[joint]))
        # Other parts are moved by the bones around them: take the offset as the last round left it.
        return wanted - (self._vertex(vertex) - self.bones.place[joint])

    def _sunk(self, side: str, vertex: int, turned: Floats, normal: Floats) -> float:
        """Return how far (cm) a foot turned so reaches below its named point: that much it must be lifted."""
        down = turned.T @ normal
        foot = self.rest.vertices[self.solver.support(f"{side}_foot")]
        return float(self.rest.vertices[vertex] @ down - (foot @ down).min())

    def _target(self, touch: Contact, limb: Limb, side: str) -> Floats:
        shift = self._offset(limb.shift, side) if limb.shift else np.zeros(3)
        surface = self.props.surface(touch.target.name)
        if surface:
            by = touch.by or Place("hip" if touch.part in ("sole", "knee", "heel", "ball") else "shoulder", "same")
            off = shift @ surface[1] + (_PALM_OVER_CM if touch.part == "palm" else 0.0)
            return self.props.onto(surface, self._place(by, side) + shift) + off * surface[1]
        return self._place(touch.target, side, lifted=True) + shift

    def _place(self, place: Place, side: str, lifted: bool = False) -> Floats:
        """Return a landmark of the body or of a prop; ``lifted`` puts it on the cloth, not on the skin."""
        prop = self.props.point(place, side)
        if prop is not None:
            return prop
        point = self.rest.points[point_name(place, side)]
        at = self._vertex(point.vertex)
        landmark = self.solver.kit.landmarks[place.name]
        if lifted and not is_bare(landmark.segment):
            at = at + self._normal(point.vertex, point.normal) * CLOTH_CM
        return at

    def _vertex(self, vertex: int) -> Floats:
        return np.asarray(self.rig.skin(self.bones, self.rest.vertices, np.array([vertex]))[0])

    def _normal(self, vertex: int, normal: Floats) -> Floats:
        weights = self.rest.mesh.weights[vertex]
        bone = self.rest.mesh.bones[int(np.argmax(weights))]
        return self.bones.turn[bone] @ normal

    def _end_turn(self, name: str, limb: Limb) -> tuple[Floats, bool]:
        """Return how hand or foot is turned, and whether that is relative to forearm or shin."""
        side, kind = name.split("_")
        on_body = bool(limb.touch and limb.touch.part in ("palm", "grip") and self._is_of_body(limb.touch.target))
        if limb.end is None and limb.face is None and not on_body:
            sign = 1.0 if kind == "leg" else (1.0 if side == "left" else -1.0)
            return (about_x(-(limb.flex or 0)) if kind == "leg" else about_z(sign * (limb.flex or 0))), True
        if kind == "leg":
            toes = self._way(limb.end or (("front", 1.0),), name)
            sole = self._way(limb.face or (("down", 1.0),), name)
            return foot_turn(toes, sole), False
        if limb.touch and on_body:
            return self._hand_on_body(name, limb, limb.touch), False
        forearm = self.bones.place[f"wrist.{side[0].upper()}"] - self.bones.place[f"lowerarm01.{side[0].upper()}"]
        fingers = self._way(limb.end, name) if limb.end else unit(forearm)
        palm = self._way(limb.face or (("down", 1.0),), name)
        return hand_turn(self.rest, side, fingers, palm), False

    def _is_of_body(self, place: Place) -> bool:
        return place.name in self.solver.kit.landmarks

    def _hand_on_body(self, name: str, limb: Limb, touch: Contact) -> Floats:
        """Return how a hand is turned that lies flat on the body: the palm looks into the skin."""
        side = name.split("_")[0]
        point = self.rest.points[point_name(touch.target, side)]
        palm = -self._normal(point.vertex, point.normal)
        tail = side[0].upper()
        forearm = self.bones.place[f"wrist.{tail}"] - self.bones.place[f"lowerarm01.{tail}"]
        fingers = self._way(limb.end, name) if limb.end else unit(forearm)
        return hand_turn(self.rest, side, fingers - (fingers @ palm) * palm, palm)

    def _lengths(self, name: str) -> tuple[float, float]:
        side, kind = name.split("_")
        first, second, third = (f"{joint}.{side[0].upper()}" for joint in _LIMB_JOINTS[kind])
        return self.rest.length(first, second), self.rest.length(second, third)

    def _usual_pole(self, kind: str) -> Floats:
        return np.asarray(self.axes @ np.array([0.0, 0, 1.0 if kind == "leg" else -1.0]))

    def _way(self, direction: Direction, name: str) -> Floats:
        side, kind = name.split("_")
        turned = self.axes
        if self.frame.limbs.get(name, Limb()).follows == "trunk":
            turned = self.bones.turn["spine01" if kind == "arm" else "root"]
        return unit_vector(direction, turned, side)

    def _offset(self, direction: Direction, side: str | None) -> Floats:
        return vector(direction, self.axes, side) * self.rest.scale
