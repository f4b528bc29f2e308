"""A rolling restart to another rule set: for some minutes one person is answered by a node of each, by turns.

Both have the same SECRET_KEY. Each page shows what the rules of its own node say, nothing that a browser keeps is lost, and
a stop that one has told stands on the other.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.loaders.content import load_content
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.settings.folders import content_folder
from tests.faults_under_load.cases import make_shorter
from tests.support.planner import Clock, Planner, bring, heading, kept_cookies, moves_on, opened, sealed, site_at
from tests.support.sheets import full_intake
from tests.support.visitor import FROM_HERE, hidden_in
from tests.web.questionnaire.test_two_tabs import BUTTONS, NOT_USED

GIVEN = {"minutes": "20"}
SADDLE = {"pre_session": "yes", "rf_nerve": ["saddle"]}
CALL = "Emergency: Call 999 now"
PAGES = ("/", "/check-answers", "/result", "/result/play", "/result/summary", "/plan", "/plan/latest", "/plan/today")


class ByTurns:
    """One browser before a balancer: each request goes to the next node."""

    def __init__(self, clients: Sequence[FlaskClient]) -> None:
        for client in clients[1:]:
            client._cookies = clients[0]._cookies
        self._first, self._next = clients[0], cycle(clients)

    def get(self, *given: Any, **parts: Any) -> TestResponse:
        return next(self._next).get(*given, **parts)

    def post(self, *given: Any, **parts: Any) -> TestResponse:
        return next(self._next).post(*given, **parts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._first, name)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """The shipped rules, but that most routines have a move less."""
    rules = tmp_path_factory.mktemp("newer") / "rules"
    shutil.copytree(content_folder("rules"), rules)
    make_shorter(rules)
    return Recommender(load_content(Path(rules), content_folder("catalogue")))


@pytest.fixture
def nodes(settings: Settings, recommender: Recommender, newer: Recommender) -> tuple[Planner, Planner]:
    clock, shared = Clock(), replace(settings, secret_key="a secret that is long enough for this")
    older, later = (Planner(site_at(clock, shared, one), one, clock) for one in (recommender, newer))
    return older, later


@pytest.fixture
def between(nodes: tuple[Planner, Planner]) -> Planner:
    """Somebody whose requests go to both nodes by turns."""
    person = Planner(nodes[0].app, nodes[0].visitor.recommender, nodes[0].clock)
    by_turns: Any = ByTurns([node.client for node in nodes])
    person.client = person.visitor.client = by_turns
    return person


def moves_by(recommender: Recommender) -> list[str]:
    """Return the names of the moves that the rules of one node give."""
    assembly = recommender.recommend(full_intake(recommender, GIVEN)).assembly
    assert assembly is not None
    return [item.exercise.name for item in assembly.routine.items]


def test_each_page_shows_what_the_rules_of_its_own_node_say_and_loses_nothing(
    between: Planner, nodes: tuple[Planner, Planner]
) -> None:
    between.visitor.fill_in(GIVEN)
    expected = [moves_by(node.visitor.recommender) for node in nodes]
    assert expected[0] != expected[1]
    before = kept_cookies(between)
    shown = [moves_on(between.client.get("/result")) for _ in range(4)]
    assert shown in (expected * 2, expected[::-1] * 2)
    assert kept_cookies(between) == before


@pytest.mark.deep
def test_no_plan_is_kept_of_a_routine_of_the_other_node_and_it_is_once_all_are_restarted(
    between: Planner, nodes: tuple[Planner, Planner]
) -> None:
    between.visitor.fill_in(GIVEN)
    sent = between.visitor.press("/plan/remember")
    assert sent.headers["Location"] == "/result?again=yes"
    assert NOT_USED in between.client.get(sent.headers["Location"]).text
    assert set(kept_cookies(between)) == {"answers"}
    newer = nodes[1]
    assert newer.visitor.press("/plan/remember").headers["Location"] == "/plan"
    assert [item["exercise"] for item in opened(newer).routine]


def test_a_plan_goes_on_between_the_two_with_every_answer(between: Planner, nodes: tuple[Planner, Planner]) -> None:
    nodes[0].remember(GIVEN)
    made = opened(nodes[0])
    page = between.on_day(1).session({})
    assert heading(page) == "Today\u2019s session"
    assert set(moves_on(page)) <= {*moves_by(nodes[0].visitor.recommender), *moves_by(nodes[1].visitor.recommender)}
    page = between.on_day(7).check({"fu_change": "better"})
    assert moves_on(page)
    for node in nodes:
        plan = opened(node)
        assert (plan.answers, plan.started, plan.last is not None) == (made.answers, made.started, True)
        assert heading(node.plan()) == "Your plan"


@pytest.mark.parametrize("told_by", [0, 1])
def test_a_stop_that_one_node_told_stands_on_the_other(
    between: Planner, nodes: tuple[Planner, Planner], told_by: int
) -> None:
    nodes[told_by].remember(GIVEN)
    assert heading(nodes[told_by].on_day(3).session(SADDLE)) == CALL
    before = kept_cookies(between)
    for address in PAGES * 2:
        page = between.client.get(address)
        assert moves_on(page) == [], address
    for address in [*BUTTONS.values()] * 2:
        assert between.client.post(address, headers=FROM_HERE).headers["Location"] == "/plan"
    assert kept_cookies(between) == before
    assert [heading(between.plan()) for _ in nodes] == [CALL, CALL]


def test_what_one_node_cannot_read_is_not_forgotten_by_the_other(nodes: tuple[Planner, Planner]) -> None:
    """A plan is of the newer questions. The older node says that it does not fit, and its button comes to the newer."""
    older, newer = nodes
    older.remember(GIVEN)
    plan = opened(older)
    sealed(older, replace(plan, answers={**plan.answers, "pain_location": ["no_such_place"]}))
    bring(newer, kept_cookies(older))
    page = older.plan()
    assert heading(page) == "Your plan no longer fits"
    before = kept_cookies(newer)
    fields = hidden_in(page.text, "/plan/start-again")
    sent = newer.client.post("/plan/start-again", data=fields, headers=FROM_HERE)
    assert sent.headers["Location"] == "/plan?again=yes"
    assert kept_cookies(newer) == before
    sent = older.client.post("/plan/start-again", data=fields, headers=FROM_HERE)
    assert sent.headers["Location"].startswith("/questions/")
    assert "plan" not in kept_cookies(older)
