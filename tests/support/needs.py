"""What some tests need of the machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def left_out(missing: str) -> NoReturn:
    """Leave a test out for what is missing on a laptop; fail in CI, where everything is installed."""
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)
