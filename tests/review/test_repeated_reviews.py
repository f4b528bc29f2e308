"""Verdicts that come twice, six times at once, or while the account is closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from recommender.review import audit
from recommender.review.accounts import disable
from recommender.review.errors import ReviewRefused
from recommender.review.objections import withdraw
from recommender.review.reviews import (
    Standing,
    submit,
)
from recommender.review.settlements import settle
from recommender.review.tables import Clinician, Review, Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind
from tests.support.signing import KEY, NewClinician, approve, said_of, say, say_again, stands


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.COMMENT])
def test_one_verdict_sent_six_times_at_once_is_one(
    engine: Engine, session: Session, clinician: NewClinician, digest: Digest, verdict: Verdict
) -> None:
    ann = clinician()
    session.commit()
    together = Barrier(6)

    def send(_: int) -> bool:
        with Session(engine) as own:
            me = own.get_one(Clinician, ann.id)
            together.wait(timeout=60)
            words = "Say it shorter."
            said = submit(own, KEY, me, digest.target, digest, verdict, words, seen=digest.sha256, authors=())
            own.commit()
            return said is not None

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == [False] * 5 + [True]
    assert [one.verdict for one in said_of(session, digest)] == [verdict]
    assert audit.verify(session, KEY).faults == ()


def test_one_withdrawal_sent_six_times_at_once_is_one(
    engine: Engine, session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    given = approve(session, ann, digest)
    session.commit()
    together = Barrier(6)

    def send(_: int) -> bool:
        with Session(engine) as own:
            me, named = own.get_one(Clinician, ann.id), own.get_one(Review, given.id)
            together.wait(timeout=60)
            said = withdraw(own, KEY, me, named, authors=())
            own.commit()
            return said is not None

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == [False] * 5 + [True]
    assert [one.verdict for one in said_of(session, digest)] == [Verdict.APPROVE, Verdict.WITHDRAW]


def test_of_six_approvals_in_the_record_one_counts_and_one_withdrawal_takes_back_all(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    rows = [approve(session, ann, digest), *(say_again(session, ann, digest, Verdict.APPROVE) for _ in range(5))]
    assert len(stands(session, digest).approvals) == 1
    withdraw(session, KEY, ann, rows[2], authors=())
    assert stands(session, digest) == Standing((), (), (), False)
    assert withdraw(session, KEY, ann, rows[5], authors=()) is None
    approve(session, ann, digest)
    assert len(stands(session, digest).approvals) == 1


def test_what_was_taken_back_or_answered_can_be_said_again(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, bob = clinician(), clinician()
    request = say(session, ann, digest, Verdict.REQUEST_CHANGES, "Shorter.")
    withdraw(session, KEY, ann, request, "I misread it.", authors=())
    again = say(session, ann, digest, Verdict.REQUEST_CHANGES, "Shorter.")
    say(session, ann, digest, Verdict.COMMENT, "Please.")
    say(session, bob, digest, Verdict.COMMENT, "Not yet.")
    say(session, ann, digest, Verdict.COMMENT, "Please.")
    withdraw(session, KEY, ann, again, "I misread it.", authors=())
    approve(session, ann, digest)
    once_more = say(session, ann, digest, Verdict.REQUEST_CHANGES, "Shorter.")
    withdraw(session, KEY, ann, once_more, "I misread it.", authors=())
    approve(session, ann, digest)
    assert len(said_of(session, digest)) == 11


def test_an_account_that_is_closed_meanwhile_signs_nothing_and_leaves_the_record_whole(
    engine: Engine, session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    session.commit()
    with Session(engine) as operator:
        closed = operator.get_one(Clinician, ann.id)
        disable(operator, closed)
        audit.append_account(operator, KEY, "disable_clinician", closed)
        operator.commit()
    assert not ann.disabled, "as this session knows her"
    with pytest.raises(ReviewRefused, match="may read"):
        approve(session, ann, digest)
    session.rollback()
    assert audit.verify(session, KEY).faults == ()


def test_whoever_goes_back_to_what_they_decided_before_decides_anew(
    session: Session, clinician: NewClinician, today: dict[Target, Digest]
) -> None:
    ann = clinician()
    point = next(digest for target, digest in today.items() if target.kind is TargetKind.POINT)

    def said(decision: str) -> bool:
        made = settle(session, KEY, ann, point, Verdict.DECIDE, decision, "As in the guideline.", seen=point.sha256)
        return made is not None

    assert [said(words) for words in ("Both stay.", "One goes.", "Both stay.", "Both stay.")] == [
        True,
        True,
        True,
        False,
    ]
    settled = stands(session, point).settled
    assert settled is not None and settled.decision == "Both stay."
