"""Which questions are asked, and where the form may stop."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.models.levels import Level
from recommender.questionnaire.steps import Walk
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE, full_sheet

A_TO_C = {
    key: BASELINE[key]
    for key in ("age_band", "pain_location", "rf_nerve", "rf_emergency", "rf_illness", "rf_bone_nerve")
}


def walk(recommender: Recommender, raw: dict[str, Any]) -> Walk:
    answers, messages = recommender.sheet.read_some(raw, recommender.sheet.fields)
    assert not messages
    return recommender.flow.walk(answers)


def slugs(walked: Walk) -> list[str]:
    return [step.slug for step in walked.steps]


def test_an_empty_sheet_begins_with_the_first_page(recommender: Recommender) -> None:
    first = walk(recommender, {}).first_incomplete
    assert first is not None and first.page is not None and first.page.id == "A"


def test_a_whole_sheet_has_nothing_missing(recommender: Recommender) -> None:
    walked = walk(recommender, full_sheet(recommender, {}))
    assert walked.missing == () and walked.stop is None


def test_an_emergency_stops_at_once(recommender: Recommender) -> None:
    walked = walk(recommender, {"age_band": "25_44", "pain_location": ["low_back"], "rf_nerve": ["saddle"]})
    assert walked.stop is Level.EMERGENCY_NOW
    assert walked.missing == ()
    assert [step.page.id for step in walked.steps if step.page] == ["A", "B"]


def test_weight_loss_stops_after_page_c_without_extra_questions(recommender: Recommender) -> None:
    walked = walk(recommender, {**A_TO_C, "rf_illness": ["weight_loss"]})
    assert walked.stop is Level.URGENT_48H
    assert walked.missing == ()
    assert [step.page.id for step in walked.steps if step.page] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("ticked", "asked"),
    [
        (
            {"rf_illness": ["cancer_now"]},
            {"history", "assessed", "trend", "leg_symptoms", "arm_symptoms", "conditions", "medicines"},
        ),
        ({"rf_bone_nerve": ["walk_unsteady"]}, {"trend"}),
        ({"rf_illness": ["night_constant"]}, {"history"}),
        ({"rf_illness": ["rash_band"]}, {"medicines"}),
        ({"rf_illness": ["fever"]}, {"assessed", "arm_symptoms"}),
        ({"rf_nerve": ["sexual"]}, {"leg_symptoms"}),
    ],
)
def test_an_urgent_answer_asks_the_few_questions_that_may_raise_it(
    recommender: Recommender, ticked: dict[str, Any], asked: set[str]
) -> None:
    walked = walk(recommender, {**A_TO_C, **ticked})
    assert set(walked.missing) == asked
    assert walked.stop is not None and walked.stop.is_urgent


def test_spinal_stiffness_is_asked_after_axial_disease_was_named(recommender: Recommender) -> None:
    raw = {
        **A_TO_C,
        "rf_bone_nerve": ["fall_knock"],
        "rf_illness": ["fever"],
        "history": "same_before",
        "assessed": "no",
    }
    raw |= {
        "trend": "same",
        "leg_symptoms": ["none"],
        "arm_symptoms": "none",
        "conditions": ["axial_spa"],
        "medicines": ["none"],
    }
    assert walk(recommender, raw).missing == ("spa_detail",)
    assert walk(recommender, {**raw, "conditions": ["none"]}).missing == ()


def test_blood_pressure_is_asked_before_a_stop_for_a_new_headache(recommender: Recommender) -> None:
    raw = {**A_TO_C, "pain_location": ["neck"], "rf_neck": ["temple"]}
    assert walk(recommender, raw).missing == ("conditions",)
    assert walk(recommender, {**raw, "conditions": ["high_bp"]}).missing == ("bp_detail",)
    raised = walk(recommender, {**raw, "conditions": ["high_bp"], "bp_detail": "very_high"})
    assert raised.stop is Level.EMERGENCY_NOW


def test_past_cancer_with_new_mid_back_pain_goes_on_to_pages_d_and_e(recommender: Recommender) -> None:
    raw = {**A_TO_C, "pain_location": ["mid_back"], "rf_illness": ["cancer_past"]}
    walked = walk(recommender, raw)
    assert walked.stop is None
    assert "history" in walked.missing and "conditions" in walked.missing


def test_an_urgent_answer_on_page_d_stops_after_page_e_and_its_details(recommender: Recommender) -> None:
    raw = full_sheet(recommender, {"pain_score": 9, "trend": "worse_fast"})
    later = {"limits", "sit_hours", "sit_stretch", "minutes", "place", "activity", "sit_where"}
    early = {question: answer for question, answer in raw.items() if question not in later}
    walked = walk(recommender, early)
    assert walked.stop is Level.URGENT_48H and walked.missing == ()
    assert "conditions" in walk(recommender, {q: a for q, a in early.items() if q != "conditions"}).missing


def test_see_someone_first_never_stops_the_form_early(recommender: Recommender) -> None:
    raw = full_sheet(recommender, {"told_no_exercise": "yes"})
    del raw["minutes"]
    assert walk(recommender, raw).missing == ("minutes",)


def test_without_pain_page_d_is_left_out(recommender: Recommender) -> None:
    raw = full_sheet(recommender, {"pain_location": ["no_pain"]})
    walked = walk(recommender, raw)
    assert "D" not in [step.page.id for step in walked.steps if step.page]
    assert walked.missing == ()


def test_a_hidden_question_loses_its_answer(recommender: Recommender) -> None:
    answers, _ = recommender.sheet.read_some(
        full_sheet(recommender, {"conditions": ["glaucoma", "high_bp"]}), recommender.sheet.fields
    )
    assert "bp_detail" in answers
    answers["conditions"] = ("glaucoma",)
    assert "bp_detail" not in recommender.flow.prune(answers)


def test_the_main_place_must_be_one_of_the_ticked_places(recommender: Recommender) -> None:
    answers, _ = recommender.sheet.read_some(
        full_sheet(recommender, {"pain_location": ["low_back", "neck"], "pain_main": "neck"}), recommender.sheet.fields
    )
    answers["pain_location"] = ("low_back", "buttock")
    assert "pain_main" not in recommender.flow.prune(answers)
