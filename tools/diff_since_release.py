#!/usr/bin/env python3
"""Whom do the rules as they stand here make less safe than those of the last release? Fails on what nobody accepted.

Compared is the last release tag before this commit; where there is none, the commit at which this branch left main; on main
itself the commit before this one. Where the history is not here there is nothing to compare with, and it says so.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from recommender.cli.main import main as recommender

_RELEASES = "v[0-9]*"
_MAIN = ("origin/main", "main")


class Base(NamedTuple):
    """A commit to compare with, and why it is this one."""

    commit: str
    what: str


def base_of(folder: Path) -> Base | str:
    """Return what the rules in a checkout are compared with, or why there is nothing."""
    head = _git(folder, "rev-parse", "--verify", "HEAD^{commit}")
    if head is None:
        return "this is no checkout with a history"
    return next(_candidates(folder, head), None) or _why_nothing(folder)


def _candidates(folder: Path, head: str) -> Iterator[Base]:
    tag = _git(folder, "describe", "--tags", "--abbrev=0", f"--match={_RELEASES}", f"{head}^")
    if tag:
        yield Base(tag, "the last release")
    for main in _MAIN:
        left = _git(folder, "merge-base", main, head)
        if left and left != head:
            yield Base(left, f"where this left {main}")
    before = _git(folder, "rev-parse", "--verify", f"{head}^1^{{commit}}")
    if before:
        yield Base(before, "the commit before this one; there is no release yet")


def _why_nothing(folder: Path) -> str:
    if _git(folder, "rev-parse", "--is-shallow-repository") == "true":
        return "this is a shallow clone without the commit before this one: fetch more of the history"
    return "this is the first commit"


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git says, or None where it cannot, or is not there."""
    try:
        told = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return told.stdout.strip() if told.returncode == 0 else None


def main(arguments: Sequence[str] = ()) -> int:
    """Return 0 where nobody is less safe, or it is accepted, or there is nothing to compare with; else 1, or 2 for a fault."""
    base = base_of(Path.cwd())
    if isinstance(base, str):
        print(f"Compared with nothing: {base}.")
        return 0
    print(f"Compared with {base.commit[:12]}: {base.what}.", flush=True)
    return recommender(["diff", base.commit, ".", "--accepted", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
