"""Slips in the rules: whichever makes somebody less safe is found by an obligation. `python -m tools.proof_mutants` tries all."""

from __future__ import annotations

from collections import Counter

import pytest

from recommender.service.recommend import Recommender
from tests.support.sample import seeds
from tools.proof_mutants import Fate, verdicts

SLIPS = 15

pytestmark = pytest.mark.usefixtures("solver")


@pytest.mark.parametrize("seed", seeds(1500, fast=0, deep=6, long=34))
def test_each_slip_that_makes_somebody_less_safe_is_found(recommender: Recommender, seed: int) -> None:
    told = list(verdicts(recommender.content, SLIPS, seed))
    assert [(one.mutant.key, one.told) for one in told if one.fate is Fate.MISSED] == []
    assert Counter(one.fate for one in told)[Fate.FOUND] > 1
