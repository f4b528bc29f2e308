"""Everything in one picture as triangles: the dressed body, a bun of hair, and the props."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.figures.clothes import Clothes
from tools.figures.mesh import Floats, Ints
from tools.figures.props import Piece, pillow
from tools.figures.shape import RestBody
from tools.figures.skeleton import Bones, Rig

BODY = 0
BUN = "bun"
_STEADY_DIGITS = 6
"""Machines differ in the last digits of a sum; rounded so far (cm), the same picture is made on all of them."""


@dataclass(frozen=True)
class Scene:
    """Points (n, 3) in the world, of which the first ``body_points`` are the body's; triangles with their kind.

    ``kinds`` names each kind: body, bun, or the prop. ``at_rest`` are the points of the body before posing.
    """

    points: Floats
    at_rest: Floats
    triangles: Ints
    kind: Ints
    kinds: tuple[str, ...]
    see_through: Floats
    body_points: int
    round_kinds: frozenset[int]

    def of(self, *names: str) -> Ints:
        """Return the triangles of the kinds with these names."""
        wanted = [number for number, name in enumerate(self.kinds) if name in names]
        return self.triangles[np.isin(self.kind, wanted)]


class Dresser:
    """Makes scenes of one body."""

    def __init__(self, rest: RestBody) -> None:
        self.rest = rest
        self.clothes = Clothes(rest)
        self.rig = Rig(rest)
        self._see_through = self.clothes.see_through()

    def scene(self, bones: Bones, breath: float, pieces: list[Piece]) -> Scene:
        rest_vertices = self.clothes.breathe(self.clothes.vertices, breath)
        skin = self.clothes.dress(self.rig.skin(bones, rest_vertices))
        pieces = [*self._bun(bones), *pieces]
        points, rest = [skin], [self.clothes.vertices]
        triangles, kinds = [self.rest.mesh.triangles], ["body"]
        kind = [np.zeros(len(self.rest.mesh.triangles), np.int64)]
        round_kinds = set()
        offset = len(skin)
        for piece in pieces:
            if piece.prop not in kinds:
                kinds.append(piece.prop)
            number = kinds.index(piece.prop)
            if piece.is_round:
                round_kinds.add(number)
            split = [(face[0], face[i], face[i + 1]) for face in piece.faces for i in range(1, len(face) - 1)]
            triangles.append(np.array(split) + offset)
            kind.append(np.full(len(split), number))
            points.append(piece.points)
            rest.append(np.zeros_like(piece.points))
            offset += len(piece.points)
        return Scene(
            points=np.asarray(np.round(np.concatenate(points), _STEADY_DIGITS), float),
            at_rest=np.concatenate(rest),
            triangles=np.concatenate(triangles),
            kind=np.concatenate(kind),
            kinds=tuple(kinds),
            see_through=np.concatenate([self._see_through, np.ones(offset - len(skin))]),
            body_points=len(skin),
            round_kinds=frozenset(round_kinds),
        )

    def _bun(self, bones: Bones) -> list[Piece]:
        found = self.clothes.bun()
        if found is None:
            return []
        centre, half = found
        turn = bones.turn["head"]
        at = bones.place["head"] + turn @ (centre - self.rest.heads["head"])
        return [pillow(BUN, at, half, turn)]
