"""The fewest cubic curves that stay within a distance of a line of points, after P. J. Schneider (Graphics Gems, 1990).

A stretch is fitted by least squares. Where it is too far off, its points are placed along the curve anew, and where that
does not help it is split at the worst point, with one direction for both sides, so that the line stays smooth.
"""

from __future__ import annotations

from itertools import pairwise

import numba
import numpy as np

from tools.figures.mesh import Floats

_ROUNDS = 4
"""So often points are placed along the curve anew before it is split."""
_WORTH = 9.0
"""A stretch whose worst point is so many times too far off (squared) is split at once."""
_LOOK = 4
"""A direction is taken over so many points, so that the steps of pixels do not turn it."""


def fit(points: Floats, knots: list[int], closed: bool, tolerance: float) -> Floats:
    """Return cubic curves (n, 4, 2) along points (n, 2): start, two handles, end.

    ``knots`` are points at which the line may turn sharply; those in between it passes smoothly. The curves of a closed
    line end where they start.
    """
    stops = sorted({*knots, *(() if closed else (0, len(points) - 1))}) or [0]
    if closed:
        points = np.concatenate([points[stops[0] :], points[: stops[0] + 1]])
        stops = [stop - stops[0] for stop in stops] + [len(points) - 1]
    smooth_loop = closed and not knots
    parts = []
    for first, last in pairwise(stops):
        part = np.ascontiguousarray(points[first : last + 1])
        if len(part) < 2:
            continue
        start, end = _ends(part, smooth_loop)
        parts.append(_fitted(part, start, end, tolerance))
    return np.concatenate(parts) if parts else np.zeros((0, 4, 2))


def _ends(part: Floats, loop: bool) -> tuple[Floats, Floats]:
    """Return the directions into a stretch at both ends; in a loop they are one, passed through."""
    reach = min(_LOOK, len(part) - 1)
    if loop:
        way = part[reach] - part[-1 - reach]
        way = way / max(float(np.linalg.norm(way)), 1e-9)
        return way, -way
    start, end = part[reach] - part[0], part[-1 - reach] - part[-1]
    return start / max(float(np.linalg.norm(start)), 1e-9), end / max(float(np.linalg.norm(end)), 1e-9)


@numba.njit(cache=True)
def _fitted(points, start, end, tolerance):  # type: ignore[no-untyped-def]
    """Return the curves of one stretch, by splitting at the worst point until each is near enough."""
    limit = tolerance * tolerance
    count = len(points)
    curves = np.zeros((count, 4, 2))
    made = 0
    firsts, lasts = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    ways = np.zeros((count + 1, 2, 2))
    lasts[0], ways[0, 0], ways[0, 1] = count - 1, start, end
    waiting = 1
    while waiting:
        waiting -= 1
        first, last = firsts[waiting], lasts[waiting]
        way0, way1 = ways[waiting, 0].copy(), ways[waiting, 1].copy()
        part = points[first : last + 1]
        curve, worst, at = _best(part, way0, way1, limit)
        if worst <= limit or last - first < 2:
            curves[made] = curve
            made += 1
            continue
        split = first + min(max(at, 1), last - first - 1)
        reach = min(_LOOK, split - first, last - split)
        way = points[split - reach] - points[split + reach]
        size = np.sqrt(way[0] ** 2 + way[1] ** 2)
        if size < 1e-9:
            way = points[split - 1] - points[split]
            size = max(np.sqrt(way[0] ** 2 + way[1] ** 2), 1e-9)
        way = way / size
        firsts[waiting], lasts[waiting], ways[waiting, 0], ways[waiting, 1] = split, last, -way, way1
        waiting += 1
        firsts[waiting], lasts[waiting], ways[waiting, 0], ways[waiting, 1] = first, split, way0, way
        waiting += 1
    return curves[:made]


@numba.njit(cache=True)
def _best(part, way0, way1, limit):  # type: ignore[no-untyped-def]
    """Return one curve along a stretch, its worst distance (squared) from a point, and the number of that point."""
    along = _shares(part)
    curve = _least_squares(part, along, way0, way1)
    worst, at = _worst(part, along, curve)
    for _ in range(_ROUNDS):
        if worst <= limit or worst > _WORTH * limit:
            break
        _place_anew(part, along, curve)
        curve = _least_squares(part, along, way0, way1)
        worst, at = _worst(part, along, curve)
    return curve, worst, at


@numba.njit(cache=True)
def _shares(part):  # type: ignore[no-untyped-def]
    along = np.zeros(len(part))
    for number in range(1, len(part)):
        step = part[number] - part[number - 1]
        along[number] = along[number - 1] + np.sqrt(step[0] ** 2 + step[1] ** 2)
    return along / max(along[-1], 1e-9)


@numba.njit(cache=True)
def _least_squares(part, along, way0, way1):  # type: ignore[no-untyped-def]
    first, last = part[0], part[-1]
    a = b = c = x = y = 0.0
    for number in range(len(part)):
        u = along[number]
        v = 1 - u
        b0, b1, b2, b3 = v * v * v, 3 * u * v * v, 3 * u * u * v, u * u * u
        one, two = way0 * b1, way1 * b2
        rest = part[number] - first * (b0 + b1) - last * (b2 + b3)
        a += one[0] * one[0] + one[1] * one[1]
        b += one[0] * two[0] + one[1] * two[1]
        c += two[0] * two[0] + two[1] * two[1]
        x += one[0] * rest[0] + one[1] * rest[1]
        y += two[0] * rest[0] + two[1] * rest[1]
    chord = last - first
    size = np.sqrt(chord[0] ** 2 + chord[1] ** 2)
    whole = a * c - b * b
    reach0 = (x * c - y * b) / whole if abs(whole) > 1e-12 else 0.0
    reach1 = (a * y - b * x) / whole if abs(whole) > 1e-12 else 0.0
    if reach0 < 1e-3 * size or reach1 < 1e-3 * size:
        reach0 = reach1 = size / 3
    curve = np.zeros((4, 2))
    curve[0], curve[1], curve[2], curve[3] = first, first + way0 * reach0, last + way1 * reach1, last
    return curve


@numba.njit(cache=True)
def _worst(part, along, curve):  # type: ignore[no-untyped-def]
    """Return the worst distance and where; of two as far off it is the first, whatever the last bit of a processor says."""
    worst, at = 0.0, len(part) // 2
    for number in range(1, len(part) - 1):
        u = along[number]
        v = 1 - u
        here = curve[0] * v * v * v + curve[1] * 3 * u * v * v + curve[2] * 3 * u * u * v + curve[3] * u * u * u
        apart = (here[0] - part[number, 0]) ** 2 + (here[1] - part[number, 1]) ** 2
        if apart > worst * (1 + 1e-6) + 1e-9:
            worst, at = apart, number
    return worst, at


@numba.njit(cache=True)
def _place_anew(part, along, curve):  # type: ignore[no-untyped-def]
    """Move each point along the curve towards where it is nearest: one step after Newton."""
    for number in range(1, len(part) - 1):
        u = along[number]
        v = 1 - u
        here = curve[0] * v * v * v + curve[1] * 3 * u * v * v + curve[2] * 3 * u * u * v + curve[3] * u * u * u
        fast = 3 * ((curve[1] - curve[0]) * v * v + (curve[2] - curve[1]) * 2 * u * v + (curve[3] - curve[2]) * u * u)
        turn = 6 * ((curve[2] - 2 * curve[1] + curve[0]) * v + (curve[3] - 2 * curve[2] + curve[1]) * u)
        off = here - part[number]
        below = fast[0] ** 2 + fast[1] ** 2 + off[0] * turn[0] + off[1] * turn[1]
        if abs(below) > 1e-12:
            along[number] = min(max(u - (off[0] * fast[0] + off[1] * fast[1]) / below, 0.0), 1.0)
