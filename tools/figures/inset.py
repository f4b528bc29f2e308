"""The inset of a tiny move: a part of the picture, enlarged, in a corner that is free in every frame or beside them.

It is an SVG of its own inside the frame, which cuts off what reaches out of it. Where it was taken from has the same border.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tools.figures.camera import Window, bounds, union
from tools.figures.layers import GHOST, PAPER, Layers
from tools.figures.mesh import Floats

ZOOM = 2.1
_AROUND_CM = 7.0
_GAP_CM = 4.0
_NUMBER_CM = 17.0
"""So much of the corner is under the number of the frame."""
_BORDER = 4


@dataclass(frozen=True)
class Inset:
    """What is enlarged (cm of the picture), where it stands in the frame, and how much larger it is there."""

    seen: Window
    box: Window

    @property
    def zoom(self) -> float:
        return self.box.width / self.seen.width

    @property
    def room(self) -> Window:
        """Return what the frame must hold: the box, and a margin."""
        box = self.box
        return Window(box.left - _GAP_CM, box.bottom - _GAP_CM, box.right + _GAP_CM, box.top + _GAP_CM)

    def layers(self, frame: Layers) -> Layers:
        """Return empty layers for what is seen, at the scale of the box."""
        return Layers(self.seen, frame.size / self.zoom, frame.detail)

    def svg(self, frame: Layers, inside: Layers) -> str:
        """Return the inset and the border of where it was taken from, for a frame."""
        x, y, width, height = _rect(self.box, frame)
        paper = f'<rect width="{width}" height="{height}" fill="{PAPER}"/>'
        return (
            _border(_rect(self.seen, frame))
            + f'<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
            + paper
            + "".join(inside.paths)
            + "</svg>"
            + _border((x, y, width, height))
        )


def placed(around: Iterable[Floats], taken: Floats, window: Window) -> Inset:
    """Return an inset of the points (n, 3) around which it is cut, clear of the points (n, 2) that are taken."""
    seen = union([bounds(points, _AROUND_CM) for points in around])
    width, height = seen.width * ZOOM, seen.height * ZOOM
    for box in _corners(window, width, height):
        if not _reaches(box, taken) and not _overlap(box, seen):
            return Inset(seen, box)
    # Above what is wide, beside what is high, so that the frame grows least.
    middle = (seen.left + seen.right) / 2
    if window.width > window.height:
        first = window.left + _NUMBER_CM
        left = float(np.clip(middle - width / 2, first, max(first, window.right - width - _GAP_CM)))
        return Inset(seen, _box(left, window.top + _GAP_CM, width, height))
    bottom = float(
        np.clip((seen.top + seen.bottom - height) / 2, window.bottom, max(window.bottom, window.top - height))
    )
    return Inset(seen, _box(window.right + _GAP_CM, bottom, width, height))


def _corners(window: Window, width: float, height: float) -> Iterable[Window]:
    """Yield the corners of a frame, those at the top first."""
    for bottom in (window.top - height - _GAP_CM, window.bottom + _GAP_CM):
        for left in (window.right - width - _GAP_CM, window.left + _GAP_CM):
            is_numbered = left < window.left + _NUMBER_CM and bottom + height > window.top - _NUMBER_CM
            if bottom >= window.bottom and left >= window.left and not is_numbered:
                yield _box(left, bottom, width, height)


def _box(left: float, bottom: float, width: float, height: float) -> Window:
    return Window(left, bottom, left + width, bottom + height)


def _reaches(box: Window, points: Floats) -> bool:
    x, y = points[:, 0], points[:, 1]
    inside = (x > box.left - _GAP_CM) & (x < box.right + _GAP_CM) & (y > box.bottom - _GAP_CM) & (y < box.top + _GAP_CM)
    return bool(inside.any())


def _overlap(one: Window, two: Window) -> bool:
    return one.left < two.right and two.left < one.right and one.bottom < two.top and two.bottom < one.top


def _rect(part: Window, frame: Layers) -> tuple[int, int, int, int]:
    """Return x, y, width and height of a part of the picture in units of a frame."""
    per_cm = frame.units_per_cm
    x, y = (part.left - frame.window.left) * per_cm, (frame.window.top - part.top) * per_cm
    return round(x), round(y), round(part.width * per_cm), round(part.height * per_cm)


def _border(rect: tuple[int, int, int, int]) -> str:
    x, y, width, height = rect
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" fill="none" '
        f'stroke="{GHOST}" stroke-width="{_BORDER}"/>'
    )
