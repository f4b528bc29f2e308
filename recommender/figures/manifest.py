"""The list of finished drawings: which files show a form, and from which pose data they were made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recommender.models.figures import FigureKit, FormFigure

MANIFEST = "manifest.json"
PICTURES = Path(__file__).resolve().parent / "drawn"
"""Where the finished drawings are."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The files of one form, and their size in SVG units.

    ``source`` is the hash of the pose data that they show; ``pose`` also of everything that drew them.
    """

    source: str
    pose: str
    body: str
    width: int
    height: int
    frames: tuple[str, ...]
    motion: str | None

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.frames, self.motion) if self.motion else self.frames


def source_hash(form: FormFigure, kit: FigureKit) -> str:
    """Return the hash of what a drawing shows: its frames, its text, and the poses that it starts from."""
    starts = sorted({frame.start for frame in form.frames if isinstance(frame.start, str)})
    return digest([drawn_data(form), [plain(kit.bases[start]) for start in starts]])[:16]


def drawn_data(form: FormFigure) -> Any:
    """Return what the pictures of a form depend on; which side is at work is told beside them, and changes no line."""
    return {name: value for name, value in plain(form).items() if name != "working_side"}


def plain(value: Any) -> Any:
    """Return a data class as plain data in a fixed order, so that it can be hashed."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            part.name: plain(getattr(value, part.name)) for part in sorted(fields(value), key=lambda part: part.name)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value)}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def digest(data: Any) -> str:
    """Return the SHA-256 of plain data, in hex."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


@cache
def picture_hash(name: str) -> str:
    """Return the SHA-256, in hex, of the bytes of a finished picture as it first was; "" where the file is not there."""
    path = PICTURES / name
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def read_manifest(path: Path) -> dict[str, Drawing]:
    """Return the drawings by 'exercise/form'."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return {key: Drawing(**{**told, "frames": tuple(told["frames"])}) for key, told in found.items()}


def write_manifest(path: Path, drawings: Mapping[str, Drawing]) -> None:
    """Write the drawings in order of their keys, so that the same drawings make the same file."""
    told = {key: asdict(drawings[key]) for key in sorted(drawings)}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
