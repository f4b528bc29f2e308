"""What the engine is told of an intake: every property that its rules read, and nothing that a person wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from recommender.engine.compile import Shard
from recommender.engine.properties import RESERVED, Properties, Texts
from recommender.models.questionnaire import Answer, Intake, Task
from tests.support.conditions import FACT, INTAKES, MANY, MANY_OPTIONS, ONE, QUESTIONNAIRE, SCORE, TASK


def told(texts: Texts) -> dict[str, Any]:
    """Return the properties of a fact of all the texts; each text must be of the property that it stands by."""
    for name, text in texts.items():
        assert text == "" or (text[0] == "," and list(json.loads(f"{{{text[1:]}}}")) == [name])
    found: dict[str, Any] = json.loads(f"{{{''.join(texts.values()).removeprefix(',')}}}")
    return found


@pytest.fixture
def properties() -> Properties:
    """Return properties of which each kind is read, of each question that can have it."""
    made = Properties(QUESTIONNAIRE)
    made.choice(ONE)
    for option in ("kneel", "stand"):
        made.tick(MANY, option)
        made.alone(MANY, option)
    made.alone(ONE, "old")
    made.number(SCORE)
    made.number(FACT)
    made.finding("sore")
    made.finding("early")
    made.count("s_0")
    return made


NOTHING: dict[str, Any] = {
    "age": "~",
    "limits:kneel": False,
    "limits:stand": False,
    "limits=only:kneel": False,
    "limits=only:stand": False,
    "age=only:old": False,
    "pain?": False,
    "weeks?": False,
    "!sore": False,
    "!early": False,
    "#s_0": 0,
}


def test_each_method_returns_the_name_that_rules_read() -> None:
    made = Properties(QUESTIONNAIRE)
    assert made.names == frozenset()
    assert made.choice(ONE) == "age"
    assert made.tick(MANY, "kneel") == "limits:kneel"
    assert made.alone(MANY, "kneel") == "limits=only:kneel"
    assert made.number(SCORE) == ("pain", "pain?")
    assert made.finding("sore") == "!sore"
    assert made.count("s_0") == "#s_0"
    assert made.names == {"age", "limits:kneel", "limits=only:kneel", "pain", "pain?", "!sore", "#s_0"}


def test_only_a_question_of_several_answers_has_ticks() -> None:
    assert [Properties(QUESTIONNAIRE).is_many(name) for name in (ONE, MANY, SCORE, TASK)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("answers", "supplied", "changed"),
    [
        ({}, {}, {}),
        ({ONE: "young"}, {}, {"age": "young"}),
        ({ONE: "old"}, {}, {"age": "old", "age=only:old": True}),
        ({ONE: "unknown"}, {}, {}),
        ({MANY: ("kneel",)}, {}, {"limits:kneel": True, "limits=only:kneel": True}),
        ({MANY: ("stand", "kneel")}, {}, {"limits:kneel": True, "limits:stand": True}),
        ({MANY: ("kneel", "lie")}, {}, {"limits:kneel": True}),
        ({MANY: ("lie",)}, {}, {}),
        ({MANY: ()}, {}, {}),
        ({SCORE: 4}, {}, {"pain": 4, "pain?": True}),
        ({SCORE: 0}, {FACT: -2}, {"pain": 0, "pain?": True, "weeks": -2, "weeks?": True}),
        ({SCORE: True}, {}, {"pain": 1, "pain?": True}),
        ({TASK: Task("walk", 4)}, {}, {}),
        ({"other": "old"}, {"others": 3}, {}),
    ],
)
def test_an_answer_changes_what_is_told_of_it_and_nothing_else(
    properties: Properties, answers: dict[str, Answer], supplied: dict[str, int], changed: dict[str, Any]
) -> None:
    assert told(properties.of_intake(Intake(answers, supplied))) == {**NOTHING, **changed}


def test_one_intake_leaves_nothing_behind_for_the_next(properties: Properties) -> None:
    texts = properties.of_intake(Intake({ONE: "old", MANY: ("kneel",), SCORE: 4}))
    properties.tell_findings(texts, ["sore"])
    properties.tell_counts(texts, {"#s_0": 3})
    assert told(properties.of_intake(Intake({}))) == NOTHING


def test_what_is_not_read_is_not_told() -> None:
    made = Properties(QUESTIONNAIRE)
    made.finding("sore")
    texts = made.of_intake(Intake({ONE: "old", MANY: ("kneel",), SCORE: 4}, {FACT: 1}))
    made.tell_findings(texts, ["early", "sore"])
    assert told(texts) == {"!sore": True}


def test_a_finding_and_a_count_are_told_once_they_are_known(properties: Properties) -> None:
    texts = properties.of_intake(Intake({}))
    properties.tell_findings(texts, [])
    properties.tell_counts(texts, {})
    assert told(texts) == NOTHING
    properties.tell_findings(texts, ["other", "sore"])
    properties.tell_counts(texts, {"#s_0": 12})
    assert told(texts) == {**NOTHING, "!sore": True, "#s_0": 12}


def test_a_number_is_told_as_a_whole_number(properties: Properties) -> None:
    texts = properties.of_intake(Intake({SCORE: True}))
    assert texts["pain"] == ',"pain":1'


def test_every_fact_has_the_reserved_properties_beside_those_that_rules_read() -> None:
    assert set(json.loads(Shard("s", {}, {}, ()).fact({}, "0"))) == RESERVED


@given(INTAKES)
def test_no_two_properties_are_mixed_up(intake: Intake) -> None:
    made = Properties(QUESTIONNAIRE)
    made.choice(ONE)
    for option in MANY_OPTIONS:
        made.tick(MANY, option)
        made.alone(MANY, option)
    for subject in (SCORE, FACT):
        made.number(subject)
    limits, numbers = intake.answers.get(MANY, ()), {**intake.supplied, **intake.answers}
    assert isinstance(limits, tuple)
    expected = {
        "age": intake.answers.get(ONE, "~"),
        **{f"limits:{option}": option in limits for option in MANY_OPTIONS},
        **{f"limits=only:{option}": limits == (option,) for option in MANY_OPTIONS},
        **{f"{subject}?": subject in numbers for subject in (SCORE, FACT)},
        **{subject: numbers[subject] for subject in (SCORE, FACT) if subject in numbers},
    }
    assert told(made.of_intake(intake)) == expected
