"""The next page of questions as plain data: all that a program needs to show it, and nothing that it has to work out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from recommender.models.catalogue import Region
from recommender.models.questionnaire import Occasion, Option, Question, QuestionKind
from recommender.presentation.replies import (
    NextOptionShown,
    NextPageShown,
    NextQuestionShown,
    OptionGroupShown,
    RecommendationShown,
    StopShown,
)
from recommender.questionnaire.answer_sheet import TASK_LENGTH, FormatMessage
from recommender.questionnaire.steps import Step

_NUMBERED = frozenset({QuestionKind.NUMBER, QuestionKind.TASK})
_SEVERAL = frozenset({QuestionKind.MANY, QuestionKind.MOVES})


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it is to be asked now: the options offered, what was answered, and what is wrong, if anything.

    ``answer`` is as it stands in JSON, None without one that counts; ``named`` is what the person named at the start.
    """

    question: Question
    options: tuple[Option, ...]
    is_required: bool
    answer: Any = None
    error: str | None = None
    named: str | None = None


def page_shown(step: Step, occasion: Occasion, region: Region | None, say: FormatMessage) -> NextPageShown:
    """Return what stands above the questions of a screen, with whom to call in the country of the person."""
    page = step.page
    if page is None:
        soon = say("Some of your answers need to be looked at soon. These last questions help to say how soon.")
        again = say("Your answers bring up a few more questions. They help to keep your next step safe.")
        return {
            "id": None,
            "slug": step.slug,
            "title": say("A few more questions"),
            "title_shown": True,
            "intro": soon if occasion is Occasion.INTAKE else again,
            "safety_line": safety_line(region, say),
        }
    return {
        "id": page.id,
        "slug": page.slug,
        "title": page.title,
        "title_shown": page.title_shown,
        "intro": page.intro,
        "safety_line": safety_line(region, say) if page.safety_line else None,
    }


def safety_line(region: Region | None, say: FormatMessage) -> str:
    """Return whom to call, as the pages say it."""
    numbers = [contact.number for contact in region.emergency if contact.number] if region else []
    if not numbers:
        return say("Very ill or frightened? Call your emergency number.")
    call, either = say("Very ill or frightened? Call"), say("or")
    return f"{call} {f' {either} '.join(numbers)}."


def question_shown(asked: AskedQuestion) -> NextQuestionShown:
    """Return one question as data for JSON."""
    question, is_numbered = asked.question, asked.question.kind in _NUMBERED
    return {
        "id": question.id,
        "kind": question.kind.value,
        "text": question.text,
        "why": question.why,
        "hint": question.hint,
        "required": asked.is_required,
        "safety": question.safety,
        "several": question.kind in _SEVERAL,
        "options": [_option(option) for option in asked.options],
        "groups": list(_groups(question, asked.options)),
        "minimum": question.minimum if is_numbered else None,
        "maximum": question.maximum if is_numbered else None,
        "low_label": question.low_label,
        "high_label": question.high_label,
        "characters_at_most": TASK_LENGTH if question.kind is QuestionKind.TASK else None,
        "picture": question.picture,
        "changes": question.changes,
        "named": asked.named,
        "answer": asked.answer,
        "error": asked.error,
    }


def _option(option: Option) -> NextOptionShown:
    return {
        "id": option.id,
        "text": option.text,
        "hint": option.hint,
        "detail": option.detail,
        "exclusive": option.exclusive,
    }


def _groups(question: Question, offered: Iterable[Option]) -> Iterable[OptionGroupShown]:
    """Yield the headings below which something is offered."""
    ids = {option.id for option in offered}
    for group in question.groups:
        if here := [option for option in group.options if option in ids]:
            yield {"heading": group.heading, "options": here}


def stop_shown(shown: RecommendationShown) -> StopShown:
    """Return what is told where the questions end early, from the recommendation."""
    return {
        "disposition": shown["disposition"],
        "answer_again": shown["answer_again"],
        "advice": shown["advice"],
        "contacts": shown["contacts"],
        "fired": shown["fired"],
    }
