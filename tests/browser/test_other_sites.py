"""Pages of other sites, and the page that shows the API, in a real browser: what the settings allow works, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page, expect

from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app
from tests.support.sheets import full_sheet
from tests.support.stand import served

pytestmark = pytest.mark.deep

RENDERER = Path(__file__).resolve().parents[2] / "docs" / "integrate" / "renderer.html"
FRAMED = '<!doctype html><title>Frame</title><iframe id="site" src="{site}{path}" width="400" height="600"></iframe>'


@pytest.fixture(scope="module")
def settings() -> Settings:
    return replace(read_settings({}), region="GB")


@pytest.fixture(scope="module")
def closed(recommender: Recommender, settings: Settings) -> Iterator[str]:
    """The site as it comes: no page of another site may do anything."""
    with served(create_app(settings, recommender)) as address:
        yield address


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Another site on another port, and so of another origin, with the renderer and pages that show ours in a frame."""
    app = Flask("elsewhere")

    @app.get("/renderer")
    def renderer() -> Response:
        return Response(RENDERER.read_text(encoding="utf-8"), mimetype="text/html")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    @app.get("/frame/<int:port>/<path:path>")
    def frame(port: int, path: str) -> Response:
        page = FRAMED.format(site=f"http://127.0.0.1:{port}", path=f"/{path}".replace("/start", "/"))
        return Response(page, mimetype="text/html")

    with served(app) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def opened(recommender: Recommender, settings: Settings, elsewhere: str) -> Iterator[str]:
    """The site with that other one allowed."""
    allowed = replace(settings, cors_origins=(elsewhere,), frame_ancestors=(elsewhere,))
    with served(create_app(allowed, recommender)) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def fill(page: Page, raw: dict[str, Any]) -> None:
    """Answer the page of questions that the renderer shows, and send it."""
    for box in page.locator("fieldset input").all():
        name, value = box.get_attribute("name") or "", box.get_attribute("value")
        question, _, part = name.partition("-")
        answer = raw.get(question)
        if box.get_attribute("type") in ("checkbox", "radio"):
            if value in (answer if isinstance(answer, list) else [answer]):
                box.check()
        elif answer is not None:
            box.fill(str(answer["task" if part else "score"] if isinstance(answer, dict) else answer))
    before = page.locator("main").inner_text()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_function("before => document.querySelector('main').innerText !== before", arg=before)


@pytest.mark.in_ci
def test_the_renderer_of_another_site_asks_and_shows_a_routine(
    page: Page, opened: str, elsewhere: str, recommender: Recommender
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{elsewhere}/renderer?site={opened}")
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    raw = full_sheet(recommender, {})
    while page.get_by_role("button", name="Continue").count():
        fill(page, raw)
    assert page.locator("h2").count() > 3
    assert said == []
    assert page.context.cookies(opened) == []


@pytest.mark.in_ci
def test_the_renderer_of_another_site_tells_an_emergency_at_once(page: Page, opened: str, elsewhere: str) -> None:
    page.goto(f"{elsewhere}/renderer?site={opened}")
    raw = {"age_band": "25_44", "pain_location": ["low_back"], "rf_nerve": ["saddle"], "rf_emergency": ["none"]}
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    while page.get_by_role("button", name="Continue").count():
        fill(page, raw)
    expect(page.locator("main")).to_contain_text("999")


def test_where_no_origin_is_named_no_other_site_can_ask(page: Page, closed: str, elsewhere: str) -> None:
    page.goto(f"{elsewhere}/renderer?site={closed}")
    told = page.evaluate(
        """async site => {
          const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"answers": {}}' }
          return fetch(site + "/api/v1/next", sent).then(() => "read", error => error.name)
        }""",
        closed,
    )
    assert told == "TypeError"


def is_framed(page: Page, site: str, elsewhere: str, path: str) -> bool:
    """Return whether a frame on the other site shows a page of ours; the browser has a page of its own for what may not be."""
    page.goto(f"{elsewhere}/frame/{site.rpartition(':')[2]}/{path}")
    page.wait_for_load_state("networkidle")
    return page.frame_locator("#site").locator(".app-header").count() > 0


def test_a_frame_shows_the_site_where_it_may_and_never_where_clinicians_sign(
    page: Page, opened: str, closed: str, elsewhere: str
) -> None:
    assert is_framed(page, opened, elsewhere, "start")
    assert not is_framed(page, opened, elsewhere, "sign-in")
    assert not is_framed(page, closed, elsewhere, "start")


def test_the_page_of_the_api_shows_every_call_and_asks_nobody_else(page: Page, closed: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{closed}/docs")
    call = page.locator("#operations-Content-getRuleSet")
    expect(call).to_be_visible()
    assert page.locator(".opblock").count() == 12
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table td.response-col_status:not(.col_header)").first).to_contain_text("200")
    assert said == []
    assert [url for url in asked if not url.startswith((closed, "data:"))] == []
