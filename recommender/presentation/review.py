"""What somebody with a routine should do about being seen: one thing with its day first, the others after it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from recommender.models.levels import ReviewKind, Role
from recommender.models.recommendation import ReviewDays
from recommender.models.rules import Branch
from recommender.presentation.replies import ReviewLineShown, ReviewShown
from recommender.presentation.wording import Wording


@dataclass(frozen=True, slots=True)
class _Line:
    kind: ReviewKind
    who: Role
    text: str
    rule: str
    within: str | None
    by: date | None


def review_shown(outcomes: Iterable[Branch], days: ReviewDays, say: Wording) -> ReviewShown | None:
    """Return what is asked beside a routine: the strongest kind, then the earliest day; None where nothing is.

    The rest follows in the same order and without days, each text once: several days would be a list of dates, and a
    list of dates is not done.
    """
    ordered = sorted(_lines(outcomes, days, say), key=lambda line: (-line.kind.rank, line.by or date.max))
    lines = list({line.text: line for line in reversed(ordered)}.values())[::-1]
    if not lines:
        return None
    first, *others = lines
    return {
        **_shown(first),
        "by": first.by.isoformat() if first.by else None,
        "within": first.within,
        "others": [_shown(line) for line in others],
    }


def duration_hours(duration: str) -> int:
    """Return the hours of an ISO 8601 duration in days or hours, such as P14D or PT48H."""
    number = int(re.sub(r"\D", "", duration))
    return number if duration.startswith("PT") else number * 24


def _lines(outcomes: Iterable[Branch], days: ReviewDays, say: Wording) -> Iterable[_Line]:
    for branch in outcomes:
        action = branch.then.disposition
        if action and action.kind and action.who and action.act:
            by = days.first_day(branch) + timedelta(hours=duration_hours(action.within)) if action.within else None
            yield _Line(action.kind, action.who, say(action.act), branch.rule_id, action.within, by)


def _shown(line: _Line) -> ReviewLineShown:
    return {"kind": line.kind.value, "who": line.who.value, "text": line.text, "rule": line.rule}
