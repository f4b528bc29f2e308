"""The worked examples, over the API and page by page: the same outcome, nothing offered that must be left out."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.models.levels import Level
from recommender.presentation.wording import Wording
from recommender.service.recommend import Recommender
from tests.support.people import EXAMPLES, EXAMPLES_OF_0_4
from tests.support.sample import spread
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor

EVERY = [*EXAMPLES, *EXAMPLES_OF_0_4]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


@pytest.mark.parametrize("example", EVERY, ids=lambda example: example["name"])
def test_over_the_api(client: FlaskClient, recommender: Recommender, example: dict[str, Any]) -> None:
    raw = full_sheet(recommender, example["answers"])
    told = client.post("/api/v1/recommendations", json={"answers": raw}).get_json()
    expect = example["expect"]
    assert told["disposition"]["level"] == expect["level"]
    assert set(listed(expect.get("fires"))) <= {*told["fired"], *told["cases"]}
    assert (told["routine"] is not None) == Level(expect["level"]).shows_routine
    items = {item["exercise"] for item in told["routine"]["items"]} if told["routine"] else set()
    assert not items & set(listed(expect.get("left_out")))
    assert not expect.get("one_of") or items & set(listed(expect["one_of"]))
    assert not set(listed(expect.get("silent"))) & {*told["fired"], *told["cases"]}
    assert told["routine"] is None or told["routine"]["stage"] == expect.get("stage", told["routine"]["stage"])


@pytest.mark.parametrize(
    "example",
    spread(EVERY, 20, name=lambda example: example["name"], kind=lambda example: example["expect"]["level"]),
)
def test_page_by_page(visitor: Visitor, recommender: Recommender, example: dict[str, Any]) -> None:
    page = html.unescape(visitor.result_of(example["answers"]).text)
    catalogue = recommender.content.catalogue
    level = Level(example["expect"]["level"])
    fill = Wording(catalogue, "GB")
    [heading] = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", heading)
    assert " ".join(fill(catalogue.dispositions[level].heading).split()) in " ".join(words.split())
    moves = {name.strip() for name in re.findall(r'app-move__name">(.*?)<', page)}
    assert bool(moves) == level.shows_routine
    assert not moves & {catalogue.by_id[exercise].name for exercise in listed(example["expect"].get("left_out"))}
