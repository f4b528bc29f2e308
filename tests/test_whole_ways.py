"""Every whole way through the site is walked on every change, and none of them only before a release."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.whole_ways import WHOLE_WAYS

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.deep
def test_one_test_of_each_whole_way_is_there_and_is_not_left_for_releases() -> None:
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts=", "--import-mode=importlib"]
    done = subprocess.run([*asked, "-m", "not long", *WHOLE_WAYS.values()], cwd=ROOT, capture_output=True, text=True)
    found = {line for line in done.stdout.splitlines() if "::" in line}
    assert {way for way, test in WHOLE_WAYS.items() if test not in found} == set(), done.stdout + done.stderr
