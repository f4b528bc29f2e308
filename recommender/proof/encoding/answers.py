"""The answers of one sheet as literals: what is ticked, what is shown, and which sheets can be filled in at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import Page, Question, QuestionKind
from recommender.proof.encoding.graph import FALSE, TRUE, Graph, Literal
from recommender.proof.encoding.universe import Universe, Value

Ticks = Mapping[tuple[str, Value], Literal]
Findings = Mapping[str, Literal]
NO_FINDINGS: Findings = {}


def new_ticks(universe: Universe, graph: Graph) -> Ticks:
    """Return a variable for every option of every question, and for every number."""
    return {
        (question.id, value): graph.variable()
        for question in universe.questions
        for value in universe.values(question.id)
    }


class Answers:
    """One sheet. A question that is not answered has no option that holds, as the evaluator reads it."""

    def __init__(self, universe: Universe, graph: Graph, ticks: Ticks) -> None:
        self.universe = universe
        self.graph = graph
        self.ticks = ticks

    def tick(self, question: str, value: Value) -> Literal:
        """Return that this is answered; FALSE where nobody can."""
        return self.ticks.get((question, value), FALSE)

    def any_of(self, question: str, values: Iterable[Value]) -> Literal:
        return self.graph.any(self.tick(question, value) for value in values)

    def of(self, question: str) -> list[Literal]:
        """Return every answer that can be given to the question."""
        return [self.ticks[question, value] for value in self.universe.values(question)]

    def is_answered(self, question: str) -> Literal:
        return self.graph.any(self.of(question))

    def number(self, subject: str, low: int | None, high: int | None) -> Literal:
        """Return that the number answered, or supplied with a first sheet, lies within the bounds."""

        def is_within(number: int) -> bool:
            return (low is None or number >= low) and (high is None or number <= high)

        if subject in self.universe.supplied:
            return TRUE if is_within(self.universe.supplied[subject]) else FALSE
        question = self.universe.by_id.get(subject)
        if question is None or question.kind is not QuestionKind.NUMBER:
            return FALSE
        numbers = range(question.minimum, question.maximum + 1)
        return self.any_of(subject, (number for number in numbers if is_within(number)))

    def holds(self, condition: Condition, findings: Findings = NO_FINDINGS) -> Literal:
        """Return that the condition holds, as the evaluator of the rules works it out on a sheet that stays as it is."""
        match condition:
            case Always():
                return TRUE
            case Chosen(question, options):
                return self.any_of(question, options)
            case Only(question, option):
                others = (-self.tick(question, value) for value in self._values(question) if value != option)
                return self.graph.every((self.tick(question, option), *others))
            case Number(subject, low, high):
                return self.number(subject, low, high)
            case Found(finding):
                return findings.get(finding, FALSE)
            case Not(part):
                return -self.holds(part, findings)
            case All(parts):
                return self.graph.every(self.holds(part, findings) for part in parts)
            case AnyOf(parts):
                return self.graph.any(self.holds(part, findings) for part in parts)
            case AtLeast(n, parts):
                return self.graph.at_least(n, [self.holds(part, findings) for part in parts])

    def _values(self, question: str) -> tuple[Value, ...]:
        return self.universe.values(question) if question in self.universe.by_id else ()

    def is_shown(self, question: Question) -> Literal:
        """Return that the question is asked on its page, by conditions of its own and of the page."""
        page = self.universe.questionnaire.page_of[question.id]
        asked_before = self._before(page)
        conditions = [one for one in (page.shown_if, question.shown_if) if one is not None]
        return self.graph.every(asked_before.holds(condition) for condition in conditions)

    def _before(self, page: Page) -> Answers:
        """Return the answers of the pages before: a page is shown as it is before anything on it is answered."""
        return self._by_page[page.id]

    @cached_property
    def _by_page(self) -> Mapping[str, Answers]:
        asked: set[str] = set()
        by_page = {}
        for page in self.universe.questionnaire.intake_pages:
            known = {key: literal for key, literal in self.ticks.items() if key[0] in asked}
            by_page[page.id] = Answers(self.universe, self.graph, known)
            asked |= {question.id for question in page.questions}
        return by_page

    def is_well_formed(self, question: Question) -> Literal:
        """Return that the answers to the question can stand together, and beside those to others."""
        graph = self.graph
        if question.kind is QuestionKind.MANY:
            parts = [self._stands_alone(question, option.id) for option in question.options if option.exclusive]
        else:
            parts = [-graph.at_least(2, self.of(question.id))]
        if question.options_from is not None:
            source = question.options_from
            parts += [
                graph.implies(self.tick(question.id, one.id), self.tick(source, one.id)) for one in question.options
            ]
        for option in question.options:
            beside = [self.tick(sign.question, sign.option) for sign in option.not_with]
            parts.append(graph.implies(self.tick(question.id, option.id), -graph.any(beside)))
        return graph.every(parts)

    def _stands_alone(self, question: Question, exclusive: str) -> Literal:
        others = (self.tick(question.id, option.id) for option in question.options if option.id != exclusive)
        return self.graph.implies(self.tick(question.id, exclusive), -self.graph.any(others))

    @cached_property
    def is_whole(self) -> Literal:
        """That every required question that is asked is answered, none that is not shown, and nothing contradicts itself."""
        return self.graph.every(self.fits(question) for question in self.universe.questions)

    def fits(self, question: Question) -> Literal:
        """Return that the question is answered where it must be, only where it may be, and as it may be."""
        graph, answered, shown = self.graph, self.is_answered(question.id), self.is_shown(question)
        parts = [self.is_well_formed(question), graph.implies(answered, shown)]
        if question.required:
            parts.append(graph.implies(graph.both(shown, self.is_asked(question)), answered))
        return graph.every(parts)

    def is_asked(self, question: Question) -> Literal:
        """Return that a page of the intake asks the question if it shows it: it can matter, and need not wait for the result."""
        can_matter = TRUE if question.asked_if is None else self.holds(question.asked_if)
        waits = FALSE if question.after_result is None else self.holds(question.after_result)
        return self.graph.both(can_matter, -waits)
