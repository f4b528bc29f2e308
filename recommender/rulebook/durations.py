"""ISO 8601 durations in words."""

from __future__ import annotations

import re


def duration_words(duration: str) -> str:
    """Return a duration of days or hours, such as 'P14D', as '14 days'."""
    found = re.fullmatch(r"P(?:T(\d+)H|(\d+)D)", duration)
    if not found:
        return duration
    count, unit = (found[1], "hour") if found[1] else (found[2], "day")
    return f"{count} {unit}{'' if count == '1' else 's'}"
