"""Can a condition ever hold? A search over the answers it reads, pruned by the three-valued evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, count

from recommender.engine.evaluate import View, evaluate
from recommender.models.conditions import All, AnyOf, AtLeast, Atom, Chosen, Condition, Found, Not, Number, Only, atoms
from recommender.models.facts import SuppliedFact, at_check
from recommender.models.questionnaire import Answer, Intake, Occasion, Question, QuestionKind, Questionnaire
from recommender.models.rules import Branch

_FEW = 10


class TooLong(Exception):
    """The search has taken as many steps as it may."""


@dataclass(frozen=True, slots=True)
class _World:
    """``steps`` runs out when the search has taken as many as it may."""

    questionnaire: Questionnaire
    supplied: Mapping[str, SuppliedFact]
    steps: Iterator[int]


def can_hold(
    condition: Condition,
    questionnaire: Questionnaire,
    derivations: Mapping[str, tuple[Branch, ...]],
    supplied: Mapping[str, SuppliedFact],
    *,
    steps_at_most: int | None = None,
) -> bool:
    """Return whether some sheet of answers, with every answered question shown, makes the condition true.

    Raises:
        TooLong: not decided after ``steps_at_most`` steps; None allows any number.
    """
    world = _World(questionnaire, supplied, count() if steps_at_most is None else iter(range(steps_at_most)))
    whole = without_findings(condition, derivations)
    return _search(_goal(All((whole, *_shown_constraints(whole, world))), world), world, {}, {})


def without_findings(condition: Condition, derivations: Mapping[str, tuple[Branch, ...]]) -> Condition:
    """Return the condition with each finding replaced by what derives it. The stage may take any value."""
    match condition:
        case Found(finding) if finding in derivations:
            return AnyOf(tuple(without_findings(branch.when, derivations) for branch in derivations[finding]))
        case All(parts):
            return All(tuple(without_findings(part, derivations) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(without_findings(part, derivations) for part in parts))
        case Not(part):
            return Not(without_findings(part, derivations))
        case AtLeast(n, parts):
            return AtLeast(n, tuple(without_findings(part, derivations) for part in parts))
        case _:
            return condition


def _shown_constraints(condition: Condition, world: _World) -> list[Condition]:
    """Every question that is answered must be shown; followed back through the questions those conditions read.

    Those of a check are asked at checks only.
    """
    constraints: list[Condition] = []
    waiting = _questions(condition, world)
    seen: set[str] = set()
    while waiting:
        question_id = waiting.pop()
        if question_id in seen:
            continue
        seen.add(question_id)
        question = world.questionnaire.questions[question_id]
        unanswered = Not(_answered(question))
        page = world.questionnaire.page_of[question_id]
        only_at_checks = at_check(world.supplied.values()) if page.occasion is Occasion.FOLLOW_UP else None
        for shown_if in (question.shown_if, page.shown_if, only_at_checks):
            if shown_if is not None:
                constraints.append(AnyOf((unanswered, shown_if)))
                waiting |= _questions(shown_if, world)
    return constraints


def _answered(question: Question) -> Condition:
    if question.options:
        return Chosen(question.id, tuple(option.id for option in question.options))
    return Number(question.id, None, None)


def _questions(condition: Condition, world: _World) -> set[str]:
    read = {getattr(atom, "question", getattr(atom, "subject", "")) for atom in atoms(condition)}
    return read & set(world.questionnaire.questions)


@dataclass(frozen=True, slots=True)
class _Goal:
    """A condition with what a search needs to know of it at every step: worked out once, since it never changes.

    ``stages`` leaves every stage open.
    """

    condition: Condition
    atoms: tuple[Atom, ...]
    questions: frozenset[str]
    stages: Mapping[str, None]


def _goal(condition: Condition, world: _World) -> _Goal:
    read = tuple(atoms(condition))
    stages = {atom.finding: None for atom in read if isinstance(atom, Found)}
    return _Goal(condition, read, frozenset(_questions(condition, world)), stages)


def _search(goal: _Goal, world: _World, answers: dict[str, Answer], numbers: dict[str, int]) -> bool:
    if next(world.steps, None) is None:
        raise TooLong
    open_questions = (goal.questions - answers.keys()) | (world.supplied.keys() - numbers.keys())
    given = {question: answer for question, answer in answers.items() if answer != ()}
    view = View(Intake(given, numbers), goal.stages, open_questions)
    value = evaluate(goal.condition, view)
    if value is not None:
        return value
    subject = next(
        (name for atom in _undecided(goal.condition, view) if (name := _subject(atom)) in open_questions), None
    )
    if subject is None:
        return True  # only the stage is left open, and it may be any
    if subject in world.supplied:
        return any(_search(goal, world, answers, {**numbers, subject: number}) for number in _bounds(goal, subject))
    question = world.questionnaire.questions[subject]
    return any(_search(goal, world, {**answers, subject: answer}, numbers) for answer in _answers(question, goal))


def _undecided(condition: Condition, view: View) -> Iterator[Condition]:
    """Yield the atoms on which the condition still hangs: none of a part that is decided already."""
    if evaluate(condition, view) is not None:
        return
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _undecided(part, view)
        case Not(part):
            yield from _undecided(part, view)
        case _:
            yield condition


def _subject(atom: Condition) -> str:
    return str(getattr(atom, "question", getattr(atom, "subject", "")))


def _answers(question: Question, goal: _Goal) -> Iterator[Answer]:
    """Yield answers worth trying: none at all, and every combination of the options that the condition names."""
    yield ()
    if question.kind is QuestionKind.NUMBER:
        yield from range(question.minimum, question.maximum + 1)
        return
    named: set[str] = set()
    for atom in goal.atoms:
        if isinstance(atom, Chosen) and atom.question == question.id:
            named.update(atom.options)
        elif isinstance(atom, Only) and atom.question == question.id:
            named.add(atom.option)
    options = [option for option in question.options if option.id in named]
    spare = [option for option in question.options if option.id not in named][:1]
    if question.kind is QuestionKind.ONE:
        yield from (option.id for option in [*options, *spare])
        return
    yield from ((option.id,) for option in [*options, *spare])
    together = [option.id for option in options if not option.exclusive]
    yield from (tuple(together[:size]) for size in range(len(together), 1, -1))
    yield from (tuple(together[-size:]) for size in range(2, len(together)))
    if len(together) <= _FEW:
        for size in range(2, len(together)):
            yield from combinations(together, size)


def _bounds(goal: _Goal, subject: str) -> set[int]:
    """Return the numbers at which the condition can change its mind."""
    numbers = [atom for atom in goal.atoms if isinstance(atom, Number) and atom.subject == subject]
    ends = {end for atom in numbers for end in (atom.low, atom.high) if end is not None}
    return {0} | ends | {end + 1 for end in ends} | {max(0, end - 1) for end in ends}
