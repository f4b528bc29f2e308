"""The difference of two texts of one file as a patch, with its path as in a git checkout."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

_NO_NEWLINE = "\n\\ No newline at end of file\n"


def patch_of(path: str, before: str, after: str) -> str:
    """Return a unified diff that ``git apply`` takes at the top of a checkout; "" where nothing differs.

    ``path`` is relative, with "/" between its parts.
    """
    if before == after:
        return ""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")
    return f"diff --git a/{path} b/{path}\n" + "".join(_ended(lines))


def _lines(text: str) -> list[str]:
    """Return lines as git counts them: only a line feed ends one."""
    return [one for one in text.replace("\n", "\n\0").split("\0") if one]


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + _NO_NEWLINE
