"""Random complete answer sheets, as a person could fill them in: for tests, benchmarks and population runs."""

from __future__ import annotations

import random
from collections.abc import Mapping

from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind, Questionnaire, Task
from recommender.questionnaire.flow import Flow


def random_sheet(
    questionnaire: Questionnaire,
    flow: Flow,
    chance: random.Random,
    *,
    sign_rate: float = 0.05,
    fixed: Mapping[str, Answer] | None = None,
) -> dict[str, Answer]:
    """Return a complete, valid sheet, answered page by page until nothing is missing or the form stops.

    ``sign_rate`` (0 to 1) is the chance of each box of a safety question being ticked; ``fixed`` answers are kept
    wherever their question is shown.
    """
    answers: dict[str, Answer] = {}
    while True:
        step = flow.walk(answers).first_incomplete
        if step is None:
            break
        for question_id in step.missing:
            question = questionnaire.questions[question_id]
            answers[question_id] = _given_or_drawn(question, answers, chance, sign_rate, fixed or {})
            while flow.contradiction(question_id, answers):
                answers[question_id] = _answer(question, answers, chance, sign_rate)
    for question_id in sorted(flow.walk(answers).shown - set(answers)):
        question = questionnaire.questions[question_id]
        if not question.required and chance.random() < 0.5:
            answers[question_id] = _answer(question, answers, chance, sign_rate)
    return answers


def random_sheet_to_the_end(
    questionnaire: Questionnaire,
    flow: Flow,
    chance: random.Random,
    *,
    sign_rate: float = 0.0,
    fixed: Mapping[str, Answer] | None = None,
) -> dict[str, Answer]:
    """Return a sheet answered to the last page, whatever its answers: several times quicker than ``random_sheet``.

    The sheet is valid unless an answer would have stopped the form early, so it is for crowds without urgent answers.
    """
    answers: dict[str, Answer] = {}
    for page in questionnaire.intake_pages:
        shown = flow.shown(answers) - flow.of_no_matter(answers)
        for question in page.questions:
            if question.id in shown and (question.required or chance.random() < 0.5):
                answers[question.id] = _given_or_drawn(question, answers, chance, sign_rate, fixed or {})
                while flow.contradiction(question.id, answers):
                    answers[question.id] = _answer(question, answers, chance, sign_rate)
    return answers


def _given_or_drawn(
    question: Question,
    answers: Mapping[str, Answer],
    chance: random.Random,
    sign_rate: float,
    fixed: Mapping[str, Answer],
) -> Answer:
    given = fixed.get(question.id)
    return given if given is not None else _answer(question, answers, chance, sign_rate)


def _answer(question: Question, answers: Mapping[str, Answer], chance: random.Random, sign_rate: float) -> Answer:
    match question.kind:
        case QuestionKind.NUMBER:
            return chance.randint(question.minimum, question.maximum)
        case QuestionKind.TASK:
            return Task("walking to the shop", chance.randint(question.minimum, question.maximum))
        case QuestionKind.MANY:
            return _ticks(question, chance, sign_rate if question.safety else 0.2)
    if question.options_from:
        return chance.choice(Intake(answers).chosen(question.options_from))
    if question.safety and question.options[0].id == "no" and chance.random() > sign_rate:
        return question.options[0].id
    return chance.choice(question.options).id


def _ticks(question: Question, chance: random.Random, rate: float) -> tuple[str, ...]:
    ticked = tuple(option.id for option in question.options if not option.exclusive and chance.random() < rate)
    alone = [option.id for option in question.options if option.exclusive]
    if ticked:
        return ticked
    return (chance.choice(alone or [option.id for option in question.options]),)
