"""Who gets a move that nobody of the crowd gets: a vignette shows them, or a check brings it, or it is for breaks alone."""

from __future__ import annotations

from collections.abc import Iterable

from recommender.loaders.vignettes import Vignette
from recommender.models.catalogue import Catalogue, DefaultRoutine, Exercise
from recommender.models.slots import Slot

NOBODY = "nobody"


def who_gets(catalogue: Catalogue, unused: Iterable[str], vignettes: Iterable[Vignette]) -> dict[str, str]:
    """Return for each move who gets it, in words; ``NOBODY`` where nothing says so."""
    shown: dict[str, str] = {}
    for vignette in vignettes:
        for key in ("offered", "one_of"):
            for name in vignette.expected(key):
                shown.setdefault(name, f"in a vignette: {vignette.name}")
    return {name: _who(catalogue.by_id[name], catalogue, shown) for name in unused}


def _who(exercise: Exercise, catalogue: Catalogue, shown: dict[str, str]) -> str:
    if exercise.slot is Slot.BREAK:
        return "it is for breaks from sitting, and never in a routine"
    if exercise.id in shown:
        return shown[exercise.id]
    usual = [one for one in catalogue.exercises if one.id in shown or one.default_routine is DefaultRoutine.YES]
    before = [one.name for one in usual if exercise.id in one.harder]
    return f"a check brings it, as the step after: {', '.join(before)}" if before else NOBODY
