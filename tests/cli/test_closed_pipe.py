"""A command whose reader goes away, as `recommender check | head -1` has it, ends quietly."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# A check that says so many lines, and loads nothing for it.
PROGRAM = """
import sys
from recommender.cli import main as cli
cli._check = lambda given, settings: print("no faults\\n" * int(sys.argv[1])) or 0
sys.exit(cli.main(["check"]))
"""


@pytest.mark.parametrize("lines", [1, 100_000], ids=["less than a buffer holds", "more"])
def test_a_command_that_nobody_reads_ends_quietly(lines: int) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(lines)], stdout=write, stderr=subprocess.PIPE, text=True
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, "")
