"""A remembered plan: what a check needs to know of the time before, as plain data. Knows neither Flask nor cookies.

Only what was answered and done is kept. What follows from it is worked out again each time, by the rules of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from recommender.check_in.action import check_plan
from recommender.check_in.sheet import (
    ANSWERS,
    BEFORE_SESSION,
    DATE,
    FOLLOW_UP,
    HISTORY,
    ROUTINE,
    STARTED,
    TODAY,
)
from recommender.models.questionnaire import Occasion
from recommender.models.rules import RuleSet

NAMED = {Occasion.FOLLOW_UP: FOLLOW_UP, Occasion.EACH_SESSION: BEFORE_SESSION}
_EXERCISE, _FORM, _DOSE = "exercise", "form", "dose"
_FIGURES = ("sets", "reps", "hold_seconds", "seconds")

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """One check by its day, with its raw answers."""

    day: date
    answers: Mapping[str, Any]
    occasion: Occasion = Occasion.FOLLOW_UP

    @property
    def data(self) -> Raw:
        return {DATE: self.day.isoformat(), NAMED[self.occasion]: dict(self.answers)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one browser remembers. All answers are raw, as in JSON.

    ``routine`` is the one to do now, ``before`` the one that was done until the ``last`` follow-up check, and ``history``
    holds the checks before that. ``told`` are answers about health given before a session since then. ``stopped`` is the
    check after which no routine may be offered any more; where it is the last follow-up check, it stands there too.
    """

    started: date
    answers: Mapping[str, Any]
    routine: tuple[Raw, ...]
    history: tuple[Held, ...] = ()
    last: Held | None = None
    before: tuple[Raw, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)
    stopped: Held | None = None

    @property
    def checks(self) -> tuple[Held, ...]:
        """Return every follow-up check, the earliest first."""
        return (*self.history, self.last) if self.last else self.history

    @property
    def newest(self) -> date:
        """Return the latest day that the plan speaks of."""
        return max(held.day for held in (Held(self.started, {}), *self.checks, *filter(None, (self.stopped,))))

    def without(self, occasion: Occasion, day: date) -> Plan:
        """Return the plan as it was before a check of this kind on this day, so that the check can be changed."""
        plan = self
        if plan.stopped is not None and plan.stopped.day == day and plan.stopped.occasion is occasion:
            plan = replace(plan, stopped=None)
        if occasion is Occasion.FOLLOW_UP and plan.last is not None and plan.last.day == day:
            plan = replace(plan, last=None, routine=plan.before, before=())
        return plan

    def story(self, held: Held) -> Raw:
        """Return the data of a check that comes after everything in the plan, as CheckInSheet reads it."""
        return self._data(self.checks, self.routine, held)

    def last_story(self) -> Raw | None:
        """Return the data of the check that made the plan what it is; None where there was none yet."""
        if self.stopped is not None and self.stopped.occasion is not Occasion.FOLLOW_UP:
            return self.story(self.stopped)
        return self._data(self.history, self.before, self.last) if self.last else None

    def _data(self, past: Iterable[Held], routine: Iterable[Raw], held: Held) -> Raw:
        return {
            ANSWERS: dict(self.answers),
            STARTED: self.started.isoformat(),
            HISTORY: [check.data for check in past],
            ROUTINE: list(routine),
            TODAY: held.day.isoformat(),
            NAMED[held.occasion]: dict(held.answers),
        }


def checked(plan: Plan, held: Held, routine: Iterable[Raw] | None) -> Plan:
    """Return the plan after a follow-up check; without a routine it is stopped."""
    after = replace(plan, history=plan.checks, last=held, before=plan.routine, told={})
    if routine is None:
        return replace(after, stopped=held)
    return replace(after, routine=tuple(routine))


def kept_items(items: Iterable[Mapping[str, Any]]) -> tuple[Raw, ...]:
    """Return the items of a presented routine with no more than a later check has to know of them."""
    return tuple(
        {
            _EXERCISE: item[_EXERCISE],
            _FORM: item[_FORM],
            _DOSE: {name: item[_DOSE][name] for name in _FIGURES if item[_DOSE].get(name) is not None},
        }
        for item in items
    )


def days_kept(rule_set: RuleSet) -> int:
    """Return for how many days a plan is kept: to the last check, and once more the time between two of them."""
    days = (0, *check_plan(rule_set).on_days)
    return days[-1] + (days[-1] - days[-2])


def last_day(plan: Plan, rule_set: RuleSet) -> date:
    return plan.started + timedelta(days=days_kept(rule_set))


def to_data(plan: Plan) -> Raw:
    """Return the plan as JSON data, as short as it can be: it has to fit in a cookie."""
    return {
        "s": plan.started.isoformat(),
        "a": dict(plan.answers),
        "r": [_short(item) for item in plan.routine],
        "h": [[held.day.isoformat(), dict(held.answers)] for held in plan.history],
        "l": _pair(plan.last),
        "b": [_short(item) for item in plan.before],
        "t": dict(plan.told),
        "x": [*pair, plan.stopped.occasion.value] if plan.stopped and (pair := _pair(plan.stopped)) else None,
    }


def from_data(data: Mapping[str, Any]) -> Plan | None:
    """Return the plan, or None where the data has another shape: it may be from an earlier version of the program."""
    try:
        stopped = data["x"]
        return Plan(
            started=date.fromisoformat(data["s"]),
            answers=dict(data["a"]),
            routine=tuple(map(_long, data["r"])),
            history=tuple(_held(pair) for pair in data["h"]),
            last=_held(data["l"]) if data["l"] else None,
            before=tuple(map(_long, data["b"])),
            told=dict(data["t"]),
            stopped=_held(stopped[:2], Occasion(stopped[2])) if stopped else None,
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None


def _pair(held: Held | None) -> list[Any] | None:
    return [held.day.isoformat(), dict(held.answers)] if held else None


def _held(pair: list[Any], occasion: Occasion = Occasion.FOLLOW_UP) -> Held:
    day, answers = pair
    return Held(date.fromisoformat(day), dict(answers), occasion)


def _short(item: Raw) -> list[Any]:
    return [item[_EXERCISE], item[_FORM], [item[_DOSE].get(name) for name in _FIGURES]]


def _long(short: list[Any]) -> Raw:
    exercise, form, figures = short
    dose = {name: value for name, value in zip(_FIGURES, figures, strict=True) if value is not None}
    return {_EXERCISE: exercise, _FORM: form, _DOSE: dose}
