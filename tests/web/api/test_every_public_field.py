"""Every public field: the schemas, the OpenAPI document and the page about the API name the same, no more and no fewer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema

from recommender.presentation.openapi.operations import OPERATIONS
from recommender.presentation.schemas.problem import ProblemSchema
from recommender.presentation.schemas.reply import documented
from recommender.presentation.schemas.requests import AT_ANY_CALL, NEXT
from recommender.presentation.schemas.summary import ShortRecommendationSchema
from recommender.service.recommend import Recommender
from tools.api_docs import BODY, PAGE, REPLIES, shapes

Data = dict[str, Any]
DOCUMENT = "/api/v1/openapi.json"


def places(schema: Schema) -> set[str]:
    return {place.replace("[]", "") for place, _ in documented(schema)}


def sections() -> Mapping[str, list[tuple[str, str]]]:
    """Return the rows of each table of the page, key and type, by the heading above it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif row := re.match(r"\| `(\w+)`(?: \(may be absent\))? \| (.*?) \| ", line):
            found[heading].append((row[1], row[2]))
    return found


def told_on_the_page(heading: str, tables: Mapping[str, list[tuple[str, str]]], place: str = "") -> Iterator[str]:
    """Yield the place of every key of a table, and of the tables that its types lead to."""
    assert tables[heading], heading
    for key, kind in tables[heading]:
        yield f"{place}{key}"
        if part := re.search(r"\[(.*?)\]\(#", kind):
            yield from told_on_the_page(part[1], tables, f"{place}{key}.")


@pytest.mark.parametrize("heading", [BODY, *dict(REPLIES)])
def test_the_page_tells_every_field_of_a_shape_and_no_other(heading: str, recommender: Recommender) -> None:
    schema = dict(shapes(recommender.check_in_sheet.schema))[heading]
    assert set(told_on_the_page(heading, sections())) == places(schema)


def test_the_page_has_a_table_for_the_reply_of_every_call() -> None:
    replies = {one.reply for one in OPERATIONS if one.reply}
    assert replies | {ProblemSchema, ShortRecommendationSchema} == set(dict(REPLIES).values())


def test_the_document_takes_what_the_page_says_can_be_sent(client: FlaskClient) -> None:
    schemas = client.get(DOCUMENT).get_json()["components"]["schemas"]
    of_check = {key for key, _ in sections()[BODY]}
    assert set(schemas["CheckInRequest"]["properties"]) == of_check | set(AT_ANY_CALL)
    assert set(schemas["NextRequest"]["properties"]) == set(NEXT) | set(AT_ANY_CALL)
    assert set(schemas["RecommendationRequest"]["properties"]) == {"answers", *AT_ANY_CALL}
    assert of_check <= set(NEXT), "a check is asked page by page with all that it takes"
