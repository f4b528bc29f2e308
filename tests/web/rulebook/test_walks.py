"""Somebody who has never seen the rule book finds what they ask for: from its first page, by links and forms alone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from recommender.models.content import Content
from recommender.rulebook.readings import rests_on_nothing_opened
from recommender.service.recommend import Recommender
from tests.support.walk import STEPS, WORDS, Walk

SEARCH = "Search the rules"


@pytest.fixture
def walk(client: FlaskClient) -> Walk:
    return Walk(client, "/rules")


def is_short(walk: Walk) -> bool:
    """Return whether the answer took a few steps, and no more words than are read in a minute."""
    return walk.steps <= STEPS and 0 < walk.read <= WORDS


def test_which_rules_stop_a_person_with_osteoporosis_from_bending(walk: Walk) -> None:
    walk.fill({SEARCH: "osteoporosis flexion"}).finds("CI-R01 Thin bones without a spinal fracture")
    walk.follow("CI-R01").finds("leave out every form that involves", "bending")
    assert is_short(walk), (walk.steps, walk.read)


def test_what_happens_with_fever(walk: Walk) -> None:
    walk.fill({SEARCH: "fever"}).finds("RF-U03 Fever, or a risk of infection", "You need medical advice today")
    assert is_short(walk), (walk.steps, walk.read)


def test_why_cobra_is_left_out_in_pregnancy(walk: Walk) -> None:
    walk.fill({SEARCH: "cobra pregnancy"}).follow("CI-A04 Pregnancy").finds("prone is left out from the start")
    assert is_short(walk), (walk.steps, walk.read)


def test_which_rules_rest_on_unread_sources(walk: Walk, recommender: Recommender) -> None:
    content: Content = recommender.content
    unread = [rule for rule in content.rule_set.rules if rests_on_nothing_opened(rule, content.catalogue)]
    assert unread
    walk.fill({"Unread sources": "Nothing was opened"}).finds(f"{len(unread)} ", unread[0].title)
    assert is_short(walk), (walk.steps, walk.read)
    assert [rule.id for rule in unread if rule.title not in walk.shown] == []
