"""A graph of ANDs in which equal things are one node: the ground on which solver, counter and evaluator stand.

A literal is a whole number: a node, or with a minus its negation. Rules that say the same have the same literal, and so
what a change does not touch is seen at once to be the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

Literal = int
TRUE: Literal = 1
FALSE: Literal = -1


class Graph:
    """Holds every node once. A node is a variable, or the AND of the literals that it is made of."""

    def __init__(self) -> None:
        self._parts: list[tuple[Literal, ...] | None] = [None, ()]
        self._known: dict[tuple[Literal, ...], Literal] = {}

    def __len__(self) -> int:
        return len(self._parts) - 1

    def variable(self) -> Literal:
        """Return a new variable."""
        self._parts.append(None)
        return len(self._parts) - 1

    def parts(self, node: int) -> tuple[Literal, ...] | None:
        """Return the literals of which the node is the AND; None for a variable."""
        return self._parts[node]

    def every(self, literals: Iterable[Literal]) -> Literal:
        """Return the AND of the literals; TRUE of none."""
        parts: set[Literal] = set()
        for literal in literals:
            if literal == FALSE or -literal in parts:
                return FALSE
            if literal != TRUE:
                parts.add(literal)
        if len(parts) < 2:
            return parts.pop() if parts else TRUE
        key = tuple(sorted(parts))
        node = self._known.get(key)
        if node is None:
            self._parts.append(key)
            node = self._known[key] = len(self._parts) - 1
        return node

    def any(self, literals: Iterable[Literal]) -> Literal:
        """Return the OR of the literals; FALSE of none."""
        return -self.every(-literal for literal in literals)

    def both(self, first: Literal, second: Literal) -> Literal:
        return self.every((first, second))

    def either(self, first: Literal, second: Literal) -> Literal:
        return self.any((first, second))

    def implies(self, first: Literal, second: Literal) -> Literal:
        return self.any((-first, second))

    def same(self, first: Literal, second: Literal) -> Literal:
        return self.both(self.implies(first, second), self.implies(second, first))

    def choose(self, which: Literal, if_so: Literal, if_not: Literal) -> Literal:
        """Return the one literal where ``which`` holds, else the other."""
        return self.any((self.both(which, if_so), self.both(-which, if_not)))

    def at_least(self, n: int, literals: Collection[Literal]) -> Literal:
        """Return that so many of the literals hold."""
        if n <= 0:
            return TRUE
        counted = [TRUE, *[FALSE] * n]  # counted[k]: at least k of those seen so far
        for literal in literals:
            for k in range(n, 0, -1):
                counted[k] = self.either(counted[k], self.both(literal, counted[k - 1]))
        return counted[n]

    def cone(self, literals: Iterable[Literal]) -> list[int]:
        """Return every node on which the literals hang, each after those of which it is made."""
        seen: set[int] = set()
        waiting = [abs(literal) for literal in literals]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += [abs(part) for part in self._parts[node] or ()]
        return sorted(seen)

    def clauses(self, nodes: Iterable[int]) -> Iterator[list[Literal]]:
        """Yield clauses that say of each node what it is made of."""
        for node in nodes:
            parts = self._parts[node]
            if parts is None:
                continue
            yield from ([-node, part] for part in parts)
            yield [node, *(-part for part in parts)]

    def evaluate(self, literals: Collection[Literal], given: Mapping[int, int], width: int) -> dict[Literal, int]:
        """Return the value of each literal on ``width`` sheets at once: bit i is its value on sheet i.

        ``given`` has the bits of each variable; a variable that is not there is false on every sheet.
        """
        full = (1 << width) - 1
        values = {TRUE: full}
        for node in self.cone(literals):
            parts = self._parts[node]
            if parts is None:
                values[node] = given.get(node, 0)
                continue
            value = full
            for part in parts:
                value &= values[part] if part > 0 else full ^ values[-part]
            values[node] = value
        return {one: values[one] if one > 0 else full ^ values[-one] for one in literals}
