"""Draws the forms of exercises on one body: frames, in-between frames, and what the manifest says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from recommender.models.figures import Arrow, FigureKit, FormFigure, Place
from tools.figures import arrows as arrow_drawing
from tools.figures.arrows import DrawnArrow, Spacing
from tools.figures.camera import Window, axes, bounds, union
from tools.figures.inherit import whole_frames
from tools.figures.inset import Inset, placed
from tools.figures.layers import (
    GHOST,
    Layers,
    document,
    paint_body,
    paint_glow,
    paint_ink,
    paint_mat,
    paint_props,
)
from tools.figures.mesh import SKIN_END, TIGHTS, Floats, Mesh, load_mesh
from tools.figures.posture import point_name
from tools.figures.props import Piece, block, colours
from tools.figures.raster import NOTHING, look
from tools.figures.regions import Painter, Regions, shadow
from tools.figures.rotations import unit
from tools.figures.scene import BODY, BUN, Dresser, Scene
from tools.figures.shape import RestBody
from tools.figures.skeleton import Bones
from tools.figures.solve import Solved, Solver
from tools.figures.state import interpolate
from tools.figures.trace import Mask
from tools.figures.words import orientation, vector

MARGIN_CM = 5.0
_MAT_MARGIN_CM = (14.0, 30.0)
_MAT_HALF_WIDTH_CM = (30.0, 52.0)
_BED = {"mattress": 20.0, "frame": 12.0, "legs": 22.0}
_BED_SEEN_CM = 16.0
BED_WIDTH_CM = 92.0
BED_EDGE_CM = 4.0
"""What reaches this far below the mattress hangs over its edge."""
_CLOSE_CM = 105.0
"""A window smaller than this is a close-up and is drawn larger."""
_LEAST_WINDOW_CM = 44.0
_SHADOW_FROM = ("chair", "table", "worktop", "bike")
_KEPT_CLEAR_OF_ARROWS = ("towel", "strap", "stick", "cushion", "pillow", "bike", "pedals")


@dataclass(frozen=True)
class DrawnForm:
    """The SVG text of every frame, in order, and the body that was drawn."""

    form: str
    body: str
    frames: tuple[str, ...]


class Artist:
    """Draws on one body."""

    def __init__(self, mesh: Mesh, kit: FigureKit, body: str) -> None:
        self.kit = kit
        self.rest = RestBody(mesh, kit.bodies[body], kit.landmarks)
        self.solver = Solver(self.rest, kit)
        self.dresser = Dresser(self.rest)
        self.painter = Painter(self.rest, self.dresser.clothes)
        self.colours = {**kit.bodies[body].colours, **colours(kit)}

    def solve(self, figure: FormFigure) -> list[Solved]:
        """Return the pose of every frame."""
        base, frames = whole_frames(figure, self.kit)
        base = replace(base, surface=figure.surface or base.surface)
        solved: list[Solved] = []
        for number, frame in enumerate(frames):
            before = None
            if number:
                start = figure.frames[number].start
                before = solved[start - 1] if isinstance(start, int) else solved[number - 1]
            solved.append(self.solver.solve(base, frame, before))
        return solved

    def skin(self, bones: Bones) -> Floats:
        """Return the bare skin of a pose."""
        return self.solver.rig.skin(bones, self.rest.vertices, slice(0, SKIN_END))

    def form(self, figure: FormFigure) -> DrawnForm:
        """Return every frame of a form as SVG, all in one window of one scale."""
        return Picture(self, figure).drawn()


class Picture:
    """One form on one body, with the window and camera that its frames share."""

    def __init__(self, artist: Artist, figure: FormFigure) -> None:
        self.artist, self.figure = artist, figure
        self.base, self.frames = whole_frames(figure, artist.kit)
        self.solved = artist.solve(figure)
        self.camera = axes(artist.kit.cameras[figure.camera or self.base.camera])
        self.surface = figure.surface or self.base.surface
        self.turned = orientation(self.base)
        self.under = self._under()
        self.scenes = [self.scene(solved.bones, solved) for solved in self.solved]
        self.arrows = [self._place_arrows(number) for number in range(len(self.frames))]

    # -- geometry

    def scene(self, bones: Bones, solved: Solved, *, breath: float | None = None) -> Scene:
        """Return what is seen of a pose; ``breath`` where it is not that of the frame."""

        def where(place: Place) -> Floats:
            prop = solved.props.point(place) if solved.props else None
            return self.artist.solver.point(bones, place) if prop is None else prop

        pieces = solved.props.pieces(where) if solved.props else []
        breathing = solved.state.breath if breath is None else breath
        return self.artist.dresser.scene(bones, breathing, [*self.under, *pieces])

    def _under(self) -> list[Piece]:
        """Return the mat or bed below everything, large enough for every frame."""
        if self.surface == "floor":
            return []
        points = np.concatenate([self.artist.skin(solved.bones) for solved in self.solved])
        low, high = points.min(0), points.max(0)
        across, along = _MAT_MARGIN_CM
        if self.surface == "mat":
            near = points[points[:, 1] < 25]
            low, high = near.min(0), near.max(0)
            middle = (low[0] + high[0]) / 2
            half = float(np.clip((high[0] - low[0]) / 2 + across * 0.6, *_MAT_HALF_WIDTH_CM))
            return [
                block("mat", (middle - half, middle + half), (-1.5, 0.0), (low[2] - along * 0.4, high[2] + along * 0.4))
            ]
        middle, half = (low[0] + high[0]) / 2, BED_WIDTH_CM / 2
        if low[1] < -BED_EDGE_CM:
            # Something hangs over the edge: the bed stays where the pose started, and does not grow under it.
            middle = 0.0
        else:
            half = max(half, (high[0] - low[0]) / 2 + 8)
        x = (middle - half, middle + half)
        headwards = self.turned[2, 1]
        if headwards > 0.5:
            z = (min(low[2] - 14.0, high[2] - 190.0), high[2] + 12.0)
        else:
            z = (low[2] - 12.0, max(high[2] + 14.0, low[2] + 190.0))
        mattress = -_BED["mattress"]
        frame = mattress - _BED["frame"]
        legs = frame - _BED["legs"]
        found = [block("bed", x, (mattress, 0.0), z), block("bed_frame", x, (frame, mattress), z)]
        for side in (x[0], x[1] - 6):
            for end in (z[0], z[1] - 6):
                found.append(block("bed_frame", (side, side + 6), (legs, frame), (end, end + 6)))
        board = (z[1], z[1] + 5) if headwards > 0.5 else (z[0] - 5, z[0])
        found.append(block("bed_frame", x, (frame, 26.0), board))
        return found

    @cached_property
    def window(self) -> Window:
        """The window around every frame, its arrows and its inset, or around the close-up."""
        return union([self._bare_window, self.inset.room]) if self.inset else self._bare_window

    @cached_property
    def inset(self) -> Inset | None:
        """Where a tiny move is shown enlarged, in the same place of every frame."""
        if not self.figure.inset:
            return None
        bones = [solved.bones for solved in self.solved]
        around = [
            np.stack([self.artist.solver.point(each, place) for place in self.figure.inset]) @ self.camera.T
            for each in bones
        ]
        drawn = [(self._drawn_points(scene) @ self.camera.T)[:, :2] for scene in self.scenes]
        taken = [*drawn, *(arrow.points for arrows in self.arrows for arrow in arrows)]
        return placed(around, np.concatenate(taken), self._bare_window)

    @cached_property
    def _bare_window(self) -> Window:
        windows = [self._bounds(scene, solved) for scene, solved in zip(self.scenes, self.solved, strict=True)]
        for arrows in self.arrows:
            windows += [bounds(arrow.points, 5.0 * self.size) for arrow in arrows]
        return union(windows)

    def _bounds(self, scene: Scene, solved: Solved) -> Window:
        if self.figure.close_up:
            around = np.stack([self.artist.solver.point(solved.bones, place) for place in self.figure.close_up])
            window = bounds(around @ self.camera.T, 11.0)
            return window
        return bounds(self._drawn_points(scene) @ self.camera.T, MARGIN_CM)

    def _drawn_points(self, scene: Scene) -> Floats:
        used = np.zeros(len(scene.points), bool)
        used[:SKIN_END] = True
        used[TIGHTS] = True
        body = scene.points[used]
        used[scene.body_points :] = True
        points = scene.points.copy()
        # A whole bed would leave the person small: so much of it is shown as reaches a little further than they do.
        bed = np.unique(scene.of("bed", "bed_frame"))
        low, high = body.min(0) - _BED_SEEN_CM, body.max(0) + _BED_SEEN_CM
        low[1] = -_BED["mattress"] - _BED["frame"]
        points[bed] = np.clip(points[bed], low, high)
        return np.asarray(points[used])

    @cached_property
    def _coarse_window(self) -> Window:
        return union([self._bounds(s, v) for s, v in zip(self.scenes, self.solved, strict=True)])

    @cached_property
    def size(self) -> float:
        """1, or less for a close-up: what a line of 1 cm is drawn as."""
        window = self._coarse_window
        largest = max(window.width, window.height)
        return float(min(1.0, max(largest, _LEAST_WINDOW_CM) / _CLOSE_CM))

    # -- arrows

    def _place_arrows(self, number: int) -> list[DrawnArrow]:
        frame = self.frames[number]
        if not frame.arrows:
            return []
        scene = self.scenes[number]
        window = _wider(self._coarse_window, arrow_drawing.REACH_CM)
        seen = look(
            scene.points @ self.camera.T, scene.triangles, window, arrow_drawing.COARSE_PIXELS_PER_CM, scene.see_through
        )
        kind = np.where(seen.triangle == NOTHING, NOTHING, scene.kind[seen.triangle])
        body = kind == BODY
        for name in (BUN, *_KEPT_CLEAR_OF_ARROWS):
            if name in scene.kinds:
                body |= kind == scene.kinds.index(name)
        spacing = Spacing(body, window)
        placed: list[DrawnArrow] = []
        for arrow in frame.arrows:
            if arrow.kind == "ring":
                centre = self.artist.solver.point(self.solved[number].bones, arrow.of) @ self.camera.T
                placed += arrow_drawing.ring(centre[:2], spacing, self.size, arrow.side == "right")
            else:
                placed.append(arrow_drawing.place(self._arrow_path(arrow, number), spacing, self.size))
        return placed

    def _arrow_path(self, arrow: Arrow, number: int) -> Floats:
        """Return the wished path in picture cm, before it is moved off the body."""
        here = self.artist.solver.point(self.solved[number].bones, arrow.of)
        if arrow.kind == "path":
            path = np.stack([self.artist.solver.point(b, arrow.of) for b in self._way(number)])
        elif arrow.kind == "towards":
            way = unit(vector(arrow.towards or (("up", 1.0),), self.turned, arrow.of.side))
            path = self._straight(here, way * 18.0 * self.size, number)
        else:
            path = self._round(arrow, here)
        return (path @ self.camera.T)[:, :2]

    def _straight(self, here: Floats, way: Floats, number: int) -> Floats:
        """Return an arrow from a landmark, or up to it when it would point into the body."""
        middle = self.artist.skin(self.solved[number].bones).mean(0)
        inwards = float((middle - here) @ way) > 0
        return np.stack([here - way, here] if inwards else [here, here + way])

    def _round(self, arrow: Arrow, here: Floats) -> Floats:
        left, head, front = self.turned.T
        way = -1.0 if arrow.side == "right" else 1.0
        if arrow.kind == "roll":
            first = front if arrow.side == "back" else -front
            return arrow_drawing.arc(here, first, head, 10.0 * self.size, -60, 215)
        radius = 17.0 * self.size
        return arrow_drawing.arc(here + head * 9.0 * self.size, front, left * way, radius, -65, 65)

    def _way(self, number: int) -> Iterator[Bones]:
        """Yield the bones of the way from the frame before to this one."""
        if number == 0:
            yield self.solved[0].bones
            yield self.solved[-1].bones
            return
        first, last = self.solved[number - 1], self.solved[number]
        for share in np.linspace(0, 1, 19):
            state = interpolate(first.state, last.state, float(share), (first.bones.roots, last.bones.roots))
            yield self.artist.solver.rig.bones(state)

    # -- drawing

    def drawn(self) -> DrawnForm:
        """Return every frame."""
        frames = tuple(self.svg(number) for number in range(len(self.solved)))
        return DrawnForm(self.figure.form, self.artist.rest.body.id, frames)

    def size_in_units(self) -> tuple[int, int]:
        layers = Layers(self.window, self.size)
        return round(self.window.width * layers.units_per_cm), round(self.window.height * layers.units_per_cm)

    def regions(self, scene: Scene, layers: Layers) -> Regions:
        return self.artist.painter.regions(scene, self.camera, layers.window, layers.pixels_per_cm)

    def svg(self, number: int) -> str:
        """Return one frame."""
        layers = Layers(self.window, self.size)
        self._paint_frame(layers, number)
        if self.inset:
            inside = self.inset.layers(layers)
            self._paint_frame(inside, number)
            layers.paths.append(self.inset.svg(layers, inside))
        arrows = "".join(
            arrow_drawing.svg(arrow, self.window, layers.units_per_cm, self.size) for arrow in self.arrows[number]
        )
        return document(layers, self.figure.alt, arrows)

    def _paint_frame(self, layers: Layers, number: int) -> None:
        scene = self.scenes[number]
        regions = self.regions(scene, layers)
        self.paint_under(layers, scene)
        self.paint(layers, regions, scene)
        self.paint_glow(layers, regions, number)
        if self.figure.ghost and number:
            before = self.regions(self.scenes[number - 1], layers)
            edge = before.body & ~_eroded(before.body)
            layers.line(
                np.asarray(cv2.dilate((edge & ~_near(regions.body)).astype(np.uint8), np.ones((3, 3))) > 0),
                GHOST,
                "14 12",
            )

    def paint_glow(self, layers: Layers, regions: Regions, number: int, strength: float = 1.0) -> None:
        """Add the light of a frame, at full strength or, on the way to it, at less."""
        glow = self.frames[number].glow
        if glow and strength > 0:
            rest = self.artist.rest
            centres = [rest.vertices[rest.points[point_name(place)].vertex] for place in glow]
            paint_glow(layers, regions, np.array(centres), rest.scale, strength)

    def paint_under(self, layers: Layers, scene: Scene) -> None:
        paint_mat(layers, scene, self.camera, self.artist.colours)

    def paint(self, layers: Layers, regions: Regions, scene: Scene) -> None:
        floor = 0.0
        if self.surface == "bed":
            paint_props(layers, regions, scene, self.artist.colours)
        fallen = shadow(scene, self.camera, layers.window, layers.pixels_per_cm, floor, _SHADOW_FROM)
        layers.area(fallen, "#1c2333", smooth=8, tolerance=3, least=400, opacity=".16")
        if self.surface != "bed":
            paint_props(layers, regions, scene, self.artist.colours)
        paint_body(layers, regions, self.artist.colours)
        paint_ink(layers, regions)


def _wider(window: Window, by: float) -> Window:
    return Window(window.left - by, window.bottom - by, window.right + by, window.top + by)


def _eroded(mask: Mask) -> Mask:
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((3, 3))) > 0)


def _near(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((5, 5))) > 0)


def artists(kit: FigureKit, bodies: list[str]) -> dict[str, Artist]:
    mesh = load_mesh()
    return {body: Artist(mesh, kit, body) for body in bodies}
