"""JSON as it is sent: read for what it is, or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import IntakeError
from recommender.questionnaire.answer_sheet import _object, read_json
from recommender.service.recommend import Recommender
from tests.support.sheets import full_sheet


class Compared(str):
    """A key that counts how often it is compared with another."""

    times = 0

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_looking_for_keys_that_stand_twice_takes_as_long_as_there_are_keys() -> None:
    names = [Compared(f"q{number % 500}") for number in range(2000)]
    assert len(_object([], [(name, 0) for name in names]).names) == 500
    assert Compared.times <= 10 * len(names)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers()), max_size=6))
def test_a_key_that_stands_twice_is_named_and_others_are_not(pairs: list[tuple[str, int]]) -> None:
    text = "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}"
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names):
        assert read_json(text) == dict(pairs)
    else:
        with pytest.raises(IntakeError) as refused:
            read_json(text)
        assert set(refused.value.messages) == {name for name in names if names.count(name) > 1}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": NaN}',
        "[Infinity]",
        "-Infinity",
        '["\\ud800"]',
        '["\ud800"]',
        '{"\\uDFFF": 1}',
        b'["\xed\xa0\x80"]',
        '["x"]'.encode("utf-16"),
        "",
    ],
)
def test_what_is_not_json_is_not_read(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        read_json(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_read_as_what_it_is(data: Any) -> None:
    assert read_json(json.dumps(data).encode()) == data


def test_text_in_utf_8_is_read_with_and_without_a_mark_at_its_beginning() -> None:
    assert read_json('["é"]'.encode()) == read_json('["é"]'.encode("utf-8-sig")) == ["é"]


def test_a_character_in_two_halves_is_whole() -> None:
    assert read_json('["\\ud83d\\ude00"]') == ["\U0001f600"]


def test_a_sheet_that_answers_every_page_lacks_no_extra_question(recommender: Recommender) -> None:
    """Fever asks about the arms before an early stop; who answered all pages is told what is certain without it."""
    raw = full_sheet(recommender, {"rf_illness": ["fever"], "pain_location": ["low_back"]})
    raw.pop("arm_symptoms", None)
    assert recommender.sheet.read(raw).answers["rf_illness"] == ("fever",)
