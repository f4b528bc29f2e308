"""A check, or what is asked before or in a session, as literals: the answers of today's sheet, those of the page's own, and the facts.

Facts that are worked out from dates and earlier checks count as free of each other: more people are looked at than there can
be, and never fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from recommender.models.conditions import Always, Number, atoms
from recommender.models.content import Content
from recommender.models.facts import CheckCount, Difference, SuppliedFact
from recommender.models.questionnaire import Occasion, Question
from recommender.proof.encoding.answers import Answers, Ticks
from recommender.proof.encoding.graph import FALSE, TRUE, Graph, Literal
from recommender.proof.encoding.universe import Universe, Value

OCCASIONS = (Occasion.FOLLOW_UP, Occasion.EACH_SESSION, Occasion.DURING_SESSION)


class CheckUniverse(Universe):
    """One loaded content with the questions of every occasion; short screens are left out, which only open others."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self.occasion_of: Mapping[str, Occasion] = {
            question.id: occasion
            for occasion in OCCASIONS
            for page in content.questionnaire.pages_asked(occasion)
            for question in page.questions
            if not question.stands_in_for
        }
        self.questions = (*self.questions, *(content.questionnaire.questions[name] for name in self.occasion_of))
        self.by_id = {question.id: question for question in self.questions}
        self.facts = {fact.id: fact for fact in content.rule_set.supplied if not fact.after_assembly}

    def bounds(self) -> Iterator[tuple[str, int]]:
        """Yield each fact and number that some rule tells apart from the number below."""
        for branch in self.rule_set.branches:
            for atom in atoms(branch.when):
                if isinstance(atom, Number) and atom.subject in self.facts:
                    yield from ((atom.subject, low) for low in (atom.low, _above(atom.high)) if low is not None)


@dataclass(frozen=True)
class Occasions:
    """The variables of a check beside those of the answers: which occasion it is, and what each fact comes to at least."""

    at: Mapping[Occasion, Literal]
    at_least: Mapping[tuple[str, int], Literal]

    @staticmethod
    def of(graph: Graph, universes: Iterable[CheckUniverse]) -> Occasions:
        """Return new variables for everything that the rules of one of the universes tell apart."""
        facts: dict[str, SuppliedFact] = {}
        bounds: set[tuple[str, int]] = set()
        for universe in universes:
            facts |= universe.facts
            bounds |= set(universe.bounds())
        at_least = {
            (fact, number): TRUE
            if number <= 0 and not isinstance(facts[fact].measure, Difference)
            else graph.variable()
            for fact, number in sorted(bounds)
        }
        return Occasions({occasion: graph.variable() for occasion in OCCASIONS}, at_least)

    def named(self) -> Ticks:
        """Return each variable by a name that is the same in every run."""
        named: dict[tuple[str, Value], Literal] = {
            (f"{fact} at least", number): literal for (fact, number), literal in self.at_least.items()
        }
        return {**named, **{("occasion", str(occasion)): literal for occasion, literal in self.at.items()}}


class CheckAnswers(Answers):
    """One sheet at a check. The questions of a first visit are asked as they are there."""

    universe: CheckUniverse

    def __init__(self, universe: CheckUniverse, graph: Graph, ticks: Ticks, occasions: Occasions) -> None:
        super().__init__(universe, graph, ticks)
        self.occasions = occasions

    def number(self, subject: str, low: int | None, high: int | None) -> Literal:
        """Return that the number answered, or worked out for this check, lies within the bounds."""
        if subject not in self.universe.facts:
            return super().number(subject, low, high)
        above = _above(high)
        from_low = TRUE if low is None else self.occasions.at_least.get((subject, low), FALSE)
        return self.graph.both(
            from_low, TRUE if above is None else -self.occasions.at_least.get((subject, above), FALSE)
        )

    def is_shown(self, question: Question) -> Literal:
        """Return that the question is asked: one of a check by everything that is known, and on its occasion alone."""
        occasion = self.universe.occasion_of.get(question.id)
        if occasion is None:
            return super().is_shown(question)
        asked = TRUE if question.shown_if is None else self.holds(question.shown_if)
        return self.graph.both(self.occasions.at[occasion], asked)

    @cached_property
    def is_whole(self) -> Literal:
        """That the sheet can be filled in, on one occasion, with facts that can be."""
        fits = (self.fits(question) for question in self.universe.questions)
        return self.graph.every((*fits, *self._one_occasion(), *self._facts_can_be()))

    def _one_occasion(self) -> Iterator[Literal]:
        occasions = list(self.occasions.at.values())
        yield self.graph.any(occasions)
        yield -self.graph.at_least(2, occasions)

    def _facts_can_be(self) -> Iterator[Literal]:
        """Yield that what comes to a number comes to every lower one, and that only a check is counted as one."""
        by_fact: dict[str, list[tuple[int, Literal]]] = {}
        for (name, number), literal in sorted(self.occasions.at_least.items()):
            by_fact.setdefault(name, []).append((number, literal))
        is_check = self.occasions.at[Occasion.FOLLOW_UP]
        for name, bounds in by_fact.items():
            for (_, lower), (_, higher) in pairwise(bounds):
                yield self.graph.implies(higher, lower)
            fact = self.universe.facts.get(name)
            if fact is not None and isinstance(fact.measure, CheckCount) and fact.measure.only_at_checks:
                counted = self.occasions.at_least.get((name, 1), FALSE)
                every = isinstance(fact.measure.where, Always)
                yield self.graph.same(counted, is_check) if every else self.graph.implies(counted, is_check)


def _above(high: int | None) -> int | None:
    return None if high is None else high + 1
