"""A command whose reader goes away, as `recommender check | head -1` has it, ends quietly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recommender.loaders.languages import CONTENT
from recommender.settings.folders import content_folder

# A check that says so many lines on a stream, and loads nothing for it. Like a command that writes files, it takes an error of the
# system for one of a file.
PROGRAM = """
import sys
from recommender.cli import main as cli
from recommender.errors import RecommenderError

def check(given, settings):
    try:
        print("no faults\\n" * int(sys.argv[2]), file=getattr(sys, sys.argv[1]), flush=sys.argv[3] == "at once")
    except OSError as error:
        raise RecommenderError(f"it cannot be written: {error}") from error
    return 0

cli._check = check
sys.exit(cli.main(["check"]))
"""


def ended(*command: str, closed: str = "stdout", **environment: str) -> tuple[int, str]:
    """Return how a command ends of which nobody reads one stream, and what it says on the other."""
    read, write = os.pipe()
    os.close(read)
    other = "stderr" if closed == "stdout" else "stdout"
    streams = {closed: write, other: subprocess.PIPE}
    try:
        done = subprocess.run([sys.executable, *command], text=True, env={**os.environ, **environment}, **streams)
    finally:
        os.close(write)
    return done.returncode, getattr(done, other)


@pytest.mark.parametrize("when", ["at once", "at the end"])
@pytest.mark.parametrize("closed", ["stdout", "stderr"])
@pytest.mark.parametrize("lines", [1, 100_000], ids=["less than a buffer holds", "more"])
def test_a_command_that_nobody_reads_ends_quietly(lines: int, closed: str, when: str) -> None:
    assert ended("-c", PROGRAM, closed, str(lines), when, closed=closed) == (141, "")


@pytest.mark.deep
def test_translations_of_which_nobody_reads_a_line_are_updated_all_the_same(tmp_path: Path) -> None:
    shutil.copytree(content_folder("translations"), tmp_path / "translations")
    written = tmp_path / "translations" / "es" / CONTENT
    before = written.read_bytes()
    written.write_bytes(before.replace(b"# Made by recommender translations", b"# Made by somebody", 1))
    told = ended(
        *("-m", "recommender.cli.main", "translations"),
        TRANSLATIONS_DIR=str(tmp_path / "translations"),
        PYTHONUNBUFFERED="1",
    )
    assert told == (141, "")
    assert written.read_bytes() == before
