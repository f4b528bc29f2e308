"""The answer sheet: strict, and every message says what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import IntakeError, ProblemCode
from recommender.models.questionnaire import Answer, QuestionKind, Task
from recommender.questionnaire.answer_sheet import AnswerSheet, raw_answers, read_json
from recommender.questionnaire.condition_phrases import in_words
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE, full_sheet

SELECT_AGE = "Select an answer: How old are you?"
SELECT_SIGNS = "Select all that apply, or “None”: New or worse with this problem?"
ENTER_PAIN = "Enter a whole number from 0 to 10: Average pain, last 24 hours?"
SELECT_MOVES = "Select moves of your routine, or none: Did any of the moves hurt?"
NAME_TASK = "Name one thing and give it a number from 0 to 10: One thing to do better?"
NAME_IT, NUMBER_IT = "Name one thing you want to do better.", "Enter a whole number from 0 to 10."
ONCE = "Select each answer once."
AGES = "under_18, 18_24, 25_44, 45_49, 50_59, 60_64, 65_69, 70_plus"
SIGNS = "bladder, bowel, saddle, sexual, both_legs, legs_weak, legs_unsteady, none, not_sure"
TASK_SIZE = "Use 1 to 120 characters."


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
    raw["rf_illness"] = ["fever"]
    assert set(messages(recommender, raw)) == {"assessed", "arm_symptoms"}
    answered = {**raw, "assessed": "no", "arm_symptoms": "none"}
    assert recommender.recommend(recommender.sheet.read(answered)).level.is_urgent


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


@pytest.mark.deep
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
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


@pytest.mark.parametrize(
    ("question", "value", "told"),
    [
        ("age_band", "old", [f"{SELECT_AGE} Use one of: {AGES}."]),
        ("age_band", 45, [f"{SELECT_AGE} Use one of: {AGES}."]),
        ("age_band", ["45_49"], [f"{SELECT_AGE} Use one of: {AGES}."]),
        ("rf_nerve", "saddle", [f"{SELECT_SIGNS} Give a list of option ids."]),
        ("rf_nerve", ["leg"], [f"{SELECT_SIGNS} Use one of: {SIGNS}."]),
        ("rf_nerve", [1, "leg"], [f"{SELECT_SIGNS} Use one of: {SIGNS}."]),
        ("rf_nerve", [None], [f"{SELECT_SIGNS} Use one of: {SIGNS}."]),
        ("rf_nerve", ["saddle", "saddle"], [ONCE]),
        ("rf_nerve", ["none", "saddle"], ["Select “None” on its own, or only the others."]),
        ("pain_score", "4", [ENTER_PAIN]),
        ("pain_score", -1, [ENTER_PAIN]),
        ("pain_score", 11, [ENTER_PAIN]),
        ("fu_hurt", "cat_cow", [f"{SELECT_MOVES} Give a list of move ids."]),
        ("fu_hurt", [3], [f"{SELECT_MOVES} Give a list of move ids."]),
        ("fu_hurt", [None], [f"{SELECT_MOVES} Give a list of move ids."]),
        ("fu_hurt", [""], [f"{SELECT_MOVES} Give a list of move ids."]),
        ("fu_hurt", ["m" * 61], [f"{SELECT_MOVES} Give a list of move ids."]),
        ("fu_hurt", ["cat_cow", "cat_cow"], [ONCE]),
        ("main_task", "climb", [NAME_TASK]),
        ("main_task", {}, [NAME_IT, NUMBER_IT]),
        ("main_task", {"task": None, "score": None}, [NAME_IT, NUMBER_IT]),
        ("main_task", {"task": 3, "score": "4"}, [NAME_IT, NUMBER_IT]),
        ("main_task", {"task": "", "score": 11}, [TASK_SIZE, NUMBER_IT]),
        ("main_task", {"task": "   ", "score": 4}, [NAME_IT]),
        ("main_task", {"task": "\t\n\u3000", "score": 4}, [NAME_IT]),
        ("main_task", {"task": "t" * 121, "score": -1}, [TASK_SIZE, NUMBER_IT]),
        ("main_task", {"task": "climb", "score": 4, "more": 1}, ["This is not part of the answer. Remove it."]),
        ("main_task", {"score": 4}, [NAME_IT]),
        ("main_task", {"task": "climb"}, [NUMBER_IT]),
    ],
)
def test_each_message_says_what_to_do_in_these_words(
    recommender: Recommender, question: str, value: Any, told: list[str]
) -> None:
    assert recommender.sheet.read_some({question: value}, [question]) == ({}, {question: told})


@pytest.mark.parametrize(
    ("question", "value", "answer"),
    [
        ("age_band", "45_49", "45_49"),
        ("rf_nerve", ["saddle", "bladder"], ("bladder", "saddle")),
        ("rf_nerve", ["none"], ("none",)),
        ("pain_score", 0, 0),
        ("pain_score", 10.0, 10),
        ("fu_hurt", ["pelvic_tilt", "m" * 60, "c"], ("pelvic_tilt", "m" * 60, "c")),
        ("main_task", {"task": "  climb \n the   stairs ", "score": 0}, Task("climb the stairs", 0)),
        ("main_task", {"task": "t" * 120, "score": 10}, Task("t" * 120, 10)),
        ("main_task", {"task": "t", "score": 10}, Task("t", 10)),
    ],
)
def test_each_kind_of_answer_is_read(recommender: Recommender, question: str, value: Any, answer: Answer) -> None:
    answers, told = recommender.sheet.read_some({question: value}, [question])
    assert (answers, told) == ({question: answer}, {})
    assert type(answers[question]) is type(answer)


def test_answers_are_written_as_they_are_read(recommender: Recommender) -> None:
    raw = {"age_band": "45_49", "rf_nerve": ["saddle"], "pain_score": 4, "main_task": {"task": "climb", "score": 3}}
    answers, _ = recommender.sheet.read_some(raw, raw)
    assert raw_answers(answers) == raw
    assert type(raw_answers(answers)["rf_nerve"]) is list


@pytest.mark.parametrize("blank", [None, "", []])
def test_a_blank_is_skipped_and_the_next_question_is_read(recommender: Recommender, blank: Any) -> None:
    raw = {"age_band": blank, "pain_score": 4}
    assert recommender.sheet.read_some(raw, ["age_band", "pain_score"]) == ({"pain_score": 4}, {})
    assert recommender.sheet.read_some({}, ["age_band"]) == ({}, {})


def test_only_the_questions_asked_for_are_read(recommender: Recommender) -> None:
    assert recommender.sheet.read_some({"age_band": "45_49", "pain_score": 4}, ["pain_score"])[0] == {"pain_score": 4}


def test_a_question_whose_options_exclude_nothing_asks_for_all_that_apply(recommender: Recommender) -> None:
    content = recommender.content
    whole = content.questionnaire.questions["desk_setup"]
    open_ended = replace(whole, options=tuple(option for option in whole.options if not option.exclusive))
    page = content.questionnaire.page_of["desk_setup"]
    pages = tuple(
        replace(page, questions=tuple(open_ended if one.id == whole.id else one for one in page.questions))
        if other is page
        else other
        for other in content.questionnaire.pages
    )
    sheet = AnswerSheet(replace(content.questionnaire, pages=pages), recommender.flow, {})
    assert sheet.instruction("desk_setup") == f"Select all that apply: {whole.text}"


def test_a_colon_that_ends_a_question_is_not_said_twice(recommender: Recommender) -> None:
    questions = recommender.content.questionnaire.questions
    ending = [question for question in questions.values() if question.text.endswith(":")]
    for question in ending:
        assert not recommender.sheet.instruction(question.id).endswith(":")


def test_every_fault_of_a_sheet_is_told_at_once_in_the_order_of_the_questions(recommender: Recommender) -> None:
    strange = dict.fromkeys(["zebra", "ant", "yak", "bee", "cow", "dog", "emu"], 1)
    raw = {**full_sheet(recommender, {}), **strange, "bp_detail": "controlled", "age_band": "old"}
    del raw["minutes"]
    told = messages(recommender, dict(reversed(raw.items())))
    stray = "This is not a question of the questionnaire. Remove it."
    assert list(told) == ["age_band", "bp_detail", "minutes", *sorted(strange)]
    assert all(told[name] == [stray] for name in strange)
    assert told["minutes"] == [recommender.sheet.instruction("minutes")]
    assert told["bp_detail"] == [
        "This question is not asked with these answers: remove it. It is asked only if conditions includes high_bp."
    ]


def test_a_question_of_a_page_that_is_not_asked_says_both_conditions(recommender: Recommender) -> None:
    raw = {**full_sheet(recommender, {"pain_location": ["no_pain"]}), "leg_symptoms": ["tingling"]}
    (told,) = messages(recommender, raw)["leg_symptoms"]
    page = recommender.content.questionnaire.page_of["leg_symptoms"]
    own = recommender.content.questionnaire.questions["leg_symptoms"]
    assert page.shown_if is not None and own.shown_if is not None
    words = [in_words(condition, recommender.content.questionnaire) for condition in (page.shown_if, own.shown_if)]
    assert told.endswith(f"It is asked only if {words[0]} and {words[1]}.")


def test_an_answer_that_cannot_be_used_is_told_once_and_not_as_missing(recommender: Recommender) -> None:
    told = messages(recommender, {**full_sheet(recommender, {}), "minutes": "11"})
    assert list(told) == ["minutes"] and "Use one of: " in told["minutes"][0]


def test_a_whole_sheet_carries_the_facts_supplied_with_it(recommender: Recommender) -> None:
    sheet = AnswerSheet(recommender.content.questionnaire, recommender.flow, {"weeks_since_start": 3})
    assert sheet.read(full_sheet(recommender, {})).supplied == {"weeks_since_start": 3}


def test_what_is_not_an_object_is_told_what_to_give(recommender: Recommender) -> None:
    assert messages(recommender, []) == {"answers": ["Give the answers as an object of question ids and answers."]}


def test_messages_are_in_the_language_of_the_sheet(recommender: Recommender) -> None:
    loud = AnswerSheet(recommender.content.questionnaire, recommender.flow, {}, translate=lambda text: f"¡{text}!")
    assert loud.instruction("age_band") == f"¡{SELECT_AGE}!"


def test_json_that_gives_an_answer_twice_is_refused() -> None:
    assert read_json(b'{"a": [1], "b": {"c": null}}') == {"a": [1], "b": {"c": None}}
    for text in ('{"b": 1, "a": 2, "a": 2, "b": 1, "c": 1}', '{"x": {"b": 1, "a": 1, "a": 1, "b": 2}}'):
        with pytest.raises(IntakeError) as refused:
            read_json(text)
        once = ["This is given twice. Give it once."]
        assert list(refused.value.messages.items()) == [("a", once), ("b", once)]
    with pytest.raises(ValueError):
        read_json("{")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('{"answers": {"main_task": {"task": "a", "task": "b"}}}', [("answers", "main_task", "task")]),
        ('{"answers": {"minutes": "5", "minutes": "20"}, "lang": "en"}', [("answers", "minutes")]),
        ('[0, {"changes": [{"exercise": "a", "exercise": "b"}]}]', [(1, "changes", 0, "exercise")]),
        ('{"a": 1, "a": [{"b": 1, "b": 2}]}', [("a",), ("a", 0, "b")]),
    ],
)
def test_a_key_that_stands_twice_is_named_with_the_whole_way_to_it(
    text: str, paths: list[tuple[str | int, ...]]
) -> None:
    with pytest.raises(IntakeError) as refused:
        read_json(text)
    assert [fault.path for fault in refused.value.faults] == paths
    assert [fault.told.code for fault in refused.value.faults] == [ProblemCode.DUPLICATE_KEY] * len(paths)


@pytest.mark.parametrize(
    ("question", "value", "code"),
    [
        ("age_band", "old", ProblemCode.UNKNOWN_OPTION),
        ("age_band", 45, ProblemCode.WRONG_TYPE),
        ("rf_nerve", ["leg"], ProblemCode.UNKNOWN_OPTION),
        ("rf_nerve", [1], ProblemCode.WRONG_TYPE),
        ("rf_nerve", [None], ProblemCode.WRONG_TYPE),
    ],
)
def test_what_is_no_option_is_told_from_what_is_no_text(
    recommender: Recommender, question: str, value: Any, code: ProblemCode
) -> None:
    _, told = recommender.sheet.read_some({question: value}, [question])
    assert [text.code for text in told[question]] == [code]


def test_two_answers_that_cannot_both_be_true_are_both_named(recommender: Recommender) -> None:
    answers = {"conditions": ("tummy_op",), "surgery_when": "gt_12m"}
    questions = recommender.content.questionnaire.questions
    one, other = questions["surgery_when"].option("gt_12m").text, questions["conditions"].option("tummy_op").text
    told = recommender.sheet.not_offered("surgery_when", answers)
    assert told == f"“{one}” and “{other}” cannot both be true. Change one of them."
    assert told.code is ProblemCode.CONTRADICTS


@pytest.mark.parametrize("given", ["pgp", ["pgp"]], ids=["as one answer", "as the list of before"])
def test_an_option_that_is_gone_is_refused_with_what_says_it_now(recommender: Recommender, given: Any) -> None:
    raw = full_sheet(recommender, {"conditions": ["pregnant"], "age_band": "25_44"}) | {"preg_cleared": given}
    (told,) = messages(recommender, raw)["preg_cleared"]
    assert told == (
        "Select an answer: Your pregnancy: what were you told? “pgp” is no answer any more. Say it now with: preg_pgp: yes."
    )
