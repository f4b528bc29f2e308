"""The same person before another questionnaire: what was answered stays wherever it is still asked and still fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from recommender.models.questionnaire import Question, QuestionKind
from recommender.proof.encoding.answers import Answers, Ticks
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.universe import Universe, Value


class Retold(NamedTuple):
    """The ticks on the other questionnaire, and those variables that stand for what is answered anew."""

    ticks: Ticks
    anew: Ticks


def retold(
    before: Answers, universe: Universe, questions: Iterable[Question], made: Callable[[Ticks], Answers], settled: Ticks
) -> Retold:
    """Return the ticks of the same person to these questions of ``universe``, beside those that are settled already.

    What is no longer asked has no answer; what is asked anew is answered in any way; a box that is new is ticked or not.
    ``made`` makes a sheet of ticks.
    """
    asked_now = tuple(questions)
    known: dict[tuple[str, Value], Literal] = dict(settled)
    for question in asked_now:
        known |= {(question.id, value): before.tick(question.id, value) for value in universe.values(question.id)}
    anew: dict[tuple[str, Value], Literal] = {}
    sheet = made(dict(known))
    for question in asked_now:
        asked = _is_asked(sheet, question)
        if _stays(before, sheet, question, asked):
            continue
        was = before.universe.by_id.get(question.id)
        values_before = before.universe.values(question.id) if was is not None else ()
        keeps = before.graph.every((asked, sheet.is_well_formed(question), sheet.is_answered(question.id)))
        for value in universe.values(question.id):
            key = question.id, value
            anew[key] = before.graph.variable()
            fresh = before.graph.both(asked, anew[key])
            is_new_box = question.kind is QuestionKind.MANY and value not in values_before
            known[key] = fresh if is_new_box else before.graph.choose(keeps, known[key], fresh)
        sheet = made(dict(known))
    return Retold(known, anew)


def _stays(before: Answers, sheet: Answers, question: Question, asked: Literal) -> bool:
    """Return whether the question is asked of the same people, with the same answers, and none that stood falls."""
    was = before.universe.by_id.get(question.id)
    if was is None or before.universe.values(was.id) != sheet.universe.values(question.id):
        return False
    fits = before.graph.implies(before.is_well_formed(was), sheet.is_well_formed(question))
    return _is_asked(before, was) == asked and fits == TRUE


def _is_asked(answers: Answers, question: Question) -> Literal:
    shown = answers.is_shown(question)
    return FALSE if shown == FALSE else answers.graph.both(shown, answers.is_asked(question))
