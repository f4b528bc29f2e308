"""The plain evaluator of the condition tree: the oracle that the rules engine is held against.

A condition is turned once into a test: a function of what is known. Tests are three-valued (True, False, None for
"cannot be known yet"), so that the same few lines answer both "does this rule fire on this sheet?" and "is it certain
already, whatever is answered on later pages?".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import Answer, Intake

_NO_FINDINGS: Mapping[str, bool | None] = MappingProxyType({})


class View:
    """What is known: an intake, findings already worked out, and questions that may still be answered.

    ``chosen`` and ``numbers`` are the answers as tests read them, by question or supplied fact. ``findings`` is looked
    at only when a test runs: it may still grow.
    """

    __slots__ = ("chosen", "findings", "intake", "numbers", "open_questions")

    def __init__(
        self,
        intake: Intake,
        findings: Mapping[str, bool | None] = _NO_FINDINGS,
        open_questions: frozenset[str] = frozenset(),
    ) -> None:
        self.intake = intake
        self.findings = findings
        self.open_questions = open_questions
        self.chosen: dict[str, tuple[str, ...]] = {}
        self.numbers: dict[str, int] = dict(intake.supplied)
        self.learn(intake.answers)

    def learn(self, answers: Mapping[str, Answer]) -> None:
        """Take answers in beside those of the intake."""
        for question, answer in answers.items():
            if isinstance(answer, str):
                self.chosen[question] = (answer,)
            elif isinstance(answer, tuple):
                self.chosen[question] = answer
            elif isinstance(answer, int):
                self.numbers[question] = answer


Test = Callable[[View], bool | None]


def evaluate(condition: Condition, view: View) -> bool | None:
    """Return whether the condition holds; None while an open question may still decide it.

    An atom on a question that is neither answered nor open is False, and so its negation is True.
    """
    return test_of(condition)(view)


@lru_cache(maxsize=4096)
def test_of(condition: Condition) -> Test:
    """Return the test of a condition. Whoever asks often keeps it: looking it up costs more than running it."""
    match condition:
        case Chosen(question, options):
            return _chosen(question, frozenset(options))
        case Only(question, option):
            return _only(question, (option,))
        case Number(subject, low, high):
            return _number(subject, low, high)
        case Found(finding):
            return lambda view: view.findings.get(finding, False)
        case Not(part):
            return _negation(test_of(part))
        case All(parts):
            return _until(False, tuple(map(test_of, parts)))
        case AnyOf(parts):
            return _until(True, tuple(map(test_of, parts)))
        case AtLeast(n, parts):
            return _at_least(n, tuple(map(test_of, parts)))
        case Always():
            return lambda view: True


def _chosen(question: str, options: frozenset[str]) -> Test:
    def test(view: View) -> bool | None:
        chosen = view.chosen.get(question)
        if chosen:
            return not options.isdisjoint(chosen)
        return None if question in view.open_questions else False

    return test


def _only(question: str, alone: tuple[str]) -> Test:
    def test(view: View) -> bool | None:
        chosen = view.chosen.get(question)
        if chosen:
            return chosen == alone
        return None if question in view.open_questions else False

    return test


def _number(subject: str, low: int | None, high: int | None) -> Test:
    def test(view: View) -> bool | None:
        number = view.numbers.get(subject)
        if number is None:
            return None if subject in view.open_questions else False
        return (low is None or number >= low) and (high is None or number <= high)

    return test


def _negation(part: Test) -> Test:
    def test(view: View) -> bool | None:
        value = part(view)
        return None if value is None else not value

    return test


def _until(decisive: bool, parts: tuple[Test, ...]) -> Test:
    """Return a test that is ``decisive`` at the first part with that value; else None if one is open, else the opposite."""

    def test(view: View) -> bool | None:
        outcome: bool | None = not decisive
        for part in parts:
            value = part(view)
            if value is decisive:
                return decisive
            if value is None:
                outcome = None
        return outcome

    return test


def _at_least(n: int, parts: tuple[Test, ...]) -> Test:
    def test(view: View) -> bool | None:
        values = [part(view) for part in parts]
        sure = values.count(True)
        if sure >= n:
            return True
        return None if sure + values.count(None) >= n else False

    return test
