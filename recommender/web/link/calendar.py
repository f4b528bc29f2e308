"""An entry for a person's own calendar (RFC 5545): neutral words, the local time of wherever they are, chosen days.

One event of a dozen fixed lines, in which a library would have nothing to do that is not done here. Knows no Flask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The names of the days of the week in a calendar file, Monday first."""
# How long a line may be, in octets. A longer one goes on after a line break and a space.
_LINE_OCTETS = 75
_LOCAL, _UTC = "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Reminder:
    """``words`` is all that it says. It comes on ``days`` (0 is Monday) at ``at``, from ``first`` to ``last``."""

    words: str
    days: Collection[int]
    at: time
    minutes: int
    first: date
    last: date


def calendar_file(reminder: Reminder, now: datetime) -> bytes:
    """Return the calendar file.

    The times are floating: it is 18:00 wherever the person is. Nothing in it says what the entry is for, nor from where.

    Raises:
        ValueError: there is no day, or none of them comes before the last one.
    """
    begins = _first_of(reminder)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//reminder//EN",
        "BEGIN:VEVENT",
        f"UID:{_uid(reminder)}",
        f"DTSTAMP:{now.astimezone(UTC).strftime(_UTC)}",
        f"DTSTART:{begins.strftime(_LOCAL)}",
        f"DURATION:PT{reminder.minutes}M",
        f"RRULE:FREQ=WEEKLY;BYDAY={','.join(DAYS[day] for day in sorted(reminder.days))}"
        f";UNTIL={datetime.combine(reminder.last, time.max).strftime(_LOCAL)}",
        f"SUMMARY:{_escaped(reminder.words)}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _first_of(reminder: Reminder) -> datetime:
    span = (reminder.last - reminder.first).days
    days = (reminder.first + timedelta(days=offset) for offset in range(min(span, 6) + 1))
    first = next((day for day in days if day.weekday() in reminder.days), None)
    if first is None:
        raise ValueError("no day to remind of")
    return datetime.combine(first, reminder.at)


def _uid(reminder: Reminder) -> str:
    """Return the same name for the same reminder, so that whoever opens the file twice has it once."""
    told = f"{sorted(reminder.days)} {reminder.at} {reminder.minutes} {reminder.first} {reminder.last}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _escaped(text: str) -> str:
    for letter in "\\;,":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line with a break wherever it would be too long, and never within a letter."""
    parts: list[str] = []
    part = ""
    for letter in line:
        if len((part + letter).encode()) > _LINE_OCTETS - bool(parts):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join((*parts, part))
