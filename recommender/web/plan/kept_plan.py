"""A remembered plan: what a check needs to know of the time before, as plain data. Knows neither Flask nor cookies.

Only what was answered and done is kept. What follows from it is worked out again each time, by the rules of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from recommender.check_in.field_names import (
    ANSWERS,
    BEFORE_SESSION,
    DATE,
    DURING_SESSION,
    FOLLOW_UP,
    HISTORY,
    HURT,
    QUESTIONS,
    ROUTINE,
    STARTED,
    TODAY,
)
from recommender.check_in.outcome import check_schedule
from recommender.models.questionnaire import Occasion
from recommender.models.rules import RuleSet
from recommender.models.slots import DOSE_FIGURES

NAMED = {
    Occasion.FOLLOW_UP: FOLLOW_UP,
    Occasion.EACH_SESSION: BEFORE_SESSION,
    Occasion.DURING_SESSION: DURING_SESSION,
}
# Half a year of daily sessions: older ones are on no page any more.
SESSIONS_AT_MOST = 180
_EXERCISE, _FORM, _DOSE = "exercise", "form", "dose"

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredCheck:
    """One check by its day, with its raw answers."""

    day: date
    answers: Mapping[str, Any]
    occasion: Occasion = Occasion.FOLLOW_UP

    @property
    def data(self) -> Raw:
        """Return the check as the check-in sheet reads it."""
        return {DATE: self.day.isoformat(), NAMED[self.occasion]: dict(self.answers)}


@dataclass(frozen=True, slots=True)
class DoneSession:
    """A day on which a session was done. ``felt`` is the option that was chosen for how it was, if one was."""

    day: date
    felt: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierPlan:
    """What is left of a plan that another took the place of. ``pain`` is the first and the last score, where both were given."""

    started: date
    ended: date
    sessions: int
    pain: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one browser remembers. All answers are raw, as in JSON.

    ``routine`` is the one to do now, ``before`` the one that was done until the ``last`` follow-up check, and ``history``
    holds the checks before that. ``told`` are answers about health given before a session since then. ``stopped`` is the
    check after which no routine may be offered any more; where it is the last follow-up check, it stands there too. The
    stop itself is kept apart (see safety_stop): this is what a browser is left with that has lost it. ``after`` is the id
    of the safety stop after which the plan was begun, if there was one. ``questions`` is the version of the questionnaire
    that was answered. ``hurt`` are the moves that hurt in a session, ``sessions`` the days of those that were done, in
    order, and ``earlier`` the plans that this one took the place of.
    """

    started: date
    answers: Mapping[str, Any]
    routine: tuple[Raw, ...]
    history: tuple[StoredCheck, ...] = ()
    last: StoredCheck | None = None
    before: tuple[Raw, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)
    stopped: StoredCheck | None = None
    after: str | None = None
    questions: int = 1
    hurt: tuple[str, ...] = ()
    sessions: tuple[DoneSession, ...] = ()
    earlier: tuple[EarlierPlan, ...] = ()

    @property
    def checks(self) -> tuple[StoredCheck, ...]:
        """Return every follow-up check, the earliest first."""
        return (*self.history, self.last) if self.last else self.history

    @property
    def newest(self) -> date:
        """Return the latest day that the plan speaks of."""
        return max(held.day for held in (StoredCheck(self.started, {}), *self.checks, *filter(None, (self.stopped,))))

    def without(self, occasion: Occasion, day: date) -> Plan:
        """Return the plan as it was before a check of this kind on this day, so that the check can be changed."""
        plan = self
        if plan.stopped is not None and plan.stopped.day == day and plan.stopped.occasion is occasion:
            plan = replace(plan, stopped=None)
        if occasion is Occasion.FOLLOW_UP and plan.last is not None and plan.last.day == day:
            plan = replace(plan, last=None, routine=plan.before, before=())
        return plan

    def with_session(self, session: DoneSession) -> Plan:
        """Return the plan with a session done. A day has one: told again, it is how the later one was."""
        others = [one for one in self.sessions if one.day != session.day]
        sessions = sorted((*others, session), key=lambda one: one.day)
        return replace(self, sessions=tuple(sessions[-SESSIONS_AT_MOST:]))

    def history_with(self, held: StoredCheck) -> Raw:
        """Return the data of a check that comes after everything in the plan, as CheckInSheet reads it."""
        return self._data(self.checks, self.routine, held)

    def last_story(self) -> Raw | None:
        """Return the data of the check that made the plan what it is; None where there was none yet."""
        if self.stopped is not None and self.stopped.occasion is not Occasion.FOLLOW_UP:
            return self.history_with(self.stopped)
        return self._data(self.history, self.before, self.last) if self.last else None

    def _data(self, past: Iterable[StoredCheck], routine: Iterable[Raw], held: StoredCheck) -> Raw:
        return {
            ANSWERS: dict(self.answers),
            QUESTIONS: self.questions,
            STARTED: self.started.isoformat(),
            HISTORY: [check.data for check in past],
            ROUTINE: list(routine),
            TODAY: held.day.isoformat(),
            NAMED[held.occasion]: dict(held.answers),
            **({HURT: list(self.hurt)} if self.hurt else {}),
        }


def checked(plan: Plan, held: StoredCheck, routine: Iterable[Raw] | None) -> Plan:
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
            _DOSE: {name: item[_DOSE][name] for name in DOSE_FIGURES if item[_DOSE].get(name) is not None},
        }
        for item in items
    )


def days_kept(rule_set: RuleSet) -> int:
    """Return for how many days a plan is kept at first: to the last planned check, and the time of two later ones.

    Where there are none later it is the time between the last two of the plan.
    """
    schedule = check_schedule(rule_set)
    days = (0, *schedule.on_days)
    return days[-1] + (2 * schedule.then_every_days if schedule.then_every_days else days[-1] - days[-2])


def last_day(plan: Plan, rule_set: RuleSet) -> date:
    """Return the last day of a plan. One to maintain what was gained lives on with every check: for two more of them."""
    often = check_schedule(rule_set).then_every_days
    last = plan.started + timedelta(days=days_kept(rule_set))
    return max(last, plan.newest + timedelta(days=2 * often)) if often else last


def to_data(plan: Plan) -> Raw:
    """Return the plan as JSON data, as short as it can be: it has to fit in a cookie."""
    data = {
        "s": plan.started.isoformat(),
        "a": dict(plan.answers),
        "r": [short_item(item) for item in plan.routine],
        "h": [[held.day.isoformat(), dict(held.answers)] for held in plan.history],
        "l": _pair(plan.last),
        "b": [short_item(item) for item in plan.before],
        "t": dict(plan.told),
        "x": [*pair, plan.stopped.occasion.value] if plan.stopped and (pair := _pair(plan.stopped)) else None,
    }
    since = {
        "n": plan.after,
        "q": plan.questions if plan.questions != 1 else None,
        "u": list(plan.hurt),
        "d": [[(one.day - plan.started).days, one.felt] for one in plan.sessions],
        "e": [
            [one.started.isoformat(), one.ended.isoformat(), one.sessions, *(one.pain or ())] for one in plan.earlier
        ],
    }
    return data | {name: value for name, value in since.items() if value}


def from_data(data: Mapping[str, Any]) -> Plan | None:
    """Return the plan, or None where the data has another shape: it may be from an earlier version of the program."""
    try:
        stopped, started = data["x"], date.fromisoformat(data["s"])
        return Plan(
            started=started,
            answers=dict(data["a"]),
            routine=tuple(map(long_item, data["r"])),
            history=tuple(_held(pair) for pair in data["h"]),
            last=_held(data["l"]) if data["l"] else None,
            before=tuple(map(long_item, data["b"])),
            told=dict(data["t"]),
            stopped=_held(stopped[:2], Occasion(stopped[2])) if stopped else None,
            after=str(data["n"]) if "n" in data else None,
            questions=int(data["q"]) if "q" in data else 1,
            hurt=tuple(map(str, data.get("u", ()))),
            sessions=tuple(_session(started, *pair) for pair in data.get("d", ())),
            earlier=tuple(_earlier(*parts) for parts in data.get("e", ())),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
        return None


def _pair(held: StoredCheck | None) -> list[Any] | None:
    return [held.day.isoformat(), dict(held.answers)] if held else None


def _held(pair: list[Any], occasion: Occasion = Occasion.FOLLOW_UP) -> StoredCheck:
    day, answers = pair
    return StoredCheck(date.fromisoformat(day), dict(answers), occasion)


def _session(started: date, days: int, felt: str | None) -> DoneSession:
    return DoneSession(started + timedelta(days=days), None if felt is None else str(felt))


def _earlier(started: str, ended: str, sessions: int, first: int | None = None, last: int | None = None) -> EarlierPlan:
    pain = None if first is None or last is None else (int(first), int(last))
    return EarlierPlan(date.fromisoformat(started), date.fromisoformat(ended), int(sessions), pain)


def lighter(plan: Plan) -> Iterator[Plan]:
    """Yield the plan, and then as often as it can be with fewer of its sessions, the oldest gone first, and at last without any."""
    while True:
        yield plan
        if not plan.sessions:
            return
        plan = replace(plan, sessions=plan.sessions[(len(plan.sessions) + 1) // 2 :])


def short_item(item: Raw) -> list[Any]:
    """Return an item of a routine as short as it can be."""
    return [item[_EXERCISE], item[_FORM], [item[_DOSE].get(name) for name in DOSE_FIGURES]]


def long_item(short: list[Any]) -> Raw:
    """Return an item of a routine that was made short."""
    exercise, form, figures = short
    dose = {name: value for name, value in zip(DOSE_FIGURES, figures, strict=True) if value is not None}
    return {_EXERCISE: exercise, _FORM: form, _DOSE: dose}
