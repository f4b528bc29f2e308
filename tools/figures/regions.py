"""What each pixel shows: skin, top, trousers, hair or a prop; what lies in shade; where ink goes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numba
import numpy as np

from tools.figures.camera import Window
from tools.figures.clothes import Clothes
from tools.figures.mesh import CLOTH, HAIR_HELPER, SKIN, Floats, Ints
from tools.figures.raster import NOTHING, Seen, look
from tools.figures.scene import BODY, BUN, Scene
from tools.figures.shape import HEAD, LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, RestBody, vertex_normals
from tools.figures.trace import Mask

EMPTY, IS_SKIN, IS_TOP, IS_LEG, IS_HAIR, IS_PROP = range(6)
INK_JUMP_CM = 1.6
"""Depth step at which an edge gets ink."""
PART_JUMP_CM = 0.5
"""Depth step at which an edge between two parts of the body, such as an arm on the chest, gets ink."""
_LIGHT = np.array([-0.30, 0.86, 0.42])
"""Where light comes from, as the viewer sees it: from the left, above, and from the viewer's side."""
_SHADE_BELOW = -0.34
_FAR_CM = 14.0
SHADOW_FROM_CM = 60.0
"""What is higher over the floor throws no shadow worth drawing."""


@dataclass(frozen=True)
class Regions:
    """Masks of one picture, all (height, width)."""

    region: Floats
    kind: Floats
    depth: Floats
    body: Mask
    shade: Mask
    ink: Mask
    eyes: Mask
    brows: Mask
    mouth: Mask
    at_rest: Floats
    """Where each pixel of the body is on the body at rest, in cm (height, width, 3)."""
    face_up: Floats
    """How far the face of a prop looks up (1), and which way it looks sideways, as normals (height, width, 3)."""


class Painter:
    """Finds the regions of scenes of one body."""

    def __init__(self, rest: RestBody, clothes: Clothes) -> None:
        self._rest, self._clothes = rest, clothes

    def regions(self, scene: Scene, camera: Floats, window: Window, pixels_per_cm: float) -> Regions:
        projected = scene.points @ camera.T
        seen = look(projected, scene.triangles, window, pixels_per_cm, scene.see_through)
        hit = seen.triangle != NOTHING
        triangle = np.where(hit, seen.triangle, 0)
        corners = scene.triangles[triangle]
        kind = np.where(hit, scene.kind[triangle], NOTHING)
        body = kind == BODY
        parts = self._parts(scene, corners, seen, body)
        at_rest = _mixed(scene.at_rest, corners, seen.weights, body)
        region = self._region(scene, corners, triangle, seen, kind, body, parts, at_rest)
        eyes, brows, mouth = self._face(at_rest, body & (parts == HEAD) & (region == IS_SKIN))
        return Regions(
            region=region,
            kind=kind,
            depth=np.where(hit, seen.depth, -1e3),
            body=(region >= IS_SKIN) & (region <= IS_HAIR),
            shade=self._shade(scene, corners, seen, body, parts, pixels_per_cm, camera),
            ink=_ink(np.where(hit, seen.depth, -1e3), region, parts, body, kind, scene),
            eyes=eyes,
            brows=brows,
            mouth=mouth,
            at_rest=at_rest,
            face_up=_facing(scene, triangle, camera),
        )

    def _parts(self, scene: Scene, corners: Ints, seen: Seen, body: Mask) -> Floats:
        weights = np.zeros((len(scene.points), 6))
        weights[: scene.body_points] = self._rest.part_weights
        return np.where(body, _mixed(weights, corners, seen.weights, body).argmax(-1), 9)

    def _region(self, scene, corners, triangle, seen, kind, body, parts, at_rest) -> Floats:  # type: ignore[no-untyped-def]
        clothes = self._clothes
        layer = np.full(len(scene.triangles), NOTHING)
        layer[: len(self._rest.mesh.layer)] = self._rest.mesh.layer
        layer = np.where(body, layer[triangle], NOTHING)
        region = np.where(kind > BODY, IS_PROP, EMPTY)
        region[layer == SKIN] = IS_SKIN
        scalp = (layer == SKIN) & (parts == HEAD)
        region[scalp] = np.where(clothes.hair_field(at_rest[scalp]) > 0, IS_HAIR, IS_SKIN)
        region[layer == HAIR_HELPER] = IS_HAIR
        padding = np.full(len(scene.points) - scene.body_points, -1.0)
        cover = _mixed(np.concatenate([clothes.cover, padding])[:, None], corners, seen.weights, body)[..., 0]
        hem = _mixed(np.concatenate([clothes.hem, padding])[:, None], corners, seen.weights, body)[..., 0]
        clothed = (layer == CLOTH) | ((layer == SKIN) & (cover > 0))
        region[clothed] = np.where(hem[clothed] > 0, IS_TOP, IS_LEG)
        for number, name in enumerate(scene.kinds):
            if name == BUN:
                region[kind == number] = IS_HAIR
        return region

    def _shade(self, scene, corners, seen, body, parts, pixels_per_cm, camera) -> Mask:  # type: ignore[no-untyped-def]
        normals = np.zeros_like(scene.points)
        normals[: scene.body_points] = vertex_normals(scene.points[: scene.body_points], self._rest.mesh.triangles)
        lit = np.where(body, _mixed(normals, corners, seen.weights, body) @ (_LIGHT @ camera), 0.4)
        lit = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), 1.1 * pixels_per_cm)
        shade = body & (lit < _SHADE_BELOW)
        for part in self._far_limbs(scene, camera):
            shade |= body & (parts == part)
        return np.asarray(shade)

    def _far_limbs(self, scene: Scene, camera: Floats) -> list[int]:
        """Return the arm or leg that is clearly behind its twin."""
        depth = scene.points[: scene.body_points] @ camera[2]
        far = []
        for left, right in ((LEFT_ARM, RIGHT_ARM), (LEFT_LEG, RIGHT_LEG)):
            skin = self._clothes.is_skin
            difference = (
                depth[skin & (self._rest.part == left)].mean() - depth[skin & (self._rest.part == right)].mean()
            )
            if abs(difference) > _FAR_CM:
                far.append(right if difference > 0 else left)
        return far

    def _face(self, at_rest: Floats, face: Mask) -> tuple[Mask, Mask, Mask]:
        """Return eyes, brows and mouth; only the part of the picture that shows the face is looked at."""
        found = np.zeros((3, *face.shape), bool)
        rows, columns = np.nonzero(face.any(1))[0], np.nonzero(face.any(0))[0]
        if len(rows):
            # As much room around as closing the eyes reaches.
            near = tuple(slice(max(0, span[0] - 16), span[-1] + 17) for span in (rows, columns))
            found[(slice(None), *near)] = self._features(at_rest[near], face[near])
        return found[0], found[1], found[2]

    def _features(self, at_rest: Floats, face: Mask) -> tuple[Mask, Mask, Mask]:
        size = self._clothes.scale
        eyes, brows = np.zeros_like(face), np.zeros_like(face)
        for eye in self._clothes.eyes:
            x, y, z = np.moveaxis((at_rest - eye) / size, -1, 0)
            eyes |= face & ((x / 1.25) ** 2 + ((y + 0.1) / 1.15) ** 2 < 1) & (z > -1)
            brows |= face & (np.abs(x) < 2.0) & (np.abs(y - 2.6 + 0.10 * x**2) < 0.45) & (z > -1.5)
        middle = (self._clothes.eyes[0] + self._clothes.eyes[1]) / 2
        x, y, z = np.moveaxis((at_rest - middle) / size, -1, 0)
        mouth = face & (np.abs(x) < 2.1) & (np.abs(y + 7.4 - 0.10 * x**2) < 0.42) & (z > -2)
        # The eye of the mesh is a hole; an open eye at this size is one dark shape.
        eyes = cv2.morphologyEx(eyes.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15))) > 0
        return eyes, brows, mouth


def shadow(
    scene: Scene, camera: Floats, window: Window, pixels_per_cm: float, floor: float, casting: tuple[str, ...]
) -> Mask:
    """Return the soft shadow that whatever is near the floor throws straight down on to it."""
    height = scene.points[:, 1] - floor
    fallen = scene.points.copy()
    fallen[:, 1] = floor
    triangles = scene.of("body", BUN, *casting)
    triangles = triangles[(height < SHADOW_FROM_CM)[triangles].all(1)]
    seen = look(fallen @ camera.T, triangles, window, pixels_per_cm, np.ones(len(fallen)))
    picture = np.where(seen.triangle != NOTHING, 255, 0).astype(np.uint8)
    blurred = cv2.GaussianBlur(picture, (0, 0), 1.5 * pixels_per_cm)
    return np.asarray(blurred > 110)


def _ink(depth: Floats, region: Floats, parts: Floats, body: Mask, kind: Floats, scene: Scene) -> Mask:
    """Return the nearer side of every step in depth that an artist would draw a line along."""
    drawn = body | (region == IS_HAIR) | np.isin(kind, list(scene.round_kinds))
    ink = np.zeros_like(body)
    for step in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        jump = depth - np.roll(depth, step, (0, 1))
        other = np.roll(parts, step, (0, 1)) != parts
        other_body = np.roll(body, step, (0, 1))
        ink |= (jump > INK_JUMP_CM) | ((jump > PART_JUMP_CM) & other & other_body & body)
    return np.asarray(ink & drawn)


def _mixed(values: Floats, corners: Ints, weights: Floats, where: Mask) -> Floats:
    """Return values (n, k) of points mixed at each pixel of the mask by the weights of its triangle's corners."""
    mixed = np.zeros((*corners.shape[:-1], values.shape[-1]))
    _mix(np.ascontiguousarray(values), corners, weights, where, mixed)
    return mixed


@numba.njit(cache=True)
def _mix(values, corners, weights, where, mixed):  # type: ignore[no-untyped-def]
    height, width = where.shape
    for y in range(height):
        for x in range(width):
            if where[y, x]:
                i, j, k = corners[y, x, 0], corners[y, x, 1], corners[y, x, 2]
                a, b, c = weights[y, x, 0], weights[y, x, 1], weights[y, x, 2]
                for n in range(values.shape[1]):
                    mixed[y, x, n] = values[i, n] * a + values[j, n] * b + values[k, n] * c


def _facing(scene: Scene, triangle: Floats, camera: Floats) -> Floats:
    corners = scene.points[scene.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    normals *= np.sign(normals @ camera[2])[:, None]
    return np.asarray(normals[triangle])
