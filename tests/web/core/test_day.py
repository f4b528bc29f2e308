"""Which day it is: the person's own where their browser says so, else that of the zone that was set, or of the machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.day import day_here, known_zone
from recommender.web.core.state import current_state, keep_state
from tests.support.planner import Clock, Planner
from tests.support.visitor import Visitor

AUCKLAND, CALIFORNIA = "Pacific/Auckland", "America/Los_Angeles"
# In California it is still the 29th of November, in Auckland the 30th.
NOON = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)
IN_CALIFORNIA, IN_AUCKLAND = "29 November 2026", "30 November 2026"


class StoppedClock:
    """The time of a server, which only a test can move."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    clock = StoppedClock(NOON)
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: clock.now.timestamp())
    return clock


@pytest.fixture
def auckland(recommender: Recommender, settings: Settings, clock: StoppedClock) -> Flask:
    """A server in Auckland."""
    app = create_app(replace(settings, timezone=AUCKLAND), recommender)
    with app.app_context():
        today = partial(day_here, ZoneInfo(AUCKLAND), clock)
        keep_state(app.extensions, replace(current_state(), today=today))
    return app


@pytest.fixture
def visitor(auckland: Flask, recommender: Recommender) -> Visitor:
    return Visitor(auckland.test_client(), recommender)


def live_in(visitor: Visitor, zone: str) -> None:
    """Have the browser say where it is, as the script of a page does."""
    visitor.client.set_cookie("zone", zone)


def test_the_day_is_that_of_the_zone_that_was_set() -> None:
    """The ends of the world are never on the same day."""
    first, last = day_here(ZoneInfo("Pacific/Kiritimati")), day_here(ZoneInfo("Etc/GMT+12"))
    assert first - last == timedelta(days=1) or first - last == timedelta(days=2)
    assert last <= datetime.now(UTC).date() <= first


def test_without_one_it_is_that_of_the_machine() -> None:
    before = datetime.now().astimezone().date()
    assert before <= day_here(None) <= datetime.now().astimezone().date()


def test_a_summary_made_in_california_on_a_server_in_auckland_has_the_day_of_california(visitor: Visitor) -> None:
    live_in(visitor, CALIFORNIA)
    visitor.fill_in({})
    page = visitor.see("/result/summary").text
    assert f"Answered on {IN_CALIFORNIA}." in page
    assert IN_AUCKLAND not in page


def test_a_summary_says_whose_time_its_day_is_where_the_persons_own_is_not_known(visitor: Visitor) -> None:
    visitor.fill_in({})
    assert f"Answered on {IN_AUCKLAND} (GMT+13:00)." in visitor.see("/result/summary").text
    spanish = visitor.see("/result/summary?lang=es").text
    assert "30 de noviembre de 2026 (GMT+13:00)" in spanish


def test_a_summary_has_the_day_on_which_it_was_answered_after_midnight_too(
    visitor: Visitor, clock: StoppedClock
) -> None:
    live_in(visitor, AUCKLAND)
    visitor.fill_in({})
    clock.now += timedelta(hours=20)
    assert f"Answered on {IN_AUCKLAND}." in visitor.see("/result/summary").text


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Etc/Unknown", "x" * 4000, "Pacific", "\u00e9"]
)
def test_a_zone_that_there_is_not_is_none(visitor: Visitor, zone: str) -> None:
    live_in(visitor, zone)
    visitor.fill_in({})
    assert f"{IN_AUCKLAND} (GMT+13:00)" in visitor.see("/result/summary").text
    assert known_zone(zone) is None


def test_a_plan_begins_on_the_day_of_the_person(auckland: Flask, recommender: Recommender, clock: StoppedClock) -> None:
    planner = Planner(auckland, recommender, Clock())
    live_in(planner.visitor, CALIFORNIA)
    planner.remember({})
    assert f"You began on {IN_CALIFORNIA}." in planner.visitor.see("/plan").text


def test_a_plan_goes_on_for_somebody_whose_day_becomes_an_earlier_one(
    auckland: Flask, recommender: Recommender, clock: StoppedClock
) -> None:
    """As when they fly to California, or when the site learns only later where they are."""
    planner = Planner(auckland, recommender, Clock())
    planner.remember({})
    live_in(planner.visitor, CALIFORNIA)
    assert f"You began on {IN_AUCKLAND}." in planner.visitor.see("/plan").text
    assert planner.answer("session", {"pre_session": "no"}) == "/plan/today"
    assert planner.visitor.see("/plan/today").status_code == 200


def test_a_session_across_midnight_goes_on_and_does_not_stand_for_the_next_day(
    auckland: Flask, recommender: Recommender, clock: StoppedClock
) -> None:
    planner = Planner(auckland, recommender, Clock())
    live_in(planner.visitor, CALIFORNIA)
    planner.remember({})
    clock.now = datetime(2026, 11, 30, 7, 50, tzinfo=UTC)  # ten to midnight
    assert planner.answer("session", {"pre_session": "no"}) == "/plan/today"
    for minutes, status in ((20, 200), (110, 200), (600, 302)):
        clock.now = datetime(2026, 11, 30, 7, 50, tzinfo=UTC) + timedelta(minutes=minutes)
        assert planner.visitor.see("/plan/today").status_code // 100 == status // 100
        assert planner.visitor.see("/plan/today/play").status_code // 100 == status // 100


def test_a_question_shown_before_midnight_is_answered_after_it(
    auckland: Flask, recommender: Recommender, clock: StoppedClock
) -> None:
    planner = Planner(auckland, recommender, Clock())
    live_in(planner.visitor, CALIFORNIA)
    planner.remember({})
    clock.now = datetime(2026, 11, 30, 7, 50, tzinfo=UTC)
    page = planner.visitor.press("/plan/session").headers["Location"]
    assert planner.visitor.see(page).status_code == 200
    clock.now += timedelta(minutes=20)
    assert planner.visitor.send(page, {"pre_session": "no"}).headers["Location"] == "/plan/today"
    clock.now += timedelta(hours=20)
    assert planner.visitor.see("/plan/today").status_code == 200, "it is a session of the new day, all of that day"


@pytest.mark.parametrize(("prefix", "path"), [(None, "/"), ("staging_", "/back")])
def test_a_page_says_where_the_zone_is_to_be_kept(
    recommender: Recommender, settings: Settings, prefix: str | None, path: str
) -> None:
    own = replace(settings, cookie_prefix=prefix, cookie_path=path, timezone=AUCKLAND)
    client = create_app(own, recommender).test_client()
    told = f'<meta name="app-zone" content="{prefix or ""}zone" data-path="{path}">'
    assert told in client.get("/").text
    assert "app-zone" not in client.get("/rules").text
