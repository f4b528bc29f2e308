"""The collection of calls in the documents: that of today's document, and each of its calls works as it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recommender.presentation.openapi.operations import OPERATIONS
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tools.collection import PAGE, collection


@pytest.fixture(scope="module")
def requests() -> list[dict[str, Any]]:
    told = json.loads(PAGE.read_text(encoding="utf-8"))
    return [one for folder in told["item"] for one in folder["item"]]


def test_it_is_that_of_the_document_of_today(recommender: Recommender) -> None:
    assert PAGE.read_text(encoding="utf-8") == collection(recommender), "run python -m tools.collection"


def test_it_has_every_call_once(requests: list[dict[str, Any]]) -> None:
    assert sorted(one["name"] for one in requests) == sorted(one.id for one in OPERATIONS)


def test_each_of_its_calls_works_as_it_stands(requests: list[dict[str, Any]], recommender: Recommender) -> None:
    client = create_app(read_settings({}), recommender).test_client()
    for one in requests:
        asked = one["request"]
        address = asked["url"]["raw"].removeprefix("{{site}}")
        for variable in asked["url"].get("variable", ()):
            address = address.replace(f":{variable['key']}", variable["value"])
        body = asked.get("body", {}).get("raw")
        headers = {header["key"]: header["value"] for header in asked["header"]}
        reply = client.open(address, method=asked["method"], data=body, headers=headers)
        assert reply.status_code == 200, (one["name"], reply.text[:300])
        assert ("auth" in asked) == (asked["method"] == "GET"), "a key is sent only where it is looked at"
