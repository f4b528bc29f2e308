"""The intake answers as they stand today: the first ones, renewed by every check since, and older by the time between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from recommender.models.check_in import CheckInHistory
from recommender.models.questionnaire import Answer, Occasion, Question, QuestionKind, Questionnaire

DAYS_PER_WEEK = 7


def remembered(history: CheckInHistory, questionnaire: Questionnaire) -> tuple[dict[str, Answer], frozenset[str]]:
    """Return the intake answers as they stand now, and those of them that were given or renewed at this check."""
    dated: dict[str, tuple[Answer, date]] = {name: (answer, history.started) for name, answer in history.first.items()}
    renewed: dict[str, Answer] = {}
    for check in (*history.past, history.now):
        renewed = news(check.answers, {name: answer for name, (answer, _) in dated.items()}, questionnaire)
        dated |= {name: (answer, check.date) for name, answer in renewed.items()}
    questions = questionnaire.questions
    aged = {
        name: grown(questions[name], answer, (history.now.date - given).days // DAYS_PER_WEEK)
        for name, (answer, given) in dated.items()
    }
    return aged, frozenset(renewed)


def news(
    answers: Mapping[str, Answer], earlier: Mapping[str, Answer], questionnaire: Questionnaire
) -> dict[str, Answer]:
    """Return what the answers of a check say of intake questions. What was asked again counts before what follows.

    Something follows only for intake questions that were answered before.
    """
    said: dict[str, Answer] = dict(screened(answers, questionnaire))
    said = {name: answer for name, answer in said.items() if name in earlier}
    again: dict[str, Answer] = {}
    for name, answer in answers.items():
        question = questionnaire.questions[name]
        if questionnaire.page_of[name].occasion is Occasion.INTAKE:
            again[name] = answer
        elif question.renews in earlier:
            said[str(question.renews)] = answer
        for option in question.options:
            for meaning in option.means if answer == option.id else ():
                before = earlier.get(meaning.question)
                if before is not None and (not meaning.instead_of or before in meaning.instead_of):
                    said[meaning.question] = meaning.option
    return {**said, **again}


def screened(answers: Mapping[str, Answer], questionnaire: Questionnaire) -> dict[str, Answer]:
    """Return the safety questions that short screens have answered with no, with that answer.

    What a tick or "not sure" opens is not among them: it has to be answered in full.
    """
    found: dict[str, Answer] = {}
    for name, answer in answers.items():
        screen = questionnaire.questions[name]
        for source in screen.stands_in_for if answer else ():
            question = questionnaire.questions[source]
            if source not in screen.opened_by(answer) and question.none_of_these is not None:
                none = question.none_of_these
                found[source] = (none,) if question.kind is QuestionKind.MANY else none
    return found


def always_renewed(question: Question) -> frozenset[str]:
    """Return the intake questions that any answer to this question answers anew."""
    names = {question.renews} if question.renews else set()
    meant = [{meaning.question for meaning in option.means if not meaning.instead_of} for option in question.options]
    return frozenset(names | (set.intersection(*meant) if meant else set()))


def grown(question: Question, answer: Answer, weeks: int) -> Answer:
    """Return what an answer has become after so many whole weeks."""
    for option in question.options:
        if option.id == answer and option.becomes and weeks >= option.becomes.after_weeks:
            return grown(question, option.becomes.option, weeks - option.becomes.after_weeks)
    return answer
