"""The page of the safety case, and the way from a rule to the hazards that it keeps down."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import fields, replace
from pathlib import Path

from flask.testing import FlaskClient

from recommender.loaders.safety_case import shipped_safety_case
from recommender.models.content import Content
from recommender.models.safety_case import Controls
from recommender.rulebook.traceability import traces

CASE = shipped_safety_case()
ROOT = Path(__file__).resolve().parents[3]


def test_the_page_says_of_each_hazard_what_it_does_how_high_it_is_and_what_is_left(client: FlaskClient) -> None:
    page = html.unescape(client.get("/rules/safety").text)
    for hazard in CASE.hazards:
        assert f'id="{hazard.id}"' in page
        for said in (hazard.title, hazard.effect, hazard.left, *hazard.causes):
            assert said in page, hazard.id
    assert page.count("which may not stay</strong>") == len(list(CASE.may_not_stay())) > 0


def test_a_rule_leads_to_the_hazards_that_it_keeps_down(client: FlaskClient) -> None:
    named = next(hazard for hazard in CASE.hazards if hazard.controls.rules)
    page = client.get(f"/rules/{named.controls.rules[0]}").text
    for hazard in CASE.kept_down_by_rule(named.controls.rules[0]):
        assert f'href="/rules/safety#{hazard.id}"' in page


def test_every_page_that_keeps_a_hazard_down_is_there(client: FlaskClient) -> None:
    for hazard in CASE.hazards:
        assert [page for page in hazard.controls.pages if client.get(page).status_code not in (200, 303)] == [], (
            hazard.id
        )


def test_each_control_of_each_hazard_is_told_with_where_it_is_and_none_is_missing(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/rules/safety/traceability.csv").text.lstrip("\ufeff"))))
    wanted = {
        (hazard.id, kind, control)
        for hazard in CASE.hazards
        for kind, own in vars_of(hazard.controls).items()
        for control in own
    }
    assert {(row["hazard"], row["kind"], row["control"]) for row in rows} == wanted and len(rows) == len(wanted)
    assert {row["is there"] for row in rows} == {"yes"}
    for row in rows:
        file = ROOT / ("recommender" if row["kind"] == "table" else "") / row["place"]
        assert row["kind"] == "page" or file.exists(), row
    page = html.unescape(client.get("/rules/safety/traceability").text)
    assert "none is missing" in page
    for row in rows:
        assert f'href="/rules/safety#{row["hazard"]}"' in page and row["control"] in page


def test_what_is_not_here_is_said_and_what_cannot_be_looked_for_is_not_said_to_be_there(content: Content) -> None:
    gone = Controls(
        rules=("RF-E99",), tables=("flors",), tests=("test_none",), pages=("/none",), documents=("docs/no",)
    )
    case = replace(CASE, hazards=(replace(CASE.hazards[0], controls=gone),))
    here = list(traces(case, content, {"test_one": "test_a.py"}, lambda _: False, lambda _: False))
    assert [one.is_there for one in here] == [False] * 5
    installed = list(traces(case, content, None, lambda _: False))
    assert [one.is_there for one in installed] == [False, False, None, False, None]


def test_from_the_page_a_hazard_is_reviewed(client: FlaskClient) -> None:
    page = client.get("/rules/safety").text
    for hazard in CASE.hazards:
        assert f'href="/review/safety/safety_case.{hazard.id}"' in page


def vars_of(controls: Controls) -> dict[str, tuple[str, ...]]:
    return {part.name.removesuffix("s"): getattr(controls, part.name) for part in fields(controls)}
