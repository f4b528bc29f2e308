"""Points that a clinician must settle: decided, or put off to after the release, each with a reason and a name."""

from __future__ import annotations

from sqlalchemy.orm import Session

from recommender.models.plain_text import has_words
from recommender.review.errors import ReviewRefused
from recommender.review.record_consistency import may_say
from recommender.review.reviews import SETTLING, record
from recommender.review.tables import Clinician, Review, Verdict
from recommender.rulebook.targets import Digest, TargetKind


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
) -> Review | None:
    """Return the new review that decides a point or puts it off, or None if that stands already.

    Raises:
        StaleVersion: ``seen`` is not today's version of the point.
        ReviewRefused: the role does not allow it, or there is no decision or no reason.
    """
    if digest.target.kind is not TargetKind.POINT or verdict not in SETTLING:
        raise ReviewRefused("Only a point can be settled.")
    if not may_say(clinician.role, verdict):
        raise ReviewRefused("Only a lead or the safety officer can put a point off.")
    if verdict is Verdict.DECIDE and not has_words(decision):
        raise ReviewRefused("Choose what is decided, or write it.")
    if not has_words(reason):
        raise ReviewRefused("Give the reason.")
    return record(session, key, clinician, digest, verdict, reason, seen=seen, decision=decision)
