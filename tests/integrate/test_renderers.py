"""The programs in the documents tell whoever uses them all that a person must be told: others copy what they leave out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import pytest

from docs.integrate import renderer
from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.sample import small_and_whole
from tests.support.told import Data, idle_exceptions, never_told, replies, told_words

Print = Callable[[Data], str]


@pytest.fixture(scope="module")
def told_of_everybody(recommender: Recommender) -> Callable[[bool], list[Data]]:
    return lru_cache(lambda every: replies(recommender, every=every))


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Print:
    def show(reply: Data) -> str:
        renderer.show(reply)
        return capsys.readouterr().out

    return show


def lost(printed: Print, reply: Data) -> list[tuple[str, str]]:
    """Return each text that must be told and is not, with its place."""
    lines = {line.strip() for line in printed(reply).splitlines()}
    said = "\n".join(lines)
    return [(place, text) for place, text in told_words(reply) if text not in said]


@pytest.mark.parametrize("every", small_and_whole(False, True))
def test_the_renderer_in_a_terminal_prints_every_word_that_a_person_must_be_told(
    told_of_everybody: Callable[[bool], list[Data]], printed: Print, every: bool
) -> None:
    told = told_of_everybody(every)
    assert {reply["disposition"]["level"] for reply in told} == set(Level)
    assert {place for reply in told for place, _ in lost(printed, reply)} == set()
    if every:
        assert never_told(told) == [], "nothing was tried of these"


def test_every_exception_is_of_something_that_is_there() -> None:
    assert idle_exceptions() == []


@pytest.mark.parametrize("part", ["act", "steps", "do_not", "worse", "tell_staff", "meanwhile", "message"])
def test_a_word_that_is_not_printed_is_noticed(
    told_of_everybody: Callable[[bool], list[Data]], printed: Print, part: str
) -> None:
    """Each reply is shown without one part of it, as a renderer would that forgot it."""
    told = told_of_everybody(False)

    def forgetful(reply: Data) -> str:
        empty = [] if isinstance(reply["disposition"][part], list) else None
        return printed({**reply, "disposition": {**reply["disposition"], part: empty}})

    places = {re.sub(r"\[\]", "", place) for reply in told for place, _ in lost(forgetful, reply)}
    assert f"disposition.{part}" in places
