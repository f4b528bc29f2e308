"""Compile the condition tree to durable_rules: wide facts in shards, negations pushed to the atoms.

The limits below are those within which the engine was shown to agree with a plain evaluator (conditions pending at one
tree level, properties of one fact, groups of one condition); a shard never exceeds them for any intake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from recommender.engine.evaluate import View, evaluate
from recommender.errors import ContentError, Fault
from recommender.models.conditions import All, Always, AnyOf, AtLeast, Atom, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import Questionnaire
from recommender.models.rules import Branch

SHARD_WIDTH = 60
SHARD_PROPERTIES = 240
GROUPS_AT_MOST = 12
UNANSWERED = "~"

Value = str | int | bool
Reader = Callable[[View], Value | None]
Expression = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shard:
    """Rules that share one wide fact. ``rules`` maps engine rule names to branch ids."""

    group: str
    engine_rules: dict[str, Expression]
    branch_of: dict[str, str]
    readers: dict[str, Reader]

    def fact(self, view: View) -> dict[str, Value]:
        """Return the fact that holds what the rules of this shard read, and nothing else."""
        fact: dict[str, Value] = {"_g": self.group}
        for name, read in self.readers.items():
            value = read(view)
            if value is not None:
                fact[name] = value
        return fact


@dataclass(frozen=True, slots=True)
class _Piece:
    """One engine rule to be: its expression (None: always), its width, its number of groups and what it reads."""

    branch: Branch
    expression: Expression | None
    width: int
    readers: dict[str, Reader]


def compile_stage(stage: str, branches: Iterable[Branch], questionnaire: Questionnaire) -> tuple[Shard, ...]:
    """Return the shards of one stage, filled in the order of the branches.

    Raises:
        ContentError: a condition too wide for the engine.
    """
    compiler = _Compiler(questionnaire)
    pieces = [piece for branch in branches for piece in compiler.pieces(branch)]
    shards: list[list[_Piece]] = [[]]
    for piece in pieces:
        names = {name for other in shards[-1] for name in other.readers} | set(piece.readers)
        if sum(other.width for other in shards[-1]) + piece.width > SHARD_WIDTH or len(names) > SHARD_PROPERTIES:
            shards.append([])
        shards[-1].append(piece)
    return tuple(_shard(f"{stage}.{number}", content) for number, content in enumerate(shards) if content)


def _shard(group: str, pieces: list[_Piece]) -> Shard:
    rules: dict[str, Expression] = {}
    branch_of: dict[str, str] = {}
    readers: dict[str, Reader] = {}
    for number, piece in enumerate(pieces):
        name = f"r{group}_{number}"
        only = {"_g": group}
        rules[name] = {"all": [{"m": {"$and": [only, piece.expression]} if piece.expression else only}]}
        branch_of[name] = piece.branch.id
        readers.update(piece.readers)
    return Shard(group, rules, branch_of, readers)


class _Compiler:
    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._counted = 0

    def pieces(self, branch: Branch) -> list[_Piece]:
        """Return the branch as one engine rule, or as one for each alternative where one would be too wide."""
        readers: dict[str, Reader] = {}
        expression, width = self._expression(branch.when, positive=True, readers=readers)
        if expression is None or (width <= SHARD_WIDTH and _groups(expression) <= GROUPS_AT_MOST):
            return [_Piece(branch, expression, max(width, 1), readers)]
        if "$or" not in expression:
            raise ContentError(
                [
                    Fault(
                        branch.rule_id,
                        branch.line,
                        "condition is too wide for the engine. Derive a finding for part of it.",
                    )
                ]
            )
        alternatives = []
        for part in expression["$or"]:
            width, groups = _width(part), _groups(part)
            if width > SHARD_WIDTH or groups > GROUPS_AT_MOST:
                raise ContentError(
                    [
                        Fault(
                            branch.rule_id,
                            branch.line,
                            "condition is too wide for the engine. Derive a finding for part of it.",
                        )
                    ]
                )
            alternatives.append(_Piece(branch, part, width, {name: readers[name] for name in _names(part)}))
        return alternatives

    def _expression(
        self, condition: Condition, *, positive: bool, readers: dict[str, Reader]
    ) -> tuple[Expression | None, int]:
        """Return the expression (None: no constraint) and its width; ``positive`` False compiles the negation."""
        match condition:
            case Always():
                if not positive:
                    raise ValueError("a condition that never holds has no expression")
                return None, 0
            case Not(part):
                return self._expression(part, positive=not positive, readers=readers)
            case All(parts) | AnyOf(parts):
                operator = "$and" if isinstance(condition, All) == positive else "$or"
                return self._group(operator, parts, positive, readers)
            case AtLeast(n, parts):
                self._counted += 1
                name = f"#{self._counted}"
                readers[name] = lambda view: sum(evaluate(part, view) is True for part in parts)
                return ({"$gte": {name: n}} if positive else {"$lt": {name: n}}), 1
            case _:
                expression = self._atom(condition, positive, readers)
                return expression, _width(expression)

    def _group(
        self, operator: str, parts: tuple[Condition, ...], positive: bool, readers: dict[str, Reader]
    ) -> tuple[Expression | None, int]:
        members: list[Expression] = []
        for part in parts:
            expression, _ = self._expression(part, positive=positive, readers=readers)
            if expression is None:
                if operator == "$or":
                    return None, 0
                continue
            members.extend(expression[operator] if operator in expression else [expression])
        if not members:
            return None, 0
        expression = members[0] if len(members) == 1 else {operator: members}
        return expression, _width(expression)

    def _atom(self, atom: Atom, positive: bool, readers: dict[str, Reader]) -> Expression:
        match atom:
            case Found(finding):
                name = f"!{finding}"
                readers[name] = lambda view: view.findings.get(finding) is True
                return {name: positive}
            case Number(subject, low, high):
                return _number(subject, low, high, positive, readers)
            case Only(question, option):
                name = f"{question}=only:{option}"
                readers[name] = lambda view: view.intake.chosen(question) == (option,)
                return {name: positive}
            case Chosen(question, options) if self._questionnaire.questions[question].kind == "many":
                members: list[Expression] = []
                for option in options:
                    readers[f"{question}:{option}"] = _ticked(question, option)
                    members.append({f"{question}:{option}": positive})
                return _joined("$or" if positive else "$and", members)
            case Chosen(question, options):
                readers[question] = lambda view: next(iter(view.intake.chosen(question)), UNANSWERED)
                if positive:
                    return _joined("$or", [{question: option} for option in options])
                return _joined("$and", [{"$neq": {question: option}} for option in options])


def _ticked(question: str, option: str) -> Reader:
    return lambda view: option in view.intake.chosen(question)


def _number(subject: str, low: int | None, high: int | None, positive: bool, readers: dict[str, Reader]) -> Expression:
    given = f"{subject}?"
    readers[subject] = lambda view: view.intake.number(subject)
    readers[given] = lambda view: view.intake.number(subject) is not None
    if positive:
        bounds = [{"$gte": {subject: low}}] if low is not None else []
        bounds += [{"$lte": {subject: high}}] if high is not None else []
        return _joined("$and", bounds or [{given: True}])
    outside: list[Expression] = [{given: False}]
    outside += [{"$lt": {subject: low}}] if low is not None else []
    outside += [{"$gt": {subject: high}}] if high is not None else []
    return _joined("$or", outside)


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


def _names(expression: Expression) -> set[str]:
    """Return every property that an expression reads."""
    for operator in ("$and", "$or"):
        if operator in expression:
            return set().union(*(_names(member) for member in expression[operator]))
    key, value = next(iter(expression.items()))
    return {next(iter(value))} if isinstance(value, dict) else {key}
