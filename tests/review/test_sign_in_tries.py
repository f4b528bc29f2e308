"""Tries to sign in: counted together, ever longer waits, and nobody pays for somebody else for long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from recommender.review.sign_in_tries import ACCOUNT, ADDRESS, Limit, begin_try, counter, forgive
from recommender.review.tables import SignInTry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NONE = timedelta(0)
OWN = counter(Limit(2, timedelta(minutes=1)), "own", "ann")
SHARED = counter(Limit(3, timedelta(seconds=10)), "shared", "192.0.2.1")


@pytest.mark.parametrize(
    "failures, seconds", [(0, 0), (2, 0), (3, 2), (4, 4), (5, 8), (7, 32), (8, 60), (50, 60), (10**6, 60)]
)
def test_each_failure_costs_twice_as_much_up_to_the_longest(failures: int, seconds: int) -> None:
    assert OWN.limit.wait(failures) == timedelta(seconds=seconds)


def test_a_try_that_comes_too_soon_waits_and_is_not_counted(session: Session) -> None:
    assert [begin_try(session, [OWN], NOON) for _ in range(3)] == [NONE] * 3
    for _ in range(5):
        assert begin_try(session, [OWN], NOON) == timedelta(seconds=2)
    assert begin_try(session, [OWN], NOON + timedelta(seconds=1.5)) == timedelta(seconds=0.5)
    assert begin_try(session, [OWN], NOON + timedelta(seconds=2)) == NONE
    assert begin_try(session, [OWN], NOON + timedelta(seconds=2)) == timedelta(seconds=4)


def test_a_right_try_begins_anew_and_takes_only_itself_back_from_what_is_shared(session: Session) -> None:
    for _ in range(3):
        begin_try(session, [OWN, SHARED], NOON)
    later = NOON + timedelta(seconds=2)
    begin_try(session, [OWN, SHARED], later)
    forgive(session, [OWN], [SHARED], later)
    kept = {row.key: row.failures for row in session.scalars(select(SignInTry))}
    assert kept == {SHARED.key: 3}
    assert begin_try(session, [OWN, SHARED], later) == NONE


def test_tries_are_forgotten_after_a_day_and_name_nobody(session: Session) -> None:
    begin_try(session, [counter(ADDRESS, "address", "192.0.2.1"), counter(ACCOUNT, "account", "ann@example.org")], NOON)
    rows = list(session.scalars(select(SignInTry)))
    assert len(rows) == 2
    assert not [row for row in rows if "192" in row.key[:3] or "ann" in row.key]
    begin_try(session, [OWN], NOON + timedelta(days=1, seconds=1))
    session.expire_all()
    assert [row.key for row in session.scalars(select(SignInTry))] == [OWN.key]


def test_nobody_waits_for_a_clock_that_was_put_back(session: Session) -> None:
    ahead = NOON + timedelta(days=400)
    for _ in range(4):
        begin_try(session, [SHARED, OWN], ahead)
        ahead += OWN.limit.longest
    assert begin_try(session, [SHARED, OWN], NOON) == OWN.limit.wait(4) == timedelta(seconds=4)
    assert begin_try(session, [SHARED, OWN], NOON + timedelta(seconds=1)) == timedelta(seconds=3)
    assert begin_try(session, [SHARED, OWN], NOON + timedelta(seconds=4)) == NONE


def test_many_at_once_are_no_way_round(engine: Engine) -> None:
    together = Barrier(8)

    def guess(_: int) -> bool:
        with Session(engine) as session:
            together.wait(timeout=60)
            may = begin_try(session, [OWN], NOON) == NONE
            session.commit()
            return may

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(8))) == OWN.limit.free + 1
