"""The result page says one thing to do about being seen, with its one day; the rest is folded away, and none is lost."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.models.levels import ReviewKind
from recommender.presentation.wording import Wording
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake, full_sheet
from tests.support.visitor import Visitor

PEOPLE: tuple[dict[str, Any], ...] = (
    {},
    {"pain_location": ["upper_back"], "age_band": "50_59"},
    {"duration": "gt_12w", "pain_score": 6, "worse_with": ["coughing"], "coping": "worried"},
    {"conditions": ["not_sure"], "history": "first_time", "age_band": "60_64", "pain_score": 5},
    {"pain_location": ["no_pain"], "confidence": "afraid"},
)


def card(page: str) -> str:
    """Return the part of a page about seeing someone."""
    found = re.search(r'<section class="app-section app-card app-card--soon[^"]*">.*?</section>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found.group())


def written(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"


@pytest.mark.parametrize("given", PEOPLE)
def test_page_and_json_say_the_same_in_the_same_order(
    visitor: Visitor, client: FlaskClient, recommender: Recommender, given: dict[str, Any]
) -> None:
    sheet = full_sheet(recommender, given)
    review = client.post("/api/v1/recommendations", json={"answers": sheet}).get_json()["review"]
    shown = card(visitor.result_of(given).text)
    places = [shown.index(line["text"]) for line in (review, *review["others"])]
    assert places == sorted(places)
    first, *folded = re.split(r"<details", shown)
    assert review["text"] in first
    assert not any(line["text"] in first for line in review["others"])
    days = re.findall(r"By (\d+ \w+ \d{4}):", shown)
    assert days == ([written(review["by"])] if review["by"] else [])
    assert all(any(line["text"] in part for part in folded) for line in review["others"])


@pytest.mark.parametrize("given", PEOPLE)
def test_every_line_about_being_seen_is_on_the_page_and_on_the_summary_to_print(
    visitor: Visitor, recommender: Recommender, given: dict[str, Any]
) -> None:
    say = Wording(recommender.content.catalogue, "GB")
    decision = recommender.recommend(full_intake(recommender, given)).decision
    actions = [branch.then.disposition for branch in decision.outcomes if branch.then.disposition]
    lines = [say(action.act) for action in actions if action.act]
    assert any(action.kind is ReviewKind.NET for action in actions)
    page, summary = card(visitor.result_of(given).text), html.unescape(visitor.see("/result/summary").text)
    assert [line for line in lines if line not in page or line not in summary] == []


def test_who_cannot_cope_sees_a_crisis_line_before_all_else(visitor: Visitor) -> None:
    page = visitor.result_of({"coping": "struggling"}).text
    body = page[page.index("</h1>") :]
    assert body.index("116 123") < body.index("app-facts") < body.index("app-card--soon")
    assert "Book with your GP" in card(page)


def test_low_mood_has_one_quiet_line_and_no_alarm(visitor: Visitor) -> None:
    page = visitor.result_of({"coping": "low"}).text
    assert page.count("If you cannot keep yourself safe") == 1
    assert page.index("Your moves, in order") < page.index("If you cannot keep yourself safe") < page.index("app-fold")
    assert "Where to find support" not in page


def test_worry_has_neither(visitor: Visitor) -> None:
    page = visitor.result_of({"coping": "worried"}).text
    assert "If you cannot keep yourself safe" not in page
    assert "Where to find support" not in page
