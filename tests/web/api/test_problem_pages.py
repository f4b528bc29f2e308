"""The type of a problem document leads to a page about it, wherever the site is."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from recommender.errors import ProblemCode
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.edge import refused

RECOMMENDATIONS = "/api/v1/recommendations"


@pytest.mark.parametrize("code", ProblemCode)
def test_every_code_has_a_page_that_says_what_it_means(client: FlaskClient, code: ProblemCode) -> None:
    page = client.get(f"/problems/{code}")
    assert page.status_code == 200 and f"<code>{code}</code>" in page.text
    assert f'href="/problems/{code}"' in client.get("/problems").text
    assert code.meaning.partition("`")[0].rstrip(".")[1:] in page.text.replace("&#39;", "'")


def test_an_address_of_no_code_is_none(client: FlaskClient) -> None:
    assert client.get("/problems/nonsense").status_code == 404


def test_the_type_of_a_problem_leads_to_its_page(client: FlaskClient) -> None:
    replies = [client.get("/api/v1/rules", environ_overrides=refused({}, status)) for status in (400, 404, 414, 503)]
    replies += [client.post(RECOMMENDATIONS, json={}), client.post(RECOMMENDATIONS, data="x")]
    kinds = set()
    for reply in replies:
        told = reply.get_json(force=True)
        address = urljoin("http://localhost/api/v1/rules", told["type"])
        page = client.get(address)
        assert page.status_code == 200 and f"<code>{told['type'].rpartition('/')[2]}</code>" in page.text
        kinds.add(told["type"])
    assert "/problems/unusable_request" in kinds and len(kinds) == len(replies)


def test_the_type_is_the_address_that_the_site_has_for_the_world(settings: Settings, recommender: Recommender) -> None:
    there = create_app(replace(settings, site_url="https://back.example.org/care"), recommender).test_client()
    assert there.get("/api/v1/nowhere").get_json(force=True)["type"] == (
        "https://back.example.org/care/problems/not_found"
    )
