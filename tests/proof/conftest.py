"""What the tests of proofs share: the rules encoded once."""

from __future__ import annotations

import pytest

from recommender.service.recommend import Recommender
from tests.support.encoded import Encoded, encoded


@pytest.fixture(scope="session")
def code(recommender: Recommender) -> Encoded:
    return encoded(recommender.content)
