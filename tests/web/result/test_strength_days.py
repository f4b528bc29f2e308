"""Strength days and the days between, as they are told: in the JSON, on the page of the result, in the player, in the plan."""

from __future__ import annotations

import html
import re
from typing import Any

from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from tests.support.planner import Planner
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor

FLARE: dict[str, Any] = {"irritability": "next_day", "pain_score": 6}


def routine(client: FlaskClient, recommender: Recommender, given: dict[str, Any]) -> dict[str, Any]:
    sent = client.post("/api/v1/recommendations", json={"answers": full_sheet(recommender, given)})
    told: dict[str, Any] = sent.get_json()["routine"]
    return told


def test_the_reply_tells_strength_days_from_the_others(client: FlaskClient, recommender: Recommender) -> None:
    told = routine(client, recommender, {})
    assert "2 or 3 days a week" in told["strength_days"]
    strength = {item["exercise"] for item in told["items"] if not item["every_day"]}
    assert strength == {item["exercise"] for item in told["items"] if item["slot"] == "strength"} != set()
    others = told["other_days"]
    assert not strength & {item["exercise"] for item in others["items"]}
    assert all(item["every_day"] and item["steps"] and item["why"] for item in others["items"])
    assert others["seconds"] == sum(item["seconds"] for item in others["items"])


def test_in_a_flare_the_reply_has_no_strength_days(client: FlaskClient, recommender: Recommender) -> None:
    told = routine(client, recommender, FLARE)
    assert told["strength_days"] is None and told["other_days"] is None


def marked(text: str) -> list[str]:
    """Return the moves of a page that are marked as for strength days."""
    rows = re.findall(r'app-move__name">(.*?)<.*?app-move__dose">(.*?)</span>', text, re.DOTALL)
    return [html.unescape(name).strip() for name, dose in rows if "strength days" in dose]


def test_the_page_marks_the_strength_moves_and_lists_those_of_the_other_days(
    visitor: Visitor, recommender: Recommender
) -> None:
    told = routine(visitor.client, recommender, {})
    page = visitor.result_of({}).text
    assert marked(page) == [item["name"] for item in told["items"] if not item["every_day"]]
    part = page[page.index('id="strength-days"') :].partition("/result/play?days=other")[0]
    assert told["strength_days"] in part
    assert [
        name for name in (item["name"] for item in told["other_days"]["items"]) if name not in html.unescape(part)
    ] == []
    assert 'href="/result/play?days=other"' in page


def test_a_flare_has_no_such_part(visitor: Visitor) -> None:
    page = visitor.result_of(FLARE).text
    assert marked(page) == [] and "strength-days" not in page


def screens(text: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'id="move-\d+" data-name="(.*?)"', text)]


def test_the_player_goes_through_the_one_or_the_other(visitor: Visitor, recommender: Recommender) -> None:
    told = routine(visitor.client, recommender, {})
    visitor.result_of({})
    whole, others = (visitor.see(address).text for address in ("/result/play", "/result/play?days=other"))
    assert screens(whole) == [item["name"] for item in told["items"]]
    assert screens(others) == [item["name"] for item in told["other_days"]["items"]]
    assert "strength days" in whole and "strength days" not in others


def test_whoever_has_no_other_days_plays_the_routine(visitor: Visitor) -> None:
    visitor.result_of(FLARE)
    assert screens(visitor.see("/result/play?days=other").text) == screens(visitor.see("/result/play").text)


def test_the_plan_has_both_on_the_day_of_a_session(planner: Planner) -> None:
    planner.remember({})
    page = planner.session({}).text
    assert marked(page) and 'href="/plan/today/play?days=other"' in page
    whole, others = (
        screens(planner.client.get(address).text) for address in ("/plan/today/play", "/plan/today/play?days=other")
    )
    assert whole != others and set(others) - set(whole)


def test_after_a_check_there_are_other_days_too(planner: Planner) -> None:
    planner.remember({})
    planner.on_day(7).check({"fu_change": "better", "fu_pain": 3, "fu_hard": "right"})
    planner.on_day(8).session({})
    whole, others = (
        screens(planner.client.get(address).text) for address in ("/plan/today/play", "/plan/today/play?days=other")
    )
    assert others and whole != others
