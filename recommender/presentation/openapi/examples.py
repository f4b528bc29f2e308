"""Bodies that can be sent as they are: made from the content that is served, so that they always fit it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from recommender.check_in.request import HISTORY_AT_MOST
from recommender.loaders.safety import shipped_safety_net
from recommender.models.questionnaire import Answer, Question, QuestionKind
from recommender.models.slots import DOSE_FIGURES
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.safety_check import calm_answers

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender

Json = dict[str, Any]
_STARTED = date(2026, 11, 7)
_WEEK = timedelta(days=7)


def example_bodies(recommender: Recommender) -> dict[str, Json]:
    """Return an example of each body by the name of its schema: somebody in no danger, who checks in after a week.

    There is none for a check where the rules give this person no routine.
    """
    answers = calm_answers(recommender, shipped_safety_net(), {})
    first = dict(list(raw_answers(answers).items())[:2])
    bodies: dict[str, Json] = {
        "NextRequest": {"answers": first, "language": "en"},
        "RecommendationRequest": {"answers": raw_answers(answers), "language": "en"},
    }
    check = _check(recommender, answers)
    return {**bodies, "CheckInRequest": check} if check else bodies


def _check(recommender: Recommender, answers: Mapping[str, Answer]) -> Json | None:
    assembly = recommender.recommend(recommender.sheet.read(raw_answers(answers))).assembly
    if assembly is None:
        return None
    routine = [
        {
            "exercise": item.exercise.id,
            "form": item.form.id,
            "dose": {name: value for name in DOSE_FIGURES if (value := getattr(item.dose, name)) is not None},
        }
        for item in assembly.routine.items
    ]
    body: Json = {
        "answers": raw_answers(answers),
        "started": _STARTED.isoformat(),
        "today": (_STARTED + _WEEK).isoformat(),
        "history": [],
        "routine": routine,
        "follow_up": {},
    }
    questions = recommender.content.questionnaire.questions
    for _ in range(HISTORY_AT_MOST):  # an answer may open another question, and each is asked once
        history, _done = recommender.check_in_sheet.read_story(body)
        missing = recommender.check_walk.walk(history).missing
        if not missing:
            break
        body["follow_up"] |= {name: _calm(questions[name], answers) for name in missing}
    return body


def _calm(question: Question, answers: Mapping[str, Answer]) -> Any:
    """Return the first answer over again, or else one that says that nothing is the matter."""
    if question.id in answers:
        return raw_answers({question.id: answers[question.id]})[question.id]
    if question.kind is QuestionKind.NUMBER:
        return question.minimum
    alone = next((option.id for option in question.options if option.exclusive), question.options[0].id)
    return [alone] if question.kind is QuestionKind.MANY else alone
