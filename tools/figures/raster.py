"""The depth buffer: which triangle is seen at each pixel, how near it is, and where within the triangle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from tools.figures.camera import Window
from tools.figures.mesh import Floats, Ints

NOTHING = -1


@dataclass(frozen=True)
class Seen:
    """Per pixel: depth in cm towards the viewer, triangle (NOTHING where empty), and the weights of its corners."""

    depth: Floats
    triangle: Ints
    weights: Floats


def look(projected: Floats, triangles: Ints, window: Window, pixels_per_cm: float, cut: Floats) -> Seen:
    """Return what is seen of points (n, 3) in picture cm; a triangle's pixel with ``cut`` below 0 is see-through."""
    width, height = int(window.width * pixels_per_cm), int(window.height * pixels_per_cm)
    pixels = to_pixels(projected, window, pixels_per_cm)
    depth = np.full((height, width), -1e9)
    triangle = np.full((height, width), NOTHING, np.int64)
    weights = np.zeros((height, width, 3))
    _fill(pixels, np.ascontiguousarray(projected[:, 2]), triangles, cut, depth, triangle, weights)
    return Seen(depth, triangle, weights)


def to_pixels(projected: Floats, window: Window, pixels_per_cm: float) -> Floats:
    """Return points (n, 2) in pixels from the upper left."""
    return np.stack(
        [(projected[:, 0] - window.left) * pixels_per_cm, (window.top - projected[:, 1]) * pixels_per_cm], 1
    )


@numba.njit(cache=True)
def _fill(pixels, near, triangles, cut, depth, triangle, weights):  # type: ignore[no-untyped-def]
    height, width = depth.shape
    for number in range(triangles.shape[0]):
        i, j, k = triangles[number, 0], triangles[number, 1], triangles[number, 2]
        x0, y0, x1, y1, x2, y2 = (
            pixels[i, 0],
            pixels[i, 1],
            pixels[j, 0],
            pixels[j, 1],
            pixels[k, 0],
            pixels[k, 1],
        )
        area = (y1 - y2) * (x0 - x2) + (x2 - x1) * (y0 - y2)
        if abs(area) < 1e-9:
            continue
        left, right = max(0, math.floor(min(x0, x1, x2))), min(width - 1, math.ceil(max(x0, x1, x2)))
        upper, lower = max(0, math.floor(min(y0, y1, y2))), min(height - 1, math.ceil(max(y0, y1, y2)))
        for y in range(upper, lower + 1):
            for x in range(left, right + 1):
                a = ((y1 - y2) * (x - x2) + (x2 - x1) * (y - y2)) / area
                b = ((y2 - y0) * (x - x2) + (x0 - x2) * (y - y2)) / area
                c = 1 - a - b
                if a < -1e-4 or b < -1e-4 or c < -1e-4:
                    continue
                z = a * near[i] + b * near[j] + c * near[k]
                if z <= depth[y, x] or a * cut[i] + b * cut[j] + c * cut[k] < 0:
                    continue
                depth[y, x] = z
                triangle[y, x] = number
                weights[y, x, 0], weights[y, x, 1], weights[y, x, 2] = a, b, c
