"""What is asked about a move that hurts, one tap away at each move: the questions of its page, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from recommender.models.check_in import Check, CheckInHistory
from recommender.models.questionnaire import NOT_SURE, Answer, Occasion, Page, Question, QuestionKind
from recommender.models.routine import Item
from recommender.web.core.state import current_state

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent

# The parts of an address that say at which move the questions were sent without an answer to each, what came of them, and at
# which place of the routine that is said.
OPEN, CAME_OF_IT, PLACE = "open", "hurt", "at"
EASIER, OUT, STAYS = OUTCOMES = ("easier", "out", "stays")


@dataclass(frozen=True, slots=True)
class HurtAsked:
    """The questions, and ``move``: the id of the one that the page answers itself, with the move that is shown."""

    title: str
    move: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class HurtTold:
    """What was answered. ``number`` is the place of the move in the routine, from 1; ``answers`` is None while any is missing.

    A move that is in it no longer, since another tab took it out or the routine itself is gone, has no number. What was
    told of it counts all the same. ``is_known`` says that there is such a move at all.
    """

    exercise: str
    number: int | None
    answers: dict[str, Answer] | None
    is_known: bool = True

    def place(self, after: int = 0) -> dict[str, Any]:
        """Return the parts of an address that lead to the place of the move, or to one so many after it."""
        return {} if self.number is None else {PLACE: self.number + after, "_anchor": f"move-{self.number + after}"}


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
    """Return what a form says of a move; None where it says nothing.

    Of a move of these a question left out can be asked again. Of any other it cannot: it counts as "not sure".
    """
    asked = hurt_asked(localised)
    if asked is None:
        return None
    exercise = form.get(asked.move, "")
    number = next((place for place, item in enumerate(items, start=1) if item.exercise.id == exercise), None)
    ids = [question.id for question in asked.questions]
    given, faults = localised.sheet.read_some({name: form.get(name) for name in ids}, ids)
    is_whole = not faults and all(question.id in given or not question.required for question in asked.questions)
    if number is None and not given:
        return None
    unsure = dict.fromkeys(ids, NOT_SURE) if number is None else {}
    answers = {asked.move: (exercise,), **unsure, **given} if is_whole or number is None else None
    return HurtTold(exercise, number, answers, exercise in localised.content.catalogue.by_id)


def pages_asked_again(answers: Mapping[str, Answer]) -> frozenset[str]:
    """Return the pages that the rules want answered afresh after this was told of a move, whoever told it."""
    state = current_state()
    today = state.today()
    history = CheckInHistory(today, {}, (), Check(today, answers), Occasion.DURING_SESSION)
    return state.ready.check_walk.asked_again_by(history)


def harmless_pains(asked: HurtAsked) -> list[str]:
    """Return the answers to all that is asked, each set with commas between, after which the rules ask nothing again."""
    ids = [question.id for question in asked.questions]
    every = product(*([option.id for option in question.options] for question in asked.questions))
    return [",".join(chosen) for chosen in every if not pages_asked_again(dict(zip(ids, chosen, strict=True)))]
