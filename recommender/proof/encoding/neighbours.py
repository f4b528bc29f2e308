"""A second sheet beside the first: the same person with one answer more, or a worse one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from recommender.models.questionnaire import Question, QuestionKind
from recommender.proof.encoding.answers import Answers, Ticks
from recommender.proof.encoding.forms import FormEncoding
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import Value


class Neighbour:
    """The sheet of the same person with other answers to one question.

    What the person answered stays wherever it is still asked and still fits. What is asked anew is answered in any way.
    ``fits`` holds where this sheet can be filled in beside the first, ``rules`` are worked out anew only where they must be.
    """

    def __init__(self, rules: RuleEncoding, question: str, ticks: Mapping[Value, Literal]) -> None:
        self._first = rules.answers
        self._universe, self._graph = rules.universe, rules.graph
        known = {**self._first.ticks, **{(question, value): literal for value, literal in ticks.items()}}
        changed = [self._universe.by_id[question]]
        parts: list[Literal] = []
        for dependent in self._universe.dependents([question]):
            answers = Answers(self._universe, self._graph, known)
            fresh = self._answered_anew(dependent, answers)
            if fresh is not None:
                keeps, ticks_anew = fresh
                parts += self._carried_over(dependent, ticks_anew, answers.is_shown(dependent))
                known |= ticks_anew
                changed.append(dependent)
                parts += [
                    self._graph.implies(keeps, self._graph.same(known[key], self._first.ticks[key]))
                    for key in ticks_anew
                ]
        self.answers = Answers(self._universe, self._graph, known)
        self.changed = frozenset(one.id for one in changed)
        # What contradicts another answer hangs on that too.
        parts += [self.answers.fits(one) for one in self._universe.questions if self._may_not_fit(one)]
        self.fits = self._graph.every(parts)
        self._beside = rules

    @cached_property
    def rules(self) -> RuleEncoding:
        return RuleEncoding(self.answers, self._beside, self.changed)

    @cached_property
    def forms(self) -> FormEncoding:
        return FormEncoding(self.rules)

    def _answered_anew(self, question: Question, answers: Answers) -> tuple[Literal, Ticks] | None:
        """Return where the old answers to a question stay, and variables for new ones; None where they stay everywhere."""
        before, now = self._first.is_shown(question), answers.is_shown(question)
        stays = self._graph.implies(self._first.is_well_formed(question), answers.is_well_formed(question))
        asks = answers.is_asked(question)
        if before == now and stays == TRUE and self._first.is_asked(question) == asks:
            return None
        answered = self._first.is_answered(question.id)
        # Nobody answers now what they were not asked before and are not asked now.
        same = self._graph.either(self._graph.both(answered, stays), self._graph.both(-answered, -asks))
        keeps = self._graph.every((before, now, same))
        return keeps, {(question.id, value): self._graph.variable() for value in self._universe.values(question.id)}

    def _carried_over(self, question: Question, ticks: Ticks, shown: Literal) -> Iterator[Literal]:
        """Yield that somebody who had one answer to choose from, and was not asked, chooses that one now."""
        source = question.options_from
        if source is None:
            return
        for (_, value), literal in ticks.items():
            others = (-self._first.tick(source, other) for other in self._universe.values(source) if other != value)
            alone = self._graph.every((self._first.tick(source, value), *others))
            yield self._graph.implies(self._graph.both(alone, shown), literal)

    def _may_not_fit(self, question: Question) -> bool:
        if question.id in self.changed:
            return True
        return any(sign.question in self.changed for option in question.options for sign in option.not_with)


def with_option(rules: RuleEncoding, question: Question, option: str) -> Neighbour:
    """Return the sheet with this option ticked beside the others; what stands alone is unticked."""
    alone = {one.id for one in question.options if one.exclusive}
    ticks = {
        value: FALSE if value in alone else rules.answers.tick(question.id, value) for value in _values(rules, question)
    }
    return Neighbour(rules, question.id, {**ticks, option: TRUE})


def without_option(rules: RuleEncoding, question: Question, option: str) -> Neighbour:
    """Return the sheet with this option unticked, and the others as they were."""
    ticks = {value: rules.answers.tick(question.id, value) for value in _values(rules, question)}
    return Neighbour(rules, question.id, {**ticks, option: FALSE})


def with_answer(rules: RuleEncoding, question: Question, value: Value) -> Neighbour:
    """Return the sheet with this one answer in place of another."""
    return Neighbour(
        rules, question.id, {other: TRUE if other == value else FALSE for other in _values(rules, question)}
    )


def one_higher(rules: RuleEncoding, question: Question) -> Neighbour:
    """Return the sheet with a number one higher than it was; there is none beside the highest."""
    assert question.kind is QuestionKind.NUMBER
    values = range(question.minimum, question.maximum + 1)
    return Neighbour(rules, question.id, {value: rules.answers.tick(question.id, value - 1) for value in values})


def _values(rules: RuleEncoding, question: Question) -> tuple[Value, ...]:
    return rules.universe.values(question.id)
