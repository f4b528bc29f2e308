"""Facts that are worked out rather than asked, and how: from dates, and from the answers of one check after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from recommender.models.conditions import Always, Condition, Number


class Since(StrEnum):
    """What time is counted from: the first routine, the check before, the last check of which something holds, the first
    of an unbroken run of such checks up to now, or the last time that a question was answered before this check."""

    START = "start"
    CHECK = "check"
    LAST = "last"
    RUN = "run"
    ANSWER = "answer"


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Whole days or weeks up to today, and ``add`` more. 0 where an unbroken run is over; else from the start at most.

    ``where`` is the condition on a check for ``last`` and ``run``; ``question`` is that of ``answer``.
    """

    since: Since
    unit: Unit
    where: Condition | None = None
    question: str | None = None
    add: int = 0


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How many checks so far, this one included, met the condition; where this is no check, 0 if ``only_at_checks``."""

    where: Condition
    only_at_checks: bool = False


@dataclass(frozen=True, slots=True)
class RunTotal:
    """What the options of a question are worth, added up over the unbroken run of checks that meet ``where``, up to now.

    Of checks fewer than ``days_apart_at_least`` apart only the later one counts.
    """

    question: str
    worth: Mapping[str, int]
    where: Condition
    days_apart_at_least: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The answer now less the answer at the start, or the other way round for a ``fall``; a share of the first in percent.

    0 where one of the two was not answered, and as a share of 0.
    """

    at_start: str
    now: str
    fall: bool = False
    percent: bool = False


@dataclass(frozen=True, slots=True)
class AtStart:
    """The number answered to a question before the first routine, 0 if none was."""

    question: str


@dataclass(frozen=True, slots=True)
class Named:
    """How many moves were named in answer to a question at this check."""

    question: str


Measure = Elapsed | CheckCount | RunTotal | Difference | AtStart | Named


@dataclass(frozen=True, slots=True)
class SuppliedFact:
    """A number worked out by the program, not asked. ``after_assembly`` ones exist only once a routine was tried.

    ``first_value`` is that of a first routine. ``measure`` says how it is worked out at a check.
    """

    id: str
    meaning: str
    first_value: int
    after_assembly: bool = False
    measure: Measure | None = None


def at_check(supplied: Iterable[SuppliedFact]) -> Number | None:
    """Return the condition that holds at a check and nowhere else; None if no fact counts the checks."""
    for fact in supplied:
        match fact.measure:
            case CheckCount(Always(), only_at_checks=True):
                return Number(fact.id, 1, None)
    return None
