"""A name for a formula that is the same in every run: equal formulas have equal names, whatever else is encoded beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from recommender.proof.encoding.answers import Ticks
from recommender.proof.encoding.graph import TRUE, Graph, Literal

_DIGITS = 16


class Fingerprints:
    """Names the formulas of one graph by the answers that they are made of."""

    def __init__(self, graph: Graph, ticks: Ticks) -> None:
        self._graph = graph
        self._of_node = {TRUE: _hashed("true")}
        self.name(ticks)

    def name(self, ticks: Ticks) -> None:
        """Let more variables be called by what they stand for."""
        named = {node: _hashed("answer", f"{name}={value}") for (name, value), node in ticks.items()}
        self._of_node = {**named, **self._of_node}

    def of(self, *parts: str | Literal) -> str:
        """Return the name of words and literals together, in their order: 16 hexadecimal digits."""
        return _hashed(*(part if isinstance(part, str) else self._literal(part) for part in parts))[:_DIGITS]

    def _literal(self, literal: Literal) -> str:
        for node in self._graph.cone([literal]):
            if node not in self._of_node:
                parts = self._graph.parts(node)
                assert parts is not None, "a literal hangs on something that is no answer"
                self._of_node[node] = _hashed("and", *sorted(map(self._signed, parts)))
        return self._signed(literal)

    def _signed(self, literal: Literal) -> str:
        return f"{'+' if literal > 0 else '-'}{self._of_node[abs(literal)]}"


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(_parts(parts)).encode()).hexdigest()


def _parts(parts: Iterable[str]) -> Iterable[str]:
    """Yield each part with its length, so that no two lists of parts come to the same text."""
    return (f"{len(part)}:{part}" for part in parts)
