"""A body at rest: the mesh with its shapes, the joints, and the landmarks that contacts are named by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from recommender.models.figures import Body, Landmark
from tools.figures.mesh import SKIN, SKIN_END, Floats, Ints, Mesh, load_shape
from tools.figures.rotations import unit

REFERENCE_LEG_CM = 86.5
SEGMENTS = {
    "thigh": ("upperleg01", "lowerleg01"),
    "shin": ("lowerleg01", "foot"),
    "foot": ("foot", "toe3-1"),
    "upper_arm": ("upperarm01", "lowerarm01"),
    "forearm": ("lowerarm01", "wrist"),
    "hand": ("wrist", "finger3-2"),
    "fingers": ("finger3-1", "finger3-3"),
    "thumb": ("finger1-1", "finger1-3"),
    "pelvis": ("root", "spine04"),
    "waist": ("spine05", "spine03"),
    "chest": ("spine03", "neck01"),
    "neck": ("neck01", "head"),
    "head": ("head", "head"),
}
_SIDED = ("thigh", "shin", "foot", "upper_arm", "forearm", "hand", "fingers", "thumb")
TORSO, HEAD, LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG = range(6)
_LEG_BONES = ("upperleg", "lowerleg", "foot", "toe")
_ARM_BONES = ("upperarm", "lowerarm", "wrist", "metacarpal", "finger")
_TRUNK_BONES = ("neck", "spine", "root", "pelvis", "clavicle", "shoulder", "breast")
_REST_SIDES = {
    "front": (0.0, 0.0, 1.0),
    "back": (0.0, 0.0, -1.0),
    "up": (0.0, 1.0, 0.0),
    "down": (0.0, -1.0, 0.0),
    "left": (1.0, 0.0, 0.0),
    "right": (-1.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class Point:
    """A landmark of one body: the vertex of the skin that stands for it."""

    vertex: int
    normal: Floats


class RestBody:
    """One of the people drawn, standing at rest; all lengths in cm."""

    def __init__(self, mesh: Mesh, body: Body, landmarks: Mapping[str, Landmark]) -> None:
        self.mesh = mesh
        self.body = body
        vertices = mesh.vertices.copy()
        for shape, weight in body.shapes.items():
            index, moved = load_shape(shape)
            vertices[index] += weight * moved
        hip_height = _joint(mesh, vertices, mesh.rig["upperleg01.L"]["head"])[1] - vertices[:SKIN_END, 1].min()
        scale = body.leg_cm / hip_height
        self.vertices: Floats = vertices * scale
        self.vertices[:, 1] -= self.vertices[:SKIN_END, 1].min()
        self.scale = body.leg_cm / REFERENCE_LEG_CM
        """What an offset of 1 cm in pose data is on this body."""
        self.heads = {bone: _joint(mesh, self.vertices, told["head"]) for bone, told in mesh.rig.items()}
        self.tails = {bone: _joint(mesh, self.vertices, told["tail"]) for bone, told in mesh.rig.items()}
        self.parents: dict[str, str | None] = {bone: told["parent"] or None for bone, told in mesh.rig.items()}
        self.index = {bone: number for number, bone in enumerate(mesh.bones)}
        self.part_weights = self._part_weights()
        self.part = self.part_weights.argmax(1)
        self._landmarks = landmarks
        self.points: dict[str, Point] = dict(self._find_points(landmarks))

    def length(self, start: str, end: str) -> float:
        """Return the distance between two joints."""
        return float(np.linalg.norm(self.heads[end] - self.heads[start]))

    @cached_property
    def hip_centre(self) -> Floats:
        return (self.heads["upperleg01.L"] + self.heads["upperleg01.R"]) / 2

    @cached_property
    def normals(self) -> Floats:
        return vertex_normals(self.vertices, self.mesh.triangles)

    def bone_weight(self, prefixes: tuple[str, ...], side: str | None = None) -> Floats:
        """Return per vertex how much of it hangs on the bones whose names start so."""
        names = [
            bone
            for bone in self.mesh.bones
            if bone.startswith(prefixes) and (side is None or bone.endswith("." + side))
        ]
        return np.asarray(self.mesh.weights[:, [self.index[name] for name in names]].sum(1))

    def support(self, part: str) -> Ints:
        """Return the vertices of the skin that a named part rests on."""
        side = {"left": "L", "right": "R"}.get(part.split("_")[0])
        name = part.split("_", 1)[1] if side else part
        weight = {
            "trunk": lambda: self.bone_weight(_TRUNK_BONES),
            "buttocks": lambda: self.bone_weight(("root", "pelvis", "upperleg01")),
            "upper_back": lambda: self.bone_weight(("spine01", "spine02", "clavicle", "shoulder", "neck01")),
            "chest": lambda: self.bone_weight(("spine01", "spine02", "breast", "clavicle")),
            "belly": lambda: self.bone_weight(("spine03", "spine04", "spine05", "root")),
            "head": lambda: self.bone_weight(("head", "neck03", "jaw")),
            "leg": lambda: self.bone_weight(_LEG_BONES, side),
            "thigh": lambda: self.bone_weight(("upperleg",), side),
            "shoulder": lambda: self.bone_weight(("upperarm01", "shoulder", "clavicle"), side),
            "knee": lambda: self._near_joint("lowerleg01", side),
            "shin": lambda: self.bone_weight(("lowerleg",), side),
            "foot": lambda: self.bone_weight(("foot", "toe"), side),
            "elbow": lambda: self._near_joint("lowerarm01", side),
            "hand": lambda: self.bone_weight(("wrist", "metacarpal", "finger"), side),
        }[name]()
        return np.nonzero(weight[:SKIN_END] > 0.5)[0]

    def _near_joint(self, bone: str, side: str | None) -> Floats:
        near = np.linalg.norm(self.vertices - self.heads[f"{bone}.{side}"], axis=1) < 8 * self.scale
        return np.asarray(near, float)

    def _part_weights(self) -> Floats:
        sums = np.zeros((len(self.mesh.vertices), 6))
        for bone, number in self.index.items():
            sums[:, _part_of(bone)] += self.mesh.weights[:, number]
        return sums

    def _find_points(self, landmarks: Mapping[str, Landmark]) -> Any:
        for landmark in landmarks.values():
            if landmark.segment in _SIDED or landmark.side in ("in", "out") or landmark.around:
                for side in ("left", "right"):
                    yield f"{side} {landmark.id}", self._point(landmark, side)
            else:
                yield landmark.id, self._point(landmark, None)

    def _point(self, landmark: Landmark, side: str | None) -> Point:
        """Return the vertex nearest to the ray from the bone to the named side of it."""
        tail = f".{side[0].upper()}" if side and landmark.segment in _SIDED else ""
        first, last = (f"{bone}{tail}" for bone in SEGMENTS[landmark.segment])
        start, end = self.heads[first], self.heads[last]
        if landmark.segment == "head":
            end = self.tails["head"]
        outward = 1.0 if side == "left" else -1.0
        axis = unit(end - start)
        origin = start + (end - start) * landmark.along
        if landmark.around and side:
            origin = origin + np.array([outward * landmark.around * self.scale, 0, 0])
        ray = self._ray(landmark.side, outward, axis, side)
        allowed = self._segment_vertices(landmark.segment, side)
        away = self.vertices[:SKIN_END] - origin
        along_ray = away @ ray
        distance = np.linalg.norm(away - along_ray[:, None] * ray, axis=1)
        distance = np.where(allowed & (along_ray > 0), distance, 1e9)
        near = np.nonzero(distance < distance.min() + 0.9 * self.scale)[0]
        vertex = int(near[np.argmax(along_ray[near])])
        return Point(vertex, self.normals[vertex])

    def _ray(self, word: str, outward: float, axis: Floats, side: str | None) -> Floats:
        if word in ("in", "out"):
            ray = np.array([outward if word == "out" else -outward, 0.0, 0.0])
        elif word in ("palm", "hand_back"):
            ray = self.palm_normal(side or "left") * (1 if word == "palm" else -1)
        elif word == "tip":
            return axis
        else:
            ray = np.array(_REST_SIDES[word])
        return unit(ray - 0.98 * (ray @ axis) * axis) if abs(ray @ axis) < 0.9 else unit(ray)

    def palm_normal(self, side: str) -> Floats:
        """Return where the palm looks at rest."""
        tail = f".{side[0].upper()}"
        along = self.heads[f"finger3-1{tail}"] - self.heads[f"wrist{tail}"]
        across = self.heads[f"finger2-1{tail}"] - self.heads[f"finger5-1{tail}"]
        return unit(np.cross(along, across)) * (1 if side == "left" else -1)

    def _segment_vertices(self, segment: str, side: str | None) -> Any:
        tail = side[0].upper() if side else None
        weight = {
            "thigh": lambda: self.bone_weight(("upperleg",), tail),
            "shin": lambda: self.bone_weight(("lowerleg", "foot"), tail),
            "foot": lambda: self.bone_weight(("foot", "toe"), tail),
            "upper_arm": lambda: self.bone_weight(("upperarm", "shoulder"), tail),
            "forearm": lambda: self.bone_weight(("lowerarm", "wrist", "upperarm02"), tail),
            "hand": lambda: self.bone_weight(("wrist", "metacarpal", "finger"), tail),
            "fingers": lambda: self.bone_weight(("finger2", "finger3", "finger4", "finger5"), tail),
            "thumb": lambda: self.bone_weight(("finger1",), tail),
            "head": lambda: self.part_weights[:, HEAD],
            "neck": lambda: self.bone_weight(("neck", "head")),
        }.get(segment, lambda: self.bone_weight((*_TRUNK_BONES, "upperleg01")))()
        return weight[:SKIN_END] > 0.4


def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """Return unit normals (n, 3) of vertices that some triangle uses."""
    corners = vertices[triangles]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for axis in range(3):
        for corner in range(3):
            normals[:, axis] += np.bincount(triangles[:, corner], face[:, axis], len(vertices))
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9))


def _joint(mesh: Mesh, vertices: Floats, told: dict[str, Any]) -> Floats:
    if told["strategy"] == "CUBE":
        return np.asarray(vertices[mesh.cubes[told["cube_name"]]].mean(0))
    if told["strategy"] == "VERTEX":
        return np.asarray(vertices[told["vertex_index"]])
    return np.asarray(vertices[told["vertex_indices"]].mean(0))


def _part_of(bone: str) -> int:
    right = bone.endswith(".R")
    if bone.startswith(_LEG_BONES):
        return RIGHT_LEG if right else LEFT_LEG
    if bone.startswith(_ARM_BONES):
        return RIGHT_ARM if right else LEFT_ARM
    return TORSO if bone.startswith(_TRUNK_BONES) else HEAD


__all__ = ["SKIN", "Point", "RestBody", "vertex_normals"]
