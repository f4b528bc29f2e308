"""Where the content of this version is: in the installed package, or in the checkout that the package is part of."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def content_folder(name: str) -> Path:
    """Return a content folder: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def brief_folder() -> Path:
    """Return where the ids of the evidence brief are: inside the installed package, or among the documents."""
    inside = _PACKAGE / "brief"
    return inside if inside.is_dir() else _PACKAGE.parent / "docs" / "brief"


def vignettes_folder() -> Path:
    """Return where the vignettes are: inside the installed package, or among the tests in a checkout."""
    inside = _PACKAGE / "vignettes"
    return inside if inside.is_dir() else _PACKAGE.parent / "tests" / "vignettes"
