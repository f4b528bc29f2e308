"""SECRET_KEY is changed as docs/operate.md says: nobody loses a plan on the way, and the old secret ends with it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from recommender.service.recommend import Recommender
from recommender.web.app import create_app, create_served_app
from recommender.web.review import tries
from tests.support.planner import Clock, Planner, bring, heading, kept_cookies, opened, set_day

PRIVATE = "SECRET_KEY", "SECRET_KEY_FALLBACKS"

Start = Callable[..., Planner]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recommender: Recommender) -> Start:
    """Start the service as its operator does, with these settings, and give somebody who comes with what they kept."""
    monkeypatch.setattr("recommender.web.app.is_installed", lambda: True)
    monkeypatch.setattr("recommender.web.app.create_app", lambda settings: create_app(settings, recommender))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def started(before: Planner | None = None, **settings: str) -> Planner:
        for name in PRIVATE:
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        clock = Clock(date.today())
        person = Planner(set_day(create_served_app(), clock), recommender, clock)
        if before is not None:
            bring(person, kept_cookies(before))
        return person

    return started


def test_a_secret_is_changed_as_the_guide_says_and_nobody_loses_a_plan(start: Start, tmp_path: Path) -> None:
    at_first = start()
    at_first.remember({})
    old, new = (tmp_path / "secret.key").read_text(encoding="utf-8"), secrets.token_urlsafe(48)
    between = start(at_first, SECRET_KEY=new, SECRET_KEY_FALLBACKS=old)
    assert heading(between.plan()) == "Your plan"
    untouched = kept_cookies(between)
    begun = between.clock.day
    between.clock.pass_days(7)
    between.check({"fu_change": "better"})
    at_last = start(between, SECRET_KEY=new)
    at_last.clock.pass_days(7)
    assert heading(at_last.plan()) == "Your plan"
    assert opened(at_last).started == begun
    bring(at_last, untouched)
    assert heading(at_last.plan()) == "We cannot read your plan"
    assert kept_cookies(at_last) == untouched, "what cannot be read is left alone: the old secret would open it again"


def test_a_browser_that_signed_in_before_is_known_after_the_secret_was_changed(start: Start, tmp_path: Path) -> None:
    app = start().app
    with app.app_context():
        kept = tries._serializer(app).dumps({"account": "mark"})
    old = (tmp_path / "secret.key").read_text(encoding="utf-8")
    rotated, alone = (start(SECRET_KEY="n" * 40, **fallbacks).app for fallbacks in ({"SECRET_KEY_FALLBACKS": old}, {}))
    assert known(rotated, kept) == {"account": "mark"}
    assert known(alone, kept) == {}


def known(app: Flask, cookie: str) -> dict[str, str]:
    with app.test_request_context(headers={"Cookie": f"review-browser={cookie}"}):
        return tries._known()
