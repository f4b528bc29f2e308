"""Behind a proxy: whom it is believed about, and that nobody under its path is led out of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from tests.support.crawl import Crawl, Reply
from tests.support.reviewers import HERE, Reviewer, review_room
from tests.support.routes import pages_without_parts
from tests.support.visitor import FIRST, Visitor

PREFIX = "/back"
TOLD = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "site.example",
    "X-Forwarded-Prefix": PREFIX,
    "Referer": f"https://site.example{PREFIX}/",
}


def behind(proxies: int, settings: Settings, recommender: Recommender) -> Flask:
    app = create_app(replace(settings, trusted_proxies=proxies), recommender)

    @app.get("/seen")
    def seen() -> dict[str, str | None]:
        return {"address": request.remote_addr, "url": request.url}

    return app


def fetched(client: FlaskClient, prefix: str = PREFIX) -> Crawl:
    def get(address: str) -> Reply:
        target = urlsplit(address.removeprefix(prefix))
        page = client.get(target.path, query_string=target.query, headers=TOLD, buffered=True)
        text = page.text if page.mimetype == "text/html" else ""
        return Reply(page.status_code, page.headers.get("Location"), page.mimetype, text)

    return Crawl(get, TOLD["X-Forwarded-Host"], prefix)


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "192.0.2.66, 198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_so_many_proxies_are_believed_and_no_more(
    settings: Settings, recommender: Recommender, proxies: int, told: str, address: str
) -> None:
    client = behind(proxies, settings, recommender).test_client()
    assert client.get("/seen", headers={"X-Forwarded-For": told}).get_json()["address"] == address


def test_without_trusted_proxies_their_headers_are_not_read(settings: Settings, recommender: Recommender) -> None:
    client = behind(0, settings, recommender).test_client()
    assert client.get("/seen", headers=TOLD).get_json() == {"address": "127.0.0.1", "url": "http://localhost/seen"}


def test_a_trusted_proxy_says_where_the_site_is(settings: Settings, recommender: Recommender) -> None:
    client = behind(1, settings, recommender).test_client()
    seen = client.get("/seen", headers=TOLD).get_json()
    assert seen == {"address": "203.0.113.9", "url": "https://site.example/back/seen"}


def test_a_form_through_a_proxy_that_nobody_told_us_of_says_what_to_set(
    settings: Settings, recommender: Recommender
) -> None:
    """As with the Host that nginx sends if nothing else is said."""
    sent, set_it = TOLD | {"Origin": "https://site.example", "Host": "127.0.0.1:8000"}, "set TRUSTED_PROXIES"
    unknown, known = (
        behind(proxies, settings, recommender).test_client().post("/start-again", headers=sent) for proxies in (0, 1)
    )
    assert (unknown.status_code, set_it in unknown.text, known.status_code) == (403, True, 303)
    for elsewhere in ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, {"Origin": "null"}):
        reply = behind(0, settings, recommender).test_client().post("/start-again", headers=elsewhere)
        assert (reply.status_code, set_it in reply.text) == (403, False)


@pytest.mark.parametrize(
    "odd",
    [
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Forwarded-Prefix": "/back\\evil"},
        {"X-Forwarded-Host": "a..b"},
        {"X-Forwarded-Proto": "javascript"},
    ],
)
def test_what_no_address_can_be_made_of_is_refused(
    settings: Settings, recommender: Recommender, odd: dict[str, str]
) -> None:
    reply = behind(1, settings, recommender).test_client().get("/", headers=TOLD | odd)
    assert reply.status_code == 400
    assert "evil" not in reply.text


@pytest.mark.parametrize(
    ("scheme", "days", "told"), [("https", 2, "max-age=172800"), ("http", 2, None), ("https", 0, None)]
)
def test_browsers_are_told_to_come_back_over_https_only_where_they_came_so(
    settings: Settings, recommender: Recommender, scheme: str, days: int, told: str | None
) -> None:
    client = behind(1, replace(settings, hsts_days=days), recommender).test_client()
    reply = client.get("/", headers=TOLD | {"X-Forwarded-Proto": scheme})
    assert reply.headers.get("Strict-Transport-Security") == told


def test_every_link_stays_below_the_path_of_the_proxy(settings: Settings, recommender: Recommender) -> None:
    app = behind(1, settings, recommender)
    visitor = Visitor(app.test_client(), recommender)
    visitor.fill_in({"pain_score": 5})
    assert visitor.press("/plan/remember").headers["Location"] == "/plan"
    crawl = fetched(visitor.client).run("/", FIRST, *pages_without_parts(app))
    assert crawl.faults == []
    assert len(crawl.seen) > 60


def test_what_programs_read_says_where_the_calls_are_below_the_path_of_the_proxy(
    settings: Settings, recommender: Recommender
) -> None:
    """The page that shows the document sends what is tried there to that address."""
    for site, proxies, expected in (
        (None, 0, "/"),
        (None, 1, PREFIX),
        ("https://x.example/y", 1, "https://x.example/y"),
    ):
        client = behind(proxies, replace(settings, site_url=site), recommender).test_client()
        document = client.get("/api/v1/openapi.json", headers=TOLD)
        assert document.get_json()["servers"] == [{"url": expected}]
        tag = document.headers["ETag"]
        again = client.get("/api/v1/openapi.json", headers=TOLD | {"If-None-Match": tag})
        elsewhere = client.get(
            "/api/v1/openapi.json", headers=TOLD | {"If-None-Match": tag, "X-Forwarded-Prefix": "/other"}
        )
        assert (again.status_code, elsewhere.status_code) == (304, 200 if expected == PREFIX else 304)


def test_every_link_of_the_review_room_stays_below_the_path_of_the_proxy(
    recommender: Recommender, tmp_path: Path
) -> None:
    with review_room(recommender, tmp_path, trusted_proxies=1) as app:
        reviewer = Reviewer(app, "ben")
        wanted = reviewer.client.get("/review", headers=TOLD).headers["Location"]
        assert urlsplit(wanted).path == f"{PREFIX}/sign-in"
        assert "next=%2Fback%2Freview" in wanted or f"next={PREFIX}/review" in wanted
        token = reviewer.token("/sign-in")
        fields = {"email": "ben@example.org", "password": "correct horse neb", "next": f"{PREFIX}/review/rule/RF-U07"}
        sent = reviewer.client.post("/sign-in", data={"csrf_token": token, **fields}, headers=HERE | TOLD)
        assert sent.headers["Location"] == f"{PREFIX}/review/rule/RF-U07"
        crawl = fetched(reviewer.client).run(*pages_without_parts(app))
        assert crawl.faults == []


@pytest.mark.parametrize(
    "wanted", ["/review", "//evil.example", "https://evil.example/back/review", "/back//evil", "/x"]
)
def test_nobody_is_led_elsewhere_after_signing_in_below_a_path(
    recommender: Recommender, tmp_path: Path, wanted: str
) -> None:
    with review_room(recommender, tmp_path, trusted_proxies=1) as app:
        reviewer = Reviewer(app, "ben")
        fields = {"email": "ben@example.org", "password": "correct horse neb", "next": wanted}
        data = {"csrf_token": reviewer.token("/sign-in"), **fields}
        sent = reviewer.client.post("/sign-in", data=data, headers=HERE | TOLD)
        assert sent.status_code == 303
        assert sent.headers["Location"].startswith("/back/review")
