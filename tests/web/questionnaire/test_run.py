"""A run through the questions as a value, without pages: each screen that is sent in gives the run after it."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.loaders.languages import SOURCE_LANGUAGE
from recommender.models.levels import Level
from recommender.presentation.localised import localise
from recommender.service.recommend import Recommender
from recommender.web.questionnaire.draft import Draft, from_data, to_data
from recommender.web.questionnaire.first_answers import FirstAnswers, first_answers
from tests.support.sheets import full_sheet


@pytest.fixture
def begun(recommender: Recommender) -> FirstAnswers:
    return first_answers(recommender, localise(recommender, SOURCE_LANGUAGE), Draft())


def sent(run: FirstAnswers, sheet: dict[str, Any]) -> FirstAnswers:
    """Return the run after every screen that the sheet answers."""
    while (step := run.first_open()) is not None:
        run, errors = run.take(step, {question.id: sheet.get(question.id, "") for question in step.questions})
        assert errors == {}, (step.slug, errors)
    return run


def test_every_screen_answered_leaves_nothing_open(begun: FirstAnswers, recommender: Recommender) -> None:
    run = sent(begun, full_sheet(recommender, {}))
    assert run.first_open() is None
    assert run.visited == {step.slug for step in run.steps()}
    assert not run.is_finished  # it did not end early: the answers are checked first


def test_a_required_answer_that_is_missing_is_told_and_keeps_the_screen_open(begun: FirstAnswers) -> None:
    step = begun.first_open()
    assert step
    run, errors = begun.take(step, {question.id: "" for question in step.questions})
    assert set(errors) == {question.id for question in step.questions if question.required}
    assert run.first_open() == begun.first_open()
    assert run.visited == frozenset()


def test_what_is_right_of_a_screen_with_a_mistake_is_kept(begun: FirstAnswers, recommender: Recommender) -> None:
    step = begun.first_open()
    assert step
    sheet = full_sheet(recommender, {})
    right, wrong = (question.id for question in step.questions if question.required)
    run, errors = begun.take(step, {right: sheet[right], wrong: "no such option"})
    assert set(run.answers) == {right}
    assert set(errors) == {wrong}


def test_an_emergency_ends_the_run_at_once(begun: FirstAnswers, recommender: Recommender) -> None:
    run = sent(begun, full_sheet(recommender, {"rf_nerve": ["saddle"]}))
    assert run.walk.stop is Level.EMERGENCY_NOW
    assert run.is_finished
    assert len(run.steps()) < len(sent(begun, full_sheet(recommender, {})).steps())


def test_a_draft_is_the_same_after_it_was_kept(begun: FirstAnswers, recommender: Recommender) -> None:
    draft = sent(begun, full_sheet(recommender, {})).draft
    assert from_data(to_data(draft, recommender.content.questionnaire.version), recommender) == draft


def test_an_answer_that_contradicts_another_is_asked_again(begun: FirstAnswers, recommender: Recommender) -> None:
    sheet = full_sheet(recommender, {"conditions": ["tummy_op"], "surgery_when": "3_12m"})
    run = begun
    while (step := run.first_open()) is not None and "surgery_when" not in {one.id for one in step.questions}:
        run, _ = run.take(step, {question.id: sheet.get(question.id, "") for question in step.questions})
    assert step is not None
    run, errors = run.take(
        step, {**{one.id: sheet.get(one.id, "") for one in step.questions}, "surgery_when": "gt_12m"}
    )
    assert set(errors) == {"surgery_when"} and "Over 12 months" in errors["surgery_when"]
    assert "Tummy operation, last 12 months" in errors["surgery_when"]
    assert run.first_open() is not None and "surgery_when" not in run.answers


def test_answers_to_the_questions_of_before_are_asked_again(begun: FirstAnswers, recommender: Recommender) -> None:
    draft = sent(begun, full_sheet(recommender, {})).draft
    kept = {**to_data(draft, recommender.content.questionnaire.version - 1), "after": "a-stop"}
    assert from_data(kept, recommender) == Draft(after="a-stop")


@pytest.mark.parametrize("data", [{}, {"answers": [], "visited": "x"}, {"answers": {"x": 1}, "visited": [3, "x"]}])
def test_a_draft_of_another_shape_is_an_empty_one(recommender: Recommender, data: dict[str, Any]) -> None:
    assert from_data(data, recommender) == Draft()
