"""Compile the condition tree to durable_rules: wide facts in shards, negations pushed to the atoms.

The limits below are those within which the engine was shown to agree with a plain evaluator (conditions pending at one
tree level, properties of one fact, groups of one condition); a shard never exceeds them for any intake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

from recommender.engine.properties import Properties
from recommender.errors import ContentError, Fault
from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.rules import Branch

SHARD_WIDTH = 60
SHARD_PROPERTIES = 240
GROUPS_AT_MOST = 12
COMBINATIONS_AT_MOST = 12  # of an "at least": written out up to here, counted beyond

Expression = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CountedPart:
    """One of the conditions that an "at least" counts: the property that holds the count, and which condition it is."""

    count: str
    number: int


@dataclass(frozen=True, slots=True)
class Shard:
    """Rules that share one wide fact. ``stands_for`` maps engine rule names to branch ids, or to what is counted."""

    group: str
    engine_rules: Mapping[str, Expression]
    stands_for: Mapping[str, str | CountedPart]
    names: tuple[str, ...]

    def fact(self, texts: Mapping[str, str], session: str) -> str:
        """Return the fact, as JSON, that holds what the rules of this shard read, and nothing else."""
        read = "".join([texts[name] for name in self.names])
        return f'{{"sid":"{session}","id":"{self.group}","_g":"{self.group}"{read}}}'


# Shards whose facts may be told at once.
Wave = tuple[Shard, ...]


@dataclass(frozen=True, slots=True)
class _EngineRule:
    """One engine rule to be: its expression ({}: always), its width, and the properties that it reads."""

    stands_for: str | CountedPart
    expression: Expression
    width: int
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Count:
    """A count of conditions. ``wave`` is the one in which they are looked at; whoever reads the count comes later."""

    name: str
    wave: int
    pieces: tuple[_EngineRule, ...]


def compile_stage(stage: str, branches: Iterable[Branch], properties: Properties) -> tuple[Wave, ...]:
    """Return the shards of one stage in the order in which their facts must be told, filled in the order of the branches.

    The branches are those of the last wave. Waves before it only look at conditions that are counted: how many of each
    count fired must be told with the facts of the waves after it.

    Raises:
        ContentError: a condition too wide for the engine.
    """
    compiler = _Compiler(stage, properties)
    pieces = [piece for branch in branches for piece in compiler.pieces(branch)]
    last = max((count.wave + 1 for count in compiler.counts), default=0)
    waves = [
        [piece for count in compiler.counts if count.wave == wave for piece in count.pieces] for wave in range(last)
    ]
    return tuple(_shards(f"{stage}.{number}", wave) for number, wave in enumerate([*waves, pieces]))


def _shards(wave: str, pieces: Iterable[_EngineRule]) -> Wave:
    shards: list[list[_EngineRule]] = [[]]
    for piece in pieces:
        names = piece.names.union(*(other.names for other in shards[-1]))
        if sum(other.width for other in shards[-1]) + piece.width > SHARD_WIDTH or len(names) > SHARD_PROPERTIES:
            shards.append([])
        shards[-1].append(piece)
    return tuple(_shard(f"{wave}.{number}", content) for number, content in enumerate(shards) if content)


def _shard(group: str, pieces: list[_EngineRule]) -> Shard:
    rules: dict[str, Expression] = {}
    stands_for: dict[str, str | CountedPart] = {}
    for number, piece in enumerate(pieces):
        name = f"r{group}_{number}"
        only = {"_g": group}
        rules[name] = {"all": [{"m": {"$and": [only, piece.expression]} if piece.expression else only}]}
        stands_for[name] = piece.stands_for
    names: frozenset[str] = frozenset().union(*(piece.names for piece in pieces))
    return Shard(group, rules, stands_for, tuple(sorted(names)))


class _TooWide(Exception):
    """The engine cannot hold the condition in one rule, nor in one rule for each alternative."""


class _Compiler:
    def __init__(self, stage: str, properties: Properties) -> None:
        self._stage = stage
        self._properties = properties
        self._counts: dict[tuple[Condition, ...], _Count] = {}

    @property
    def counts(self) -> Sequence[_Count]:
        return tuple(self._counts.values())

    def pieces(self, branch: Branch) -> list[_EngineRule]:
        """Return the branch as one engine rule, or as one for each alternative where one would be too wide.

        A small "at least" is written out, unless that makes the whole too wide.
        """
        for combinations_at_most in (COMBINATIONS_AT_MOST, 0):
            with suppress(_TooWide):
                return [_piece(branch.id, own) for own in self._alternatives(branch.when, combinations_at_most)]
        told = "condition is too wide for the engine. Derive a finding for part of it."
        raise ContentError([Fault(branch.rule_id, branch.line, told)])

    def _alternatives(self, condition: Condition, combinations_at_most: int) -> list[Expression]:
        """Return the expressions any of which is enough: none if the condition never holds, {} if it always does."""
        expression = self._expression(condition, True, combinations_at_most)
        if isinstance(expression, bool):
            return [{}] if expression else []
        alternatives = [expression] if _fits(expression) else expression.get("$or", [expression])
        if not all(map(_fits, alternatives)):
            raise _TooWide
        return alternatives

    def _expression(self, condition: Condition, positive: bool, combinations_at_most: int) -> Expression | bool:
        """Return the expression, or whether it holds for everyone or nobody; ``positive`` False compiles the negation."""
        match condition:
            case Always():
                return positive
            case Not(part):
                return self._expression(part, not positive, combinations_at_most)
            case All(parts) | AnyOf(parts):
                operator = "$and" if isinstance(condition, All) == positive else "$or"
                return self._group(operator, parts, positive, combinations_at_most)
            case AtLeast(n, parts):
                return self._at_least(n, parts, positive, combinations_at_most)
            case Found(finding):
                return {self._properties.finding(finding): positive}
            case Number(subject, low, high):
                return self._number(subject, low, high, positive)
            case Only(question, option):
                return {self._properties.alone(question, option): positive}
            case Chosen(question, options):
                return self._chosen(question, options, positive)

    def _group(
        self, operator: str, parts: Iterable[Condition], positive: bool, combinations_at_most: int
    ) -> Expression | bool:
        decisive = operator == "$or"  # the value of one part that is the value of the whole
        members: list[Expression] = []
        for part in parts:
            expression = self._expression(part, positive, combinations_at_most)
            if not isinstance(expression, bool):
                members.extend(expression.get(operator, [expression]))
            elif expression is decisive:
                return decisive
        return _joined(operator, members) if members else not decisive

    def _at_least(
        self, n: int, parts: tuple[Condition, ...], positive: bool, combinations_at_most: int
    ) -> Expression | bool:
        """Return each way in which enough of the parts hold; where these are many, the engine counts first."""
        if comb(len(parts), n) > combinations_at_most:
            count = self._count(parts)
            return {"$gte": {count: n}} if positive else {"$lt": {count: n}}
        # Fewer than n hold where all but n - 1 do not.
        signed = parts if positive else tuple(map(Not, parts))
        enough = n if positive else len(parts) - n + 1
        return self._group("$or", map(All, combinations(signed, enough)), True, combinations_at_most)

    def _count(self, parts: tuple[Condition, ...]) -> str:
        """Return the property that holds how many of the parts fired. Equal lists of parts are counted once."""
        if parts not in self._counts:
            looked_at = [self._alternatives(part, 0) for part in parts]  # before the count is noted: it may be refused
            name = self._properties.count(f"{self._stage}_{len(self._counts)}")
            pieces = tuple(
                _piece(CountedPart(name, number), own) for number, part in enumerate(looked_at) for own in part
            )
            read = {name for piece in pieces for name in piece.names}
            wave = max((other.wave + 1 for other in self.counts if other.name in read), default=0)
            self._counts[parts] = _Count(name, wave, pieces)
        return self._counts[parts].name

    def _number(self, subject: str, low: int | None, high: int | None, positive: bool) -> Expression:
        number, given = self._properties.number(subject)
        if positive:
            bounds = [{"$gte": {number: low}}] if low is not None else []
            bounds += [{"$lte": {number: high}}] if high is not None else []
            return _joined("$and", bounds or [{given: True}])
        outside: list[Expression] = [{given: False}]
        outside += [{"$lt": {number: low}}] if low is not None else []
        outside += [{"$gt": {number: high}}] if high is not None else []
        return _joined("$or", outside)

    def _chosen(self, question: str, options: tuple[str, ...], positive: bool) -> Expression:
        if self._properties.is_many(question):
            ticks = [{self._properties.tick(question, option): positive} for option in options]
            return _joined("$or" if positive else "$and", ticks)
        name = self._properties.choice(question)
        if positive:
            return _joined("$or", [{name: option} for option in options])
        return _joined("$and", [{"$neq": {name: option}} for option in options])


def _piece(stands_for: str | CountedPart, expression: Expression) -> _EngineRule:
    return _EngineRule(stands_for, expression, _width(expression), _names(expression))


def _fits(expression: Expression) -> bool:
    is_narrow = _width(expression) <= SHARD_WIDTH and len(_names(expression)) <= SHARD_PROPERTIES
    return is_narrow and _groups(expression) <= GROUPS_AT_MOST


def _joined(operator: str, members: list[Expression]) -> Expression:
    return members[0] if len(members) == 1 else {operator: members}


def _width(expression: Expression) -> int:
    """Return how many conditions one fact can leave pending at one level of the engine's tree."""
    if "$or" in expression:
        return sum(_width(member) for member in expression["$or"])
    if "$and" in expression:
        return 1 + sum(_width(member) - 1 for member in expression["$and"])
    return 1


def _groups(expression: Expression) -> int:
    for operator in ("$and", "$or"):
        if operator in expression:
            return 1 + sum(_groups(member) for member in expression[operator])
    return 0


def _names(expression: Expression) -> frozenset[str]:
    """Return every property that an expression reads."""
    names: set[str] = set()
    for key, value in expression.items():
        if key in ("$and", "$or"):
            names.update(*map(_names, value))
        else:
            names.update(value if isinstance(value, dict) else (key,))
    return frozenset(names)
