"""The plain evaluator of the condition tree: the oracle that the rules engine is held against.

It is three-valued (True, False, None for "cannot be known yet"), so that the same few lines answer both "does this
rule fire on this sheet?" and "is it certain already, whatever is answered on later pages?".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import Intake


@dataclass(frozen=True, slots=True)
class View:
    """What is known: an intake, findings already worked out, and questions that may still be answered."""

    intake: Intake
    findings: Mapping[str, bool | None] = field(default_factory=dict)
    open_questions: frozenset[str] = frozenset()


def evaluate(condition: Condition, view: View) -> bool | None:
    """Return whether the condition holds; None while an open question may still decide it.

    An atom on a question that is neither answered nor open is False, and so its negation is True.
    """
    match condition:
        case Chosen(question, options):  # the most common first
            chosen = view.intake.chosen(question)
            return any(option in options for option in chosen) if chosen else _absent(question, view)
        case All(parts):
            return _until(False, parts, view)
        case AnyOf(parts):
            return _until(True, parts, view)
        case Found(finding):
            return view.findings.get(finding, False)
        case Not(part):
            return _negation(evaluate(part, view))
        case Number(subject, low, high):
            number = view.intake.number(subject)
            if number is None:
                return _absent(subject, view)
            return (low is None or number >= low) and (high is None or number <= high)
        case Only(question, option):
            chosen = view.intake.chosen(question)
            return chosen == (option,) if chosen else _absent(question, view)
        case AtLeast(n, parts):
            values = [evaluate(part, view) for part in parts]
            if values.count(True) >= n:
                return True
            return None if values.count(True) + values.count(None) >= n else False
        case Always():
            return True


def _absent(question: str, view: View) -> bool | None:
    return None if question in view.open_questions else False


def _negation(value: bool | None) -> bool | None:
    return None if value is None else not value


def _until(decisive: bool, parts: tuple[Condition, ...], view: View) -> bool | None:
    """Return ``decisive`` at the first part that has that value; else None if any part is open, else the opposite."""
    outcome: bool | None = not decisive
    for part in parts:
        value = evaluate(part, view)
        if value is decisive:
            return decisive
        if value is None:
            outcome = None
    return outcome
