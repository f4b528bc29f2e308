"""The motion of a form: its poses with those in between, as one SVG whose steps a script shows in turn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.figures.draw import Picture
from tools.figures.layers import Layers, document
from tools.figures.scene import Scene
from tools.figures.state import interpolate

STEPS_OF_PAIR = 7
STEPS_OF_MORE = 4
_DETAIL = 1.7
"""In-between frames are seen for a moment: their curves may be this much coarser."""


def motion(picture: Picture) -> str:
    """Return the steps as groups s0, s1 ...; all but the first are hidden, and the mat is drawn once below them."""
    ground = Layers(picture.window, picture.size)
    picture.paint_under(ground, picture.scenes[0])
    for number, paths in enumerate(_steps(picture)):
        hidden = ' visibility="hidden"' if number else ""
        ground.paths.append(f'<g id="s{number}"{hidden}>{"".join(paths)}</g>')
    return document(ground, picture.figure.alt)


def _steps(picture: Picture) -> Iterator[list[str]]:
    solved = picture.solved
    ends = [(number, number + 1) for number in range(len(solved) - 1)]
    if picture.figure.cycle:
        ends.append((len(solved) - 1, 0))
    count = STEPS_OF_PAIR if len(ends) == 1 else STEPS_OF_MORE
    yield _step(picture, ends[0][0], ends[0][0], 0.0)
    for first, last in ends:
        for share in np.linspace(0, 1, count)[1:]:
            if picture.figure.cycle and last == 0 and share == 1:
                continue
            yield _step(picture, first, last, _eased(float(share)))


def _eased(share: float) -> float:
    """Start and stop gently."""
    return share * share * (3 - 2 * share)


def _step(picture: Picture, first: int, last: int, share: float) -> list[str]:
    start, end = picture.solved[first], picture.solved[last]
    state = interpolate(start.state, end.state, share, (start.bones.roots, end.bones.roots))
    bones = picture.artist.solver.rig.bones(state)
    near = start if share < 0.5 else end
    scene = picture.scene(bones, near, breath=state.breath)
    layers = Layers(picture.window, picture.size, detail=_DETAIL)
    _paint(picture, layers, scene, first, last, share)
    if picture.inset:
        inside = picture.inset.layers(layers)
        picture.paint_under(inside, scene)
        _paint(picture, inside, scene, first, last, share)
        layers.paths.append(picture.inset.svg(layers, inside))
    return layers.paths


def _paint(picture: Picture, layers: Layers, scene: Scene, first: int, last: int, share: float) -> None:
    regions = picture.regions(scene, layers)
    picture.paint(layers, regions, scene)
    picture.paint_glow(layers, regions, first, 1 - share)
    picture.paint_glow(layers, regions, last, share)
