"""What the tests of proofs share: the rules encoded once, and a solver where one is installed."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from recommender.service.recommend import Recommender
from tests.support.encoded import Encoded, encoded
from tests.support.needs import left_out


@pytest.fixture(scope="session")
def code(recommender: Recommender) -> Encoded:
    return encoded(recommender.content)


@pytest.fixture(scope="session")
def solver() -> None:
    """Leave out what needs the extra [proof] where that is not installed."""
    if find_spec("pysat") is None:
        left_out("python-sat is not installed: pip install -e .[proof]")


@pytest.fixture(scope="session")
def diagrams() -> None:
    """Leave out what counts where the library of decision diagrams is not installed."""
    if find_spec("dd") is None or find_spec("dd.cudd") is None:
        left_out("dd is not installed with CUDD: pip install -e .[proof]")
