"""What is promised is tried on every change: none of these tests is put off to before a release."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tried_in_ci import TRIED_IN_CI

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.deep
def test_a_test_of_each_thing_that_is_promised_is_there_and_is_not_left_for_releases() -> None:
    files = sorted({name.partition("::")[0] for name in TRIED_IN_CI.values()})
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts=", "--import-mode=importlib"]
    told = subprocess.run([*asked, "-m", "not long", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    found = [line for line in told.stdout.splitlines() if "::" in line]
    missing = [what for what, name in TRIED_IN_CI.items() if not any(line.startswith(name) for line in found)]
    assert missing == [], told.stdout + told.stderr
