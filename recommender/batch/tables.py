"""How rows become CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

BAD_COLUMNS = ("line", "id", "question", "code", "message")
"""The columns of the file of bad rows."""


def as_csv(rows: Iterable[Iterable[Any]], delimiter: str = ",") -> bytes:
    """Return rows as CSV in UTF-8, each line ending in one character."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
