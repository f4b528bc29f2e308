"""From what was said to where it leaves each target today. Plain data; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from recommender.review.record_consistency import Signature
from recommender.review.tables import Review, Role, Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind


@dataclass(frozen=True, slots=True)
class Approval:
    """A signature: who (as the audit log says), when, and the exact version."""

    review_id: int
    clinician_id: int
    name: str
    registration: str
    at: datetime
    sha256: str
    role: Role


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the reviews of one target leave it today.

    ``approvals`` are of today's version, one for each person, whatever the record holds. ``lapsed`` are of other
    versions, each reviewer's latest, for reviewers who have not approved today's. ``requested`` are the change requests
    that block it. A point is approved when it is ``settled``: decided, or put off, as today's version of it.
    """

    approvals: tuple[Approval, ...]
    lapsed: tuple[Approval, ...]
    requested: tuple[Review, ...]
    is_approved: bool
    settled: Review | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a point was settled: what was decided, why, by whom (as the audit log says) and when."""

    is_deferred: bool
    decision: str
    reason: str
    name: str
    registration: str
    at: datetime


def stand(
    said: Iterable[Review], signatures: Mapping[int, Signature], digests: Mapping[Target, Digest], required: int
) -> Mapping[Target, Standing]:
    """Return the standing of every target in ``digests``. ``said`` is oldest first; comments do not count.

    A review without a signature counts for nothing, but a change request still blocks.
    """
    of_target: dict[Target, list[Review]] = {target: [] for target in digests}
    for review in said:
        if review.id in signatures or review.verdict is Verdict.REQUEST_CHANGES:
            of_target.get(review.target, []).append(review)
    return {
        target: (_settlement if target.kind is TargetKind.POINT else _standing)(
            of_target[target], signatures, digest.sha256, required
        )
        for target, digest in digests.items()
    }


def settlements(standings: Mapping[Target, Standing]) -> Mapping[str, Settlement]:
    """Return how each point was settled that is, by its id."""
    return {
        target.id: _told(standing.settled, standing)
        for target, standing in standings.items()
        if standing.settled is not None and standing.is_approved
    }


def withdrawn(said: Iterable[Review]) -> frozenset[int]:
    """Return the ids of the reviews that have been taken back. ``said`` is oldest first.

    A withdrawal leaves nothing standing that would count for the same person all the same: it takes back every approval
    of that version that they gave before it, and a request together with its repeats. Another request of theirs goes on
    to block, since only what is named may stop blocking.
    """
    before: dict[int | None, Review] = {}
    gone: set[int] = set()
    for review in said:
        named = before.get(review.parent_id) if review.verdict is Verdict.WITHDRAW else None
        if named is not None:
            gone |= {earlier.id for earlier in before.values() if _goes_with(named, earlier)}
        before[review.id] = review
    return frozenset(gone)


def open_requests(said: Iterable[Review], today: str) -> tuple[Review, ...]:
    """Return the change requests that still block. ``said`` are the verdicts of one target, oldest first.

    A request ends when it is taken back, or when somebody says, with a reason, that another version answers it. If
    today's is the very version it was made of, nothing has answered it. No approval ends it, not even its author's.
    """
    said = list(said)
    gone = withdrawn(said)
    answered = {review.parent_id for review in said if review.verdict is Verdict.ANSWER and review.id not in gone}
    return tuple(
        request
        for request in said
        if request.verdict is Verdict.REQUEST_CHANGES
        and request.id not in gone
        and (request.id not in answered or request.sha256 == today)
    )


def _standing(said: list[Review], signatures: Mapping[int, Signature], today: str, required: int) -> Standing:
    latest: dict[int, Review] = {}
    older: dict[int, Review] = {}
    for review in _verdicts(said):
        (latest if review.sha256 == today else older)[review.clinician_id] = review
    given = [
        _approval(review, signatures[review.id]) for review in latest.values() if review.verdict is Verdict.APPROVE
    ]
    # Two accounts of one registration are one person.
    of_person = {approval.registration.casefold() or str(approval.clinician_id): approval for approval in given}
    approvals = tuple(of_person.values())
    signed = {approval.clinician_id for approval in approvals}
    lapsed = tuple(
        _approval(review, signatures[review.id])
        for clinician, review in older.items()
        if review.verdict is Verdict.APPROVE and clinician not in signed
    )
    requested = open_requests(said, today)
    return Standing(approvals, lapsed, requested, len(approvals) >= required and not requested)


def _settlement(said: list[Review], signatures: Mapping[int, Signature], today: str, required: int) -> Standing:
    """Return where a point stands: the last word of today's version counts, and that of another version has lapsed."""
    gone = withdrawn(said)
    words = [one for one in said if one.verdict in (Verdict.DECIDE, Verdict.DEFER) and one.id not in gone]
    of_today = [one for one in words if one.sha256 == today][-1:]
    lapsed = () if of_today else tuple(_approval(one, signatures[one.id]) for one in words[-1:])
    requested = open_requests(said, today)
    approvals = tuple(_approval(one, signatures[one.id]) for one in of_today)
    return Standing(approvals, lapsed, requested, bool(of_today) and not requested, *of_today)


def _verdicts(said: Iterable[Review]) -> list[Review]:
    """The approvals and change requests that have not been taken back."""
    said = list(said)
    gone = withdrawn(said)
    return [
        review
        for review in said
        if review.verdict in (Verdict.APPROVE, Verdict.REQUEST_CHANGES) and review.id not in gone
    ]


def _goes_with(named: Review, other: Review) -> bool:
    """Return whether the withdrawal of one review takes back another one of the same person too."""
    if named.verdict not in (Verdict.APPROVE, Verdict.REQUEST_CHANGES):
        return other.id == named.id
    same_place = (other.clinician_id, other.target, other.sha256) == (named.clinician_id, named.target, named.sha256)
    repeats = other.verdict is Verdict.APPROVE or (other.verdict, other.text) == (named.verdict, named.text)
    return same_place and repeats


def _approval(review: Review, signed: Signature) -> Approval:
    return Approval(
        review_id=review.id,
        clinician_id=review.clinician_id,
        name=signed.name,
        registration=signed.registration,
        at=review.created_at,
        sha256=review.sha256,
        role=signed.role,
    )


def _told(review: Review, standing: Standing) -> Settlement:
    (signed,) = standing.approvals
    return Settlement(
        is_deferred=review.verdict is Verdict.DEFER,
        decision=review.decision or "",
        reason=review.text,
        name=signed.name,
        registration=signed.registration,
        at=signed.at,
    )
