"""A connection to PostgreSQL that never waits for ever. Needs the extra [postgres], so nothing imports it without one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self, TypeVar

import psycopg
from psycopg.abc import PQGen

_Value = TypeVar("_Value")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when the server does not answer in time.

    PostgreSQL's own limits need a server that works. A frozen machine behind a live network takes what is sent and
    never answers; no setting of the driver notices that.
    """

    _waiting: Callable[[], AbstractContextManager[float]] | None = None

    @classmethod
    def open(cls, waiting: Callable[[], AbstractContextManager[float]], *arguments: Any, **named: Any) -> Self:
        """Return a connection. ``waiting`` says, whenever it waits, how many seconds it may, and counts them."""
        made = cls.connect(*arguments, **named)
        made._waiting = waiting
        return made

    def wait(self, gen: PQGen[_Value], interval: float = 0.1, timeout: float | None = None) -> _Value:
        """Wait for the server, but not for longer than that.

        Raises:
            psycopg.OperationalError: it did not answer. The connection is closed.
        """
        try:
            with self._waiting() if self._waiting is not None else nullcontext(timeout) as allowed:
                given = [one for one in (timeout, allowed) if one is not None]
                return super().wait(gen, interval, min(given, default=None))
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.OperationalError("the server did not answer in time") from error
