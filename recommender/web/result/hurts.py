"""What is asked about a move that hurts, one tap away at each move: the questions of its page, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.models.questionnaire import Answer, Occasion, Page, Question, QuestionKind
from recommender.models.routine import Item

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent

# The part of an address that says at which move the questions were sent without an answer to each, and what came of them.
OPEN, CAME_OF_IT = "open", "hurt"
EASIER, OUT, STAYS = OUTCOMES = ("easier", "out", "stays")


@dataclass(frozen=True, slots=True)
class HurtAsked:
    """The questions, and ``move``: the id of the one that the page answers itself, with the move that is shown."""

    title: str
    move: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class HurtTold:
    """What was answered. ``number`` is the place of the move in the routine, from 1; ``answers`` is None while any is missing."""

    exercise: str
    number: int
    answers: dict[str, Answer] | None


def hurt_page(localised: LocalisedContent) -> Page | None:
    """Return the page about a move that hurts; None for a questionnaire without one."""
    return next(iter(localised.content.questionnaire.pages_asked(Occasion.DURING_SESSION)), None)


def hurt_asked(localised: LocalisedContent) -> HurtAsked | None:
    """Return what is asked at each move; None for a questionnaire that asks nothing then."""
    page = hurt_page(localised)
    move = next((one for one in page.questions if one.kind is QuestionKind.MOVES), None) if page else None
    if page is None or move is None:
        return None
    return HurtAsked(page.title, move.id, tuple(one for one in page.questions if one.kind is not QuestionKind.MOVES))


def hurt_told(localised: LocalisedContent, items: Iterable[Item], form: Mapping[str, str]) -> HurtTold | None:
    """Return what a form says of a move of these; None where it is about none of them."""
    asked = hurt_asked(localised)
    exercise = form.get(asked.move, "") if asked else ""
    numbers = {item.exercise.id: number for number, item in enumerate(items, start=1)}
    if asked is None or exercise not in numbers:
        return None
    ids = [question.id for question in asked.questions]
    given, faults = localised.sheet.read_some({name: form.get(name) for name in ids}, ids)
    is_whole = not faults and all(question.id in given or not question.required for question in asked.questions)
    return HurtTold(exercise, numbers[exercise], {asked.move: (exercise,), **given} if is_whole else None)
