"""A real browser against the real site. Debian's Chromium; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from recommender.service.recommend import Recommender
from tests.support.chromium import ARGUMENTS, MISSING, find_chromium
from tests.support.needs import left_out
from tests.support.stand import HOME, Stand, running_site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        left_out(MISSING)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def stand(recommender: Recommender) -> Iterator[Stand]:
    """The running site, in every state that it can be set up in."""
    with running_site(recommender) as stand:
        yield stand


@pytest.fixture(scope="session")
def address(stand: Stand) -> str:
    """The address of the site as set up for one country."""
    return stand.addresses[HOME]


@pytest.fixture(
    params=[True, pytest.param(False, marks=pytest.mark.deep)], ids=["with JavaScript", "without JavaScript"]
)
def has_script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
