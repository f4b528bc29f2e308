"""Where the shipped pose data is, and how much of it the tests try."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POSES = ROOT / "catalogue" / "figures"
EVERYTHING = bool(os.environ.get("FIGURES_EVERYTHING"))
"""Set to try every form on every body in the deep tests, as the long ones do; without it they try a few of them."""
