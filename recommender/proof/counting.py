"""How many sheets there are, exactly, and how many of them come to each level: by binary decision diagrams.

A question with one answer takes as many variables as its number of answers has binary digits; code 0 is "not answered". Levels
are taken out of "whole and not decided yet" one case after another, worst level first and the smallest diagram first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.models.conditions import Chosen
from recommender.models.levels import Level
from recommender.models.questionnaire import Question, QuestionKind
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.graph import TRUE, Graph, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import Universe
from recommender.proof.solver import ProofExtraMissing

_BYTES_AT_MOST = 2**28
_MOST_REMEMBERED = 2**18  # results kept for reuse; more take memory and save no time


@dataclass(frozen=True)
class Counts:
    """How many whole sheets there are, and how many come to each level. They are whole numbers, exact to the last digit."""

    sheets: int
    by_level: Mapping[Level, int]


def tick_name(question: str, value: str | int) -> str:
    """Return how the variable of one box is called."""
    return f"{question}.{value}"


def digit_name(question: str, place: int) -> str:
    """Return how the variable of one binary digit of an answer is called, the lowest at place 0."""
    return f"{question}#{place}"


class Diagrams:
    """Decision diagrams of the literals of one sheet."""

    def __init__(self, answers: Answers, first: Sequence[str] = (), *, in_binary: bool = True) -> None:
        self.answers = answers
        self._graph: Graph = answers.graph
        self._manager = _new_manager()
        self.names: list[str] = []
        self._of_node: dict[int, Any] = {TRUE: self._manager.true}
        self._codes = self._manager.true
        for question, options in ordered(answers.universe, first):
            if question.kind is QuestionKind.MANY:
                self._one_for_each(question, options)
            elif not in_binary:
                self._one_for_each(question, answers.universe.values(question.id))
            else:
                self._in_binary(question)

    @property
    def ends(self) -> tuple[Any, Any]:
        """Return the diagram that always holds, and the one that never does."""
        return self._manager.true, self._manager.false

    def _declare(self, name: str) -> Any:
        self._manager.declare(name)
        self.names.append(name)
        return self._manager.var(name)

    def _one_for_each(self, question: Question, values: Iterable[str | int]) -> None:
        for value in values:
            self._of_node[self.answers.ticks[question.id, value]] = self._declare(tick_name(question.id, value))

    def _in_binary(self, question: Question) -> None:
        values = self.answers.universe.values(question.id)
        digits = [self._declare(digit_name(question.id, place)) for place in range(len(values).bit_length())]
        for code in range(1, 1 << len(digits)):
            is_code = self._manager.true
            for place, digit in enumerate(digits):
                is_code &= digit if code >> place & 1 else ~digit
            if code <= len(values):
                self._of_node[self.answers.ticks[question.id, values[code - 1]]] = is_code
            else:
                self._codes &= ~is_code

    def of(self, literal: Literal) -> Any:
        """Return the diagram of a literal."""
        for node in self._graph.cone([literal]):
            if node not in self._of_node:
                made = self._manager.true
                for part in sorted(map(self._part, self._parts(node)), key=len):
                    made &= part
                self._of_node[node] = made
        return self._part(literal)

    def _parts(self, node: int) -> tuple[Literal, ...]:
        parts = self._graph.parts(node)
        assert parts is not None, "a literal hangs on something that is no answer of this sheet"
        return parts

    def _part(self, literal: Literal) -> Any:
        return self._of_node[literal] if literal > 0 else ~self._of_node[-literal]

    def whole(self) -> Any:
        """Return the diagram of all whole sheets, made question by question."""
        made = self._codes
        for question in self.answers.universe.questions:
            made &= self.of(self.answers.fits(question))
        return made

    def count(self, diagram: Any) -> int:
        """Return of how many sheets the diagram holds."""
        places = {name: self._manager.level_of_var(name) for name in self.names}
        ends = self.ends
        counted: dict[int, int] = {}

        def place(node: Any) -> int:
            return len(places) if node in ends else int(places[node.var])

        def below(node: Any) -> int:
            """Return for how many assignments to the variables from this node's own on it holds."""
            if node in ends:
                return int(node == self._manager.true)
            key = int(node)
            if key not in counted:
                low, high = (~node.low, ~node.high) if node.negated else (node.low, node.high)
                here = place(node) + 1
                counted[key] = (below(low) << (place(low) - here)) + (below(high) << (place(high) - here))
            return counted[key]

        return below(diagram) << place(diagram)


def ordered(universe: Universe, first: Sequence[str]) -> Iterator[tuple[Question, tuple[str, ...]]]:
    """Yield the questions in the order of counting, with options; a long list in parts, each followed by its details."""
    wanted = [*first, *(question.id for question in universe.questions if question.id not in first)]
    placed: set[str] = set()
    for name in wanted:
        if name in placed:
            continue
        placed.add(name)
        question = universe.by_id[name]
        left = [option.id for option in question.options]
        for detail in universe.questions:
            opens = detail.shown_if
            if (
                isinstance(opens, Chosen)
                and opens.question == name
                and question.safety
                and detail.id not in (*placed, *first)
            ):
                part = tuple(option for option in left if option in opens.options)
                left = [option for option in left if option not in part]
                placed.add(detail.id)
                yield question, part
                yield detail, tuple(option.id for option in detail.options)
        yield question, tuple(left)


def count_sheets(rules: RuleEncoding, first: Sequence[str] = (), *, in_binary: bool = True) -> Counts:
    """Return the counts. ``first`` are questions to look at first; other ways to write a sheet come to the same numbers."""
    diagrams = Diagrams(rules.answers, first, in_binary=in_binary)
    whole = diagrams.whole()
    sheets = left = diagrams.count(whole)
    by_level = {}
    for level, region, rest in regions(diagrams, rules, whole):
        # What is remembered of each node while counting takes most of the memory: the smaller part is counted.
        by_level[level] = diagrams.count(region) if len(region) <= len(rest) else left - diagrams.count(rest)
        left -= by_level[level]
    return Counts(sheets, by_level)


def regions(diagrams: Diagrams, rules: RuleEncoding, within: Any) -> Iterator[tuple[Level, Any, Any]]:
    """Yield the diagram of the sheets ``within`` of each level, worst level first, and that of those that are milder."""
    undecided = within
    *others, mildest = sorted(Level, key=lambda one: -one.rank)
    for level in others:
        cases = [
            diagrams.of(rules.fired[branch.id])
            for branch in rules.universe.outcomes
            if branch.then.disposition and branch.then.disposition.level is level
        ]
        left = undecided
        for case in sorted(cases, key=len):
            left &= ~case
        yield level, undecided & ~left, left
        undecided = left
    yield mildest, undecided, undecided & ~undecided


def _new_manager() -> Any:
    """Return a manager of diagrams that keeps the order in which variables are declared.

    Raises:
        ProofExtraMissing: the library is not installed.
    """
    try:
        from dd import cudd
    except ImportError as error:
        raise ProofExtraMissing from error
    manager = cudd.BDD(memory_estimate=_BYTES_AT_MOST)
    manager.configure(reordering=False, max_cache_hard=_MOST_REMEMBERED)
    return manager
