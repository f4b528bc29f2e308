"""Which questions somebody was not sure of, where another answer may lead to another outcome."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.models.conditions import Chosen, atoms
from recommender.models.levels import Level
from recommender.models.questionnaire import NOT_SURE, Questionnaire
from recommender.models.recommendation import Recommendation
from recommender.models.rules import Branch
from recommender.presentation.replies import UnsureQuestionShown


def answer_again(recommendation: Recommendation, questionnaire: Questionnaire) -> list[UnsureQuestionShown]:
    """Return the questions answered "not sure" that count in this outcome, in order of asking.

    Beside a routine that is each of them, as each makes it gentler. Without one it is those behind the outcome itself.
    An emergency names none: nothing is to be waited for.
    """
    unsure = (question for question in questionnaire.intake_questions if _is_unsure(recommendation, question.id))
    if recommendation.level is Level.EMERGENCY_NOW:
        return []
    deciding = None if recommendation.level.shows_routine else frozenset(_deciding(recommendation))
    return [
        {"question": question.id, "text": question.text}
        for question in unsure
        if deciding is None or question.id in deciding
    ]


def _is_unsure(recommendation: Recommendation, question: str) -> bool:
    return NOT_SURE in recommendation.intake.chosen(question)


def _deciding(recommendation: Recommendation) -> Iterator[str]:
    """Yield the questions whose "not sure" is behind the level: it is named, or stands where another was looked for."""
    for branch in recommendation.decision.outcomes:
        if branch.then.disposition and branch.then.disposition.level is recommendation.level:
            named: dict[str, set[str | None]] = {}
            for answer in recommendation.behind.get(branch.id, ()):
                named.setdefault(answer.question, set()).add(answer.option)
            yield from (question for question, options in named.items() if NOT_SURE in options)
            yield from _asked(branch).difference(named)


def _asked(branch: Branch) -> frozenset[str]:
    return frozenset(atom.question for atom in atoms(branch.when) if isinstance(atom, Chosen))
