"""A real browser against the real site. Debian's Chromium; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import ARGUMENTS, MISSING, find_chromium
from needs import left_out
from places import HOME, Stand, running_site
from playwright.sync_api import Browser, sync_playwright

from recommender.service import Recommender


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


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def has_script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
