"""Rotations as 3 x 3 arrays; angles in degrees; vectors are arrays of 3."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from tools.figures.mesh import Floats

IDENTITY = np.eye(3)


def unit(vector: ArrayLike) -> Floats:
    """Return the vector with length 1."""
    array = np.asarray(vector, float)
    return array / max(math.sqrt(float(array @ array)), 1e-12)


def cross(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return the cross product of two vectors; for single vectors this is much faster than numpy's."""
    a, b, c = np.asarray(first, float).tolist()
    x, y, z = np.asarray(second, float).tolist()
    return np.array([b * z - c * y, c * x - a * z, a * y - b * x])


def about(axis: ArrayLike, degrees: float) -> Floats:
    """Return the rotation about an axis."""
    x, y, z = unit(axis).tolist()
    angle = math.radians(degrees)
    sine, rest = math.sin(angle), 1 - math.cos(angle)
    return np.array(
        [
            [1 - rest * (y * y + z * z), rest * x * y - sine * z, rest * x * z + sine * y],
            [rest * x * y + sine * z, 1 - rest * (x * x + z * z), rest * y * z - sine * x],
            [rest * x * z - sine * y, rest * y * z + sine * x, 1 - rest * (x * x + y * y)],
        ]
    )


def about_x(degrees: float) -> Floats:
    return about((1, 0, 0), degrees)


def about_y(degrees: float) -> Floats:
    return about((0, 1, 0), degrees)


def about_z(degrees: float) -> Floats:
    return about((0, 0, 1), degrees)


def frame(along: ArrayLike, normal: ArrayLike) -> Floats:
    """Return axes as columns: along, the normal made square to it, and their cross product."""
    first = unit(along)
    normal = np.asarray(normal, float)
    second = normal - (normal @ first) * first
    if np.linalg.norm(second) < 1e-6:
        other = np.array([0.0, 0, 1]) if abs(first[2]) < 0.9 else np.array([0.0, 1, 0])
        second = other - (other @ first) * first
    second = unit(second)
    return np.array([first, second, cross(first, second)]).T


def between(start: ArrayLike, end: ArrayLike, share: float = 1.0) -> Floats:
    """Return the shortest rotation from one direction to another, or a share of it."""
    a, b = unit(start), unit(end)
    axis = cross(a, b)
    size = float(np.linalg.norm(axis))
    if size < 1e-9:
        return IDENTITY.copy()
    return about(axis, float(np.degrees(np.arctan2(size, a @ b))) * share)


def axis_angle(rotation: Floats) -> tuple[Floats, float]:
    """Return the axis and the degrees of a rotation."""
    axis = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    size = float(np.linalg.norm(axis))
    degrees = float(np.degrees(np.arctan2(size, np.trace(rotation) - 1)))
    if size < 1e-7:
        if degrees < 90:
            return np.array([0.0, 1, 0]), 0.0
        column = int(np.argmax(np.diag(rotation)))
        return unit((rotation + IDENTITY)[:, column]), 180.0
    return axis / size, degrees


def blend(start: Floats, end: Floats, share: float) -> Floats:
    """Return the rotation a share of the way from one to another, along the shortest arc."""
    axis, degrees = axis_angle(start.T @ end)
    return start @ about(axis, degrees * share)


def blend_direction(start: ArrayLike, end: ArrayLike, share: float) -> Floats:
    """Return the unit direction a share of the way from one to another."""
    return between(start, end, share) @ unit(start)
