"""What the tests of the kit share: its cases, and a sound service."""

from __future__ import annotations

import pytest

from recommender.conformance.kit import Case, Grade, kit_folder, read_cases
from recommender.conformance.trying import Ask
from recommender.service.recommend import Recommender
from tests.support.services import asking


@pytest.fixture(scope="session")
def kit() -> list[Case]:
    return list(read_cases(kit_folder(), Grade.CONDITIONS))


@pytest.fixture(scope="session")
def core() -> list[Case]:
    return list(read_cases(kit_folder(), Grade.CORE))


@pytest.fixture(scope="session")
def sound(recommender: Recommender) -> Ask:
    return asking(recommender)
