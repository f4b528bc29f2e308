"""Which questions are asked, and where the form may stop."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.analysis.answer_usage import readers
from recommender.models.levels import Level
from recommender.questionnaire.steps import Walk
from recommender.service.recommend import Recommender
from tests.support.people import ASKED_EVERYTHING
from tests.support.sheets import BASELINE, full_sheet

A_TO_C = {
    key: BASELINE[key]
    for key in ("age_band", "pain_location", "rf_nerve", "rf_emergency", "rf_illness", "rf_bone_nerve")
}


PLANS = {"limits", "sit_hours", "sit_stretch", "minutes", "place", "activity", "sit_where"}


def up_to_page_f(recommender: Recommender, given: dict[str, Any]) -> dict[str, Any]:
    raw = full_sheet(recommender, given)
    return {question: answer for question, answer in raw.items() if question not in PLANS}


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


def test_what_can_wait_48_hours_goes_on_to_the_details(recommender: Recommender) -> None:
    """A later answer may still make it for today, so pages D to F are finished first."""
    early = walk(recommender, {**A_TO_C, "rf_illness": ["weight_loss"]})
    assert early.stop is None and "history" in early.missing and "conditions" in early.missing
    walked = walk(recommender, up_to_page_f(recommender, {"rf_illness": ["weight_loss"]}))
    assert (walked.stop, walked.missing) == (Level.URGENT_48H, ())
    assert slugs(walked)[-1] == "your-health"


def test_a_sign_for_the_same_day_stops_after_page_c_without_extra_questions(recommender: Recommender) -> None:
    walked = walk(recommender, {**A_TO_C, "rf_bone_nerve": ["foot_weak"]})
    assert (walked.stop, walked.missing) == (Level.URGENT_SAME_DAY, ())
    assert [step.page.id for step in walked.steps if step.page] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("ticked", "asked"),
    [
        ({"rf_bone_nerve": ["walk_unsteady"]}, ("trend",)),
        ({"rf_illness": ["night_constant"]}, ("history",)),
    ],
)
def test_without_pain_the_extra_questions_are_asked_all_the_same(
    recommender: Recommender, ticked: dict[str, Any], asked: tuple[str, ...]
) -> None:
    raw = up_to_page_f(recommender, {**ticked, "pain_location": ["no_pain"]})
    walked = walk(recommender, {question: answer for question, answer in raw.items() if question not in asked})
    assert (walked.stop, walked.missing) == (Level.URGENT_48H, asked)
    assert slugs(walked)[-1] == "a-few-more-1"


@pytest.mark.parametrize(
    ("ticked", "asked"),
    [
        (
            {"rf_illness": ["cancer_now"]},
            {"history", "assessed", "trend", "leg_symptoms", "arm_symptoms", "conditions", "medicines"},
        ),
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


def test_whoever_must_be_seen_first_is_asked_nothing_after_the_details(recommender: Recommender) -> None:
    raw = up_to_page_f(recommender, {"told_no_exercise": "yes"})
    walked = walk(recommender, raw)
    assert (walked.stop, walked.missing) == (Level.SEE_BEFORE_START, ())
    assert slugs(walked)[-1] == "your-health"
    del raw["medicines"]
    assert walk(recommender, raw).missing[0] == "medicines"


def test_whoever_need_not_be_seen_first_goes_on(recommender: Recommender) -> None:
    walked = walk(recommender, up_to_page_f(recommender, {}))
    assert walked.stop is None and "minutes" in walked.missing


def test_hard_training_with_a_new_sore_hip_ends_the_form_where_it_is_asked(recommender: Recommender) -> None:
    given = {
        "age_band": "18_24",
        "pain_location": ["low_back", "hip_groin"],
        "history": "first_time",
        "worse_with": ["standing_walking"],
    }
    raw = full_sheet(recommender, {**given, "activity": "sport"})
    walked = walk(recommender, raw)
    assert walked.stop is Level.SEE_BEFORE_START
    assert slugs(walked)[-1] == "your-plan"
    assert walk(recommender, {**raw, "activity": "some"}).stop is None


def test_under_18_the_form_ends_after_page_c(recommender: Recommender) -> None:
    walked = walk(recommender, {**A_TO_C, "age_band": "under_18"})
    assert (walked.stop, walked.missing) == (Level.SEE_BEFORE_START, ())
    assert [step.page.id for step in walked.steps if step.page] == ["A", "B", "C"]
    urgent = walk(recommender, {**A_TO_C, "age_band": "under_18", "rf_illness": ["weight_loss"]})
    assert slugs(urgent)[-1] == "soon-check"
    assert urgent.stop is Level.URGENT_48H
    early = {"age_band": "under_18", "pain_location": ["neck"]}
    assert walk(recommender, early).stop is None and walk(recommender, early).missing


def test_under_18_what_may_make_it_urgent_is_still_asked(recommender: Recommender) -> None:
    raw = {**A_TO_C, "age_band": "under_18", "rf_illness": ["cancer_past"]}
    assert "history" in walk(recommender, raw).missing


def test_no_answer_after_the_details_gives_more_than_seeing_someone_first(recommender: Recommender) -> None:
    """So the form may end there. A rule that says otherwise must bring its question forward."""
    content = recommender.content
    late = {question.id for page in content.questionnaire.intake_pages if page.id > "F" for question in page.questions}
    read = readers(content.questionnaire, content.rule_set).of
    levels = {
        reading.branch.then.disposition.level
        for answer, readings in read.items()
        if answer.question in late
        for reading in readings
        if reading.branch.then.disposition
    }
    assert max(levels, key=lambda level: level.rank) is Level.SEE_BEFORE_START


def test_somebody_in_the_tests_is_asked_every_question_and_gets_a_routine(recommender: Recommender) -> None:
    walked = walk(recommender, full_sheet(recommender, ASKED_EVERYTHING))
    asked = {question.id for step in walked.steps for question in step.questions}
    behind = recommender.flow.after_result(recommender.sheet.read(full_sheet(recommender, ASKED_EVERYTHING)).answers)
    assert behind and not asked & {question.id for question in behind.questions}
    asked |= {question.id for question in behind.questions}
    assert asked == {question.id for question in recommender.content.questionnaire.intake_questions}
    assert walked.stop is None


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
