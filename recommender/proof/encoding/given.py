"""Answers given together, in the language of the tables of the package, as literals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recommender.models.forbidden import MAIN, MAIN_PLACE, PLACES, Given, Pattern
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.graph import Literal


class GivenEncoding:
    """What the tables of the package read of a sheet, as the last check reads it."""

    def __init__(self, answers: Answers, patterns: Mapping[str, Pattern]) -> None:
        self._answers = answers
        self._patterns = patterns
        self._graph = answers.graph

    def speaks_of(self, when: Iterable[Given], unless: Iterable[Given]) -> Literal:
        """Return that one of the first fits the person, and none of the second."""
        return self._graph.both(self._graph.any(map(self.gives, when)), -self._graph.any(map(self.gives, unless)))

    def gives(self, given: Given) -> Literal:
        return self._graph.every(
            (
                *(self._graph.any(self._tick(*pair) for pair in pairs) for pairs in given.one_of_each),
                *(self._is(name) for name in given.patterns),
                *(self._number(name, wanted) for name, wanted in given.numbers.items()),
                *(-self._tick(*pair) for pair in given.none_of),
            )
        )

    def _is(self, name: str) -> Literal:
        pattern = self._patterns[name]
        return self._graph.at_least(pattern.at_least, [self.gives(given) for given in pattern.of])

    def _number(self, name: str, wanted: range) -> Literal:
        return self._answers.number(name, wanted.start, wanted.stop - 1)

    def _tick(self, question: str, option: str) -> Literal:
        if question != MAIN_PLACE:
            return self._answers.tick(question, option)
        places = self._answers.universe.values(PLACES)
        others = (-self._answers.tick(PLACES, place) for place in places if place != option)
        alone = self._graph.every((-self._answers.is_answered(MAIN), self._answers.tick(PLACES, option), *others))
        return self._graph.either(self._answers.tick(MAIN, option), alone)
