"""Which branches can hold at all: most rules speak of few people, and need not be tested for all the others.

A condition needs one of some answers or findings where it is false without all of them. What needs nothing is always
tested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from recommender.engine.evaluate import Test, View, test_of
from recommender.models.conditions import All, AnyOf, AtLeast, Chosen, Condition, Found, Only
from recommender.models.rules import Branch

# An answer, as question and option, or a finding.
Need = tuple[str, str] | str


def needs(condition: Condition) -> frozenset[Need] | None:
    """Return what the condition needs one of; None where it may hold without any of it."""
    match condition:
        case Chosen(question, options):
            return frozenset((question, option) for option in options)
        case Only(question, option):
            return frozenset([(question, option)])
        case Found(finding):
            return frozenset([finding])
        case All(parts):  # each of them must hold: the one that needs the fewest says the most
            return min(filter(None, map(needs, parts)), key=len, default=None)
        case AnyOf(parts):
            return _one_of(parts)
        case AtLeast(n, parts) if n > 0:
            return _one_of(parts)
        case _:
            return None


def _one_of(parts: Iterable[Condition]) -> frozenset[Need] | None:
    each = [needs(part) for part in parts]
    return None if None in each else frozenset[Need]().union(*filter(None, each))


class BranchesByNeed:
    """Some branches with their tests, in order."""

    def __init__(self, branches: Iterable[Branch]) -> None:
        self.each: tuple[tuple[Branch, Test], ...] = tuple((branch, test_of(branch.when)) for branch in branches)
        self._without_need: list[int] = []
        self._by_answer: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._by_finding: defaultdict[str, list[int]] = defaultdict(list)
        for place, (branch, _) in enumerate(self.each):
            self._note(place, needs(branch.when))

    def _note(self, place: int, needed: frozenset[Need] | None) -> None:
        if needed is None:
            self._without_need.append(place)
            return
        for need in needed:
            if isinstance(need, str):
                self._by_finding[need].append(place)
            else:
                question, option = need
                self._by_answer[question][option].append(place)

    def holding(self, view: View) -> list[Branch]:
        """Return the branches that hold, whatever is answered to the questions that are open."""
        return [branch for branch, test in self.that_may_hold(view) if test(view)]

    def that_may_hold(self, view: View) -> Iterator[tuple[Branch, Test]]:
        """Yield the branches that hold or may yet do so, and few others, each with its test. All the rest are false."""
        places = set(self._without_need)
        for question, by_option in self._by_answer.items():
            if question in view.open_questions:
                places.update(*by_option.values())
            else:
                for option in view.chosen.get(question, ()):
                    places.update(by_option.get(option, ()))
        for finding, needing in self._by_finding.items():
            if view.findings.get(finding, False) is not False:
                places.update(needing)
        return map(self.each.__getitem__, sorted(places))
