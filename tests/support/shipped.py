"""What ships, read once for all tests of a process."""

from __future__ import annotations

from functools import cache

from recommender.loaders.vignettes import Vignette, load_vignettes
from recommender.settings import read_settings

VIGNETTES_DIR = read_settings({}).vignettes_dir


@cache
def vignettes() -> tuple[Vignette, ...]:
    return tuple(load_vignettes(VIGNETTES_DIR))


def journeys() -> tuple[Vignette, ...]:
    """Return the vignettes of whole people."""
    return tuple(one for one in vignettes() if one.path.startswith("journeys/"))
