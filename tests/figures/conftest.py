"""Pose data as shipped, and the people it is drawn on. The builder's tests need the extra [figures]."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recommender.loaders.figures import load_figures
from recommender.models.figures import Figures
from tests.support.shipped_poses import POSES

# `make test-deep` installs what draws; `make test` needs none of it.
if importlib.util.find_spec("numba") is None:
    collect_ignore = ["test_curves.py", "test_drawings.py"]


@pytest.fixture(scope="session")
def figures() -> Figures:
    return load_figures(POSES)


@pytest.fixture(scope="session")
def artist(figures: Figures) -> Callable[[str], Any]:
    """Return the artist of a body; made once."""
    from tools.figures.draw import Artist
    from tools.figures.mesh import load_mesh

    made: dict[str, Any] = {}

    def of(body: str) -> Any:
        if body not in made:
            made[body] = Artist(load_mesh(), figures.kit, body)
        return made[body]

    return of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the kit, without any exercise, to write pose data into."""
    target = tmp_path / "catalogue" / "figures"
    (target / "kit").mkdir(parents=True)
    for path in (POSES / "kit").glob("*.yaml"):
        (target / "kit" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return target
