"""What pages of other sites may do, by setting: ask the API without cookies, show the site in a frame; nothing as it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from tests.support.sheets import full_sheet

THERE = "https://clinic.example"
RECOMMENDATIONS = "/api/v1/recommendations"
Made = Callable[..., FlaskClient]


@pytest.fixture
def made(settings: Settings, recommender: Recommender) -> Made:
    """Make a site with some settings."""
    return lambda **given: create_app(replace(settings, **given), recommender).test_client()


def asked(client: FlaskClient, path: str = "/api/v1/next", method: str = "POST", origin: str = THERE) -> Any:
    body = {"answers": {}} if method == "POST" else None
    return client.open(path, method=method, json=body, headers={"Origin": origin})


def test_no_other_site_may_ask_as_it_comes(client: FlaskClient) -> None:
    for method in ("POST", "OPTIONS"):
        assert not [name for name in asked(client, method=method).headers.keys() if name.startswith("Access-Control")]


def test_a_site_that_is_named_may_ask_and_is_given_no_cookie(made: Made) -> None:
    client = made(cors_origins=(THERE,))
    for reply in (asked(client), asked(client, "/api/v1/nowhere"), asked(client, "/api/v1/rule-set", "GET")):
        assert reply.headers["Access-Control-Allow-Origin"] == THERE
        assert "Access-Control-Allow-Credentials" not in reply.headers and "Set-Cookie" not in reply.headers
        assert "Origin" in reply.headers["Vary"]
    before = asked(client, method="OPTIONS").headers
    assert "Content-Type" in before["Access-Control-Allow-Headers"] and "POST" in before["Access-Control-Allow-Methods"]


def test_another_site_than_the_one_named_may_not_ask_and_no_page_is_for_it(made: Made) -> None:
    client = made(cors_origins=(THERE,))
    assert "Access-Control-Allow-Origin" not in asked(client, origin="https://other.example").headers
    assert "Access-Control-Allow-Origin" not in asked(client, "/", "GET").headers
    assert "Access-Control-Allow-Origin" not in asked(client, "/plan", "GET").headers


def test_any_site_may_ask_where_the_setting_says_so(made: Made) -> None:
    assert asked(made(cors_origins=("*",))).headers["Access-Control-Allow-Origin"] == "*"


def test_a_frame_may_hold_the_site_where_it_is_named_and_never_the_rooms_of_clinicians(made: Made) -> None:
    client = made(frame_ancestors=(THERE,))
    page = client.get("/").headers
    assert f"frame-ancestors {THERE}" in page["Content-Security-Policy"] and "X-Frame-Options" not in page
    for address in ("/sign-in", "/review", "/lab"):
        room = client.get(address).headers
        assert "frame-ancestors 'none'" in room["Content-Security-Policy"] and room["X-Frame-Options"] == "DENY"


def sheet(recommender: Recommender) -> dict[str, Any]:
    return {"answers": full_sheet(recommender, {"rf_nerve": ["saddle"]})}


def test_an_address_is_told_how_many_it_may_still_send_and_when_to_come_back(
    made: Made, recommender: Recommender
) -> None:
    client, far = made(recommendations_a_minute=3), {"REMOTE_ADDR": "203.0.113.5"}
    replies = [client.post(RECOMMENDATIONS, json=sheet(recommender), environ_overrides=far) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert [reply.headers["RateLimit"].split(";")[1] for reply in replies] == ["r=2", "r=1", "r=0", "r=0"]
    assert replies[0].headers["RateLimit-Policy"] == '"recommendations";q=3;w=60'
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 60
    assert replies[-1].get_json(force=True)["problems"][0]["code"] == "too_many_requests"
    others = {"REMOTE_ADDR": "203.0.113.6"}
    assert client.post(RECOMMENDATIONS, json=sheet(recommender), environ_overrides=others).status_code == 200
    assert client.post("/api/v1/next", json={"answers": {}}, environ_overrides=far).status_code == 200


def test_pages_are_counted_by_themselves_and_ten_times_as_many_are_given(made: Made) -> None:
    client, far = made(recommendations_a_minute=1), {"REMOTE_ADDR": "203.0.113.5"}
    replies = [client.post("/api/v1/next", json={"answers": {}}, environ_overrides=far) for _ in range(11)]
    assert [reply.status_code for reply in replies] == [200] * 10 + [429]
    assert replies[0].headers["RateLimit-Policy"] == '"pages";q=10;w=60'
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 60


@pytest.mark.parametrize(("limit", "address"), [(1, "127.0.0.1"), (1, "::1"), (0, "203.0.113.5")])
def test_this_machine_has_no_limit_nor_has_anybody_where_none_is_set(
    made: Made, recommender: Recommender, limit: int, address: str
) -> None:
    client = made(recommendations_a_minute=limit)
    for _ in range(3):
        reply = client.post(RECOMMENDATIONS, json=sheet(recommender), environ_overrides={"REMOTE_ADDR": address})
        assert reply.status_code == 200 and "RateLimit" not in reply.headers
