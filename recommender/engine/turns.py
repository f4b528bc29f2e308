"""One at a time, and never for ever: turns at something that may hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from recommender.errors import DecisionError

LONGEST_SECONDS = 5.0
"""How long one turn may take, and how long it is waited for. A turn at the engine takes about a thousandth of a second."""


class Turns:
    """Gives one thread at a time its turn."""

    def __init__(self, longest: float | None = None) -> None:
        self._longest = LONGEST_SECONDS if longest is None else longest
        self._lock = threading.Lock()
        self._since: float | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn and take it.

        Raises:
            DecisionError: the turn before this one does not end.
        """
        if not self._lock.acquire(timeout=self._longest):
            raise DecisionError(f"the rules engine has not answered for {self._longest:.0f} s")
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._since = None
            self._lock.release()

    @property
    def is_stuck(self) -> bool:
        """Whether a turn has lasted too long. A thread that hangs in a C function cannot be ended from here."""
        since = self._since
        return since is not None and time.monotonic() - since > self._longest
