"""What concerns a clinician: assigned to them, answered where they spoke, changed since they approved it.

It tells what and where, and never repeats what somebody typed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recommender.review.approval_status import withdrawn
from recommender.review.reviews import spoken, threads_of
from recommender.review.rows import read, rows
from recommender.review.tables import Clinician, Notice, Review, Verdict, Version
from recommender.rulebook.targets import RELEASE, Target

MOST_TOLD = 50
_APPROVING = frozenset({Verdict.APPROVE, Verdict.DECIDE, Verdict.DEFER})


class About(StrEnum):
    """What somebody is told of."""

    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a clinician is told: ``name`` is the same for ever, and ``by`` who did it, "" for a change."""

    about: About
    target: Target
    at: datetime
    by: str
    name: str


def told_to(session: Session, clinician: Clinician) -> tuple[Told, ...]:
    """Return what concerns a clinician, the newest first, at most ``MOST_TOLD``."""
    said = rows(session, Review)
    found = [*_assigned(said, clinician), *_answered(said, clinician), *_changed(session, said, clinician)]
    return tuple(sorted(found, key=lambda one: (one.at, one.name), reverse=True)[:MOST_TOLD])


def newest(session: Session) -> int:
    """Return the id of the newest review; 0 if there is none."""
    return session.scalar(select(func.max(Review.id))) or 0


def to_be_told(session: Session, after: int, clinician: Clinician) -> tuple[tuple[Clinician, Told], ...]:
    """Return who is to be told by mail of what a clinician has said since a review, each of everything once."""
    new = [
        one
        for one in read(session, select(Review).where(Review.id > after).order_by(Review.id))
        if one.clinician_id == clinician.id
    ]
    if not new:
        return ()
    wanted, said = by_mail(session), rows(session, Review)
    since = {one.id for one in new}
    found = ((person, told) for person in wanted for told in (*_assigned(said, person), *_answered(said, person)))
    return tuple((person, told) for person, told in found if int(told.name.partition("-")[2]) in since)


def to_be_told_of_change(session: Session, targets: Iterable[Target]) -> tuple[tuple[Clinician, Told], ...]:
    """Return who is to be told by mail that what they approved has another version, which was just kept."""
    changed = frozenset(targets)
    wanted = by_mail(session) if changed else ()
    said = rows(session, Review) if wanted else ()
    found = [(person, told) for person in wanted for told in _changed(session, said, person) if told.target in changed]
    last = {(person.id, told.target): (person, told) for person, told in found}
    return tuple(last.values())


def signed_targets(session: Session) -> tuple[Target, ...]:
    """Return what somebody approved or settled, as whatever version."""
    wanted = select(Review.target_kind, Review.target_id).where(Review.verdict.in_(_APPROVING)).distinct()
    return tuple(Target(kind, own) for kind, own in session.execute(wanted))


def by_mail(session: Session) -> tuple[Clinician, ...]:
    """Return who asked for mail, and has an account that is open."""
    asked = select(Clinician).join(Notice, Notice.clinician_id == Clinician.id)
    return read(session, asked.where(Notice.by_mail, ~Clinician.disabled).order_by(Clinician.id))


def notice_of(session: Session, clinician: Clinician) -> Notice:
    """Return how a clinician is told; by nothing, where they have asked for nothing."""
    return session.get(Notice, clinician.id) or Notice(clinician_id=clinician.id, by_mail=False, feed_sha256=None)


def choose_mail(session: Session, clinician: Clinician, *, by_mail: bool) -> None:
    """Keep whether a clinician is told by mail."""
    notice = notice_of(session, clinician)
    notice.by_mail = by_mail
    session.add(notice)
    session.flush()


def new_feed(session: Session, clinician: Clinician) -> str:
    """Return the secret of a new feed. Only its hash is kept, and the one before it opens nothing more."""
    secret = secrets.token_urlsafe(32)
    notice = notice_of(session, clinician)
    notice.feed_sha256 = _sha256(secret)
    session.add(notice)
    session.flush()
    return secret


def end_feed(session: Session, clinician: Clinician) -> None:
    """Let the feed of a clinician open nothing more."""
    notice = notice_of(session, clinician)
    notice.feed_sha256 = None
    session.add(notice)
    session.flush()


def reader_of_feed(session: Session, secret: str) -> Clinician | None:
    """Return whose feed a secret opens; None if nobody's, or of an account that is closed."""
    wanted = _sha256(secret)
    notice = session.scalars(select(Notice).where(Notice.feed_sha256 == wanted)).first()
    if notice is None or not hmac.compare_digest(notice.feed_sha256 or "", wanted):
        return None
    clinician = session.get(Clinician, notice.clinician_id)
    return None if clinician is None or clinician.disabled else clinician


def _assigned(said: Sequence[Review], clinician: Clinician) -> Iterable[Told]:
    gone = withdrawn(said)
    for one in said:
        is_mine = one.verdict is Verdict.ASSIGN and one.person_id == clinician.id != one.clinician_id
        if is_mine and one.id not in gone:
            yield Told(About.ASSIGNED, one.target, one.created_at, one.clinician.name, f"assigned-{one.id}")


def _answered(said: Sequence[Review], clinician: Clinician) -> Iterable[Told]:
    """Yield what others said in a thread after this clinician had spoken in it."""
    for thread in threads_of(spoken(said)):
        has_spoken = False
        for one in (thread.review, *thread.replies):
            if one.clinician_id == clinician.id:
                has_spoken = True
            elif has_spoken:
                yield Told(About.ANSWERED, one.target, one.created_at, one.clinician.name, f"answered-{one.id}")


def _changed(session: Session, said: Sequence[Review], clinician: Clinician) -> Iterable[Told]:
    """Yield the versions that were first seen after this clinician had approved another one."""
    gone = withdrawn(said)
    signed = {
        one.target: one
        for one in said
        if one.clinician_id == clinician.id and one.verdict in _APPROVING and one.id not in gone
    }
    versions = select(Version.id, Version.target_kind, Version.target_id, Version.sha256, Version.first_seen_at)
    for number, kind, own, sha256, at in session.execute(versions):
        target = Target(kind, own)
        before = signed.get(target)
        if before is not None and target != RELEASE and before.sha256 != sha256 and at > before.created_at:
            yield Told(About.CHANGED, target, at, "", f"changed-{number}")


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
