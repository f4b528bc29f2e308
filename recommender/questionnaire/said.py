"""What somebody's answers say that a healthy person's do not, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from recommender.loaders.safety import shipped_safety_net
from recommender.models.questionnaire import Answer, Intake, Question, Task


def usual_answers(questions: Iterable[Question]) -> Mapping[str, Answer]:
    """Return the answers of somebody without any sign; of a question that a clinic added, what says that nothing fits."""
    raw = shipped_safety_net().nobody_in_danger
    usual: dict[str, Answer] = {}
    for question in questions:
        given = raw.get(question.id)
        if given is None:
            alone = next((option.id for option in question.options if option.exclusive), None)
            if alone is not None:
                usual[question.id] = (alone,)
        elif not isinstance(given, dict):
            usual[question.id] = tuple(given) if isinstance(given, list) else given
    return usual


def in_words(questions: Iterable[Question], sheet: Mapping[str, Answer], usual: Mapping[str, Answer]) -> Iterator[str]:
    """Yield what the person says that somebody without any sign does not, question by question."""
    for question in questions:
        answer = sheet.get(question.id)
        if answer is None or answer == usual.get(question.id) or isinstance(answer, Task):
            continue
        chosen = Intake(sheet).chosen(question.id)
        said = "; ".join(question.option(option).text for option in chosen) if chosen else str(answer)
        yield f"{question.text} {said}"
