"""A page of another site with the element, in a browser: the site that it asks, and one that does not know the origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app
from tests.support.elsewhere import Elsewhere
from tests.support.stand import served


@pytest.fixture(scope="module")
def settings() -> Settings:
    return replace(read_settings({}), region="GB")


@pytest.fixture(scope="module")
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture(scope="module")
def elsewhere(there: Elsewhere) -> Iterator[str]:
    with served(there.app) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def site(recommender: Recommender, settings: Settings, there: Elsewhere, elsewhere: str) -> Iterator[str]:
    allowed = replace(settings, cors_origins=(elsewhere,), frame_ancestors=(elsewhere,))
    with served(create_app(allowed, recommender)) as address:
        there.site = address
        yield address


@pytest.fixture(scope="module")
def closed(recommender: Recommender, settings: Settings) -> Iterator[str]:
    """The site as it comes."""
    with served(create_app(settings, recommender)) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        yield page


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser complains of, such as a style or script that the policy of the page refused."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
