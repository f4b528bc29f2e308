"""A remembered plan as the page shows it: where it stands today, and how the scores went, as a drawing and as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from recommender.check_in.outcome import check_schedule, next_planned
from recommender.models.check_in import NextCheck
from recommender.models.facts import Difference
from recommender.models.questionnaire import Option
from recommender.models.rules import RuleSet
from recommender.web.plan.kept_plan import EarlierPlan, Plan
from recommender.web.plan.measures import pairs, score, task

# The drawing, in the units of its own view box.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340, 200, 30, 14, 12, 30
HIGHEST = 10
SHORTEST_SPAN_DAYS = 14
WEEKS_SHOWN, DAYS_OF_WEEK = 12, 7
EARLIER_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Dot:
    """One score of a series: the day, the score, and where it stands in the drawing."""

    day: date
    score: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Series:
    """Scores over time. ``falls`` says that lower is better; ``task`` is what the person named, where they did."""

    falls: bool
    task: str | None
    dots: tuple[Dot, ...]

    @property
    def line(self) -> str:
        """Return the points of the line through every dot."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)

    def score_on(self, day: date) -> int | None:
        """Return the score of a day; None where none was given."""
        return next((dot.score for dot in self.dots if dot.day == day), None)


@dataclass(frozen=True, slots=True)
class Scores:
    """``days`` are those with any score. ``levels`` are (score, y) of the lines behind, ``marks`` (day, x) below."""

    days: tuple[date, ...]
    series: tuple[Series, ...]
    levels: tuple[tuple[int, float], ...]
    marks: tuple[tuple[date, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """Where a plan stands today. ``check`` is None once every check is done."""

    check: NextCheck | None
    is_due: bool
    is_late: bool
    may_check: bool
    did_session: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a plan, by its ``number`` from 1. ``days`` says of each day up to today whether a session was done on it."""

    number: int
    first: date
    days: tuple[bool, ...]

    @property
    def done(self) -> int:
        """Return on how many days a session was done."""
        return sum(self.days)

    @property
    def ahead(self) -> int:
        """Return how many days of the week are still to come."""
        return DAYS_OF_WEEK - len(self.days)


def weeks(plan: Plan, today: date) -> tuple[Week, ...]:
    """Return the weeks of a plan up to today, the earliest first; of a long one the last twelve."""
    done = {session.day for session in plan.sessions}
    count = (today - plan.started).days // DAYS_OF_WEEK + 1
    shown = []
    for number in range(max(1, count - WEEKS_SHOWN + 1), count + 1):
        first = plan.started + timedelta(weeks=number - 1)
        past = min(DAYS_OF_WEEK, (today - first).days + 1)
        shown.append(Week(number, first, tuple(first + timedelta(days=day) in done for day in range(past))))
    return tuple(shown)


def felt(plan: Plan, options: Iterable[Option]) -> tuple[tuple[Option, int], ...]:
    """Return how often each option was chosen for how a session was, without those never chosen."""
    counts = Counter(session.felt for session in plan.sessions)
    return tuple((option, counts[option.id]) for option in options if counts[option.id])


def marked_lately(plan: Plan, today: date) -> int:
    """Return on how many of the last seven days a session was marked as done."""
    return sum(0 <= (today - session.day).days < DAYS_OF_WEEK for session in plan.sessions)


def with_story(plan: Plan, before: Plan, rule_set: RuleSet) -> Plan:
    """Return a new plan with what is worth keeping of the one that it takes the place of."""
    given = [points for pair in pairs(rule_set) if pair.fall and (points := _given(before, pair))]
    pain = (given[0][0][1], given[0][-1][1]) if given else None
    ended = max(before.newest, *(session.day for session in before.sessions), before.started)
    earlier = EarlierPlan(before.started, ended, len(before.sessions), pain)
    is_worth_it = bool(before.sessions or before.checks)
    kept = (*before.earlier, earlier) if is_worth_it else before.earlier
    return replace(plan, earlier=kept[-EARLIER_AT_MOST:])


def plan_status(plan: Plan, check: NextCheck | None, today: date, *, may_check: bool) -> PlanStatus:
    """Return where a plan stands today, with the next check if there is one."""
    is_due = check is not None and check.first <= today and may_check
    did_session = any(session.day == today for session in plan.sessions)
    return PlanStatus(check, is_due, is_due and check is not None and check.last < today, may_check, did_session)


def first_check(plan: Plan, rule_set: RuleSet) -> NextCheck | None:
    """Return the first check of a plan that has had none."""
    return next_planned(plan.started, plan.started, check_schedule(rule_set))


def scores(plan: Plan, rule_set: RuleSet) -> Scores:
    """Return the scores that the rules compare with those of the start, each pair of questions as one series."""
    given = [(pair, _given(plan, pair)) for pair in pairs(rule_set)]
    days = sorted({day for _, points in given for day, _ in points})
    span = max(SHORTEST_SPAN_DAYS, (days[-1] - plan.started).days if days else 0)

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - plan.started).days / span, 1)

    series = tuple(
        Series(pair.fall, task(plan, pair), tuple(Dot(day, height, x(day), _y(height)) for day, height in points))
        for pair, points in given
        if points
    )
    marks = tuple((day, x(day)) for day in (plan.started, plan.started + timedelta(days=span)))
    return Scores(tuple(days), series, tuple((level, _y(level)) for level in (0, HIGHEST // 2, HIGHEST)), marks)


def _y(score: int) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (HIGHEST - score) / HIGHEST, 1)


def _given(plan: Plan, pair: Difference) -> list[tuple[date, int]]:
    """Return the days and scores of one pair of questions; a task that was not named has none."""
    first = score(plan.answers.get(pair.at_start))
    if first is None and not pair.fall:
        return []
    points: Iterable[tuple[date, Any]] = (
        (plan.started, first),
        *((held.day, held.answers.get(pair.now)) for held in plan.checks),
    )
    return [(day, height) for day, value in points if (height := score(value)) is not None]
