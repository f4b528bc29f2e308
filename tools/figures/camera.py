"""The orthographic camera: world (cm) to picture (cm): right, up, towards the viewer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.models.figures import Camera
from tools.figures.mesh import Floats


@dataclass(frozen=True)
class Window:
    """What the picture shows, in cm of the picture plane."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


def axes(camera: Camera) -> Floats:
    """Return rows right, up and towards the viewer; multiply points by its transpose."""
    around, above = np.radians(camera.azimuth), np.radians(camera.elevation)
    right = np.array([np.cos(around), 0, -np.sin(around)])
    towards = np.array([np.sin(around) * np.cos(above), np.sin(above), np.cos(around) * np.cos(above)])
    return np.stack([right, np.cross(towards, right), towards])


def bounds(points: Floats, margin: float = 0.0) -> Window:
    """Return the window around points (n, 2 or 3) of the picture plane."""
    low, high = points[:, :2].min(0) - margin, points[:, :2].max(0) + margin
    return Window(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def union(windows: list[Window]) -> Window:
    """Return the window around all of them, so that every frame has one scale and one place."""
    return Window(
        min(window.left for window in windows),
        min(window.bottom for window in windows),
        max(window.right for window in windows),
        max(window.top for window in windows),
    )
