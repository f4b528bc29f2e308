"""Requests that no honest program sends: each is refused for what it is, at once, and never as an error of ours."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.web.core.errors import PROBLEMS_AT_MOST

RECOMMENDATIONS = "/api/v1/recommendations"
HERE = {"Sec-Fetch-Site": "same-origin"}
PAGE_AND_API = ("/", "/nowhere", "/api/v1/sources")


@pytest.mark.parametrize("address", PAGE_AND_API)
@pytest.mark.parametrize(
    "host", ["a..b", "x" * 300, f"{'x' * 64}.org", "[x", "[::1", "a b", "é", "you@example.org", "a:b"]
)
def test_a_host_that_is_none_is_refused(client: FlaskClient, address: str, host: str) -> None:
    reply = client.get(address, headers={"Host": host})
    assert reply.status_code == 400
    assert reply.mimetype == ("application/problem+json" if address.startswith("/api") else "text/html")
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert host not in reply.text


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "127.0.0.1", "[::1]", "[::1]:8000", "back.example.org.", "my_box", "xn--e1a"],
)
def test_a_host_that_there_may_be_is_taken(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//", "http://x:y", "\u00e9"])
def test_a_form_from_an_address_that_is_none_comes_from_elsewhere(client: FlaskClient, origin: str) -> None:
    assert client.post("/check-answers", headers={"Origin": origin}).status_code == 403


class BreaksOff:
    """A body whose rest never comes, as a server tells of it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, size: int = -1) -> bytes:
        raise self._error


def sent(client: FlaskClient, address: str, error: Exception) -> TestResponse:
    """Return the reply to twenty bytes of JSON, of which none arrives."""
    body = {"wsgi.input": BreaksOff(error), "CONTENT_LENGTH": "20", "CONTENT_TYPE": "application/json"}
    return client.post(address, headers=HERE, environ_overrides=body)


class ChunkFault(Exception):
    """Stands for a server's own exception."""


@pytest.mark.parametrize("address", [RECOMMENDATIONS, "/questions/start", "/lab/case", "/review/sign-in", "/nowhere"])
@pytest.mark.parametrize("error", [ChunkFault("zz"), OSError("gone"), TimeoutError("slow")])
def test_a_body_that_breaks_off_is_the_senders_fault(client: FlaskClient, address: str, error: Exception) -> None:
    reply = sent(client, address, error)
    assert reply.status_code == 400
    assert reply.mimetype == ("application/problem+json" if address.startswith("/api") else "text/html")


@pytest.mark.parametrize("name", ["", "pain", "\\u0000"])
def test_thirteen_thousand_answers_of_one_name_are_refused_at_once(client: FlaskClient, name: str) -> None:
    pairs = ",".join(f'"{name}":0' for _ in range(60_000 // (len(name) + 5)))
    reply = client.post(RECOMMENDATIONS, data=f'{{"answers":{{{pairs}}}}}', content_type="application/json")
    assert reply.status_code == 422
    assert list(reply.get_json()["errors"].values()) == [["This is given twice. Give it once."]]


def test_a_reply_names_fifty_faulty_fields_at_most(client: FlaskClient) -> None:
    answers = {f"no_question_{number}": 1 for number in range(2000)}
    reply = client.post(RECOMMENDATIONS, json={"answers": answers})
    assert reply.status_code == 422
    assert len(reply.get_json()["errors"]) == PROBLEMS_AT_MOST == 50


@pytest.mark.parametrize("address", ["/lab/answers", "/lab/case", "/lab/compare", "/lab/vignette"])
def test_half_a_character_is_refused_in_the_lab(client: FlaskClient, address: str) -> None:
    sent = '{"name": "\\ud800", "answers": {}, "facts": {}}'
    assert client.post(address, data={"case": sent, "first": sent}, headers=HERE).status_code == 400


def test_the_body_is_read_before_one_case_is_let_into_the_lab(app: Flask) -> None:
    """A slow body would keep everybody else's case out."""
    client = app.test_client()
    reply = sent(client, "/lab/case", OSError())
    again = client.post("/lab/case", data={"vignette": "0"}, headers=HERE)
    assert (reply.status_code, again.status_code) == (400, 200)
