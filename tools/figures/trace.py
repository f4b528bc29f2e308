"""Masks of pixels to smooth curves: contours, simplified, as relative whole-number path data."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from tools.figures.curves import fit
from tools.figures.mesh import Floats

Mask = NDArray[np.bool_]
_LOOSE = 1.25
"""A curve may be so many tolerances off: nearer to the pixels, on the whole, than one through the simplified points."""
_CORNER = 0.25
"""Cosine of the turn above which a point stays a sharp corner."""


def area_path(mask: Mask, pixels_per_unit: float, smooth: float, tolerance: float, least_area: float) -> str:
    """Return closed curves round a mask, holes included."""
    return "".join(
        curve(_smooth_closed(contour, smooth), True, pixels_per_unit, tolerance)
        for contour in _contours(mask, least_area)
    )


def straight_path(mask: Mask, pixels_per_unit: float, tolerance: float, least_area: float) -> str:
    """Return straight polygons round a mask, for props."""
    found = ""
    for contour in _contours(mask, least_area):
        points = cv2.approxPolyDP(contour.astype(np.int32).reshape(-1, 1, 2), tolerance, True).reshape(-1, 2)
        points = np.round(points / pixels_per_unit).astype(int)
        if len(points) < 3:
            continue
        steps = np.diff(points, axis=0)
        found += f"M{points[0][0]} {points[0][1]}l" + _joined(steps.ravel()) + "z"
    return found


def line_path(mask: Mask, pixels_per_unit: float, shortest: int, smooth: float, tolerance: float) -> str:
    """Return curves along the middle of the lines in a mask; lines shorter than ``shortest`` pixels are left out."""
    found = ""
    for line in _walk(skeletonize(mask), shortest):  # type: ignore[no-untyped-call]
        closed = len(line) > 12 and bool(np.abs(line[0] - line[-1]).max() <= 3)
        smoothed = _smooth_closed(line, smooth) if closed else _smooth_open(line, smooth)
        found += curve(smoothed, closed, pixels_per_unit, tolerance)
    return found


def curve(points: Floats, closed: bool, pixels_per_unit: float, tolerance: float) -> str:
    """Return a path of cubic curves along points (n, 2) in pixels, a pixel or so apart, that keeps corners.

    What is simplified to within ``tolerance`` pixels shows where the corners are.
    """
    simplified = cv2.approxPolyDP(points.astype(np.float32).reshape(-1, 1, 2), tolerance, closed)
    simple = np.asarray(simplified, float).reshape(-1, 2)
    if len(simple) < (3 if closed else 2):
        return ""
    curves = fit(
        points / pixels_per_unit, _corners(points, simple, closed), closed, _LOOSE * tolerance / pixels_per_unit
    )
    here = np.round(curves[0, 0])
    path = f"M{int(here[0])} {int(here[1])}c"
    for one in curves:
        step = _joined(np.concatenate([one[1], one[2], np.round(one[3])]) - np.tile(here, 3))
        path += step if path[-1] == "c" or step[0] == "-" else f" {step}"
        here = np.round(one[3])
    return path + ("z" if closed else "")


def has_holes(mask: Mask) -> bool:
    _, levels = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return levels is not None and bool((levels[0][:, 3] >= 0).any())


def _contours(mask: Mask, least_area: float) -> list[Floats]:
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return [contour.reshape(-1, 2).astype(float) for contour in found if cv2.contourArea(contour) >= least_area]


def _corners(points: Floats, simple: Floats, closed: bool) -> list[int]:
    """Return the numbers of the points (n, 2) at which the simplified line, made of some of them, turns sharply."""
    before, after = simple - np.roll(simple, 1, 0), np.roll(simple, -1, 0) - simple
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    sharp = (before * after).sum(1) < _CORNER * lengths
    if not closed:
        sharp[[0, -1]] = False
    wanted = {tuple(point) for point in simple[sharp].tolist()}
    return [number for number, point in enumerate(points.astype(np.float32).tolist()) if tuple(point) in wanted]


def _joined(numbers: Floats) -> str:
    return " ".join(str(round(float(number))) for number in numbers).replace(" -", "-")


def _kernel(sigma: float) -> tuple[NDArray[np.int64], Floats]:
    reach = int(3 * sigma) + 1
    offsets = np.arange(-reach, reach + 1)
    return offsets, np.exp(-0.5 * (offsets / sigma) ** 2)


def _smooth_closed(points: Floats, sigma: float) -> Floats:
    if len(points) < 8:
        return points
    offsets, weights = _kernel(sigma)
    index = (np.arange(len(points))[:, None] + offsets) % len(points)
    return np.asarray((points[index] * (weights / weights.sum())[None, :, None]).sum(1))


def _smooth_open(points: Floats, sigma: float) -> Floats:
    """Smooth with a window that shrinks towards both ends, so that they stay in place."""
    count = len(points)
    if count < 4:
        return points
    offsets, weights = _kernel(sigma)
    index = np.arange(count)[:, None] + offsets
    room = np.minimum(np.arange(count), count - 1 - np.arange(count))[:, None]
    shares = weights[None] * ((index >= 0) & (index < count) & (np.abs(offsets)[None] <= room))
    shares /= shares.sum(1, keepdims=True)
    return np.asarray((points[np.clip(index, 0, count - 1)] * shares[:, :, None]).sum(1))


def _walk(skeleton: Mask, shortest: int) -> list[Floats]:
    """Return the lines of a skeleton as points (n, 2) x, y; at a fork it goes straight on."""
    rows, columns = np.nonzero(skeleton)
    pixels = set(zip(rows.tolist(), columns.tolist(), strict=True))
    around = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if row or column]

    def neighbours(pixel: tuple[int, int]) -> list[tuple[int, int]]:
        near = [(pixel[0] + row, pixel[1] + column) for row, column in around]
        return [pixel for pixel in near if pixel in pixels]

    ends = sorted(pixel for pixel in pixels if len(neighbours(pixel)) == 1)
    used: set[tuple[int, int]] = set()
    lines = []
    for start in [*ends, *sorted(pixels)]:
        if start in used:
            continue
        line = [start]
        used.add(start)
        while free := [pixel for pixel in neighbours(line[-1]) if pixel not in used]:
            if len(line) > 4:
                way = (line[-1][0] - line[-5][0], line[-1][1] - line[-5][1])
                last = line[-1]
                free.sort(key=lambda p: -((p[0] - last[0]) * way[0] + (p[1] - last[1]) * way[1]))
            line.append(free[0])
            used.add(free[0])
        if len(line) >= shortest:
            lines.append(np.array(line, float)[:, ::-1])
    return lines
