"""The answer sheet: strict, and every message says what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import BASELINE, full_sheet

from recommender.errors import IntakeError
from recommender.models.questionnaire import QuestionKind
from recommender.service import Recommender


def messages(recommender: Recommender, raw: Any) -> dict[str, list[str]]:
    with pytest.raises(IntakeError) as refused:
        recommender.sheet.read(raw)
    return refused.value.messages


def safety_questions(recommender: Recommender) -> list[str]:
    return [
        question.id
        for question in recommender.content.questionnaire.intake_questions
        if question.safety and question.required
    ]


@pytest.mark.parametrize("blank", [None, [], "", "absent"])
def test_a_missing_safety_answer_gives_no_routine(recommender: Recommender, blank: Any) -> None:
    whole = full_sheet(recommender, {"pain_location": ["low_back", "neck"]})
    asked = [question for question in safety_questions(recommender) if question in whole]
    assert {
        "age_band",
        "rf_nerve",
        "rf_emergency",
        "rf_illness",
        "rf_bone_nerve",
        "rf_neck",
        "conditions",
        "medicines",
        "told_no_exercise",
    } <= set(asked)
    for question in asked:
        raw = {**whole, question: blank}
        if blank == "absent":
            del raw[question]
        assert question in messages(recommender, raw)


def test_a_whole_sheet_is_read(recommender: Recommender) -> None:
    intake = recommender.sheet.read(full_sheet(recommender, {}))
    assert intake.chosen("age_band") == ("45_49",)


@pytest.mark.parametrize("value", ["4", True, 4.5, -1, 11, [4], {"at": 4}, float("nan"), float("inf")])
def test_a_score_must_be_a_whole_number_in_range(recommender: Recommender, value: Any) -> None:
    assert "pain_score" in messages(recommender, {**full_sheet(recommender, {}), "pain_score": value})


def test_a_whole_number_may_be_written_with_a_point(recommender: Recommender) -> None:
    assert recommender.sheet.read({**full_sheet(recommender, {}), "pain_score": 4.0}).number("pain_score") == 4


@pytest.mark.parametrize("value", [10, True, ["10"], "11", "ten", {}])
def test_minutes_is_an_option_id_and_nothing_else(recommender: Recommender, value: Any) -> None:
    assert "minutes" in messages(recommender, {**full_sheet(recommender, {}), "minutes": value})


def test_an_unknown_question_is_refused(recommender: Recommender) -> None:
    assert "shoe_size" in messages(recommender, {**full_sheet(recommender, {}), "shoe_size": 42})


def test_none_with_another_option_is_refused(recommender: Recommender) -> None:
    for question in recommender.content.questionnaire.intake_questions:
        exclusive = [option.id for option in question.options if option.exclusive]
        others = [option.id for option in question.options if not option.exclusive]
        if exclusive and others:
            found = recommender.sheet.read_some({question.id: [exclusive[0], others[0]]}, [question.id])[1]
            assert question.id in found, question.id


def test_an_option_given_twice_is_refused(recommender: Recommender) -> None:
    assert "limits" in messages(recommender, {**full_sheet(recommender, {}), "limits": ["kneel", "kneel"]})


def test_an_answer_to_a_question_that_is_not_shown_is_refused_and_says_why(recommender: Recommender) -> None:
    told = messages(recommender, {**full_sheet(recommender, {}), "bp_detail": "controlled"})
    assert "conditions includes high_bp" in told["bp_detail"][0]


def test_the_main_place_must_be_ticked(recommender: Recommender) -> None:
    raw = full_sheet(recommender, {"pain_location": ["low_back", "neck"]})
    assert messages(recommender, {**raw, "pain_main": "leg"})["pain_main"] == ["Select one of the places you ticked."]


def test_a_sheet_that_decides_an_emergency_needs_no_later_page(recommender: Recommender) -> None:
    intake = recommender.sheet.read(
        {"age_band": "25_44", "pain_location": ["low_back"], "rf_nerve": ["saddle"], "rf_emergency": ["none"]}
    )
    assert recommender.recommend(intake).level == "emergency_now"


def test_later_answers_of_an_emergency_sheet_are_used_if_present(recommender: Recommender) -> None:
    raw = full_sheet(recommender, {"rf_nerve": ["saddle"], "pain_score": 9, "trend": "worse_fast"})
    fired = {branch.rule_id for branch in recommender.recommend(recommender.sheet.read(raw)).fired}
    assert {"RF-E01", "RF-U14"} <= fired


def test_an_urgent_sheet_needs_the_extra_answers_and_no_later_page(recommender: Recommender) -> None:
    raw = {key: BASELINE[key] for key in ("age_band", "pain_location", "rf_nerve", "rf_emergency", "rf_bone_nerve")}
    raw["rf_illness"] = ["night_constant"]
    assert set(messages(recommender, raw)) == {"history"}
    assert recommender.recommend(recommender.sheet.read({**raw, "history": "first_time"})).level.is_urgent


@pytest.mark.parametrize("raw", [None, [], "answers", 3, True])
def test_answers_must_be_an_object(recommender: Recommender, raw: Any) -> None:
    assert "answers" in messages(recommender, raw)


def test_a_named_task_is_kept_as_words_and_a_score(recommender: Recommender) -> None:
    told = messages(recommender, {**full_sheet(recommender, {}), "main_task": {"task": "", "score": "4", "more": 1}})
    assert len(told["main_task"]) == 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.dictionaries(st.sampled_from(sorted(BASELINE)), json_values, max_size=6))
def test_any_json_is_read_or_refused_with_instructions(recommender: Recommender, chosen: dict[str, Any]) -> None:
    raw = {**full_sheet(recommender, {}), **chosen}
    try:
        intake = recommender.sheet.read(raw)
    except IntakeError as refused:
        assert all(texts and all(text.strip() for text in texts) for texts in refused.messages.values())
        json.dumps(refused.messages)
    else:
        for question_id, answer in intake.answers.items():
            question = recommender.content.questionnaire.questions[question_id]
            ids = {option.id for option in question.options}
            if question.kind in (QuestionKind.ONE, QuestionKind.MANY):
                assert set(intake.chosen(question_id)) <= ids and answer
