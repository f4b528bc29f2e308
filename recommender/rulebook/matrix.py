"""Exercises by limitations and conditions: what each answer, by itself, does to each exercise.

A column stands for one answer and for nothing else known. Where the question is asked only of some people, what they
must have answered for that is known too. Branches that no single answer brings about have a column of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from recommender.engine.evaluate import View, evaluate
from recommender.engine.reference import Oracle
from recommender.engine.staging import STAGE_FINDINGS
from recommender.models.catalogue import Exercise
from recommender.models.conditions import AnyOf, Chosen, Condition
from recommender.models.content import Content
from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind
from recommender.models.rules import Branch
from recommender.rulebook.effects import Effects, Touched

EVERYONE = "everyone"

# An answer: the ids of a question and of one of its options.
Gate = tuple[str, str]


class ExerciseState(StrEnum):
    """What becomes of an exercise, worst first."""

    LEFT_OUT = "left out"
    MODIFIED = "modified"
    SWAPPED = "swapped in"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class Column:
    """Who it is about: everyone, one answer (``question`` and ``option``), or one case of a rule (``branch``).

    ``given`` are the answers, as (question, option), one of which had to be given before the question was asked; ()
    where any of them comes to the same. ``fired`` are the branches that are certain for these people and not for
    everyone.
    """

    id: str
    fired: tuple[Branch, ...]
    question: str | None = None
    option: str | None = None
    given: tuple[Gate, ...] = ()
    branch: Branch | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """``states`` are one or more; ``rules`` the ids of the rules behind them, none where nothing speaks against it.

    ``forms_left`` counts the forms that may still be used. ``depends_on`` are the questions that this answer opens and
    that may make it worse, as (id, code).
    """

    states: tuple[ExerciseState, ...]
    rules: tuple[str, ...]
    forms_left: int
    depends_on: tuple[tuple[str, str], ...] = ()

    @property
    def state(self) -> ExerciseState:
        return self.states[0]

    @property
    def is_settled(self) -> bool:
        """Return whether it may be called allowed: no rule speaks against it, and no further question decides on it."""
        return self.state is not ExerciseState.ALLOWED or not self.depends_on

    @property
    def text(self) -> str:
        codes = ", ".join(code for _, code in self.depends_on)
        depends = [f"depends on {codes}"] if codes else []
        said = "; ".join([*([", ".join(self.states)] if self.is_settled else []), *depends])
        return f"{said} ({' '.join(self.rules)})" if self.rules else said


@dataclass(frozen=True, slots=True)
class Row:
    exercise: Exercise
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Matrix:
    """``rows`` are in catalogue order; each has a cell for every column, by the column's id.

    ``stops`` are answers that by themselves end in advice without a routine, as (question, option): they have no column.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    stops: tuple[Gate, ...]


def matrix(content: Content, oracle: Oracle, effects: Mapping[str, Effects]) -> Matrix:
    """Return the whole matrix: everyone first, then answers in page order, then cases of rules."""
    maker = _Maker(content, oracle, effects)
    columns = tuple(maker.columns())
    opened = maker.opened(columns)
    rows = tuple(
        Row(exercise, MappingProxyType(_with_questions(maker.cells(exercise, columns), opened, content)))
        for exercise in content.catalogue.exercises
    )
    return Matrix(columns, rows, tuple(dict.fromkeys(maker.stops)))


def _with_questions(
    cells: Mapping[str, Cell], opened: Mapping[str, tuple[Column, ...]], content: Content
) -> dict[str, Cell]:
    """Return the cells of one exercise, each with the questions that it opens and that may make it worse."""
    order, codes = list(ExerciseState), content.questionnaire.questions
    found = {}
    for name, cell in cells.items():
        worse = (one.question for one in opened[name] if order.index(cells[one.id].state) < order.index(cell.state))
        depends = tuple((id, codes[id].code) for id in dict.fromkeys(worse) if id is not None)
        found[name] = replace(cell, depends_on=depends)
    return found


class _Maker:
    def __init__(self, content: Content, oracle: Oracle, effects: Mapping[str, Effects]) -> None:
        self._content = content
        self._oracle = oracle
        self._effects = effects
        self._subjects = frozenset(content.questionnaire.questions) | {fact.id for fact in content.rule_set.supplied}
        self._everyone = self._certain({})
        self.stops: list[Gate] = []
        self._left_out = {name: _forms(found.excludes) for name, found in effects.items()}
        self._changed = {name: {*_forms(found.modifies), *_forms(found.excludes)} for name, found in effects.items()}
        self._swapped = {name: {exercise.id for exercise in found.swaps_in} for name, found in effects.items()}

    def columns(self) -> Iterator[Column]:
        yield Column(EVERYONE, self._everyone)
        shown: set[str] = set()
        for question in self._content.questionnaire.intake_questions:
            for column in self._of_question(question):
                shown |= {branch.id for branch in column.fired}
                yield column
        for branch in self._content.rule_set.branches:
            if self._moves(branch) and branch not in self._everyone and branch.id not in shown:
                yield Column(branch.id, (branch,), branch=branch)

    def opened(self, columns: Iterable[Column]) -> dict[str, tuple[Column, ...]]:
        """Return, for each column by its id, the columns of the questions that are asked only because of its answer."""
        columns = tuple(columns)
        gates = {column.id: column.given or self._gates_of(column) for column in columns}
        return {
            column.id: tuple(one for one in columns if (column.question, column.option) in gates[one.id])
            for column in columns
        }

    def _gates_of(self, column: Column) -> tuple[Gate, ...]:
        question = self._content.questionnaire.questions.get(column.question or "")
        return tuple(_gates(question.shown_if)) if question is not None and question.shown_if else ()

    def cells(self, exercise: Exercise, columns: Iterable[Column]) -> dict[str, Cell]:
        """Return what becomes of an exercise in every column, by the column's id."""
        return {column.id: self.cell(exercise, column) for column in columns}

    def cell(self, exercise: Exercise, column: Column) -> Cell:
        """Return what becomes of an exercise; what holds for everyone leaves it out everywhere."""
        fired = column.fired if column.id == EVERYONE else (*self._everyone, *column.fired)
        against = [branch for branch in fired if exercise.id in self._left_out[branch.id]]
        barred = frozenset().union(*(self._left_out[branch.id][exercise.id] for branch in against))
        if len(barred) == len(exercise.forms):
            return Cell((ExerciseState.LEFT_OUT,), _rules(against), 0)
        changing = [branch for branch in column.fired if exercise.id in self._changed[branch.id]]
        swapping = [branch for branch in column.fired if exercise.id in self._swapped[branch.id]]
        states = [ExerciseState.MODIFIED] * bool(changing) + [ExerciseState.SWAPPED] * bool(swapping)
        rules = _rules(branch for branch in column.fired if branch in changing or branch in swapping)
        return Cell(tuple(states) or (ExerciseState.ALLOWED,), rules, len(exercise.forms) - len(barred))

    def _of_question(self, question: Question) -> Iterator[Column]:
        """Yield a column for each option that moves something, or for each way in which it does."""
        for option in question.options:
            ways: dict[frozenset[str], list[tuple[Gate | None, tuple[Branch, ...]]]] = {}
            goes_on = 0
            worlds = list(self._worlds(question, option.id))
            for gate, known in worlds:
                fired = self._certain(known)
                if any(_ends(branch) for branch in fired):
                    continue
                goes_on += 1
                before = self._certain({gate[0]: known[gate[0]]}) if gate else self._everyone
                moving = frozenset(branch.id for branch in fired if self._moves(branch) and branch not in before)
                ways.setdefault(moving, []).append((gate, fired))
            if not goes_on:
                self.stops.append((question.id, option.id))
            for moving, found in ways.items():
                if moving:
                    yield self._column(question, option.id, found, several=len(found) < len(worlds))

    def _column(
        self,
        question: Question,
        option: str,
        found: list[tuple[Gate | None, tuple[Branch, ...]]],
        *,
        several: bool,
    ) -> Column:
        given = tuple(gate for gate, _ in found if gate) if several else ()
        name = "-".join([question.id, option, *(gate_option for _, gate_option in given)])
        always = frozenset.intersection(*(frozenset(branch.id for branch in fired) for _, fired in found))
        fired = tuple(branch for branch in found[0][1] if branch.id in always and branch not in self._everyone)
        return Column(name, fired, question.id, option, given)

    def _worlds(self, question: Question, option: str) -> Iterator[tuple[Gate | None, dict[str, Answer]]]:
        """Yield (gate, answers) for each answer that lets the question be asked, and the option itself."""
        own = {question.id: self._answer(question.id, option)}
        gates = list(_gates(question.shown_if)) if question.shown_if else []
        for gate in gates:
            yield gate, {gate[0]: self._answer(*gate), **own}
        if not gates:
            yield None, own

    def _answer(self, question: str, option: str) -> Answer:
        kind = self._content.questionnaire.questions[question].kind
        return (option,) if kind is QuestionKind.MANY else option

    def _certain(self, answers: Mapping[str, Answer]) -> tuple[Branch, ...]:
        """Return the branches that hold for anybody with these answers, whatever else they say."""
        still_open = self._subjects - set(answers)
        intake = Intake(answers)
        stage: dict[str, bool | None] = dict.fromkeys(STAGE_FINDINGS.values())
        view = View(intake, {**self._oracle.findings(intake, still_open), **stage}, still_open)
        return tuple(branch for branch in self._content.rule_set.branches if evaluate(branch.when, view))

    def _moves(self, branch: Branch) -> bool:
        """Return whether a branch leaves out, changes or puts in any exercise."""
        found = self._effects[branch.id]
        return bool(found.excludes or found.modifies or found.swaps_in)


def _gates(condition: Condition) -> Iterator[Gate]:
    """Yield the single answers that make a condition hold, where it is a plain choice."""
    match condition:
        case Chosen(question, options):
            yield from ((question, option) for option in options)
        case AnyOf(parts):
            for part in parts:
                yield from _gates(part)


def _forms(touched: Iterable[Touched]) -> dict[str, frozenset[str]]:
    return {one.exercise.id: frozenset(form.key for form in one.forms) for one in touched}


def _ends(branch: Branch) -> bool:
    return branch.then.disposition is not None and not branch.then.disposition.level.shows_routine


def _rules(branches: Iterable[Branch]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(branch.rule_id for branch in branches))
