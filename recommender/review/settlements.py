"""Points that a clinician must settle: decided, or put off to after the release, each with a reason and a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from recommender.models.plain_text import has_words
from recommender.review.approval_status import Standing
from recommender.review.errors import ReviewRefused
from recommender.review.record_consistency import may_say
from recommender.review.reviews import record
from recommender.review.tables import Clinician, Review, Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a point was settled: what was decided, why, by whom (as the audit log says) and when."""

    is_deferred: bool
    decision: str
    reason: str
    name: str
    registration: str
    at: datetime


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
    if digest.target.kind is not TargetKind.POINT or verdict not in (Verdict.DECIDE, Verdict.DEFER):
        raise ReviewRefused("Only a point can be settled.")
    if not may_say(clinician.role, verdict):
        raise ReviewRefused("Only a lead or the safety officer can put a point off.")
    if verdict is Verdict.DECIDE and not has_words(decision):
        raise ReviewRefused("Choose what is decided, or write it.")
    if not has_words(reason):
        raise ReviewRefused("Give the reason.")
    return record(session, key, clinician, digest, verdict, reason, seen=seen, decision=decision)


def settlements(standings: Mapping[Target, Standing]) -> Mapping[str, Settlement]:
    """Return how each point was settled that is, by its id."""
    return {
        target.id: _settlement(standing.settled, standing)
        for target, standing in standings.items()
        if standing.settled is not None and standing.is_approved
    }


def _settlement(review: Review, standing: Standing) -> Settlement:
    (signed,) = standing.approvals
    return Settlement(
        is_deferred=review.verdict is Verdict.DEFER,
        decision=review.decision or "",
        reason=review.text,
        name=signed.name,
        registration=signed.registration,
        at=signed.at,
    )


def undecided(missing: Iterable[Target]) -> tuple[Target, ...]:
    """Return, of what a release still waits for, the points."""
    return tuple(target for target in missing if target.kind is TargetKind.POINT)
