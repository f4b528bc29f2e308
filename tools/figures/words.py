"""Directions in words to vectors, for the way the person faces in the picture."""

from __future__ import annotations

import numpy as np

from recommender.models.figures import Base, Direction
from tools.figures.mesh import Floats
from tools.figures.rotations import unit

WORLD = {
    "up": (0.0, 1.0, 0.0),
    "down": (0.0, -1.0, 0.0),
    "forward": (0.0, 0.0, 1.0),
    "backward": (0.0, 0.0, -1.0),
    "left": (1.0, 0.0, 0.0),
    "right": (-1.0, 0.0, 0.0),
}


def orientation(base: Base) -> Floats:
    """Return the rotation of the pelvis in a base: columns are the person's left, head and front."""
    head, front = np.array(WORLD[base.head]), np.array(WORLD[base.front])
    return np.stack([np.cross(head, front), head, front], 1)


def vector(direction: Direction, turned: Floats, side: str | None) -> Floats:
    """Return the sum of the words, with their weights as lengths.

    ``turned`` says where left, head and front are; up and down are always those of the world. In and out need
    a side.
    """
    total = np.zeros(3)
    for word, weight in direction:
        total = total + weight * _word(word, turned, side)
    return total


def unit_vector(direction: Direction, turned: Floats, side: str | None) -> Floats:
    return unit(vector(direction, turned, side))


def _word(word: str, turned: Floats, side: str | None) -> Floats:
    left, head, front = turned.T
    if word in ("in", "out"):
        if side is None:
            raise ValueError(f"'{word}' needs a side: write left or right.")
        word = side if word == "out" else {"left": "right", "right": "left"}[side]
    ways: dict[str, Floats] = {
        "up": np.array(WORLD["up"]),
        "down": np.array(WORLD["down"]),
        "head": head,
        "feet": -head,
        "front": front,
        "back": -front,
        "left": left,
        "right": -left,
    }
    return ways[word]
