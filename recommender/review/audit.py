"""The audit log: append-only, each entry signed together with the one before it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.review.database import take_writers_lock
from recommender.review.errors import MALFORMED, ReviewRefused, Unreadable
from recommender.review.record_consistency import (
    Signature,
    account_details,
    account_faults,
    account_target,
    by_review,
    review_faults,
    signature,
    version_faults,
)
from recommender.review.rows import read, rows
from recommender.review.tables import AuditEntry, Clinician, Review, Version, now

_OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The count and head of the log at some earlier time, kept away from the database."""

    count: int
    head: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """``head`` is the MAC of the last entry ("" if there is none); ``faults`` are in order, () means intact."""

    count: int
    head: str
    faults: tuple[str, ...]


def append(
    session: Session,
    key: bytes,
    *,
    actor: str,
    registration: str,
    action: str,
    target: str,
    sha256: str,
    details: Mapping[str, Any],
) -> AuditEntry:
    """Return the new last entry. Writers wait for each other until the caller commits.

    Raises:
        ReviewRefused: the last entry was not written with this key; nothing is added to a broken log.
    """
    take_writers_lock(session)
    last = next(iter(read(session, select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))), None)
    if last is not None and not _is_signed(last, key):
        raise ReviewRefused("The audit log is not as it was written, or AUDIT_KEY has changed. Nothing was saved.")
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=now(),
        actor=actor,
        registration=registration,
        action=action,
        target=target,
        sha256=sha256,
        details=dict(details),
        previous_mac=last.mac if last else "",
    )
    entry.mac = _mac(entry, key)
    session.add(entry)
    session.flush()
    return entry


def append_account(
    session: Session, key: bytes, action: str, clinician: Clinician, *, is_own: bool = False
) -> AuditEntry:
    """Return the entry of what the operator, or the clinician (``is_own``), did to an account.

    An account that stands in no entry, or is not what its last one says, is a fault.
    """
    return append(
        session,
        key,
        actor=clinician.email if is_own else _OPERATOR,
        registration=clinician.registration if is_own else "",
        action=action,
        target=account_target(clinician.email),
        sha256="",
        details=account_details(clinician),
    )


def verify(session: Session, key: bytes, *anchors: Anchor) -> AuditReport:
    """Return whether every entry is as it was written, and reviews, versions and accounts are what the log says.

    Without ``anchors`` a log whose tail was cut off, or that was written anew by somebody who holds the key, looks whole.
    """
    report = _verify(session, key, anchors)
    if report.faults:
        # Somebody may have written between one read and the next: look again while nobody can.
        take_writers_lock(session)
        report = _verify(session, key, anchors)
    return report


def faults_of(log: Iterable[AuditEntry], key: bytes) -> tuple[str, ...]:
    """Return what is wrong with the entries of a log that was kept elsewhere: () where each is as it was written with this key."""
    return tuple(_broken_links(log, key))


def refuse_backwards(session: Session, anchor: Anchor | None) -> None:
    """Refuse to add to a log that does not go on from where it was, so that what was cut off stays missed.

    Raises:
        ReviewRefused: the entry that the anchor names is gone, or another one stands in its place.
    """
    if anchor is None or not anchor.count:
        return
    take_writers_lock(session)
    found = next(iter(read(session, select(AuditEntry).where(AuditEntry.number == anchor.count))), None)
    if found is None or found.mac != anchor.head:
        raise ReviewRefused(
            "The record is shorter than it was, or was written anew. Nothing was saved. Tell the operator."
        )


def is_used(session: Session) -> bool:
    """Return whether anything stands in the record, or anybody has an account."""
    return any(session.scalars(select(table).limit(1)).first() is not None for table in (AuditEntry, Review, Clinician))


def entries(session: Session) -> tuple[AuditEntry, ...]:
    """Return the whole log, first entry first, as the database holds it now.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    return rows(session, AuditEntry)


def signatures(session: Session, reviews: Iterable[Review], key: bytes) -> Mapping[int, Signature]:
    """Return who signed each review that a true entry bears out, by the review's id.

    Raises:
        Unreadable: somebody put a value into the log that no code of ours would write.
    """
    recorded = by_review(entry for entry in entries(session) if _is_signed(entry, key))
    found = {review.id: signature(review, recorded[review.id]) for review in reviews if review.id in recorded}
    return {number: signed for number, signed in found.items() if signed is not None}


def _verify(session: Session, key: bytes, anchors: Iterable[Anchor]) -> AuditReport:
    try:
        log = entries(session)
    except Unreadable as error:
        return AuditReport(0, "", (str(error),))
    faults = [*_broken_links(log, key), *(fault for anchor in anchors for fault in _moved(log, anchor))]
    try:
        reviews = rows(session, Review)
        faults += review_faults(reviews, log)
        faults += version_faults(rows(session, Version), reviews)
        faults += account_faults(rows(session, Clinician), log)
    except Unreadable as error:
        faults.append(str(error))
    return AuditReport(len(log), str(log[-1].mac) if log else "", tuple(faults))


def _broken_links(log: Iterable[AuditEntry], key: bytes) -> Iterable[str]:
    number, mac = 0, ""
    for entry in log:
        if entry.number != number + 1:
            yield f"Entry {number + 1} is missing."
        elif entry.previous_mac != mac:
            yield f"Entry {entry.number} does not follow the one before it."
        if not _is_signed(entry, key):
            yield f"Entry {entry.number} is not as it was written, or was not written with this key."
        number, mac = entry.number, entry.mac


def _moved(log: tuple[AuditEntry, ...], anchor: Anchor) -> Iterable[str]:
    if len(log) < anchor.count:
        yield f"The log ends at entry {len(log)}, but once had {anchor.count}: its end was cut off."
    elif (log[anchor.count - 1].mac if anchor.count else "") != anchor.head:
        yield f"Entry {anchor.count} is not the one that was noted: the log was written anew."


def _is_signed(entry: AuditEntry, key: bytes) -> bool:
    try:
        return hmac.compare_digest(entry.mac.encode(), _mac(entry, key).encode())
    except MALFORMED:
        return False


def _mac(entry: AuditEntry, key: bytes) -> str:
    signed = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "registration": entry.registration,
        "action": entry.action,
        "target": entry.target,
        "sha256": entry.sha256,
        "details": entry.details,
        "previous_mac": entry.previous_mac,
    }
    # Not RFC 8785, which writes what is not ASCII as it is: every record signed so far has it escaped.
    canonical = json.dumps(signed, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"audit entry " + canonical.encode(), hashlib.sha256).hexdigest()
