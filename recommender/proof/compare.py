"""What a change of rules does to people: who gets less, who gets more, and what else is different.

Both rule sets stand on the same answers, so that what the change does not touch is the same formula and needs no question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.questionnaire import Question
from recommender.proof.checks import differences_at_checks
from recommender.proof.counting import Diagrams, regions
from recommender.proof.encoding.answers import Answers, Ticks, new_ticks
from recommender.proof.encoding.checks import CheckAnswers, CheckUniverse, Occasions
from recommender.proof.encoding.graph import FALSE, TRUE, Graph, Literal
from recommender.proof.encoding.retold import Retold, retold
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import Universe
from recommender.proof.fingerprints import Fingerprints
from recommender.proof.other_changes import other_changes
from recommender.proof.person import Person, smallest
from recommender.proof.sides import Difference, Moved, Sides
from recommender.proof.solver import Solver


@dataclass(frozen=True)
class Shift:
    """People to whom the change does one thing. ``sheets`` is how many sheets that is, where it was counted.

    ``cause`` names, of what is less safe, the formulas that make it so: the same change has it again, another has another.
    ``at_check`` says that a first visit does not show it of the same people.
    """

    told: str
    is_less_safe: bool
    person: Person | None = None
    sheets: int | None = None
    cause: str = ""
    at_check: bool = False

    @property
    def name(self) -> str:
        """Return what it is called where it is accepted."""
        return f"{self.told} ({self.cause})"


@dataclass(frozen=True)
class Comparison:
    """The shifts, those that are less safe first and the worst of them before, and what else differs, by kind."""

    shifts: tuple[Shift, ...]
    others: Mapping[str, tuple[str, ...]]

    @property
    def is_less_safe(self) -> bool:
        return any(shift.is_less_safe for shift in self.shifts)

    @property
    def is_empty(self) -> bool:
        return not self.shifts and not any(self.others.values())


class Change:
    """Two contents, encoded on the answers of the same people."""

    def __init__(
        self, old: Content, new: Content, *, with_people: bool = True, known: Collection[str] = frozenset()
    ) -> None:
        """``known`` are names of shifts of which nobody need be shown: to look for the smallest person takes longest."""
        self._old, self._new = old, new
        self._known = known
        self._with_people = with_people
        self.graph = Graph()
        self.solver = Solver(self.graph)
        before, after = Universe(old), Universe(new)
        answers = Answers(before, self.graph, new_ticks(before, self.graph))
        told = retold(answers, after, after.questions, partial(Answers, after, self.graph), {})
        self._fingerprints = Fingerprints(self.graph, {**answers.ticks, **_anew(told)})
        self.first = self._sides(answers, Answers(after, self.graph, told.ticks), None)

    def _sides(self, before: Answers, after: Answers, first: Sides | None) -> Sides:
        for answers in (before, after):
            self.solver.require(answers.is_whole)
        return Sides(RuleEncoding(before), RuleEncoding(after), self.solver, first)

    @cached_property
    def at_checks(self) -> Sides:
        """The two rule sets at a check of the same people."""
        old, new = CheckUniverse(self._old), CheckUniverse(self._new)
        occasions = Occasions.of(self.graph, (old, new))
        first = [rules.answers.ticks for rules in (self.first.before, self.first.after)]
        own = {
            (question.id, value): self.graph.variable() for question in _own(old) for value in old.values(question.id)
        }
        before = CheckAnswers(old, self.graph, {**first[0], **own}, occasions)

        def made(ticks: Ticks) -> Answers:
            return CheckAnswers(new, self.graph, ticks, occasions)

        told = retold(before, new, _own(new), made, first[1])
        self._fingerprints.name({**own, **_anew(told), **occasions.named()})
        return self._sides(before, made(told.ticks), self.first)

    def compare(self, *, with_counts: bool = False, first: Sequence[str] = ()) -> Comparison:
        """Return everything that the change does. ``first`` are questions to look at first where sheets are counted."""
        counts = self._counts(first) if with_counts else {}
        found = [
            *(self._shift(one, self.first, counts) for one in self.first.differences()),
            *(self._shift(one, self.at_checks, {}) for one in differences_at_checks(self.at_checks)),
        ]
        shifts = sorted(found, key=lambda shift: not shift.is_less_safe)
        return Comparison(tuple(shifts), dict(other_changes(self._old, self._new)))

    def _shift(self, one: Difference, sides: Sides, counts: Mapping[Moved, int]) -> Shift:
        sheets = None if one.moved is None else counts.get(one.moved)
        cause = self._fingerprints.of(*one.cause) if one.is_less_safe else ""
        shift = Shift(one.told, one.is_less_safe, None, sheets, cause, at_check=sides is not self.first)
        if not self._with_people or shift.name in self._known:
            return shift
        return replace(shift, person=self._person(sides.before.answers, one))

    def _person(self, answers: Answers, one: Difference) -> Person:
        given = [literal for literal in one.when if literal != TRUE]
        if not isinstance(answers, CheckAnswers):
            return smallest(answers.universe, self.solver, answers, given)
        facts = answers.occasions.at_least
        wished = [-literal for literal in facts.values()]
        person = smallest(answers.universe, self.solver, answers, given, wished)
        come_to = {
            name: number for (name, number), literal in facts.items() if self.solver.is_true(literal) and number > 0
        }
        told = (f"{answers.universe.facts[name].meaning}: {number} or more" for name, number in come_to.items())
        return replace(person, told=(*person.told, *told))

    def _counts(self, first: Sequence[str]) -> Mapping[Moved, int]:
        """Return how many sheets come from each level to each other; nothing where the questions differ."""
        sides = self.first
        if not sides.moved or sides.before.answers.ticks != sides.after.answers.ticks:
            return {}
        diagrams = Diagrams(sides.before.answers, first)
        touched = diagrams.whole() & diagrams.of(self._fires_otherwise())
        with_none = any(None in pair for pair in sides.moved)
        was, now = (_by_level(diagrams, rules, touched, with_none) for rules in (sides.before, sides.after))
        return {(one, other): diagrams.count(was[one] & now[other]) for one, other in sides.moved}

    def _fires_otherwise(self) -> Literal:
        """Return that some outcome fires on one of the two sheets alone, or gives another level: no other level can differ."""
        differing = []
        sides = (self.first.before, self.first.after)
        outcomes = [{one.id: one for one in rules.universe.outcomes} for rules in sides]
        for name in {**outcomes[0], **outcomes[1]}:
            before, after = (rules.fired.get(name, FALSE) for rules in sides)
            levels = {
                one.then.disposition.level for side in outcomes if (one := side.get(name)) and one.then.disposition
            }
            fires = (self.graph.both(before, -after), self.graph.both(-before, after))
            differing.append(self.graph.any((before, after) if len(levels) > 1 else fires))
        return self.graph.any(differing)


def _own(universe: CheckUniverse) -> tuple[Question, ...]:
    return tuple(universe.by_id[name] for name in universe.occasion_of)


def _anew(told: Retold) -> Ticks:
    return {(f"{question} anew", value): literal for (question, value), literal in told.anew.items()}


def _by_level(diagrams: Diagrams, rules: RuleEncoding, within: Any, with_none: bool) -> dict[Level | None, Any]:
    """Return the diagram of the sheets within of each level; with ``with_none`` also of those that have none."""
    found: dict[Level | None, Any] = {level: region for level, region, _ in regions(diagrams, rules, within)}
    if with_none:
        lowest = min(Level, key=lambda level: level.rank)
        found[None] = found[lowest] & diagrams.of(rules.no_level)
        found[lowest] &= ~found[None]
    return found
