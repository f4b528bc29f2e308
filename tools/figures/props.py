"""Props of a scene: straight blocks, round cushions, and straps that run between landmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from recommender.models.figures import Block, FigureKit, Place, Prop, PropShape
from tools.figures.mesh import Floats
from tools.figures.rotations import about_y, cross, unit
from tools.figures.words import vector

Quads = list[tuple[int, ...]]
Surface = tuple[Floats, Floats]
"""A point on it and the direction that it looks, in the world."""
_CORNERS: Quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
_THICK_TUBE_CM = 4.0
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Piece:
    """A part of a prop to draw: points (n, 3) in the world, and faces by point number."""

    prop: str
    points: Floats
    faces: Quads
    is_round: bool = False


@dataclass(frozen=True)
class _Standing:
    shape: PropShape
    prop: Prop
    at: Floats
    turned: Floats
    scale: float

    def world(self, local: Iterable[float]) -> Floats:
        return self.at + self.turned @ (np.asarray(tuple(local)) * self.scale)


class StandingProps:
    """The props of one frame, placed for one body; props grow with the body, as chairs are chosen to fit."""

    def __init__(self, kit: FigureKit, props: Iterable[Prop], surface: str, axes: Floats, scale: float) -> None:
        self._kit = kit
        self.surface_name = surface
        self.scale = scale
        self._standing: list[_Standing] = []
        for prop in props:
            at = vector(prop.shift, axes, None) * scale if prop.shift else np.zeros(3)
            self._standing.append(_Standing(kit.props[prop.prop], prop, at, about_y(prop.turn), scale))

    def surface(self, name: str) -> Surface | None:
        """Return the flat surface of a name such as 'floor' or 'wall_face'; None if it names no surface."""
        if name == "floor":
            return np.zeros(3), _UP
        for standing in self._standing:
            for key, (point, normal) in standing.shape.surfaces.items():
                if name == f"{standing.shape.id}_{key}":
                    return standing.world(point), standing.turned @ np.asarray(normal)
        return None

    def onto(self, surface: Surface, point: Floats) -> Floats:
        """Return the point of the surface that is nearest to a point."""
        at, normal = surface
        return point - ((point - at) @ normal) * normal

    def surface_height(self, name: str) -> float:
        surface = self.surface(name)
        if surface is None:
            raise KeyError(f"no prop in this frame has a surface '{name}'")
        return float(surface[0][1])

    def height_under(self, name: str) -> float:
        """Return how high the body lies: on the floor, or on a round prop such as a cushion."""
        shape = self._kit.props.get(name)
        return shape.round_cm[1] * self.scale if shape and shape.round_cm else self.surface_height(name)

    def point(self, place: Place, side: str | None = None) -> Floats | None:
        """Return a named point of a prop; its side, if any, mirrors it."""
        which = {"same": side, "other": {"left": "right", "right": "left"}.get(str(side))}.get(
            str(place.side), place.side
        )
        for standing in self._standing:
            for key, local in standing.shape.points.items():
                if place.name == f"{standing.shape.id}_{key}":
                    x = local[0] if which != "right" else -local[0]
                    return standing.world((x, local[1], local[2]))
        return None

    def boxes(self, points: Floats) -> Iterator[tuple[str, Floats, Floats, Floats]]:
        """Yield every straight block as prop, the points (n, 3) as it sees them, and its lowest and highest corner."""
        for standing in self._standing:
            local = (points - standing.at) @ standing.turned / standing.scale
            for block in standing.shape.blocks:
                low, high = (np.array([way[end] for way in (block.x, block.y, block.z)]) for end in (0, 1))
                yield standing.shape.id, local, low, high

    def pieces(self, where: Callable[[Place], Floats]) -> list[Piece]:
        """Return everything to draw; ``where`` finds landmarks of the body."""
        found: list[Piece] = []
        for standing in self._standing:
            shape = standing.shape
            for block in shape.blocks:
                points = np.array([standing.world(corner) for corner in _box(block)])
                found.append(Piece(shape.id, points, _CORNERS))
            if shape.round_cm:
                found.append(self._cushion(standing, where))
            if shape.tube_cm and standing.prop.along:
                path = [where(place) for place in standing.prop.along]
                thick = shape.tube_cm * self.scale
                found.append(tube(shape.id, np.array(path), thick, around=28 if thick > _THICK_TUBE_CM else 8))
        return found

    def _cushion(self, standing: _Standing, where: Callable[[Place], Floats]) -> Piece:
        size = np.asarray(standing.shape.round_cm) * self.scale
        places = standing.prop.at
        centre = np.mean([where(place) for place in places], 0) if places else standing.at
        if places:
            centre = centre + standing.at
        if len(places) == 1:
            # Under one landmark: it fills the room down to the floor.
            thick = max(float(centre[1]), size[1] * 0.5)
            size = np.array([size[0], thick, size[2]])
            centre = np.array([centre[0], thick / 2, centre[2]])
        return pillow(standing.shape.id, centre, size / 2, standing.turned)


def pillow(prop: str, centre: Floats, half: Floats, turned: Floats, rings: int = 10, around: int = 28) -> Piece:
    """Return a rounded cushion: a superellipsoid with half sizes in cm."""
    points: list[Floats] = []
    faces: Quads = []
    for ring in range(rings + 1):
        polar = np.pi * ring / rings
        for step in range(around):
            angle = 2 * np.pi * step / around
            unit_point = (np.sin(polar) * np.cos(angle), np.cos(polar), np.sin(polar) * np.sin(angle))
            points.append(centre + turned @ (half * _squared(np.array(unit_point))))
    for ring in range(rings):
        for step in range(around):
            following = (step + 1) % around
            low, high = ring * around, (ring + 1) * around
            faces.append((low + step, high + step, high + following, low + following))
    return Piece(prop, np.array(points), faces, is_round=True)


def _squared(point: Floats) -> Floats:
    """Push a point of the unit sphere towards a cube, as a stuffed cushion is."""
    return np.sign(point) * np.abs(point) ** 0.62


def tube(prop: str, path: Floats, radius: float, around: int = 8) -> Piece:
    """Return a round band that follows points (n, 3)."""
    points: list[Floats] = []
    faces: Quads = []
    for number, point in enumerate(path):
        along = unit(path[min(number + 1, len(path) - 1)] - path[max(number - 1, 0)])
        first = unit(cross(along, (0.3, 1.0, 0.2)))
        second = cross(along, first)
        for step in range(around):
            angle = 2 * np.pi * step / around
            points.append(point + radius * (first * np.cos(angle) + second * np.sin(angle)))
    for number in range(len(path) - 1):
        low, high = number * around, (number + 1) * around
        for step in range(around):
            following = (step + 1) % around
            faces.append((low + step, low + following, high + following, high + step))
    last = len(points) - around
    faces += [tuple(range(around - 1, -1, -1)), tuple(range(last, last + around))]
    return Piece(prop, np.array(points), faces, is_round=True)


def block(prop: str, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> Piece:
    """Return a straight block in the world."""
    return Piece(prop, np.array(list(_box(Block(x, y, z)))), _CORNERS)


def _box(block: Block) -> list[tuple[float, float, float]]:
    return [(x, y, z) for x in block.x for y in block.y for z in block.z]


def colours(kit: FigureKit) -> Mapping[str, tuple[str, str, str]]:
    return {shape.id: shape.colours for shape in kit.props.values()}
