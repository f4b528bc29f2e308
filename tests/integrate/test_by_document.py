"""The service tried by its own OpenAPI document: schemathesis makes requests of each call, right ones and wrong ones, by seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response

from recommender.presentation.openapi.operations import OPERATIONS
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tests.support.check_ins import FLARE, returning
from tests.support.client_tools import python_tool, run
from tests.support.stand import served

pytestmark = pytest.mark.deep

HERE = Path(__file__).resolve().parent / "by_document"
DOCUMENT = "/api/v1/openapi.json"
SEED = 7
# All other checks of schemathesis are on.
DISABLED: Mapping[str, str] = {
    "positive_data_acceptance": "JSON Schema cannot say all that a sheet must be: that two answers go together, that a question is "
    "asked, that a day is within two centuries. Such a sheet has the right shape and is a 422 by design, never a guess. With the "
    "bodies of whole_bodies.py, which people could send, the check is on.",
}
# The phases of a run by the document that are kept for before a release.
ONLY_LONG: Mapping[str, str] = {
    "coverage": "one request for each border of each of a hundred questions takes minutes",
    "stateful": "no call of the API depends on one before; the links are guessed",
}


def site_of(recommender: Recommender) -> Flask:
    return create_app(replace(read_settings({"RECOMMENDATIONS_A_MINUTE": "1000000"}), region="GB"), recommender)


@pytest.fixture(scope="module")
def site(recommender: Recommender) -> Iterator[str]:
    with served(site_of(recommender)) as address:
        yield address


def tried(site: str, folder: Path, *options: str, **environment: str) -> str:
    """Run schemathesis to its good end, with every check but those that are off, and return what it says."""
    without = [] if "--checks" in options else ["--checks", "all", "--exclude-checks", ",".join(DISABLED)]
    command = [python_tool("schemathesis"), "run", f"{site}{DOCUMENT}", *without, *options]
    always = ("--seed", str(SEED), "--no-color", "--continue-on-failure", "--request-timeout", "60")
    return run([*command, *always], folder, **environment)


@pytest.mark.parametrize(
    ("phases", "examples"),
    [("examples,fuzzing", 12), pytest.param("examples,coverage,fuzzing,stateful", 100, marks=pytest.mark.long)],
)
def test_no_request_made_from_the_document_is_answered_otherwise_than_it_says(
    site: str, tmp_path: Path, phases: str, examples: int
) -> None:
    said = tried(site, tmp_path, "--phases", phases, "--max-examples", str(examples))
    assert f"Tested: {len(OPERATIONS) - 1}" in said, "all but the call for the document itself"
    assert set("examples,coverage,fuzzing,stateful".split(",")) - {"examples", "fuzzing"} == set(ONLY_LONG)


def whole_bodies(recommender: Recommender, count: int) -> dict[str, list[Any]]:
    """Return bodies that people could send, by call: sheets with hardly a sign, some and many, and checks after a week."""
    chance = random.Random(SEED)
    content = recommender.content
    sheets = [
        raw_answers(random_sheet(content.questionnaire, recommender.flow, chance, sign_rate=(0.0, 0.01, 0.05)[at % 3]))
        for at in range(count)
    ]
    people = [returning(recommender), returning(recommender, **FLARE)]
    checks = [one.filled(one.body(7, fu_change=how, fu_pain=4)) for one in people for how in ("better", "worse")]
    answers = [{"answers": sheet} for sheet in sheets]
    return {"nextPage": answers, "recommend": answers, "checkIn": checks}


@pytest.mark.parametrize("count", [20, pytest.param(400, marks=pytest.mark.long)])
def test_every_body_that_people_could_send_is_answered_as_the_document_says(
    site: str, recommender: Recommender, tmp_path: Path, count: int
) -> None:
    bodies = tmp_path / "bodies.json"
    bodies.write_text(json.dumps(whole_bodies(recommender, count)), encoding="utf-8")
    # A check of one's own is among all.
    options = ("--checks", "all", "--mode", "positive", "--phases", "fuzzing", "--include-method", "POST")
    hooks = {"SCHEMATHESIS_HOOKS": str(HERE / "whole_bodies.py"), "WHOLE_BODIES": str(bodies)}
    said = tried(site, tmp_path, *options, "--max-examples", str(count), **hooks)
    assert "Tested: 3" in said


@pytest.mark.parametrize("check", DISABLED)
def test_a_check_is_off_only_where_it_would_find_what_is_meant(site: str, tmp_path: Path, check: str) -> None:
    only = ("--checks", check, "--include-operation-id", "nextPage", "--phases", "fuzzing", "--max-examples", "20")
    with pytest.raises(AssertionError, match="out_of_range"):
        tried(site, tmp_path, *only)


def test_a_reply_that_is_not_as_the_document_says_is_found(recommender: Recommender, tmp_path: Path) -> None:
    app = site_of(recommender)

    @app.after_request
    def without_hash(reply: Response) -> Response:
        if reply.is_json and (told := reply.get_json()) and told.pop("hash", None):
            reply.set_data(json.dumps(told))
        return reply

    only = ("--include-operation-id", "getRuleSet", "--phases", "fuzzing", "--max-examples", "2")
    with served(app) as site, pytest.raises(AssertionError, match='"hash" is a required property'):
        tried(site, tmp_path, *only)
