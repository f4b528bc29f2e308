"""Clothes and hair: which part of the mesh is cloth, how far it stands off, where its edges run.

Edges (sleeves, hem, neck, trouser ends, hairline) are fields over the body at rest: a number per vertex that is 0 on
the edge. They are cut per pixel, so that an edge is as smooth as the picture and does not follow the triangles.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tools.figures.mesh import HAIR, LEFT_EYE, RIGHT_EYE, SKIN_END, TIGHTS, Floats
from tools.figures.shape import HEAD, LEFT_ARM, LEFT_LEG, RestBody, vertex_normals

SLEEVE = {"female": 0.42, "male": 0.62}
"""Share of the upper arm that the sleeve covers."""
TROUSER = 0.86
"""Share of the shin that the trouser leg covers."""
_NEVER = -5.0
_SMOOTHING_ROUNDS = 5
_HAIR_THICK = {"bob": 1.5, "short": 1.0, "crop": 1.4, "bun": 1.2}


class Clothes:
    """What one body wears; fields are per vertex, in cm from the edge, positive inside."""

    def __init__(self, rest: RestBody) -> None:
        self.rest = rest
        count = len(rest.vertices)
        self.is_tights = np.zeros(count, bool)
        self.is_tights[TIGHTS] = True
        self.is_skin = np.arange(count) < SKIN_END
        self.vertices = rest.vertices.copy()
        self._smooth = self._averaging()
        self._blow_up = np.where(self._hem(rest.vertices) > 0, rest.body.cloth_cm[1], rest.body.cloth_cm[0])
        # Edges are measured on the cloth as it is worn, or smoothing it would make them wavy.
        worn = self.dress(rest.vertices)
        self.hem = self._hem(worn)
        self.cover = self._cover(worn)
        self.eyes = [rest.vertices[eye].mean(0) for eye in (LEFT_EYE, RIGHT_EYE)]
        self.scale = rest.scale
        self._hair_up()

    # -- posed

    def dress(self, posed: Floats) -> Floats:
        """Return the posed vertices with the cloth smoothed and blown up, so that it hangs and does not cling."""
        worn, tights = posed.copy(), self.is_tights
        for _ in range(_SMOOTHING_ROUNDS):
            worn[tights] = 0.5 * worn[tights] + 0.5 * (self._smooth @ worn)[tights]
        normals = vertex_normals(worn, self.rest.mesh.triangles)
        worn[tights] += normals[tights] * self._blow_up[tights][:, None]
        return worn

    def see_through(self) -> Floats:
        """Return the field below 0 where a surface is not there: cloth beyond its edge, hair that is not worn."""
        field = np.ones(len(self.vertices))
        field[self.is_tights] = self.cover[self.is_tights]
        field[HAIR] = self._long_hair()[HAIR] if self.rest.body.hair == "bob" else _NEVER
        return field

    def breathe(self, vertices: Floats, breath: float) -> Floats:
        """Return the body at rest with belly and ribs grown by a breath in (1) or shrunk by one out (-1)."""
        if not breath:
            return vertices
        heads = self.rest.heads
        grown = vertices.copy()
        front = np.clip((vertices[:, 2] - heads["spine03"][2]) / 6, 0, 1)
        for centre, width, much in ((heads["spine04"][1] + 2, 9.0, 3.0), (heads["spine02"][1], 10.0, 1.4)):
            near = np.exp(-(((vertices[:, 1] - centre) / width) ** 2)) * front
            torso = self.rest.part_weights[:, 0]
            grown[:, 2] += breath * much * near * torso
        return grown

    # -- hair

    def hair_field(self, at_rest: Floats) -> Floats:
        """Return how far inside the hairline points (..., 3) of the head at rest are, in cm."""
        top, front = self._head_top, self._head_front
        y, z = at_rest[..., 1], at_rest[..., 2]
        brow = {"bob": 3.4, "short": 4.8, "crop": 4.0, "bun": 4.6}[self.rest.body.hair] * self.scale
        hairline = top - brow
        line = np.where(z > front - 9, hairline + (z - front + 5) * 0.5, hairline - 3.4 + (z - front + 9) * 1.05)
        field = y - np.maximum(line, top - 19.0 * self.scale)
        if self.rest.body.hair != "bob":
            # Short hair leaves the ears free.
            folded = np.array(at_rest)
            folded[..., 0] = np.abs(folded[..., 0])
            away = np.linalg.norm(folded - self._ear, axis=-1)
            field = np.minimum(field, away - 3.6 * self.scale)
        return np.asarray(field)

    def bun(self) -> tuple[Floats, Floats] | None:
        """Return centre and half sizes (cm, at rest) of a bun of hair, if one is worn."""
        if self.rest.body.hair != "bun":
            return None
        centre = np.array([0.0, self._head_top + 0.6 * self.scale, self._head_front - 13.5 * self.scale])
        return centre, np.array([4.9, 3.9, 4.9]) * self.scale

    def _long_hair(self) -> Floats:
        """Return the field of hair that hangs to the chin and leaves the face free."""
        _, y, z = self.vertices.T
        chin = self.rest.vertices[self.rest.points["chin"].vertex]
        below = y - (chin[1] - 1.0 * self.scale)
        fringe = np.maximum((self._head_front - 4.2 * self.scale) - z, y - (self._head_top - 3.6 * self.scale))
        return np.asarray(np.minimum(below, fringe))

    def _hair_up(self) -> None:
        """Measure the head, and lift its skin where hair grows."""
        rest = self.rest
        head = rest.vertices[:SKIN_END]
        self._head_top = float(head[:, 1].max())
        upper = head[head[:, 1] > self._head_top - 22 * self.scale]
        self._head_front = float(upper[:, 2].max())
        widest = int(np.argmax(np.where(head[:, 1] > self._head_top - 22 * self.scale, head[:, 0], -99)))
        self._ear = head[widest]
        inside = np.clip(self.hair_field(rest.vertices) / 2.5, 0, 1)
        grows = inside * (rest.part_weights[:, HEAD] > 0.5) * self.is_skin
        self.vertices += rest.normals * (grows * _HAIR_THICK[rest.body.hair])[:, None]

    # -- fields of the clothes

    def _hem(self, worn: Floats) -> Floats:
        """Return the field of the top: its hem lies round the pelvis, which does not bend, and dips at the back."""
        heads = self.rest.heads
        level = heads["spine05"][1] - 3.0 * self.rest.scale
        return np.asarray(worn[:, 1] - level - 0.12 * (worn[:, 2] - heads["root"][2]))

    def _cover(self, vertices: Floats) -> Floats:
        rest, heads = self.rest, self.rest.heads
        cover = np.full(len(vertices), 30.0)
        for number, side in enumerate("LR"):
            start, end = heads[f"upperarm01.{side}"], heads[f"lowerarm01.{side}"]
            length = np.linalg.norm(end - start)
            along = (vertices - start) @ ((end - start) / length)
            on_arm = rest.part_weights[:, LEFT_ARM + number] > 0.5
            cover = np.where(on_arm, SLEEVE[rest.body.sex] * length - along, cover)
            start, end = heads[f"lowerleg01.{side}"], heads[f"foot.{side}"]
            length = np.linalg.norm(end - start)
            along = (vertices - start) @ ((end - start) / length)
            on_leg = (rest.part_weights[:, LEFT_LEG + number] > 0.5) & (along > 0)
            cover = np.where(on_leg, TROUSER * length - along, cover)
            bare = rest.bone_weight(("foot", "toe", "wrist", "metacarpal", "finger"), side)
            cover = np.where(bare > 0.5, _NEVER, cover)
        neck = heads["neck01"]
        away = (vertices - neck - np.array([0, 1.5, 2.5])) * np.array([1.0, 0.8, 1.0])
        high = vertices[:, 1] > neck[1] - 9
        cover = np.where(high, np.minimum(cover, np.linalg.norm(away, axis=1) - 8.3 * rest.scale), cover)
        return np.where(self.is_skin & (rest.part_weights[:, HEAD] > 0.5), _NEVER, cover)

    def _averaging(self) -> sparse.csr_matrix:
        triangles = self.rest.mesh.triangles
        edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        edges = np.concatenate([edges, edges[:, ::-1]])
        count = len(self.rest.vertices)
        joined = sparse.coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count)).tocsr()
        joined.data[:] = 1
        degree = np.asarray(joined.sum(1)).ravel()
        return sparse.diags(1 / np.maximum(degree, 1)) @ joined
