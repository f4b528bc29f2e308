"""Fixtures: the real rules and catalogue, loaded once."""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase, settings

from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings

# The machine is shared: how long an example takes says nothing. In CI the examples are the same each time.
settings.register_profile("laptop", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
# For slips in the code: it is enough to find an example that notices one; a small one would take time to look for.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "laptop")


@pytest.fixture(scope="session")
def recommender() -> Recommender:
    return load_recommender(read_settings({}))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that share a dear fixture first, each module's together.

    Processes that run out of work take it from the end of what another has left (`--dist worksteal`), so by then the
    dear fixtures are made, and none is made twice.
    """
    items.sort(key=lambda item: item.get_closest_marker("dear") is None)
