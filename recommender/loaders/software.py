"""The program itself, as a signature of a release is bound to it: its version, and every file that it is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recommender import __version__

PACKAGE = Path(__file__).resolve().parents[1]
# What a wheel carries inside the package, and a checkout beside it: rules, catalogue and translations are signed for themselves.
_CARRIED = frozenset({"rules", "catalogue", "translations", "vignettes", "brief"})


@dataclass(frozen=True, slots=True)
class Software:
    """``sha256`` is over the name and the bytes of every file: code, templates, styles, drawings, and the safety net."""

    version: str
    sha256: str


@cache
def this_software() -> Software:
    """Return the program that runs, as its files were when this was first asked."""
    return Software(__version__, hash_of(PACKAGE))


def hash_of(package: Path) -> str:
    """Return the SHA-256, in hex, of every file of a package, but for what Python makes of it by itself."""
    whole = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package)
        if path.is_file() and not _is_made(name) and name.parts[0] not in _CARRIED:
            own = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{name.as_posix()} {own}\n".encode())
    return whole.hexdigest()


def _is_made(name: Path) -> bool:
    return "__pycache__" in name.parts or name.suffix == ".pyc"
