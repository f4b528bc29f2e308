"""Who was not sure of an answer is told which, and can answer it again."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.models.levels import Level
from recommender.models.questionnaire import NOT_SURE, QuestionKind
from recommender.presentation.answer_again import answer_again
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake

# What opens a question that not everybody is asked.
OPENED_BY: dict[str, dict[str, Any]] = {
    "rf_neck": {"pain_location": ["neck"]},
    "preg_weeks": {"age_band": "25_44", "conditions": ["pregnant"]},
    "preg_cleared": {"age_band": "25_44", "conditions": ["pregnant"]},
    "surgery_rules": {"conditions": ["spine_surgery"]},
    "heart_detail": {"conditions": ["heart"]},
    "bp_detail": {"conditions": ["high_bp"]},
    "hyper_detail": {"conditions": ["hypermobile"]},
    "pem_detail": {"conditions": ["me_cfs"]},
}


def named(recommender: Recommender, given: dict[str, Any]) -> list[str]:
    recommendation = recommender.recommend(full_intake(recommender, given))
    return [one["question"] for one in answer_again(recommendation, recommender.content.questionnaire)]


def unsure_of(recommender: Recommender, question: str) -> dict[str, Any]:
    kind = recommender.content.questionnaire.questions[question].kind
    return {**OPENED_BY.get(question, {}), question: [NOT_SURE] if kind is QuestionKind.MANY else NOT_SURE}


def unsure_questions(recommender: Recommender) -> list[str]:
    asked = recommender.content.questionnaire.intake_questions
    return [question.id for question in asked if any(option.id == NOT_SURE for option in question.options)]


def test_every_question_that_somebody_was_not_sure_of_is_named(recommender: Recommender) -> None:
    questions = unsure_questions(recommender)
    assert len(questions) > 10
    for question in questions:
        assert named(recommender, unsure_of(recommender, question)) == [question]


def test_nothing_is_named_where_every_answer_was_sure(recommender: Recommender) -> None:
    assert named(recommender, {}) == []
    assert named(recommender, {"rf_illness": ["fever"]}) == []


def test_a_doubt_that_is_not_behind_the_outcome_is_not_named_without_a_routine(recommender: Recommender) -> None:
    assert named(recommender, {"rf_illness": ["weight_loss"], "medicines": [NOT_SURE]}) == []
    both = {"rf_illness": ["weight_loss"], "rf_emergency": [NOT_SURE]}
    assert named(recommender, both) == ["rf_emergency"]


def test_an_answer_that_was_sure_is_not_named_beside_a_doubt_in_the_same_question(recommender: Recommender) -> None:
    given = {"conditions": ["osteoporosis", NOT_SURE], "pain_location": ["hip_groin", "low_back"]}
    assert named(recommender, {**given, "pain_main": "low_back", "worse_with": ["standing_walking"]}) == []


@pytest.mark.parametrize("sign", ["saddle", "bladder"])
def test_an_emergency_names_no_question(recommender: Recommender, sign: str) -> None:
    given = {"rf_nerve": [sign, NOT_SURE]}
    assert recommender.recommend(full_intake(recommender, given)).level is Level.EMERGENCY_NOW
    assert named(recommender, given) == []
