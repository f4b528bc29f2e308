"""Which rows of the table of forbidden movements can speak of somebody at all: most need an answer that few people give.

A row is tried unless it surely says nothing, so that what it says is worked out in one place only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.models.forbidden import ForbiddenMoves, Given, Pattern

# A question and one option of it.
Pair = tuple[str, str]


class RowsByAnswer:
    """Rows by the answers of which one must be given before they say anything; those that need none are tried for all."""

    def __init__(self, rows: Sequence[ForbiddenMoves], patterns: Mapping[str, Pattern]) -> None:
        self._rows = rows
        self._patterns = patterns
        self._without_need: list[int] = []
        self._by_answer: defaultdict[Pair, list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            needed = self._needed_by_any(row.when)
            if needed is None:
                self._without_need.append(place)
            for answer in needed or ():
                self._by_answer[answer].append(place)

    def that_may_speak(self, answers: Iterable[Pair]) -> list[ForbiddenMoves]:
        """Return every row that speaks of somebody with these answers, and few others, in their order."""
        places = set(self._without_need)
        for answer in answers:
            places.update(self._by_answer.get(answer, ()))
        return [self._rows[place] for place in sorted(places)]

    def _needed_by_any(self, given: Iterable[Given]) -> frozenset[Pair] | None:
        """Return answers of which one must be given for any of these to hold; None where one may hold without."""
        each = [self._needed(one) for one in given]
        needed = [answers for answers in each if answers is not None]
        return frozenset[Pair]().union(*needed) if len(needed) == len(each) else None

    def _needed(self, given: Given) -> frozenset[Pair] | None:
        """Return answers of which one must be given for this to hold: it asks for one of each group, and for its patterns."""
        for answers in given.one_of_each:
            return answers
        for name in given.patterns:
            pattern = self._patterns[name]
            return self._needed_by_any(pattern.of) if pattern.at_least > 0 else None
        return None
