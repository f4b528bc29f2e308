"""Draws whole sheets at random among all that have something in common: a level, or a case that fires.

Sheets with as many ticks are as likely as each other, however rare what they have in common is among all sheets: nearly every
sheet that is drawn evenly from all is an emergency.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any

from recommender.loaders.answer_order import shipped_answer_order
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Question, QuestionKind
from recommender.proof.counting import Diagrams, digit_name, regions, tick_name
from recommender.proof.encoding.answers import Answers, new_ticks
from recommender.proof.encoding.graph import Graph
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import Universe
from recommender.proof.person import answer_of

Sheet = Mapping[str, Answer]


class Ticks(StrEnum):
    """How many boxes are ticked in lists: as many as it comes, about half of them, or hardly more than must be."""

    MANY = "many"
    FEW = "few"

    @property
    def odds(self) -> int:
        """Return how many times less likely each further tick makes a sheet."""
        return 1 if self is Ticks.MANY else 200


class Population:
    """Every whole sheet of one rule set."""

    def __init__(self, content: Content) -> None:
        self.universe = Universe(content)
        graph = Graph()
        answers = Answers(self.universe, graph, new_ticks(self.universe, graph))
        self.rules = RuleEncoding(answers)
        self.diagrams = Diagrams(answers, shipped_answer_order().counted_in)

    @cached_property
    def everybody(self) -> Any:
        return self.diagrams.whole()

    @cached_property
    def _by_level(self) -> Mapping[Level, Any]:
        return {level: region for level, region, _ in regions(self.diagrams, self.rules, self.everybody)}

    def of_level(self, level: Level) -> Any:
        """Return the sheets of a level."""
        return self._by_level[level]

    def of_case(self, case: str) -> Any:
        """Return the sheets on which a case fires, or any case of a rule, by its id.

        Raises:
            KeyError: there is none of that id before a routine is put together.
        """
        fired = [self.rules.fired[one.id] for one in self.universe.before_assembly if case in (one.id, one.rule_id)]
        if not fired:
            raise KeyError(case)
        return self.everybody & self.diagrams.of(self.rules.graph.any(fired))

    def draw(self, sheets: Any, ticks: Ticks, chance: random.Random) -> Iterator[Sheet]:
        """Yield sheets out of some, one after another without end; none where there are none."""
        if sheets != self.diagrams.ends[1]:
            draw = _Draw(self.diagrams, sheets, ticks.odds)
            while True:
                bits = draw.one(chance)
                yield {
                    question.id: answer
                    for question in self.universe.questions
                    if (answer := self._read(question, bits)) is not None
                }

    def _read(self, question: Question, bits: Mapping[str, bool]) -> Answer | None:
        values = self.universe.values(question.id)
        if question.kind is QuestionKind.MANY:
            given = [value for value in values if bits[tick_name(question.id, value)]]
        else:
            digits = range(len(values).bit_length())
            code = sum(1 << place for place in digits if bits[digit_name(question.id, place)])
            given = [values[code - 1]] if code else []
        return answer_of(question, given) if given else None


class _Draw:
    """One region, with how much weight lies below each node of its diagram."""

    def __init__(self, diagrams: Diagrams, region: Any, odds: int) -> None:
        self._names = diagrams.names
        self._region = region
        self._true, self._false = diagrams.ends
        self._place = {name: place for place, name in enumerate(self._names)}
        signs = _signs(diagrams.answers.universe)
        self._no = [
            odds if name in signs else 1 for name in self._names
        ]  # the weight of an open box beside 1 for a tick
        self._after = [1]  # the weight of all choices from a place to the end
        for weight in reversed(self._no):
            self._after.append(self._after[-1] * (weight + 1))
        self._after.reverse()
        self._below: dict[int, int] = {}

    def one(self, chance: random.Random) -> dict[str, bool]:
        """Return one assignment of the region, drawn by weight."""
        bits: dict[str, bool] = {}
        node = self._region
        for place, name in enumerate(self._names):
            no = self._no[place]
            if self._of(node) > place:
                bits[name] = chance.randrange(no + 1) >= no
                continue
            low, high = self._branches(node)
            weights = (no * self._weight(low, place + 1), self._weight(high, place + 1))
            bits[name] = chance.randrange(sum(weights)) >= weights[0]
            node = high if bits[name] else low
        return bits

    def _of(self, node: Any) -> int:
        return len(self._names) if node in (self._true, self._false) else self._place[node.var]

    def _branches(self, node: Any) -> tuple[Any, Any]:
        return (~node.low, ~node.high) if node.negated else (node.low, node.high)

    def _weight(self, node: Any, place: int) -> int:
        """Return the weight of all assignments from a place on that lead from the node to the end that holds."""
        if node == self._false:
            return 0
        if node == self._true:
            return self._after[place]
        key, own = int(node), self._of(node)
        if key not in self._below:
            low, high = self._branches(node)
            self._below[key] = self._no[own] * self._weight(low, own + 1) + self._weight(high, own + 1)
        return self._below[key] * (self._after[place] // self._after[own])


def _signs(universe: Universe) -> frozenset[str]:
    """Return the boxes of lists but those that stand alone: ticking one of these says that nothing else fits."""
    return frozenset(
        tick_name(question.id, option.id)
        for question in universe.questions
        if question.kind is QuestionKind.MANY
        for option in question.options
        if not option.exclusive
    )
