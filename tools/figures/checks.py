"""What must hold of every pose on every body, measured on the skin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy.spatial import cKDTree

from tools.figures.draw import BED_WIDTH_CM, Artist
from tools.figures.mesh import SKIN_END, Floats, Ints
from tools.figures.shape import vertex_normals
from tools.figures.solve import Solved

CONTACT_CM = 2.0
SUNK_CM = 1.0
REACH_CM = 2.0
THROUGH_CM = 3.0
THROUGH_VERTICES = 12
"""Soft tissue gives way by so much; a few vertices more are a fold of skin, not a limb inside a body."""
IN_PROP_CM, IN_CUSHION_CM = 2.0, 4.5
"""Flesh flattens on a seat or a wall by so much; a cushion gives way besides."""
_CUSHIONS = ("cushion_pile", "table_cushion", "sitting_cushion", "pad")
BODY_PARTS = ("trunk", "head", "left arm", "right arm", "left leg", "right leg")
_NEAR_CM = 9.0
_MAY_NOT_CROSS = {
    "left forearm": ("trunk", "head", "right forearm", "left thigh", "right thigh", "left shin", "right shin"),
    "right forearm": ("trunk", "head", "left thigh", "right thigh", "left shin", "right shin"),
    "left shin": ("trunk", "head", "right thigh", "right shin"),
    "right shin": ("trunk", "head", "left thigh"),
}
JOINT_RANGES = {"arm": (0.0, 152.0), "leg": (0.0, 158.0)}


def faults(artist: Artist, poses: Iterable[Solved]) -> Iterator[str]:
    """Yield what is wrong with each frame of a form on the artist's body."""
    for number, solved in enumerate(poses, start=1):
        for fault in frame_faults(artist, solved):
            yield f"frame {number}: {fault}"


def frame_faults(artist: Artist, solved: Solved) -> Iterator[str]:
    yield from _contacts(artist, solved)
    yield from _floor(artist, solved)
    yield from _joints(solved)
    yield from _through(artist, solved)
    yield from _in_props(artist, solved)


def _contacts(artist: Artist, solved: Solved) -> Iterator[str]:
    for name, (vertex, wanted) in sorted(solved.contacts.items()):
        skin = artist.solver.rig.skin(solved.bones, artist.rest.vertices, np.array([vertex]))[0]
        away = float(np.linalg.norm(skin - wanted))
        if away > CONTACT_CM:
            yield f"{name} is {away:.1f} cm from what it should touch"


def _floor(artist: Artist, solved: Solved) -> Iterator[str]:
    skin = artist.skin(solved.bones)[:SKIN_END]
    if solved.props and solved.props.surface_name == "bed":
        # A leg may hang over the edge.
        skin = np.where(np.abs(skin[:, :1]) > BED_WIDTH_CM / 2, np.maximum(skin, 0.0), skin)
    lowest = float(skin[:, 1].min())
    if lowest < -SUNK_CM:
        part = BODY_PARTS[int(artist.rest.part[int(np.argmin(skin[:, 1]))])]
        yield f"{part} is {-lowest:.1f} cm under the floor"
    if lowest > 1.0 and not _feet_are_on_something(solved):
        yield f"the body floats {lowest:.1f} cm over the floor"


def _feet_are_on_something(solved: Solved) -> bool:
    """Return whether both feet touch something over the floor, such as pedals."""
    heights = [wanted[1] for name, (_, wanted) in solved.contacts.items() if "_leg" in name]
    return len(heights) == 2 and min(heights) > 1.0


def _joints(solved: Solved) -> Iterator[str]:
    for limb, short in solved.bones.short.items():
        if short > REACH_CM:
            yield f"{limb} misses its end by {short:.1f} cm"
    for limb, bend in solved.bones.bends.items():
        low, high = JOINT_RANGES[limb.split("_")[1]]
        if not low <= bend <= high:
            yield f"{limb} bends {bend:.0f} degrees"


def _through(artist: Artist, solved: Solved) -> Iterator[str]:
    """Yield parts of limbs that lie deeper in another part of the body than soft tissue gives way."""
    skin = artist.skin(solved.bones)
    normals = vertex_normals(artist.solver.rig.skin(solved.bones, artist.rest.vertices), artist.rest.mesh.triangles)[
        :SKIN_END
    ]
    regions = _body_regions(artist)
    for moving, others in _MAY_NOT_CROSS.items():
        for other in others:
            depth = _depth(skin[regions[moving]], skin[regions[other]], normals[regions[other]])
            deep = depth[depth > THROUGH_CM]
            if len(deep) > THROUGH_VERTICES:
                yield f"{moving} is {float(deep.max()):.1f} cm inside {other}"


def _in_props(artist: Artist, solved: Solved) -> Iterator[str]:
    """Yield what of the body is deeper in a wall, a chair or another straight prop than clothes and soft tissue give."""
    if solved.props is None:
        return
    skin = artist.skin(solved.bones)[:SKIN_END]
    for prop, local, low, high in solved.props.boxes(skin):
        depth = np.minimum(local - low, high - local).min(1)
        gives = IN_CUSHION_CM if prop in _CUSHIONS else IN_PROP_CM
        if int((depth > gives).sum()) > THROUGH_VERTICES:
            part = BODY_PARTS[int(artist.rest.part[int(np.argmax(depth))])]
            yield f"{part} is {float(depth.max()):.1f} cm inside {prop}"


def _depth(points: Floats, surface: Floats, normals: Floats) -> Floats:
    """Return how deep (cm) points lie under the nearest point of a surface; 0 for those outside or far off."""
    if not len(points) or not len(surface):
        return np.zeros(0)
    distance, nearest = cKDTree(surface).query(points)
    under = -((points - surface[nearest]) * normals[nearest]).sum(1)
    return np.where(distance < _NEAR_CM, np.maximum(under, 0), 0.0)


def _body_regions(artist: Artist) -> dict[str, Ints]:
    rest = artist.rest
    found = {
        "trunk": rest.bone_weight(("spine", "root", "breast")),
        "head": rest.bone_weight(("head", "jaw")),
    }
    for side, tail in (("left", "L"), ("right", "R")):
        found[f"{side} forearm"] = rest.bone_weight(("lowerarm", "wrist", "metacarpal", "finger"), tail)
        found[f"{side} shin"] = rest.bone_weight(("lowerleg", "foot", "toe"), tail)
        found[f"{side} thigh"] = rest.bone_weight(("upperleg02",), tail)
    return {name: np.nonzero(weight[:SKIN_END] > 0.6)[0] for name, weight in found.items()}
