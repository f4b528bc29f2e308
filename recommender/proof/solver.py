"""A SAT solver over the graph: can these literals hold together, for any person at all?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from recommender.errors import RecommenderError
from recommender.proof.encoding.graph import FALSE, TRUE, Graph, Literal

EXTRA = "proof"
_SOLVER = "cadical153"


class ProofExtraMissing(RecommenderError):
    """What proves is not installed."""

    def __init__(self) -> None:
        super().__init__(f"Proving needs a solver: pip install 'back-routine-recommender[{EXTRA}]'.")


class Solver:
    """Asks about sheets of which everything ``required`` holds. Asking again costs little: what was learnt is kept.

    What cannot hold together is not even asked again: nothing that is told later makes it possible.

    ``questions`` counts what was asked.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._solver = _new_solver()
        self._told: set[int] = {abs(TRUE)}
        self._solver.add_clause([TRUE])
        self._model: frozenset[int] | None = frozenset()
        self._never: dict[frozenset[Literal], frozenset[Literal]] = {}
        self._against: frozenset[Literal] = frozenset()
        self.questions = 0
        self.clauses = 1

    def require(self, literal: Literal) -> None:
        """Let the literal hold on every sheet that is asked about from now on."""
        self._tell([literal])
        self._solver.add_clause([literal])
        self.clauses += 1

    def can_hold(self, *literals: Literal) -> bool:
        """Return whether all of the literals hold together on some sheet; ``is_true`` then speaks of such a sheet."""
        if FALSE in literals:
            self._against = frozenset()
            return False
        asked = [literal for literal in literals if literal != TRUE]
        key = frozenset(asked)
        if key in self._never:
            self._model, self._against = frozenset(), self._never[key]
            return False
        self._tell(asked)
        answer = bool(self._solver.solve(assumptions=asked))
        self.questions += 1
        self._model = None if answer else frozenset()
        if not answer:
            self._against = self._never[key] = frozenset(self._solver.get_core() or ())
        return answer

    def each_that_can_hold(self, named: Mapping[str, Literal], *given: Literal) -> list[str]:
        """Return the names of the literals that can hold beside what is given, in their order."""
        waiting = {name: literal for name, literal in named.items() if literal != FALSE}
        possible = set(waiting)
        while waiting and self.can_hold(*given, self._graph.any(waiting.values())):
            for name in [name for name, literal in waiting.items() if self.is_true(literal)]:
                del waiting[name]
        return [name for name in named if name in possible and name not in waiting]

    def against(self) -> frozenset[Literal]:
        """Return some of the literals last asked about that cannot hold together: the last answer was no."""
        return self._against

    def is_true(self, literal: Literal) -> bool:
        """Return whether a literal that was asked about holds on the sheet that was found last."""
        if self._model is None:
            self._model = frozenset(one for one in self._solver.get_model() if one > 0)
        return literal in self._model if literal > 0 else -literal not in self._model

    def _tell(self, literals: Iterable[Literal]) -> None:
        """Tell the solver of what the literals are made, where it does not know yet."""
        waiting, new = [abs(literal) for literal in literals], []
        while waiting:
            node = waiting.pop()
            if node not in self._told:
                self._told.add(node)
                new.append(node)
                waiting += [abs(part) for part in self._graph.parts(node) or ()]
        for clause in self._graph.clauses(new):
            self._solver.add_clause(clause)
            self.clauses += 1


def _new_solver() -> Any:
    """Return the solver of the library, which is looked for only now.

    Raises:
        ProofExtraMissing: it is not installed.
    """
    try:
        from pysat.solvers import Solver as Library
    except ImportError as error:
        raise ProofExtraMissing from error
    return Library(name=_SOLVER)
