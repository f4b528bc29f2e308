"""Points that a clinician must settle: decided, or put off until a day, each with a reason and a name."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from recommender.models.plain_text import has_words
from recommender.review.errors import ReviewRefused
from recommender.review.record_consistency import may_say
from recommender.review.reviews import SETTLING, record
from recommender.review.tables import Clinician, Review, Verdict, now
from recommender.rulebook.targets import Digest, TargetKind

# A point is put off to be settled, not to be forgotten: within a year somebody looks at it again.
LONGEST_PUT_OFF = timedelta(days=365)


def settle(
    session: Session,
    key: bytes,
    clinician: Clinician,
    digest: Digest,
    verdict: Verdict,
    decision: str,
    reason: str,
    *,
    seen: str,
    until: date | None = None,
    on: date | None = None,
) -> Review | None:
    """Return the new review that decides a point or puts it off, or None if that stands already.

    What is put off is so ``until`` a day, the last on which no release waits for it. ``on`` is the day of the word,
    today in UTC where it is not given.

    Raises:
        StaleVersion: ``seen`` is not today's version of the point.
        ReviewRefused: the role does not allow it, or there is no decision, no reason, or no day within the next year.
    """
    if digest.target.kind is not TargetKind.POINT or verdict not in SETTLING:
        raise ReviewRefused("Only a point can be settled.")
    if not may_say(clinician.role, verdict):
        raise ReviewRefused("Only a lead or the safety officer can put a point off.")
    if verdict is Verdict.DECIDE and not has_words(decision):
        raise ReviewRefused("Choose what is decided, or write it.")
    if not has_words(reason):
        raise ReviewRefused("Give the reason.")
    if verdict is Verdict.DEFER:
        _refuse_day(until, on or now().date())
    put_off = until if verdict is Verdict.DEFER else None
    return record(session, key, clinician, digest, verdict, reason, seen=seen, decision=decision, until=put_off)


def _refuse_day(until: date | None, on: date) -> None:
    if until is None:
        raise ReviewRefused("Give the day until when it is put off.")
    if not on < until <= on + LONGEST_PUT_OFF:
        raise ReviewRefused(
            f"Give a day after today and not after {(on + LONGEST_PUT_OFF).isoformat()}: nothing is put off for more than "
            "a year."
        )
