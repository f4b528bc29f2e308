"""Row 30 of the worked examples of brief 0.4: the check of week 6, over the API and page by page."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from tests.support.check_ins import START, returning
from tests.support.planner import DAY_0, Planner, heading, moves_on

WEEK_6 = 42
KEPT: dict[str, tuple[dict[str, Any], int]] = {
    "5 to 4, better": ({"fu_change": "better", "fu_pain": 4}, 28),
    "5 to 5, the same": ({"fu_change": "same", "fu_pain": 5}, 14),
}
USUAL: dict[str, Any] = {"fu_after": "same", "fu_hard": "right", "fu_done": "5_plus"}
LONG_GAP: dict[str, Any] = {"fu_change": "better", "fu_pain": 4, "fu_done": "0", "fu_after": "same", "fu_hard": "right"}
ASKED_AGAIN = {"conditions", "medicines", "duration", "rf_nerve", "rf_emergency"}


def checked(client: FlaskClient, recommender: Recommender, day: int, follow_up: dict[str, Any]) -> dict[str, Any]:
    person = returning(recommender, pain_score=5)
    body = person.filled(person.body(day, **follow_up))
    sent = client.post("/api/v1/check-ins", json=body)
    assert sent.status_code == 200, sent.text
    reply: dict[str, Any] = sent.get_json()
    return reply


@pytest.mark.parametrize("story", KEPT)
def test_over_the_api_the_routine_is_kept_and_somebody_is_booked(
    client: FlaskClient, recommender: Recommender, story: str
) -> None:
    said, days = KEPT[story]
    reply = checked(client, recommender, WEEK_6, {**USUAL, **said})
    told = reply["recommendation"]
    assert told["routine"] is not None and told["disposition"]["level"] == "routine_review"
    assert (told["review"]["kind"], told["review"]["within"]) == ("book", f"P{days}D")
    assert "FU-06" in {reason["rule"] for reason in told["disposition"]["reasons"]}
    assert told["review"]["by"] == (START + timedelta(days=WEEK_6 + days)).isoformat()


@pytest.mark.parametrize("story", KEPT)
def test_page_by_page_the_routine_is_kept_and_somebody_is_booked(planner: Planner, story: str) -> None:
    said, days = KEPT[story]
    planner.remember({"pain_score": 5})
    page = planner.on_day(WEEK_6).check({**USUAL, **said})
    by = DAY_0 + timedelta(days=WEEK_6 + days)
    assert moves_on(page)
    assert re.findall(r"By (\d+ \w+ \d{4}):", html.unescape(page.text)) == [_long(by)]


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def test_much_worse_is_seen_first(client: FlaskClient, recommender: Recommender, planner: Planner) -> None:
    worse = {**USUAL, "fu_change": "much_worse", "fu_pain": 7}
    told = checked(client, recommender, WEEK_6, worse)["recommendation"]
    assert told["disposition"]["level"] == "see_before_start" and told["routine"] is None
    planner.remember({"pain_score": 5})
    page = planner.on_day(WEEK_6).check(worse)
    assert "before you go on" in heading(page) and moves_on(page) == []


def test_a_gap_of_53_days_steps_back_and_asks_the_pages_again(client: FlaskClient, recommender: Recommender) -> None:
    person = returning(recommender, pain_score=5)
    body = person.filled(person.body(53, **LONG_GAP))
    assert ASKED_AGAIN <= set(body["follow_up"])
    reply = client.post("/api/v1/check-ins", json=body).get_json()
    assert reply["action"] == "regress" and {reason["rule"] for reason in reply["reasons"]} == {"FU-11"}
    assert reply["recommendation"]["routine"] is not None


def test_page_by_page_a_gap_of_53_days_asks_the_pages_again_and_steps_back(planner: Planner) -> None:
    planner.remember({"pain_score": 5})
    page = planner.on_day(53).check(LONG_GAP)
    asked = " ".join(planner.visitor.shown)
    assert [name for name in ASKED_AGAIN if f'name="{name}"' not in asked] == []
    assert heading(page) == "Do less for now" and moves_on(page)
