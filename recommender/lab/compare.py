"""Two traces side by side, as differences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import Answer
from recommender.models.routine import Item
from recommender.models.rules import Branch

if TYPE_CHECKING:
    from recommender.lab.trace import ExerciseTrace, Trace

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class CasePair(Generic[Thing]):
    """The same thing in the first case and in the second."""

    first: Thing
    second: Thing

    @property
    def differs(self) -> bool:
        return self.first != self.second


@dataclass(frozen=True, slots=True)
class AnswerPair:
    question: str
    answers: CasePair[Answer | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two cases differ. ``exercises`` and ``items`` hold those that differ only; an item is None where it is out."""

    traces: CasePair[Trace]
    answers: tuple[AnswerPair, ...]
    level: CasePair[Level]
    stage: CasePair[Stage]
    findings: CasePair[tuple[str, ...]]
    fired: CasePair[tuple[Branch, ...]]
    exercises: tuple[CasePair[ExerciseTrace], ...]
    items: tuple[CasePair[Item | None], ...]

    @property
    def is_same(self) -> bool:
        """Return whether nothing differs but, it may be, the answers."""
        pairs = (self.level, self.stage, self.findings, self.fired)
        return not any(pair.differs for pair in pairs) and not self.exercises and not self.items


def compare(first: Trace, second: Trace) -> Comparison:
    """Return the differences between two traces of the same rule set."""
    decisions = first.recommendation.decision, second.recommendation.decision
    return Comparison(
        traces=CasePair(first, second),
        answers=tuple(_answers(first, second)),
        level=CasePair(*(decision.level for decision in decisions)),
        stage=CasePair(*(decision.stage for decision in decisions)),
        findings=_only(*(tuple(finding.name for finding in trace.findings) for trace in (first, second))),
        fired=_only(*(tuple(fired.branch for fired in trace.fired) for trace in (first, second))),
        exercises=tuple(
            CasePair(one, other)
            for one, other in zip(first.exercises, second.exercises, strict=True)
            if (one.is_in, one.because) != (other.is_in, other.because)
        ),
        items=tuple(_items(first, second)),
    )


def _answers(first: Trace, second: Trace) -> Iterable[AnswerPair]:
    one, other = first.recommendation.intake.answers, second.recommendation.intake.answers
    for question in dict.fromkeys([*one, *other]):
        pair = CasePair(one.get(question), other.get(question))
        if pair.differs:
            yield AnswerPair(question, pair)


def _only(first: tuple[Thing, ...], second: tuple[Thing, ...]) -> CasePair[tuple[Thing, ...]]:
    """Return what only the first has, and what only the second has."""
    return CasePair(
        tuple(thing for thing in first if thing not in second), tuple(thing for thing in second if thing not in first)
    )


def _items(first: Trace, second: Trace) -> Iterable[CasePair[Item | None]]:
    """Yield the items that are in one routine only, or in both with another form or dose."""
    one, other = _routine(first), _routine(second)
    for exercise in dict.fromkeys([*one, *other]):
        before, after = one.get(exercise), other.get(exercise)
        if before is None or after is None or (before.form, before.dose) != (after.form, after.dose):
            yield CasePair(before, after)


def _routine(trace: Trace) -> dict[str, Item]:
    assembly = trace.recommendation.assembly
    return {item.exercise.id: item for item in assembly.routine.items} if assembly else {}
