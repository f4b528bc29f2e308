"""How often somebody may try to sign in: ever longer waits, for whoever fails and for nobody else.

Counted in the review database, so for every process and machine together. A try is counted before the password is looked
at, so that many at once are no way round; one that was right is taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from recommender.review.database import take_tries_lock
from recommender.review.tables import SignInTry

_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` tries cost no wait. Each further one costs twice as much as the one before, ``longest`` at most."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return how long to wait after so many tries that failed."""
        beyond = failures - self.free
        return timedelta(0) if beyond <= 0 else min(self.longest, timedelta(seconds=2 ** min(beyond, 30)))


# A browser in which this account has signed in before. Nobody else's failures count there.
KNOWN_BROWSER = Limit(10, timedelta(minutes=15))
ACCOUNT_FROM_ADDRESS = Limit(5, timedelta(minutes=15))
# These two can hit somebody else than who failed, so the wait stays short: it slows guessing and shuts nobody out.
ADDRESS = Limit(20, timedelta(seconds=30))
ACCOUNT = Limit(50, timedelta(seconds=30))

# Whoever comes as far as these knows the password, or sits at an open session.
SECOND_FACTOR = OWN_PASSWORD = Limit(5, timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted together: a name that tells nobody an email or an address, and its limit."""

    key: str
    limit: Limit


def counter(limit: Limit, kind: str, *parts: str) -> Counter:
    """Return the counter of these parts."""
    return Counter(hashlib.sha256("\0".join((kind, *parts)).encode("utf-8", "surrogatepass")).hexdigest(), limit)


def begin_try(session: Session, counters: Iterable[Counter], now: datetime) -> timedelta:
    """Count a try, unless it comes too soon, and return how long it must wait: nothing, if it may go on.

    A try that comes too soon is not counted: whoever waits is not put off by others who do not. Commit afterwards.
    """
    counters = tuple(counters)
    take_tries_lock(session)
    session.execute(delete(SignInTry).where(SignInTry.last_at < now - _FORGOTTEN_AFTER))
    kept = {one.key: session.get(SignInTry, one.key, populate_existing=True) for one in counters}
    for one in counters:
        row = kept[one.key]
        if row is not None and row.closed_until - now > one.limit.longest:  # no wait is: the clock was put back since
            row.last_at, row.closed_until = now, now + one.limit.wait(row.failures)
    waits = [row.closed_until - now for row in kept.values() if row is not None and row.closed_until > now]
    if waits:
        return max(waits)
    for one in counters:
        row = kept[one.key]
        if row is None:
            row = SignInTry(key=one.key, failures=0, last_at=now, closed_until=now)
            session.add(row)
        row.failures += 1
        row.last_at = now
        row.closed_until = now + one.limit.wait(row.failures)
    session.flush()
    return timedelta(0)


def forgive(session: Session, own: Iterable[Counter], shared: Iterable[Counter], now: datetime) -> None:
    """Take back a try that was right. What is counted for this person alone begins anew. Commit afterwards.

    Of what others are counted in too only this try goes: nobody may wipe out their failures by signing in themselves.
    """
    take_tries_lock(session)
    for one in own:
        session.execute(delete(SignInTry).where(SignInTry.key == one.key))
    for one in shared:
        row = session.get(SignInTry, one.key, populate_existing=True)
        if row is not None:
            row.failures = max(0, row.failures - 1)
            row.closed_until = now
    session.flush()
