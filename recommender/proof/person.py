"""The person for whom something does not hold, made as small as may be: answers, words, and a case for the lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.models.questionnaire import Answer, Question, QuestionKind, Task
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.universe import Universe, Value
from recommender.proof.solver import Solver
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.said import in_words, usual_answers

_SOME_TASK = Task("putting on my socks", 5)


@dataclass(frozen=True)
class Person:
    """A whole sheet. ``told`` are the answers that differ from those of somebody with nothing to say, in words."""

    answers: Mapping[str, Answer]
    told: tuple[str, ...]

    def case(self, name: str, supplied: Mapping[str, int]) -> dict[str, Any]:
        """Return the sheet as the lab takes it, and as ``recommender recommend`` does."""
        return {"name": name, "answers": raw_answers(self.answers), "facts": dict(supplied)}


def smallest(
    universe: Universe,
    solver: Solver,
    answers: Answers,
    literals: Sequence[Literal],
    wished: Sequence[Literal] = (),
) -> Person:
    """Return somebody for whom all of the literals hold, with as few answers as may be beside those of a healthy person.

    As many answers as possible are those of somebody without any sign; of the others as few boxes as possible are ticked.
    Then as much as may be of what else is ``wished`` holds. The solver has the sheet of the person as the last it found.

    Raises:
        ValueError: there is no such person.
    """
    given = [literal for literal in (answers.is_whole, *literals) if literal != TRUE]
    if not solver.can_hold(*given):
        raise ValueError("there is no such person")
    usual = usual_answers(universe.questions)
    as_usual = {question.id: _as_usual(answers, question, usual.get(question.id)) for question in universe.questions}
    given += _kept(solver, given, list(as_usual.values()))
    unticked = [
        -answers.tick(question.id, value)
        for question in universe.questions
        if as_usual[question.id] not in given and question.kind is QuestionKind.MANY
        for value in universe.values(question.id)
    ]
    given += _kept(solver, given, [*unticked, *wished])
    solver.can_hold(*given)
    sheet = sheet_found(universe, solver, answers)
    return Person(sheet, tuple(in_words(universe.questions, sheet, usual)))


def _kept(solver: Solver, given: Sequence[Literal], wished: Sequence[Literal]) -> list[Literal]:
    """Return as many of the literals that are wished for as can hold beside what is given; none more could."""
    kept, dropped = [one for one in wished if one not in (TRUE, FALSE)], []
    while not solver.can_hold(*given, *kept):
        against = solver.against()
        dropped.append(next(one for one in reversed(kept) if one in against))
        kept.remove(dropped[-1])
    for one in dropped:
        if solver.can_hold(*given, *kept, one):
            kept.append(one)
    return kept


def _as_usual(answers: Answers, question: Question, usual: Answer | None) -> Literal:
    """Return that the question is answered as by somebody without any sign, or not asked."""
    wanted = set(usual) if isinstance(usual, tuple) else {usual}
    values = answers.universe.values(question.id)
    ticked = [
        answers.tick(question.id, value) if value in wanted else -answers.tick(question.id, value) for value in values
    ]
    return answers.graph.either(-answers.is_answered(question.id), answers.graph.every(ticked))


def sheet_found(universe: Universe, solver: Solver, answers: Answers) -> Mapping[str, Answer]:
    """Return the sheet that the solver found last."""
    sheet: dict[str, Answer] = {}
    for question in universe.questions:
        given = [value for value in universe.values(question.id) if solver.is_true(answers.tick(question.id, value))]
        # No rule reads which moves are named, only how many, and which there are hangs on the routine.
        if given and question.kind is not QuestionKind.MOVES:
            sheet[question.id] = answer_of(question, given)
    return sheet


def answer_of(question: Question, given: Sequence[Value]) -> Answer:
    """Return what is given of a question, at least one value, as an answer to it."""
    match question.kind:
        case QuestionKind.MANY:
            return tuple(str(value) for value in given)
        case QuestionKind.TASK:
            return _SOME_TASK
        case _:
            return given[0]
