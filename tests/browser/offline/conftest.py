"""Somebody who keeps a plan, in a browser whose site can be taken off the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.network import Network
from tests.support.people import AT_A_DESK
from tests.support.places import plan_of
from tests.support.stand import HOME, Place, Stand


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def network(stand: Stand, context: BrowserContext) -> Iterator[Network]:
    network = Network(stand, context)
    yield network
    network.end()


@pytest.fixture
def own(stand: Stand, network: Network) -> Stand:
    """The stand, at home under the address that can be taken off the network."""
    return replace(stand, addresses={**stand.addresses, HOME: network.home})


@pytest.fixture
def kept(context: BrowserContext, own: Stand) -> Page:
    """The page of a plan whose routine the browser has just kept."""
    page = context.new_page()
    own.bring(page, Place("plan", "", "/plan", plan=plan_of(own, AT_A_DESK)))
    expect(page.locator("[data-kept]")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page
