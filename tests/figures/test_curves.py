"""The curves of the drawings: few, near to what they follow, smooth but for the corners."""

from __future__ import annotations

import numpy as np
import pytest

from tools.figures.curves import fit
from tools.figures.mesh import Floats

pytestmark = pytest.mark.deep
TOLERANCE = 1.5


def circle(radius: float, count: int = 400) -> Floats:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return radius * np.stack([np.cos(angles), np.sin(angles)], 1)


def along(curves: Floats) -> Floats:
    """Return many points of each curve."""
    u = np.linspace(0, 1, 200)[:, None, None]
    v = 1 - u
    start, one, two, end = (curves[:, part][None] for part in range(4))
    return (start * v**3 + one * 3 * u * v**2 + two * 3 * u**2 * v + end * u**3).reshape(-1, 2)


def apart(points: Floats, curves: Floats) -> float:
    """Return how far the point that is farthest from the curves is from them."""
    drawn = along(curves)
    return max(float(np.linalg.norm(drawn - point, axis=1).min()) for point in points)


def wavy() -> Floats:
    x = np.linspace(0, 600, 900)
    return np.stack([x, 40 * np.sin(x / 35) + 25 * np.sin(x / 11)], 1)


@pytest.mark.parametrize(("points", "closed"), [(circle(120), True), (circle(9, 60), True), (wavy(), False)])
def test_curves_stay_near_every_point(points: Floats, closed: bool) -> None:
    assert apart(points, fit(points, [], closed, TOLERANCE)) <= TOLERANCE + 0.05


def test_a_circle_takes_few_curves_and_ends_where_it_begins() -> None:
    curves = fit(circle(120), [], True, TOLERANCE)
    assert len(curves) <= 6
    assert (curves[0, 0] == curves[-1, 3]).all() and (curves[1:, 0] == curves[:-1, 3]).all()


def test_curves_meet_smoothly() -> None:
    curves = fit(wavy(), [], False, TOLERANCE)
    before, after = curves[:-1, 3] - curves[:-1, 2], curves[1:, 1] - curves[1:, 0]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    assert len(curves) > 5 and ((before * after).sum(1) > 0.999 * lengths).all()


def test_a_corner_stays_a_corner() -> None:
    side = np.linspace(0, 100, 101)
    points = np.concatenate([np.stack([side, 0 * side], 1), np.stack([100 + 0 * side[1:], side[1:]], 1)])
    curves = fit(points, [100], False, TOLERANCE)
    assert len(curves) == 2 and apart(points, curves) < 0.3
    assert curves[0, 3].tolist() == [100, 0]


def test_of_two_points_as_far_off_the_first_is_split_whatever_the_last_bit_says() -> None:
    """A bow is the same from both ends, so processors that round otherwise would split it otherwise."""
    bow = circle(150)[20:181]
    moved = bow + np.random.default_rng(3).uniform(-1, 1, bow.shape) * 1e-12
    assert np.abs(fit(bow, [], False, 0.05) - fit(moved, [], False, 0.05)).max() < 1e-6
