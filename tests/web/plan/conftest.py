"""People with a plan whose session was stopped."""

from __future__ import annotations

import pytest

from tests.support.planner import Planner, heading
from tests.support.told_stops import CALL, SADDLE, TODAY, UNSURE


@pytest.fixture
def stopped(kept: Planner) -> Planner:
    """Somebody with a plan of three days who has just told of a numb saddle."""
    assert heading(kept.on_day(3).session(SADDLE)) == CALL
    return kept


@pytest.fixture
def unsure(kept: Planner) -> Planner:
    assert heading(kept.on_day(3).session(UNSURE)) == TODAY
    return kept
