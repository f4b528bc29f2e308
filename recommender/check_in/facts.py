"""Work out the supplied facts of a check, each as the rule set says how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from recommender.engine.evaluate import View, evaluate
from recommender.models.check_in import Check, CheckInHistory
from recommender.models.conditions import Condition
from recommender.models.facts import (
    AtStart,
    CheckCount,
    Difference,
    Elapsed,
    Measure,
    Named,
    RunTotal,
    Since,
    SuppliedFact,
    Unit,
)
from recommender.models.questionnaire import Answer, Intake, Occasion, Task

_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}
_PERCENT = 100


def facts_at(history: CheckInHistory, supplied: Iterable[SuppliedFact]) -> dict[str, int]:
    """Return the facts of this check by id; one without a measure has its first value."""
    return {
        fact.id: fact.first_value if fact.measure is None else _measured(fact.measure, history)
        for fact in supplied
        if not fact.after_assembly
    }


def _measured(measure: Measure, history: CheckInHistory) -> int:
    checks = (*history.past, history.now) if history.occasion is Occasion.FOLLOW_UP else history.past
    match measure:
        case Elapsed():
            return _elapsed(measure, history, checks)
        case CheckCount(where, only_at_checks):
            if only_at_checks and history.occasion is not Occasion.FOLLOW_UP:
                return 0
            return sum(_holds(where, check) for check in checks)
        case RunTotal():
            return _run_total(measure, checks)
        case Difference():
            return _difference(measure, history, checks)
        case AtStart(question):
            return _number(history.first.get(question)) or 0
        case Named(question):
            named = history.now.answers.get(question)
            return len(named) if isinstance(named, tuple) else 0


def _elapsed(measure: Elapsed, history: CheckInHistory, checks: Sequence[Check]) -> int:
    begin = _begin(measure, history, checks)
    if begin is None:
        return 0
    longest = (history.now.date - history.started).days
    days = min((history.now.date - begin).days + measure.add, longest)
    return days // _DAYS[measure.unit]


def _begin(measure: Elapsed, history: CheckInHistory, checks: Sequence[Check]) -> date | None:
    """Return the day to count from; None where there is nothing to count."""
    match measure.since:
        case Since.START:
            return history.started
        case Since.CHECK:
            return history.past[-1].date if history.past else history.started
        case Since.ANSWER:
            given = [check.date for check in history.past if measure.question in check.answers]
            return given[-1] if given else history.started
        case Since.LAST:
            days = [check.date for check in checks if measure.where is not None and _holds(measure.where, check)]
            return days[-1] if days else history.started
        case Since.RUN:
            run = _run(measure.where, checks) if measure.where is not None else []
            return run[0].date if run else None


def _run_total(measure: RunTotal, checks: Sequence[Check]) -> int:
    total, counted = 0, None
    for check in reversed(_run(measure.where, checks)):
        if counted is None or (counted - check.date).days >= measure.days_apart_at_least:
            total += measure.worth.get(str(check.answers.get(measure.question)), 0)
            counted = check.date
    return total


def _run(where: Condition, checks: Sequence[Check]) -> list[Check]:
    """Return the checks up to the last one without a break in which the condition holds, the earliest first."""
    run: list[Check] = []
    for check in reversed(checks):
        if not _holds(where, check):
            break
        run.insert(0, check)
    return run


def _difference(measure: Difference, history: CheckInHistory, checks: Sequence[Check]) -> int:
    first = _number(history.first.get(measure.at_start))
    now = _number(checks[-1].answers.get(measure.now)) if checks else None
    if first is None or now is None:
        return 0
    gained = first - now if measure.fall else now - first
    if not measure.percent:
        return gained
    return gained * _PERCENT // first if first else 0


def _number(answer: Answer | None) -> int | None:
    if isinstance(answer, Task):
        return answer.score
    return answer if isinstance(answer, int) else None


def _holds(where: Condition, check: Check) -> bool:
    return evaluate(where, View(Intake(check.answers))) is True
