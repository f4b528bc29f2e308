"""Which options a page of questions offers beside the answers so far. Over the API every option is read, offered or not."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.engine.evaluate import View, evaluate
from recommender.models.conditions import atoms
from recommender.models.questionnaire import Answer, Intake, Option, Question, Questionnaire


def options_offered(question: Question, answers: Mapping[str, Answer]) -> tuple[Option, ...]:
    """Return the options that a page offers beside these answers, without looking at the answer to the question itself."""
    options = question.options
    if question.options_from:
        ticked = Intake(answers).chosen(question.options_from)
        options = tuple(option for option in options if option.id in ticked)
    if not _is_conditional(question):
        return options
    view = View(Intake(answers))
    return tuple(option for option in options if option.shown_if is None or evaluate(option.shown_if, view))


def options_that_may_come(question: Question, answers: Mapping[str, Answer]) -> tuple[Option, ...]:
    """Return the options that a page will offer as far as is known, whatever is answered to what has no answer yet."""
    read = (getattr(atom, "question", "") for one in question.options if one.shown_if for atom in atoms(one.shown_if))
    view = View(Intake(answers), open_questions=frozenset(read).difference(answers))
    return tuple(
        option for option in question.options if option.shown_if is None or evaluate(option.shown_if, view) is not False
    )


def answered_with_fewer(
    questionnaire: Questionnaire, before: Mapping[str, Answer], now: Mapping[str, Answer]
) -> frozenset[str]:
    """Return the questions whose answer stands as it was, although there is an option now that was not offered then.

    Who said "none of these" of a shorter list has not said it of the longer one.
    """
    return frozenset(
        question.id
        for question in questionnaire.intake_questions
        if _is_conditional(question)
        and question.id in before
        and before[question.id] == now.get(question.id)
        and _has_more(question, before, now)
    )


def _has_more(question: Question, before: Mapping[str, Answer], now: Mapping[str, Answer]) -> bool:
    then, chosen = options_offered(question, before), Intake(now).chosen(question.id)
    return any(option not in then and option.id not in chosen for option in options_offered(question, now))


def _is_conditional(question: Question) -> bool:
    return any(option.shown_if is not None for option in question.options)
