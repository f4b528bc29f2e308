"""What is certain already, whatever is answered to the questions that are still open: conditions on two rails.

A condition is surely true, surely false, or neither yet: the three values of the evaluator, each with a literal of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from recommender.models.conditions import All, AnyOf, AtLeast, Condition, Found, Not
from recommender.models.rules import Branch
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.graph import FALSE, TRUE, Literal


class Rails(NamedTuple):
    """When something is surely so, and when it is surely not so."""

    so: Literal
    not_so: Literal


class Certainty:
    """What is certain on a sheet that is not finished. ``open_questions`` may still be answered where they are not yet."""

    def __init__(self, answers: Answers, open_questions: frozenset[str]) -> None:
        self._answers = answers
        self._graph = answers.graph
        self._open = open_questions
        self._findings: dict[str, Rails] = {}
        for layer in answers.universe.staged.finding_layers:
            worked_out = [(branch, self._rails(branch.when)) for branch in layer]
            for branch, rails in worked_out:
                for finding in branch.then.derive:
                    before = self._findings.get(finding, Rails(FALSE, TRUE))
                    self._findings[finding] = self._either(before, rails)

    def of(self, branch: Branch) -> Literal:
        """Return that the branch fires whatever is answered to the open questions."""
        return self._rails(branch.when).so

    def of_any(self, branches: Iterable[Branch]) -> Literal:
        """Return that one of the branches fires for certain."""
        return self._graph.any(map(self.of, branches))

    def _either(self, first: Rails, second: Rails) -> Rails:
        return Rails(self._graph.either(first.so, second.so), self._graph.both(first.not_so, second.not_so))

    def _rails(self, condition: Condition) -> Rails:
        graph = self._graph
        match condition:
            case Found(finding):
                return self._findings.get(finding, Rails(FALSE, TRUE))
            case Not(part):
                so, not_so = self._rails(part)
                return Rails(not_so, so)
            case All(parts):
                rails = [self._rails(part) for part in parts]
                return Rails(graph.every(one.so for one in rails), graph.any(one.not_so for one in rails))
            case AnyOf(parts):
                rails = [self._rails(part) for part in parts]
                return Rails(graph.any(one.so for one in rails), graph.every(one.not_so for one in rails))
            case AtLeast(n, parts):
                rails = [self._rails(part) for part in parts]
                may_hold = graph.at_least(n, [-one.not_so for one in rails])
                return Rails(graph.at_least(n, [one.so for one in rails]), -may_hold)
            case _:
                return self._atom(condition)

    def _atom(self, atom: Condition) -> Rails:
        """Return the rails of an answer: surely not so only where the question has another answer, or gets none any more."""
        so = self._answers.holds(atom)
        question = getattr(atom, "question", getattr(atom, "subject", None))
        if question not in self._open:
            return Rails(so, -so)
        return Rails(so, self._graph.both(-so, self._answers.is_answered(question)))
