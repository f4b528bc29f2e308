"""Wherever a rule is shown it is told how far its sources were read, and no ground looks stronger than that."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from recommender.models.catalogue import Reading
from recommender.models.content import Content
from recommender.models.rules import Rule
from recommender.rulebook.readings import rests_on_nothing_opened
from recommender.service.recommend import Recommender
from tests.support.reviewers import review_room, signed_in

NOTHING = "Nothing that this rule rests on has been opened."


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


@pytest.fixture
def content(recommender: Recommender) -> Content:
    return recommender.content


@pytest.fixture
def unread(content: Content) -> Rule:
    """A red flag that rests on a guideline which nobody has opened."""
    return next(
        rule
        for rule in content.rule_set.rules
        if rule.kind == "red_flags"
        and rule.strength == ("guideline",)
        and rests_on_nothing_opened(rule, content.catalogue)
        and all(content.catalogue.sources[source].read is Reading.NOT_OPENED for source in rule.sources)
    )


@pytest.fixture
def read(content: Content) -> Rule:
    """A rule whose only source was read in part."""
    return next(
        rule
        for rule in content.rule_set.rules
        if rule.strength == ("guideline",)
        and [content.catalogue.sources[source].read for source in rule.sources] == [Reading.IN_PART]
    )


def test_every_page_that_shows_a_rule_tells_how_far_its_sources_were_read(app: Flask, unread: Rule, read: Rule) -> None:
    ana = signed_in(app, "ana")
    for page in ("/rules/{}", "/review/rule/{}", "/review/confirm?target=rule/{}"):
        told = unescape(ana.see(page.format(unread.id)).text)
        assert NOTHING in told, page
        assert "Not opened: it is cited from general knowledge." in told, page
        assert "uideline, not opened" in told, page
        told = unescape(ana.see(page.format(read.id)).text)
        assert NOTHING not in told, page
        assert "A program read it in part, 2026-11-" in told, page
        assert "uideline, " not in told, page


def test_the_ground_of_what_nobody_opened_looks_weaker_on_its_page(app: Flask, unread: Rule, read: Rule) -> None:
    client = app.test_client()
    assert 'app-mark--unread">Guideline, not opened<' in client.get(f"/rules/{unread.id}").text
    assert "app-mark--unread" not in client.get(f"/rules/{read.id}").text


def test_a_red_flag_on_nothing_opened_has_its_point_where_it_is_shown(app: Flask, unread: Rule) -> None:
    ana = signed_in(app, "ana")
    for page in (f"/rules/{unread.id}", f"/review/rule/{unread.id}", "/review/group/points"):
        assert f"Point {unread.id}-sources" in ana.see(page).text, page
    told = ana.see(f"/review/point/{unread.id}-sources").text
    assert "Nobody has opened what this red flag rests on" in told and "Decide this point" in told
