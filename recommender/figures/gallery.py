"""What pages and the API show of a form: its pictures where they are drawn, and always its text alternative."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from recommender.figures.manifest import MANIFEST, PICTURES, Drawing, read_manifest, source_hash
from recommender.models.figures import Figures

_OTHER = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class FigureSide:
    """A side of the body that a one-sided form is done on, and whether its pictures are shown mirrored for it."""

    side: str
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """The pictures of one form, in order; no frames where nothing has been drawn. Sizes are those of every frame.

    ``sides`` are those that a one-sided form is done on, the one that is shown first; empty where both sides are at
    work, or are shown. Texts hold for either side.
    """

    alt: str
    frames: tuple[str, ...]
    motion: str | None
    width: int
    height: int
    sides: tuple[FigureSide, ...]

    @property
    def mirrored(self) -> bool:
        """Return whether the pictures are shown mirrored for the side that comes first."""
        return bool(self.sides) and self.sides[0].mirrored


@dataclass(frozen=True, slots=True)
class Gallery:
    """All pose data, its texts in one language, with the drawings made from it."""

    figures: Figures
    drawings: Mapping[str, Drawing]

    @property
    def digest(self) -> str:
        """Return a hash of every file that is shown: their names change with what is in them."""
        names = sorted(name for drawing in self.drawings.values() for name in drawing.files)
        return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]

    def figure(self, exercise: str, form: str, side: str | None = None) -> Figure | None:
        """Return the figure of a form, for a side of the body first; None where there is no pose data.

        Without a side it is the one that is drawn, which is also the one that the steps name where they name one.
        """
        poses = self.figures.exercises.get(exercise)
        if poses is None or form not in poses.forms:
            return None
        drawing = self.drawings.get(f"{exercise}/{form}")
        alt, sides = poses.forms[form].alt, _sides(poses.forms[form].working_side, side)
        if drawing is None:
            return Figure(alt, (), None, 0, 0, sides)
        return Figure(alt, drawing.frames, drawing.motion, drawing.width, drawing.height, sides)


def _sides(drawn: str | None, first: str | None) -> tuple[FigureSide, ...]:
    if drawn is None:
        return ()
    first = first or drawn
    return tuple(FigureSide(side, mirrored=side != drawn) for side in (first, _OTHER[first]))


def drawings_of(figures: Figures, pictures: Path = PICTURES) -> Mapping[str, Drawing]:
    """Return the drawings of exactly this pose data, by 'exercise/form'.

    One that was made from other poses is left out: it may show what nobody approved. ``figures`` are as written, not a
    translation.
    """
    made = every_drawing(pictures)
    return MappingProxyType(
        {
            key: made[key]
            for exercise in figures.exercises.values()
            for form in exercise.forms.values()
            if (key := f"{exercise.exercise}/{form.form}") in made
            and made[key].source == source_hash(form, figures.kit)
        }
    )


def every_drawing(pictures: Path = PICTURES) -> Mapping[str, Drawing]:
    """Return every finished drawing by 'exercise/form', whatever pose data it was made from."""
    manifest = pictures / MANIFEST
    return read_manifest(manifest) if manifest.exists() else {}


def undrawn(drawings: Mapping[str, Drawing], forms: Iterable[tuple[str, str]]) -> list[str]:
    """Return 'exercise/form' for every form (exercise id, form id) that has no drawing."""
    return [key for exercise, form in forms if (key := f"{exercise}/{form}") not in drawings]
