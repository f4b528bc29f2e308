"""An address with a slash at its end leads to the one that was meant, and nowhere else."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("/plan/", "/plan"),
        ("/result/play/", "/result/play"),
        ("/questions/about-you/", "/questions/about-you"),
        ("/exercises/cat_cow/", "/exercises/cat_cow"),
        ("/exercises/?region=low_back", "/exercises?region=low_back"),
        ("/plan//", "/plan"),
        ("/api/v1/questionnaire/", "/api/v1/questionnaire"),
    ],
)
def test_a_slash_at_the_end_is_taken_off(client: FlaskClient, address: str, meant: str) -> None:
    sent = client.get(address)
    assert (sent.status_code, sent.headers["Location"]) == (308, meant)


def test_a_form_keeps_its_method(client: FlaskClient) -> None:
    assert client.post("/api/v1/recommendations/", json={}).status_code == 308


@pytest.mark.parametrize(
    "path",
    ["/nowhere/", "/plan/nowhere/", "//elsewhere.example/", "//plan/", "/\r\nX:1/", "/plan/check/", "/\\elsewhere/"],
)
def test_what_is_no_page_without_it_is_no_page_with_it(client: FlaskClient, path: str) -> None:
    sent = client.get("/", environ_overrides={"PATH_INFO": path})
    assert sent.status_code in (404, 308)
    if sent.status_code == 308:
        assert sent.headers["Location"] in ("http://localhost/plan", "/plan"), "merged by the router, within the site"
