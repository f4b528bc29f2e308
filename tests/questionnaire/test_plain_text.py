"""What a person typed: what nobody can see is taken out, and a text of nothing else is refused."""

from __future__ import annotations

import pytest

from recommender.errors import IntakeError
from recommender.models.plain_text import has_words, plain_text
from recommender.models.questionnaire import Task
from recommender.service.recommend import Recommender
from tests.support.sheets import full_sheet

NOTHING = ["", "  ", "\t\n", "\u200b", "\u202e", "\x00", "\ufeff", "\u2060", "\u200d", "\u00a0\u2003", "\u3164", "\ud800",
           "\u0301", "\u2066\u2069", "\U000e0041", "\u00ad", "\u2028"]  # fmt: skip


@pytest.mark.parametrize("typed", NOTHING, ids=ascii)
def test_what_nobody_can_see_is_no_text(typed: str) -> None:
    assert not has_words(typed)
    assert not has_words(plain_text(typed * 3))


@pytest.mark.parametrize("typed", ["socks", "é", "靴下", "\u06f5", "...", "🧦", "\u0600", "नमस्ते"])
def test_what_can_be_seen_is(typed: str) -> None:
    assert has_words(typed)
    assert plain_text(typed) == typed


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" socks \r\n on ", "socks \n on"),
        ("so\x00ck\u202es\u200b", "socks"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("e\u0301", "é"),
    ],
    ids=ascii,
)
def test_a_text_is_kept_without_what_changes_how_it_looks(typed: str, read: str) -> None:
    assert plain_text(typed) == read


@pytest.mark.parametrize("typed", NOTHING[1:], ids=ascii)
def test_a_task_of_nothing_is_refused_with_what_to_do(recommender: Recommender, typed: str) -> None:
    with pytest.raises(IntakeError) as refused:
        recommender.sheet.read({**full_sheet(recommender, {}), "main_task": {"task": typed, "score": 3}})
    assert refused.value.messages["main_task"] == ["Name one thing you want to do better."]


def test_a_task_is_read_without_what_cannot_be_seen(recommender: Recommender) -> None:
    raw = {**full_sheet(recommender, {}), "main_task": {"task": "put on\u202e my\x00  socks\u200b", "score": 3}}
    assert recommender.sheet.read(raw).answers["main_task"] == Task("put on my socks", 3)
