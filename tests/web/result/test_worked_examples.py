"""The worked examples, over the API and page by page: the same outcome, nothing offered that must be left out."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from recommender.assembly.dose import Dosing
from recommender.models.levels import Level
from recommender.presentation.wording import Wording
from recommender.service.recommend import Recommender
from tests.support.people import EXAMPLES, EXAMPLES_OF_0_4
from tests.support.sample import spread
from tests.support.sheets import full_intake, full_sheet
from tests.support.visitor import Visitor

EVERY = [*EXAMPLES, *EXAMPLES_OF_0_4]
MORE: dict[str, dict[str, Any]] = {
    str(row): said
    for row, said in yaml.safe_load(
        Path(__file__).with_name("worked_examples_0_4.yaml").read_text(encoding="utf-8")
    ).items()
}
BY_ROW = {example["name"].partition(".")[0]: example for example in EXAMPLES_OF_0_4}


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


def told_of(client: FlaskClient, recommender: Recommender, row: str) -> dict[str, Any]:
    raw = full_sheet(recommender, BY_ROW[row]["answers"])
    told: dict[str, Any] = client.post("/api/v1/recommendations", json={"answers": raw}).get_json()
    return told


def test_every_row_that_is_no_emergency_says_by_when_or_what_kind() -> None:
    calm = {
        row
        for row, one in BY_ROW.items()
        if one["expect"]["level"] in ("see_before_start", "routine_review", "routine")
    }
    assert calm == set(MORE)


@pytest.mark.parametrize("row", MORE)
def test_what_is_asked_and_by_when(client: FlaskClient, recommender: Recommender, row: str) -> None:
    told, said = told_of(client, recommender, row), MORE[row]
    if "kind" not in said:
        assert told["review"] is None and told["disposition"]["within"] == said["within"]
        return
    review = told["review"]
    assert review["kind"] == said["kind"]
    assert said.get("rule") in (None, review["rule"]) and said.get("within", review["within"]) == review["within"]
    if "within" in said:
        days = int(re.sub(r"\D", "", said["within"]))
        assert review["by"] == (date.today() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize("row", [row for row, said in MORE.items() if said.get("within")])
def test_the_page_says_one_day_or_the_time_to_be_seen_in(visitor: Visitor, recommender: Recommender, row: str) -> None:
    said = MORE[row]
    page = html.unescape(visitor.result_of(BY_ROW[row]["answers"]).text)
    days = int(re.sub(r"\D", "", said["within"]))
    if "kind" in said:
        by = date.today() + timedelta(days=days)
        assert re.findall(r"By (\d+ \w+ \d{4}):", page) == [f"{by.day} {by:%B %Y}"]
    else:
        steps = re.findall(r"<li>(.*?)</li>", page[page.index('class="app-steps"') :].split("</ol>")[0], re.DOTALL)
        assert f"within {days} days" in steps[0] or f"within {days // 7} week" in steps[0], steps[0]


@pytest.mark.parametrize("row", [row for row, said in MORE.items() if set(said) - {"kind", "rule", "within", "first"}])
def test_what_the_routine_is_like(client: FlaskClient, recommender: Recommender, row: str) -> None:
    told, said, catalogue = told_of(client, recommender, row), MORE[row], recommender.content.catalogue
    items = told["routine"]["items"]
    moves = [item for item in items if item["slot"] not in ("warm_up", "closing")]
    assert set(said.get("offered", ())) <= {item["exercise"] for item in items}
    may_not = {
        left["exercise"] for left in told["left_out"] if left["because"] in ("contraindicated", "never_automatic")
    }
    assert not may_not & set(said.get("may_be_done", ()))
    assert len(moves) > said.get("moves_over", 0)
    if "only_form" in said:
        exercise, _, form = said["only_form"].partition("/")
        shown = [*items, *(item for short in told["breaks"] for item in short["items"])]
        assert {one["form"] for one in shown if one["exercise"] == exercise} <= {form}
    if "half_for" in said:
        regions = next(
            branch.then.target_regions
            for branch in recommender.content.rule_set.by_id["ORD-05"].branches
            if said["half_for"] in str(branch.when)
        )
        helping = [item for item in moves if catalogue.by_id[item["exercise"]].regions & regions]
        assert 2 * len(helping) >= len(moves)
    if "seconds" in said:
        least, most = said["seconds"]
        assert least <= told["routine"]["seconds"] <= most
        assert strength_share(recommender, BY_ROW[row]["answers"]) >= said["strength_share"]
        assert {item["dose"]["sets"] for item in moves} == {said["sets"]}


def strength_share(recommender: Recommender, answers: dict[str, Any]) -> float:
    """Return which share of the work between warm-up and closing builds strength, getting into place apart."""
    recommendation = recommender.recommend(full_intake(recommender, answers))
    assert recommendation.assembly is not None
    dosing = Dosing(recommendation.decision)
    moves = [item for item in recommendation.assembly.routine.items if item.slot not in ("warm_up", "closing")]
    work = [(item.exercise.slot, dosing.work_seconds(item.dose)) for item in moves]
    return sum(seconds for slot, seconds in work if slot == "strength") / sum(seconds for _, seconds in work)


def test_row_16_at_45_the_morning_is_not_asked_about(client: FlaskClient, recommender: Recommender) -> None:
    raw = {**full_sheet(recommender, {"age_band": "45_49"}), "stiff_girdle": "yes"}
    refused = client.post("/api/v1/recommendations", json={"answers": raw})
    assert refused.status_code == 422 and "stiff_girdle" in refused.text


def test_row_19_an_operation_of_the_last_months_that_was_longer_ago_is_asked_again(
    client: FlaskClient, recommender: Recommender, visitor: Visitor
) -> None:
    answers = {"conditions": ["tummy_op"], "surgery_when": "3_12m"}
    raw = {**full_sheet(recommender, answers), "surgery_when": "gt_12m"}
    refused = client.post("/api/v1/recommendations", json={"answers": raw})
    assert refused.status_code == 422 and "surgery_when" in refused.text
    assert "cannot both be true" in refused.text
    with pytest.raises(AssertionError, match="came back"):
        visitor.fill_in({**answers, "surgery_when": "gt_12m"})


def test_row_26_what_cannot_be_borne_leads_to_the_crisis_line_before_all_else(visitor: Visitor) -> None:
    page = html.unescape(visitor.result_of(BY_ROW["26b"]["answers"]).text)
    main = page[page.index("</h1>") :]
    assert main.index(MORE["26b"]["first"]) < main.index("app-facts")
