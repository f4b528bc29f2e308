"""The graph of ANDs: equal things are one node, and every literal is what its parts say."""

from __future__ import annotations

from itertools import product

import pytest

from recommender.proof.encoding.graph import FALSE, TRUE, Graph, Literal

WIDTH = 16
# Bit i of the variable number k is bit k of i: together they go through every combination of four.
BITS = [sum((i >> k & 1) << i for i in range(WIDTH)) for k in range(4)]


def four() -> tuple[Graph, list[Literal]]:
    graph = Graph()
    return graph, [graph.variable() for _ in range(4)]


def table(graph: Graph, variables: list[Literal], literal: Literal) -> list[bool]:
    """Return the value of the literal for each combination of the variables."""
    value = graph.evaluate([literal], dict(zip(variables, BITS, strict=True)), WIDTH)[literal]
    return [bool(value >> i & 1) for i in range(WIDTH)]


def combinations() -> list[list[bool]]:
    return [[bool(i >> k & 1) for k in range(4)] for i in range(WIDTH)]


@pytest.mark.parametrize("n", range(6))
def test_at_least_counts(n: int) -> None:
    graph, variables = four()
    assert table(graph, variables, graph.at_least(n, variables)) == [sum(one) >= n for one in combinations()]


def test_every_connective_says_what_its_name_says() -> None:
    graph, (a, b, c, _) = four()
    variables = [a, b, c, _]
    for literal, told in (
        (graph.every((a, -b, c)), lambda a, b, c: a and not b and c),
        (graph.any((a, -b, c)), lambda a, b, c: a or not b or c),
        (graph.implies(a, b), lambda a, b, c: not a or b),
        (graph.same(a, b), lambda a, b, c: a == b),
        (graph.choose(a, b, c), lambda a, b, c: b if a else c),
    ):
        assert table(graph, variables, literal) == [told(*one[:3]) for one in combinations()]


def test_equal_things_are_one_node_and_what_cannot_be_is_false() -> None:
    graph, (a, b, c, _) = four()
    assert graph.every((a, b, c)) == graph.every((c, b, a, b, TRUE))
    assert graph.every((a, -a)) == graph.every((a, FALSE)) == FALSE
    assert graph.every(()) == graph.any((a, -a)) == TRUE
    assert graph.any((a,)) == a


def test_clauses_of_a_cone_hold_exactly_where_its_nodes_are_what_they_are_made_of() -> None:
    graph, (a, b, c, d) = four()
    literal = graph.any((graph.both(a, b), graph.both(-c, d)))
    cone = graph.cone([literal])
    clauses = list(graph.clauses(cone))
    inner = [node for node in cone if graph.parts(node)]
    for values in combinations():
        given = dict(zip((a, b, c, d), values, strict=True))
        told = graph.evaluate(inner, {node: int(value) for node, value in given.items()}, 1)
        holding = [
            guess
            for guess in product((False, True), repeat=len(inner))
            if all(
                any(
                    ({**given, TRUE: True, **dict(zip(inner, guess, strict=True))}[abs(one)]) == (one > 0)
                    for one in clause
                )
                for clause in clauses
            )
        ]
        assert holding == [tuple(bool(told[node]) for node in inner)]
