"""The condition of a branch in words, with the questionnaire's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from recommender.models.conditions import (
    All,
    AnyOf,
    AtLeast,
    Chosen,
    Condition,
    Found,
    Not,
    Number,
    Only,
    children,
)
from recommender.models.questionnaire import QuestionKind, Questionnaire
from recommender.models.rules import Branch
from recommender.rulebook.labels import Names
from recommender.rulebook.sentence_parts import PartKind, Parts, counted_list, joined, listed, plain, text, word


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of a condition: a statement, or a heading such as 'any of these' over clauses of its own.

    ``joint`` is what joins the clauses below in a sentence; None if the heading is needed to understand them.
    """

    parts: Parts
    under: tuple[Clause, ...] = ()
    joint: str | None = None


class Conditions:
    """Writes conditions as clauses, and clauses as one line."""

    def __init__(self, names: Names, questionnaire: Questionnaire) -> None:
        self._names = names
        self._questionnaire = questionnaire

    def clause(self, branch: Branch, earlier: Sequence[Branch]) -> Clause:
        """Return when a branch fires. ``earlier`` are the cases of its rule that stand before it."""
        return self._clause(branch.when, [set(_nodes(other.when)) for other in earlier])

    def of(self, condition: Condition) -> Clause:
        """Return a condition that belongs to no case of a rule."""
        return self._clause(condition, [])

    def _clause(self, condition: Condition, earlier: list[set[Condition]]) -> Clause:
        match condition:
            case All(parts) | AnyOf(parts) if len(parts) == 1:
                return self._clause(parts[0], earlier)
            case Not(AnyOf(parts)) if _are_the_cases_before(parts, earlier):
                return Clause(text("no case before this one applies"))
            case All(parts):
                return self._joined("and", parts, earlier)
            case AnyOf(parts):
                return self._any(parts, earlier)
            case AtLeast(n, parts):
                below = [self._clause(part, earlier) for part in parts]
                return Clause(word(f"at least {n} of these"), _with_it(below))
            case Not(part):
                return self._negated(part, earlier)
            case _:
                return Clause(self._atom(condition, negated=False))

    def _joined(self, joint: str, parts: Sequence[Condition], earlier: list[set[Condition]]) -> Clause:
        """Return clauses that are joined by 'and' or 'or'; those of a group inside a like group are its own."""
        below: list[Clause] = []
        for part in parts:
            clause = self._clause(part, earlier)
            below += clause.under if clause.joint == joint else (clause,)
        return Clause(word({"and": "all of these", "or": "any of these"}[joint]), _with_it(below), joint)

    def _any(self, parts: Sequence[Condition], earlier: list[set[Condition]]) -> Clause:
        said = self._one_statement(parts, negated=False)
        return Clause(said) if said else self._joined("or", parts, earlier)

    def _one_statement(self, parts: Sequence[Condition], *, negated: bool) -> Parts:
        """Return a choice of values of one finding, or of options of one question, as one statement; () if it is not."""
        found = [part.finding for part in parts if isinstance(part, Found)]
        values = [finding.partition("=")[2].replace("_", " ") for finding in found]
        if len(found) == len(parts) and len({finding.partition("=")[0] for finding in found}) == 1 and all(values):
            no = word("not") + text(" ") if negated else ()
            return self._names.finding(found[0]) + text(" is ") + no + listed([text(value) for value in values], "or")
        chosen = [part for part in parts if isinstance(part, Chosen)]
        if len(chosen) == len(parts) and len({part.question for part in chosen}) == 1:
            options = tuple(dict.fromkeys(option for part in chosen for option in part.options))
            return self._atom(Chosen(chosen[0].question, options), negated=negated)
        return ()

    def _negated(self, condition: Condition, earlier: list[set[Condition]]) -> Clause:
        match condition:
            case All(parts) | AnyOf(parts) if len(parts) == 1:
                return self._negated(parts[0], earlier)
            case Not(part):
                return self._clause(part, earlier)
            case Chosen() | Only() | Number() | Found():
                return Clause(self._atom(condition, negated=True))
            case AnyOf(parts) if said := self._one_statement(parts, negated=True):
                return Clause(said)
        inner = self._clause(condition, earlier)
        if not inner.under:
            return Clause(word("not") + text(" (") + inner.parts + text(")"))
        headings = {"and": "not all of these", "or": "none of these", None: f"not {plain(inner.parts)}"}
        return Clause(word(headings[inner.joint]), inner.under)

    def _atom(self, atom: Condition, *, negated: bool) -> Parts:
        no = word("not") + text(" ") if negated else ()
        match atom:
            case Chosen(question, options):
                which = listed([self._names.option(question, option) for option in options], "or")
                if self._questionnaire.questions[question].kind is not QuestionKind.MANY:
                    return self._names.subject(question) + text(" is ") + no + which
                verb = text(" does ") + no + text("include ") if negated else text(" includes ")
                return self._names.subject(question) + verb + which
            case Only(question, option):
                only = no + text("only ") + self._names.option(question, option)
                return self._names.subject(question) + text(" is ") + only
            case Number(subject, low, high):
                return self._names.subject(subject) + text(" is ") + no + text(_bounds(low, high))
            case Found(finding) if value := finding.partition("=")[2]:
                return self._names.finding(finding) + text(" is ") + no + text(value.replace("_", " "))
            case Found(finding):
                holds = text(" does ") + no + text("hold") if negated else text(" holds")
                return text("the finding ") + self._names.finding(finding) + holds
        return text("always")


def in_line(clause: Clause, *, inside: bool = False) -> Parts:
    """Return a clause as part of a sentence, with brackets round choices inside choices. Many clauses are a list."""
    if not clause.under:
        return clause.parts
    below = [in_line(part, inside=True) for part in clause.under]
    if not clause.joint:
        whole = clause.parts + text(": (") + joined(below, text("; ")) + text(")")
        return counted_list(below, whole, plain(clause.parts))
    line = joined(below, text(", ") + word(clause.joint) + text(" "))
    opening = {"and": "all of", "or": "any of"}[clause.joint]
    return counted_list(below, text("(") + line + text(")") if inside else line, opening)


def _with_it(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return the clauses; a statement about the question of the statement before it says 'it'."""
    subjects = [
        None if clause.under or clause.parts[0].kind is PartKind.TEXT else clause.parts[0] for clause in clauses
    ]
    return tuple(
        replace(clause, parts=(*text("it"), *clause.parts[1:]))
        if number and subjects[number] and subjects[number] == subjects[number - 1]
        else clause
        for number, clause in enumerate(clauses)
    )


def _nodes(condition: Condition) -> Iterator[Condition]:
    yield condition
    for child in children(condition):
        yield from _nodes(child)


def _are_the_cases_before(parts: Sequence[Condition], earlier: list[set[Condition]]) -> bool:
    """Return whether this is what first_case adds: that the conditions of all cases before it do not hold."""
    return len(parts) == len(earlier) and all(part in nodes for part, nodes in zip(parts, earlier, strict=True))


def _bounds(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"{low} or more" if high is None else f"{high} or less"
