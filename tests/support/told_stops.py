"""What ends a session at once, and what the page says of it."""

from __future__ import annotations

import html

from werkzeug.test import TestResponse

from recommender.service.recommend import Recommender
from tests.support.planner import (
    Planner,
    moves_on,
    told_stop,
)

SADDLE = {"pre_session": "yes", "rf_nerve": ["saddle"]}
UNSURE = {"pre_session": "yes", "rf_nerve": ["not_sure"]}
CALL, TODAY = "Emergency: Call 999 now", "Urgent: Get advice from a doctor today"


def again(planner: Planner, question: str = "rf_nerve") -> str:
    sent = planner.client.post("/plan/answer-again", data={"told": told_stop(planner), "question": question})
    return sent.headers["Location"]


def shows_routine(page: TestResponse, recommender: Recommender) -> list[str]:
    """Return what there is of a routine on a page: titles of moves, and their cards."""
    text = html.unescape(page.text)
    titles = [exercise.name for exercise in recommender.content.catalogue.exercises if " " in exercise.name]
    return [title for title in titles if title in text] + moves_on(page)
