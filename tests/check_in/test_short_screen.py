"""The short safety screen: it names every sign, misses none, and opens in full whatever is ticked."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.errors import IntakeError
from recommender.models.check_in import CheckInResult
from recommender.models.questionnaire import NOT_SURE, Option, Question, QuestionKind
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import NO_SIGN, Returning, returning

NONE: dict[str, Any] = {"screen_now": ["none"], "screen_soon": ["none"]}
FULL = (*NO_SIGN, "rf_neck", "stiff_girdle")
NECK: dict[str, Any] = {"pain_location": ["neck", "low_back"], "pain_main": "low_back", "age_band": "50_59"}


def at_day_14(recommender: Recommender, **given: Any) -> Returning:
    person = returning(recommender, **{**NECK, **given})
    person.check(7, fu_pain=4)
    return person


def short(person: Returning, day: int = 14, **follow_up: Any) -> dict[str, Any]:
    """Return a check with the short screen in place of the full questions."""
    return person.body(day, **{**dict.fromkeys(FULL), **NONE, **follow_up})


def decided(person: Returning, body: dict[str, Any]) -> CheckInResult:
    return check_in(person.recommender, person.recommender.check_in_sheet.read(body))


def full_answers(question: Question, option: Option) -> Any:
    return [option.id] if question.kind is QuestionKind.MANY else option.id


def screens(recommender: Recommender) -> list[Question]:
    return [question for question in recommender.content.questionnaire.questions.values() if question.stands_in_for]


def line_of(recommender: Recommender, question: str, option: str) -> tuple[str, str]:
    """Return the screen and the line that name a sign."""
    (found,) = (
        (screen.id, line.id)
        for screen in screens(recommender)
        for line in screen.options
        for sign in line.stands_for
        if (sign.question, sign.option) == (question, option)
    )
    return found


def test_every_safety_question_of_the_first_pages_has_its_lines(recommender: Recommender) -> None:
    questionnaire = recommender.content.questionnaire
    asked = {name for name, page in questionnaire.page_of.items() if page.id in ("B", "C")}
    assert {name for screen in screens(recommender) for name in screen.stands_in_for} == asked
    for name in asked:
        for option in questionnaire.questions[name].options:
            if option.id not in (questionnaire.questions[name].none_of_these, NOT_SURE):
                screen, line = line_of(recommender, name, option.id)
                assert questionnaire.questions[screen].option(line).text == option.short
                assert len(str(option.short).split()) <= 15


def test_no_sign_in_either_list_is_a_check_like_any_other(recommender: Recommender) -> None:
    person = at_day_14(recommender)
    assert decided(person, short(person)).recommendation.assembly is not None


def test_every_sign_reaches_the_level_of_the_full_pages(recommender: Recommender) -> None:
    person = at_day_14(recommender)
    questionnaire = recommender.content.questionnaire
    for name in FULL:
        question = questionnaire.questions[name]
        for option in question.options:
            if option.id in (question.none_of_these, NOT_SURE):
                continue
            answer = full_answers(question, option)
            screen, line = line_of(recommender, name, option.id)
            in_short = decided(person, person.filled(short(person, **{screen: [line], name: answer})))
            in_full = decided(person, person.filled(person.body(14, **{name: answer})))
            assert in_short.recommendation.level is in_full.recommendation.level, (name, option.id)
            assert in_short.recommendation.decision.level is in_full.recommendation.decision.level


@pytest.mark.parametrize("ticked", [{"screen_now": ["saddle"]}, {"screen_soon": ["fever"]}])
def test_a_tick_opens_its_question_in_full_and_no_other(recommender: Recommender, ticked: dict[str, Any]) -> None:
    person = at_day_14(recommender)
    with pytest.raises(IntakeError) as error:
        decided(person, short(person, **ticked))
    opened = {"saddle": "rf_nerve", "fever": "rf_illness"}[next(iter(ticked.values()))[0]]
    assert set(error.value.messages) == {f"follow_up.{opened}"}


def test_not_sure_opens_every_question_of_its_list(recommender: Recommender) -> None:
    person = at_day_14(recommender)
    with pytest.raises(IntakeError) as error:
        decided(person, short(person, screen_soon=[NOT_SURE]))
    opened = ("rf_illness", "rf_bone_nerve", "rf_neck", "stiff_girdle")
    assert set(error.value.messages) == {f"follow_up.{name}" for name in opened}


def test_a_list_without_an_answer_is_asked_for(recommender: Recommender) -> None:
    person = at_day_14(recommender)
    with pytest.raises(IntakeError) as error:
        decided(person, short(person, screen_now=None))
    assert set(error.value.messages) == {"follow_up.screen_now"}


def test_whoever_answers_in_full_needs_no_short_list(recommender: Recommender) -> None:
    person = at_day_14(recommender)
    assert decided(person, person.body(14)).recommendation.assembly is not None


@pytest.mark.parametrize("worse", [{"fu_change": "worse"}, {"fu_after": "sore_lasts"}, {"fu_hard": "painful"}])
def test_whoever_is_worse_is_asked_in_full(recommender: Recommender, worse: dict[str, Any]) -> None:
    person = at_day_14(recommender)
    with pytest.raises(IntakeError) as error:
        decided(person, short(person, **worse))
    assert {f"follow_up.{name}" for name in FULL} <= set(error.value.messages)


def test_the_first_check_is_asked_in_full(recommender: Recommender) -> None:
    person = returning(recommender, **NECK)
    with pytest.raises(IntakeError) as error:
        decided(person, short(person, day=7))
    assert {f"follow_up.{name}" for name in FULL} <= set(error.value.messages)


def test_a_line_about_a_question_that_is_not_asked_is_refused(recommender: Recommender) -> None:
    person = returning(recommender)
    person.check(7, fu_pain=4)
    with pytest.raises(IntakeError) as error:
        decided(person, short(person, screen_soon=["both_arms"]))
    assert set(error.value.messages) == {"follow_up.screen_soon"}
    walk = recommender.check_walk.walk(recommender.check_in_sheet.read_story(short(person))[0])
    offered = {option.id for question in walk.steps[0].questions for option in question.options}
    assert "both_arms" not in offered and {"saddle", "fever", NOT_SURE} <= offered


def test_the_short_screen_is_the_first_page_and_the_full_ones_are_away(recommender: Recommender) -> None:
    person = at_day_14(recommender)
    body = short(person, screen_now=None, screen_soon=None)
    walk = recommender.check_walk.walk(recommender.check_in_sheet.read_story(body)[0])
    assert [step.slug for step in walk.steps] == ["short-safety-check", "follow-up"]
    ticked = short(person, screen_now=["saddle"])
    walk = recommender.check_walk.walk(recommender.check_in_sheet.read_story(ticked)[0])
    assert [step.slug for step in walk.steps] == ["short-safety-check", "emergency-check", "follow-up"]
    assert [question.id for question in walk.steps[1].questions] == ["rf_nerve"]
