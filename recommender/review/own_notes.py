"""A clinician's own notes: which versions they have marked as seen, and where they stopped. Nothing of it is a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.review.tables import Clinician, Place, Seen, now
from recommender.rulebook.targets import Digest, Target

LONGEST_WITHIN = 200


def mark_seen(session: Session, clinician: Clinician, digest: Digest) -> None:
    """Mark a version as seen. The mark lapses by itself when the text is another one."""
    target = digest.target
    mark = session.get(Seen, (clinician.id, target.kind, target.id))
    if mark is None:
        mark = Seen(clinician_id=clinician.id, target_kind=target.kind, target_id=target.id)
        session.add(mark)
    mark.sha256, mark.at = digest.sha256, now()
    session.flush()


def unmark_seen(session: Session, clinician: Clinician, target: Target) -> None:
    """Take the mark away, if there is one."""
    mark = session.get(Seen, (clinician.id, target.kind, target.id))
    if mark is not None:
        session.delete(mark)
        session.flush()


def seen_by(session: Session, clinician: Clinician, digests: Mapping[Target, Digest]) -> frozenset[Target]:
    """Return what the clinician has marked as seen, as it is today."""
    marks = session.scalars(select(Seen).where(Seen.clinician_id == clinician.id))
    found = ((Target(one.target_kind, one.target_id), one.sha256) for one in marks)
    return frozenset(target for target, sha256 in found if target in digests and digests[target].sha256 == sha256)


def save_place(session: Session, clinician: Clinician, target: Target, within: str) -> None:
    """Remember where the clinician stopped. ``within`` is the query of the list it was opened from, or ""."""
    place = session.get(Place, clinician.id) or Place(clinician_id=clinician.id)
    place.target_kind, place.target_id, place.within, place.at = target.kind, target.id, within[:LONGEST_WITHIN], now()
    session.add(place)
    session.flush()


def saved_place(session: Session, clinician: Clinician) -> tuple[Target, str] | None:
    """Return where the clinician stopped, and in which list; None if nowhere."""
    place = session.get(Place, clinician.id)
    return None if place is None else (Target(place.target_kind, place.target_id), place.within)
