"""The rule book of the real rules, made once for all who read it."""

from __future__ import annotations

import pytest

from recommender.rulebook.book import RuleBook
from recommender.service.recommend import Recommender
from tests.support import shipped


@pytest.fixture(scope="session")
def book(recommender: Recommender) -> RuleBook:
    return RuleBook(recommender.content, recommender.oracle, shipped.vignettes())
