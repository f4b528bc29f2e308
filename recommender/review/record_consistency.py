"""Whether reviews, kept versions and accounts are what the audit log says of them. Knows no database and no key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from recommender.models.content_hash import content_hash
from recommender.review.errors import MALFORMED
from recommender.review.tables import AuditEntry, Clinician, Review, Role, Verdict, Version
from recommender.rulebook.targets import RELEASE

_ACCOUNT = "clinician/"
# What only some reviews have, so that its absence is part of what an entry says too.
_ONLY_SOME = ("together", "seconds", "decision_sha256", "until", "person", "proposal_sha256")
_PLANNING = frozenset({Role.LEAD, Role.SAFETY_OFFICER})
_SIGNED_WITH = ("name", "clinician_registration", "role", "disabled")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a review, as the log says: not as the account is called today."""

    name: str
    registration: str
    role: Role


def review_details(review: Review) -> dict[str, Any]:
    """Return what the entry of a review holds of it, so that a changed, added or removed review is found."""
    some = {
        "together": review.together,
        "seconds": review.seconds,
        "decision_sha256": None if review.decision is None else _hashed(review.decision),
        "until": None if review.until is None else review.until.isoformat(),
        # A number that is nobody's is told as such: it must not look as if nobody was named.
        "person": review.person.email if review.person is not None else review.person_id,
        "proposal_sha256": None if review.proposal is None else content_hash(review.proposal),
    }
    return {
        **{name: value for name, value in some.items() if value is not None},
        "review": review.id,
        "verdict": review.verdict.value,
        "parent": review.parent_id,
        "at": review.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "text_sha256": hashlib.sha256(review.text.encode("utf-8", "surrogatepass")).hexdigest(),
    }


def review_target(review: Review) -> str:
    """Return how the audit log names what a review is about."""
    return f"{review.target_kind.value}/{review.target_id}"


def account_details(clinician: Clinician) -> dict[str, Any]:
    """Return what the entry of an account holds of it. What it signs in with is hashed: the log is exported."""
    return {
        "name": clinician.name,
        "clinician_registration": clinician.registration,
        "role": clinician.role.value,
        "disabled": clinician.disabled,
        "password_hash_sha256": _hashed(clinician.password_hash),
        "oidc_subject_sha256": _hashed(clinician.oidc_subject),
        "totp_secret_sha256": _hashed(clinician.totp_secret),
        "recovery_codes_sha256": _hashed(None if (codes := clinician.recovery_codes) is None else json.dumps(codes)),
    }


def account_target(email: str) -> str:
    """Return how the audit log names an account."""
    return f"{_ACCOUNT}{email}"[:254]


def _hashed(secret: str | None) -> str | None:
    return None if secret is None else hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def by_review(log: Iterable[AuditEntry]) -> dict[int, AuditEntry]:
    """Return the entries of reviews, by the review's id."""
    named = ((_details(entry).get("review"), entry) for entry in log)
    return {number: entry for number, entry in named if type(number) is int}


def signature(review: Review, entry: AuditEntry) -> Signature | None:
    """Return who signed a review, or None if the entry is of something else or the role did not allow it."""
    if not _agrees(review, entry):
        return None
    details = _details(entry)
    try:
        signed = Signature(str(details["name"]), entry.registration, Role(details["role"]))
    except MALFORMED:
        return None
    is_release = review.target == RELEASE and review.verdict is Verdict.APPROVE
    is_allowed = may_say(signed.role, review.verdict, is_release=is_release) and _may_name(signed.role, review)
    return signed if is_allowed else None


def may_say(role: Role, verdict: Verdict, *, is_release: bool = False) -> bool:
    """Return whether a role allows a verdict; ``is_release`` says that it approves the release itself."""
    if is_release:
        return role is Role.LEAD
    if verdict in (Verdict.DEFER, Verdict.REVIEW_BY):
        return role in _PLANNING
    if verdict in (Verdict.APPROVE, Verdict.DECIDE):
        return role not in (Role.READER, Role.AUTHOR)
    return role is not Role.READER


def _may_name(role: Role, review: Review) -> bool:
    """Return whether a role allows to say that of somebody else."""
    if review.person_id in (None, review.clinician_id):
        return True
    return role is Role.LEAD or (review.verdict is Verdict.ASSIGN and role in _PLANNING)


def review_faults(reviews: Iterable[Review], log: Iterable[AuditEntry]) -> Iterable[str]:
    """Name the reviews that were not made through the log, or no longer say what it says."""
    recorded = by_review(log)
    for review in reviews:
        entry = recorded.pop(review.id, None)
        if entry is None:
            yield f"Review {review.id} stands in no entry."
        elif not _agrees(review, entry):
            yield f"Review {review.id} is not what entry {entry.number} says of it."
        elif signature(review, entry) is None:
            yield f"Review {review.id} was signed in a role that may not do that."
    for number, entry in recorded.items():
        yield f"Review {number} of entry {entry.number} has been removed."


def account_faults(clinicians: Iterable[Clinician], log: Iterable[AuditEntry]) -> Iterable[str]:
    """Name the accounts that are not, or when they signed were not, as the operator made them."""
    known: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for entry in log:
        target, details = str(entry.target), _details(entry)
        if target.startswith(_ACCOUNT):
            known[target] = (entry.number, details)
        elif "review" in details:
            _, made = known.get(account_target(str(entry.actor)), (0, {}))
            signed = {**details, "clinician_registration": entry.registration, "disabled": False}
            if not _same(signed, made, _SIGNED_WITH):
                yield f"Entry {entry.number} was signed by an account that was not as the operator made it."
    for clinician in clinicians:
        number, made = known.get(account_target(str(clinician.email)), (0, {}))
        if not made:
            yield f"Account {clinician.id} stands in no entry."
        elif not _is_account(clinician, made):
            yield f"Account {clinician.id} is not what entry {number} says of it."


def version_faults(versions: Iterable[Version], reviews: Iterable[Review]) -> Iterable[str]:
    """Name the kept versions that are not what was signed, and those that are gone although somebody signed them."""
    kept = set()
    for version in versions:
        kept.add((version.target_kind, version.target_id, version.sha256))
        if not is_whole(version.parts, version.sha256):
            yield f"Version {version.id} of {version.target_kind.value}/{version.target_id} is not as it was kept."
    missing: dict[object, Review] = {}
    for review in reviews:
        signed = (review.target_kind, review.target_id, review.sha256)
        if signed not in kept:
            missing.setdefault(signed, review)
    for review in missing.values():
        yield f"The version that review {review.id} is of has been removed."


def is_whole(parts: object, sha256: str) -> bool:
    """Return whether these are the very parts that a digest was taken over."""
    try:
        return content_hash(parts) == sha256
    except MALFORMED:
        return False


def _agrees(review: Review, entry: AuditEntry) -> bool:
    try:
        said = review_details(review)
        return (
            _same(said, _details(entry), tuple(said))
            and all(said.get(name) == _details(entry).get(name) for name in _ONLY_SOME)
            and (entry.action, entry.target) == (review.verdict.value, review_target(review))
            and entry.sha256 == review.sha256
            and (entry.actor, entry.registration) == (review.clinician.email, review.clinician.registration)
        )
    except MALFORMED:
        return False


def _is_account(clinician: Clinician, made: Mapping[str, Any]) -> bool:
    try:
        today = account_details(clinician)
    except MALFORMED:
        return False
    return _same(today, made, tuple(today))


def _same(one: Mapping[str, Any], other: Mapping[str, Any], names: Sequence[str]) -> bool:
    nowhere = object()
    return all(one.get(name, nowhere) == other.get(name) for name in names)


def _details(entry: AuditEntry) -> Mapping[str, Any]:
    return entry.details if isinstance(entry.details, dict) else {}
