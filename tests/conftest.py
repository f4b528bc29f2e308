"""Fixtures: the real rules and catalogue, loaded once."""

from __future__ import annotations

import pytest

from recommender.service import Recommender, load_recommender
from recommender.settings import read_settings


@pytest.fixture(scope="session")
def recommender() -> Recommender:
    return load_recommender(read_settings({}))
