"""Arrows: where the motion goes, moved aside until nothing of them lies on the body."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tools.figures.camera import Window
from tools.figures.mesh import Floats
from tools.figures.trace import Mask, curve

COLOUR = "#c2410c"
WIDTH_CM, HEAD_CM, HEAD_HALF_CM, CLEAR_CM = 3.0, 7.5, 4.3, 1.3
SHORTEST_CM, LONGEST_CM = 15.0, 46.0
_RING_GAP_CM = 15.0
_RING_FLATNESS = 0.36
_COARSE = 2.0
_REACH_CM = 70


@dataclass(frozen=True)
class DrawnArrow:
    """Points (n, 2) in cm of the picture plane, from tail to tip."""

    points: Floats


class Spacing:
    """How far every place of the picture is from the body, on a coarse grid."""

    def __init__(self, body: Mask, window: Window) -> None:
        self.window = window
        self.taken = body.copy()
        self._measure()

    def _measure(self) -> None:
        self.free = cv2.distanceTransform((~self.taken).astype(np.uint8), cv2.DIST_L2, 5) / _COARSE

    def clearance(self, points: Floats) -> Floats:
        """Return the distance (cm) of points (n, 2) from the body; beyond the grid everything is free."""
        columns = np.round((points[:, 0] - self.window.left) * _COARSE).astype(int)
        rows = np.round((self.window.top - points[:, 1]) * _COARSE).astype(int)
        inside = (columns >= 0) & (rows >= 0) & (columns < self.free.shape[1]) & (rows < self.free.shape[0])
        found = np.full(len(points), 1e3)
        found[inside] = self.free[rows[inside], columns[inside]]
        return found

    def take(self, points: Floats, width: float) -> None:
        """Mark an arrow as taken, so that the next one keeps clear of it."""
        columns = np.round((points[:, 0] - self.window.left) * _COARSE).astype(np.int32)
        rows = np.round((self.window.top - points[:, 1]) * _COARSE).astype(np.int32)
        picture = self.taken.astype(np.uint8)
        line = np.stack([columns, rows], 1).reshape(-1, 1, 2)
        cv2.polylines(picture, [line], False, 1, max(1, int(width * _COARSE)))
        self.taken = picture > 0
        self._measure()

    def centre(self) -> Floats:
        rows, columns = np.nonzero(self.taken)
        return np.array([columns.mean() / _COARSE + self.window.left, self.window.top - rows.mean() / _COARSE])


def place(points: Floats, spacing: Spacing, size: float) -> DrawnArrow:
    """Return the arrow, moved by as little as keeps it clear of the body, rather outwards than across."""
    points = _fitted(points, size)
    needed = (np.linspace(WIDTH_CM / 2, HEAD_HALF_CM, len(points)) + CLEAR_CM) * size
    outward = points.mean(0) - spacing.centre()
    outward = outward / max(float(np.linalg.norm(outward)), 1e-9)
    best: tuple[float, Floats] | None = None
    for reach in np.arange(0, _REACH_CM, 1.5):
        for angle in np.radians(np.arange(0, 360, 15)):
            way = np.array([np.cos(angle), np.sin(angle)])
            cost = reach * (1.35 - 0.35 * float(way @ outward))
            if best is not None and cost >= best[0]:
                continue
            moved = points + way * reach
            if (spacing.clearance(moved) >= needed).all():
                best = (cost, moved)
        if best is not None and reach > best[0]:
            break
    found = best[1] if best is not None else points
    spacing.take(found, WIDTH_CM * size)
    return DrawnArrow(found)


def ring(centre: Floats, spacing: Spacing, size: float, to_right: bool) -> list[DrawnArrow]:
    """Return a ring round the body as two arcs, one beside each flank; the way in front of the body is left open.

    The ring is drawn a little from above whatever the camera, so that it reads as one.
    """
    across = np.linspace(-80, 80, 161)
    row = np.stack([centre[0] + across, np.full(161, centre[1])], 1)
    covered = across[spacing.clearance(row) < 0.5]
    middle = centre[0] + (covered.min() + covered.max()) / 2 if len(covered) else centre[0]
    half = (covered.max() - covered.min()) / 2 if len(covered) else 14.0
    radius = half + _RING_GAP_CM * size
    pieces = []
    for start, end in ((-66, 66), (114, 246)):
        angles = np.radians(np.linspace(start, end, 41))
        points = np.stack([middle + radius * np.cos(angles), centre[1] + radius * _RING_FLATNESS * np.sin(angles)], 1)
        clear = spacing.clearance(points) >= (WIDTH_CM / 2 + CLEAR_CM) * size
        points = _longest_run(points, clear)
        if len(points) > 8:
            pieces.append(DrawnArrow(points if to_right else points[::-1]))
    return pieces


def _longest_run(points: Floats, keep: Mask) -> Floats:
    best, start = points[:0], 0
    for number in range(len(points) + 1):
        if number == len(points) or not keep[number]:
            if number - start > len(best):
                best = points[start:number]
            start = number + 1
    return best


def svg(arrow: DrawnArrow, window: Window, units_per_cm: float, size: float) -> str:
    """Return the arrow as a thick line and a head."""
    points = np.stack([arrow.points[:, 0] - window.left, window.top - arrow.points[:, 1]], 1) * units_per_cm
    unit_size = units_per_cm * size
    head, half = HEAD_CM * unit_size, HEAD_HALF_CM * unit_size
    tip = points[-1]
    away = np.linalg.norm(points - tip, axis=1)
    far = np.nonzero(away > head * 0.9)[0]
    shaft = points[: far[-1] + 1] if len(far) else points[:1]
    way = tip - shaft[-1]
    way = way / max(float(np.linalg.norm(way)), 1e-9)
    neck, side = tip - way * head, np.array([-way[1], way[0]]) * half
    line = curve(_dense(np.vstack([shaft, neck + way * 0.15 * head])), False, 1.0, 2.0)
    corners = [tip, neck + side, neck - side]
    path = "L".join(f"{round(float(x))} {round(float(y))}" for x, y in corners)
    width = round(WIDTH_CM * unit_size)
    return (
        f'<path d="{line}" fill="none" stroke="{COLOUR}" stroke-width="{width}"/><path d="M{path}z" fill="{COLOUR}"/>'
    )


def arc(centre: Floats, first: Floats, second: Floats, radius: float, start: float, end: float) -> Floats:
    """Return an arc (n, 3) in the plane of two directions, from one angle to another in degrees."""
    angles = np.radians(np.linspace(start, end, 41))
    return np.asarray(centre + radius * (np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * second))


def _fitted(points: Floats, size: float) -> Floats:
    """Return the path no shorter and no longer than an arrow should be, as 25 points at even steps."""
    length = _length(points)
    if length < SHORTEST_CM * size:
        way = points[-1] - points[0]
        size_of = float(np.linalg.norm(way))
        way = way / size_of if size_of > 1e-6 else np.array([0.0, 1.0])
        middle = points.mean(0)
        half = SHORTEST_CM * size / 2
        points = np.stack([middle - way * half, middle + way * half])
    surplus = max(0.0, _length(points) - LONGEST_CM * size)
    return _at(points, np.linspace(surplus / 2, _length(points) - surplus / 2, 25))


def _dense(points: Floats) -> Floats:
    """Return the path with a point at every unit."""
    return _at(points, np.linspace(0, _length(points), max(2, round(_length(points)))))


def _at(points: Floats, along: Floats) -> Floats:
    """Return the points (n, 2) of a path that are so far along it."""
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return np.stack([np.interp(along, steps, points[:, axis]) for axis in (0, 1)], 1)


def _length(points: Floats) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


COARSE_PIXELS_PER_CM = _COARSE
REACH_CM = _REACH_CM
