"""The whole record of a review, for keeping elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.loaders.proof_record import proof_told
from recommender.models.content import Content
from recommender.review import audit, release, reviews
from recommender.review.accounts import list_clinicians
from recommender.review.approval_status import Approval, Standing
from recommender.review.database import take_writers_lock
from recommender.review.tables import AuditEntry, Clinician, Review, Version, now
from recommender.rulebook.targets import Digest, Target

_COLUMNS = (
    "record", "number", "at", "email", "name", "registration", "action", "target", "sha256",
    "is_todays_version", "answers_to", "text", "person", "decision", "until", "together", "seconds", "patch",
    "proposed_sha256", "previous_mac", "mac",
)  # fmt: skip


def export_json(
    session: Session,
    key: bytes,
    content: Content,
    digests: Mapping[Target, Digest],
    required: int,
    *anchors: audit.Anchor,
) -> dict[str, Any]:
    """Return reviewers, reviews in threads, standing, release and audit log as plain data."""
    take_writers_lock(session)
    report = audit.verify(session, key, *anchors)
    stood = reviews.standings(session, digests, required, key)
    status = release.status(session, content, digests, required, key, *anchors, stood=stood)
    versions = session.scalars(select(Version).order_by(Version.id))
    return {
        "exported_at": _time(now()),
        "version": content.rule_set.version,
        "hash": content.hash,
        "approvals_required": required,
        "clinicians": [_clinician(clinician) for clinician in list_clinicians(session)],
        "release": {"proof": proof_told(content), **_release(status)},
        "standing": {_name(target): _standing(standing) for target, standing in stood.today.items()},
        "gone": {_name(target): _standing(standing) for target, standing in stood.gone.items()},
        "threads": _threads(session),
        "versions": [_version(version) for version in versions],
        "audit": {
            "count": report.count,
            "head": report.head,
            "faults": list(report.faults),
            "entries": [_entry(entry) for entry in audit.entries(session)],
        },
    }


def _clinician(clinician: Clinician) -> dict[str, Any]:
    return {
        "id": clinician.id,
        "email": clinician.email,
        "name": clinician.name,
        "registration": clinician.registration,
        "role": clinician.role.value,
        "disabled": clinician.disabled,
    }


def _release(status: release.ReleaseStatus) -> dict[str, Any]:
    return {
        "is_ready": status.is_ready,
        "is_approved": status.is_approved,
        "authors_unknown": status.authors_unknown,
        "missing": [_name(target) for target in status.missing],
        "requested": [review.id for review in status.requested],
        "approvals": [_approval(approval) for approval in status.approvals],
        "overtaken": [_approval(approval) for approval in status.overtaken],
        "decided": status.decided,
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "target": f"{version.target_kind.value}/{version.target_id}",
        "sha256": version.sha256,
        "first_seen_at": _time(version.first_seen_at),
        "parts": version.parts,
    }


def export_csv(session: Session, digests: Mapping[Target, Digest]) -> str:
    """Return one row for each review and each audit entry, first row the names of the columns."""
    take_writers_lock(session)
    kept = io.StringIO()
    writer = csv.DictWriter(kept, _COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in (*_review_rows(session, digests), *_audit_rows(session)):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return kept.getvalue()


def _review_rows(session: Session, digests: Mapping[Target, Digest]) -> Iterable[dict[str, Any]]:
    for review in session.scalars(select(Review).order_by(Review.id)):
        today = digests.get(review.target)
        yield {
            "record": "review",
            "number": review.id,
            "at": _time(review.created_at),
            "email": review.clinician.email,
            "name": review.clinician.name,
            "registration": review.clinician.registration,
            "action": review.verdict.value,
            "target": _name(review.target),
            "sha256": review.sha256,
            "is_todays_version": "yes" if today is not None and today.sha256 == review.sha256 else "no",
            "answers_to": review.parent_id or "",
            "text": review.text,
            **{name: "" if value is None else value for name, value in _manner(review).items()},
            "patch": (review.proposal or {}).get("patch", ""),
            "proposed_sha256": (review.proposal or {}).get("sha256", ""),
        }


def _audit_rows(session: Session) -> Iterable[dict[str, Any]]:
    for entry in audit.entries(session):
        plain = _entry(entry)
        shared = {name: plain[name] for name in _COLUMNS if name in plain}
        yield {**shared, "record": "audit", "email": entry.actor, "name": entry.details.get("name", "")}


def _cell(value: Any) -> Any:
    """Return the value so that no spreadsheet takes somebody's words for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _threads(session: Session) -> list[dict[str, Any]]:
    rows = session.execute(select(Review.target_kind, Review.target_id).distinct())
    targets = [Target(kind, own) for kind, own in sorted(rows)]
    return [
        {"target": _name(target), **_review(thread.review), "replies": [_review(reply) for reply in thread.replies]}
        for target in targets
        for thread in reviews.threads(session, target)
    ]


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "is_approved": standing.is_approved,
        "approvals": [_approval(approval) for approval in standing.approvals],
        "lapsed": [_approval(approval) for approval in standing.lapsed],
        "requested": [review.id for review in standing.requested],
        "settled": None if standing.settled is None else standing.settled.id,
        "is_due": standing.is_due,
        "lacks_officer": standing.lacks_officer,
        "overturned": [review.id for review in standing.overturned],
        "authors": [author.id for author in standing.authors],
    }


def _approval(approval: Approval) -> dict[str, Any]:
    return {
        "review": approval.review_id,
        "clinician": approval.clinician_id,
        "name": approval.name,
        "registration": approval.registration,
        "role": approval.role.value,
        "at": _time(approval.at),
        "sha256": approval.sha256,
        "decision": approval.decision,
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "at": _time(review.created_at),
        "clinician": review.clinician_id,
        "name": review.clinician.name,
        "registration": review.clinician.registration,
        "verdict": review.verdict.value,
        "sha256": review.sha256,
        "parent": review.parent_id,
        "text": review.text,
        **_manner(review),
        "proposal": review.proposal,
    }


def _manner(review: Review) -> dict[str, Any]:
    """Return whom it names, what was decided and until when, with how many it was sent, and how long their page was open."""
    return {
        "person": None if review.person is None else review.person.email,
        "decision": review.decision,
        "until": None if review.until is None else review.until.isoformat(),
        "together": review.together,
        "seconds": review.seconds,
    }


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": _time(entry.at),
        "actor": entry.actor,
        "registration": entry.registration,
        "action": entry.action,
        "target": entry.target,
        "sha256": entry.sha256,
        "details": entry.details,
        "previous_mac": entry.previous_mac,
        "mac": entry.mac,
    }


def _name(target: Target) -> str:
    return f"{target.kind.value}/{target.id}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
