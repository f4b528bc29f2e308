"""The person for whom something does not hold, made as small as may be: answers, words, and a case for the lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.loaders.safety import shipped_safety_net
from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind, Task
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.universe import Universe, Value
from recommender.proof.solver import Solver
from recommender.questionnaire.answer_sheet import raw_answers

_SOME_TASK = Task("putting on my socks", 5)


@dataclass(frozen=True)
class Person:
    """A whole sheet. ``told`` are the answers that differ from those of somebody with nothing to say, in words."""

    answers: Mapping[str, Answer]
    told: tuple[str, ...]

    def case(self, name: str, supplied: Mapping[str, int]) -> dict[str, Any]:
        """Return the sheet as the lab takes it, and as ``recommender recommend`` does."""
        return {"name": name, "answers": raw_answers(self.answers), "facts": dict(supplied)}


def smallest(universe: Universe, solver: Solver, answers: Answers, literals: Sequence[Literal]) -> Person:
    """Return somebody for whom all of the literals hold, with as few answers as may be beside those of a healthy person.

    As many answers as possible are those of somebody without any sign; of the others as few boxes as possible are ticked.

    Raises:
        ValueError: there is no such person.
    """
    given = [literal for literal in (answers.is_whole, *literals) if literal != TRUE]
    if not solver.can_hold(*given):
        raise ValueError("there is no such person")
    usual = _usual_answers(universe)
    as_usual = {question.id: _as_usual(answers, question, usual.get(question.id)) for question in universe.questions}
    given += _kept(solver, given, list(as_usual.values()))
    unticked = [
        -answers.tick(question.id, value)
        for question in universe.questions
        if as_usual[question.id] not in given and question.kind is QuestionKind.MANY
        for value in universe.values(question.id)
    ]
    given += _kept(solver, given, unticked)
    solver.can_hold(*given)
    sheet = sheet_found(universe, solver, answers)
    return Person(sheet, tuple(in_words(universe, sheet, usual)))


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


def _usual_answers(universe: Universe) -> Mapping[str, Answer]:
    """Return the answers of somebody without any sign; of a question that a clinic added, what says that nothing fits."""
    raw = shipped_safety_net().nobody_in_danger
    usual: dict[str, Answer] = {}
    for question in universe.questions:
        given = raw.get(question.id)
        if given is None:
            alone = next((option.id for option in question.options if option.exclusive), None)
            if alone is not None:
                usual[question.id] = (alone,)
        elif not isinstance(given, dict):
            usual[question.id] = tuple(given) if isinstance(given, list) else given
    return usual


def sheet_found(universe: Universe, solver: Solver, answers: Answers) -> Mapping[str, Answer]:
    """Return the sheet that the solver found last."""
    sheet: dict[str, Answer] = {}
    for question in universe.questions:
        given = [value for value in universe.values(question.id) if solver.is_true(answers.tick(question.id, value))]
        if given:
            sheet[question.id] = _answer(question, given)
    return sheet


def _answer(question: Question, given: Sequence[Value]) -> Answer:
    match question.kind:
        case QuestionKind.MANY:
            return tuple(str(value) for value in given)
        case QuestionKind.TASK:
            return _SOME_TASK
        case _:
            return given[0]


def in_words(
    universe: Universe, sheet: Mapping[str, Answer], usual: Mapping[str, Answer] | None = None
) -> Iterator[str]:
    """Yield what the person says that somebody without any sign does not, question by question."""
    healthy = _usual_answers(universe) if usual is None else usual
    for question in universe.questions:
        answer = sheet.get(question.id)
        if answer is None or answer == healthy.get(question.id) or isinstance(answer, Task):
            continue
        chosen = Intake(sheet).chosen(question.id)
        said = "; ".join(question.option(option).text for option in chosen) if chosen else str(answer)
        yield f"{question.text} {said}"
