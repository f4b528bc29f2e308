"""Verdicts of clinicians, and what has been said of each rule, exercise and outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.models.plain_text import has_words, plain_text
from recommender.review import audit
from recommender.review.approval_status import Approval as Approval
from recommender.review.approval_status import Standing as Standing
from recommender.review.approval_status import stand, withdrawn
from recommender.review.database import take_writers_lock
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.record_consistency import MALFORMED, is_whole, review_details, review_target
from recommender.review.tables import LARGEST_ID, Clinician, Review, Role, Verdict, Version, now
from recommender.rulebook.targets import Digest, Target, TargetKind

LONGEST_TEXT = 10_000
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Thread:
    """A verdict or comment, and the replies to it in order."""

    review: Review
    replies: tuple[Review, ...]


def author_of(content: Content, target: Target) -> str:
    """Return who wrote a rule, or "" for what has no author of its own."""
    if target.kind is not TargetKind.RULE:
        return ""
    return content.rule_set.by_id[target.id].author


def same_person(author: str, clinician: Clinician) -> bool:
    """Return whether a rule's author is this clinician, named by name or email. "" is nobody."""
    return bool(author.strip()) and _plainly(author) in (_plainly(clinician.name), _plainly(clinician.email))


def names_nobody(author: str) -> bool:
    """Return whether a rule's author is no person, but a team or nobody."""
    return _plainly(author).rpartition(" ")[2] in ("", "team")


def submit(
    session: Session,
    key: bytes,
    clinician: Clinician,
    target: Target,
    digest: Digest,
    verdict: Verdict,
    text: str,
    parent_id: int | None = None,
    *,
    seen: str,
    author: str,
) -> Review | None:
    """Return the new review, written to the audit log in the same transaction, or None if they said that already.

    ``digest`` is today's, ``seen`` the sha256 that the clinician's page was made from, ``author`` is ``author_of``
    the target. The release is approved with ``release.approve_release``, a verdict taken back with ``withdraw``.

    Raises:
        StaleVersion: an approval of a version that is not today's.
        ReviewRefused: a reader, the rule's own author approving it, a change request or comment without words, or a
            parent of another target.
    """
    if digest.target != target:
        raise ReviewRefused("The digest is of something else.")
    if verdict is Verdict.WITHDRAW or (verdict is Verdict.APPROVE and target.kind is TargetKind.RELEASE):
        raise ReviewRefused("This verdict is given in another way.")
    if verdict is Verdict.APPROVE:
        if same_person(author, clinician):
            raise ReviewRefused("You wrote this rule, so somebody else must approve it.")
    elif not has_words(text):
        raise ReviewRefused("Say in words what should change, or what you think.")
    return record(session, key, clinician, digest, verdict, text, parent_id, seen=seen)


def withdraw(session: Session, key: bytes, clinician: Clinician, review: Review, text: str = "") -> Review | None:
    """Return the new review that takes an approval or change request back, or None if it is withdrawn already.

    What goes with it is told at ``approval_status.withdrawn``.

    Reviewers withdraw their own. A lead may withdraw, with a reason, what somebody with a disabled account asked
    for, as nobody else could.

    Raises:
        ReviewRefused: it is not theirs, or is neither of the two.
    """
    take_writers_lock(session)
    if review.verdict not in (Verdict.APPROVE, Verdict.REQUEST_CHANGES):
        raise ReviewRefused("Only an approval or a change request can be withdrawn.")
    if review.clinician_id != clinician.id:
        if not (
            clinician.role is Role.LEAD and review.clinician.disabled and review.verdict is Verdict.REQUEST_CHANGES
        ):
            raise ReviewRefused("You can withdraw only what you said yourself.")
        if not has_words(text):
            raise ReviewRefused("Say why you withdraw what somebody else asked for.")
    if review.id in withdrawn(reviews_of(session, review.target)):
        return None
    return _add(session, key, clinician, review.target, review.sha256, Verdict.WITHDRAW, text, review.id)


def threads(session: Session, target: Target) -> tuple[Thread, ...]:
    """Return everything said of a target, in threads."""
    return threads_of(reviews_of(session, target))


def threads_of(reviews: Iterable[Review]) -> tuple[Thread, ...]:
    """Return reviews, oldest first, in threads; replies of replies stand in one list under the first."""
    top: dict[int, list[Review]] = {}
    first_of: dict[int, int] = {}
    for review in reviews:
        first = first_of.get(review.parent_id, review.id) if review.parent_id else review.id
        first_of[review.id] = first
        top.setdefault(first, []).append(review)
    return tuple(Thread(said[0], tuple(said[1:])) for said in top.values())


def reviews_of(session: Session, target: Target) -> tuple[Review, ...]:
    """Return every review of one target, oldest first.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    of_target = select(Review).where(Review.target_kind == target.kind, Review.target_id == target.id)
    return audit.read(session, of_target.order_by(Review.id))


def review_by_id(session: Session, review_id: int) -> Review | None:
    """Return the review, or None if there is none, also for a number larger than the database can hold."""
    return session.get(Review, review_id) if 0 < review_id <= LARGEST_ID else None


def standing(
    session: Session, digests: Mapping[Target, Digest], required: int, key: bytes
) -> Mapping[Target, Standing]:
    """Return the standing of every target in ``digests``, by ``required`` approvals of different reviewers each.

    Only what an entry of the log bears out counts, and only if that entry was written with the key. Nothing does in a
    record that cannot be read.
    """
    try:
        said = [review for review in audit.rows(session, Review) if review.verdict is not Verdict.COMMENT]
        signatures = audit.signatures(session, said, key)
    except audit.Unreadable:
        said, signatures = [], {}
    return stand(said, signatures, digests, required)


def keep_versions(session: Session, digests: Mapping[Target, Digest]) -> None:
    """Store every version not stored yet, so that a later change can be compared with it."""
    if not _unknown(session, digests):
        return
    take_writers_lock(session)
    for digest in _unknown(session, digests):
        session.add(
            Version(
                target_kind=digest.target.kind,
                target_id=digest.target.id,
                sha256=digest.sha256,
                parts=plain(digest.parts),
            )
        )
    session.flush()


def version_parts(session: Session, target: Target, sha256: str) -> Mapping[str, Any] | None:
    """Return what a digest was taken over, or None if that version was never stored, or is not as it was stored."""
    if not _SHA256.fullmatch(sha256):
        return None
    found = select(Version.parts).where(
        Version.target_kind == target.kind, Version.target_id == target.id, Version.sha256 == sha256
    )
    try:
        parts = session.scalars(found).first()
    except MALFORMED:
        return None
    return parts if parts is not None and is_whole(parts, sha256) else None


def record(
    session: Session,
    key: bytes,
    clinician: Clinician,
    digest: Digest,
    verdict: Verdict,
    text: str,
    parent_id: int | None = None,
    *,
    seen: str,
) -> Review | None:
    """Return the new review of today's version, or, if it is no approval, of the version that was seen.

    Returns None, and adds nothing, where the clinician has said that already: a form sent twice, or replayed. Checks
    what holds for every verdict; ``submit`` and ``approve_release`` check the rest.
    """
    take_writers_lock(session)
    if _is_said(reviews_of(session, digest.target), clinician, verdict, _words(text), parent_id, seen):
        return None
    if verdict is Verdict.APPROVE and seen != digest.sha256:
        raise StaleVersion("This has changed since you opened the page. Read what changed, then approve it.")
    target = digest.target
    if seen != digest.sha256 and version_parts(session, target, seen) is None:
        raise StaleVersion("This has changed since you opened the page. Read it again, then say what you think.")
    keep_versions(session, {target: digest})
    parent = review_by_id(session, parent_id) if parent_id is not None else None
    if parent_id is not None and (parent is None or parent.target != target):
        raise ReviewRefused("What you answer to is not here.")
    return _add(session, key, clinician, target, seen, verdict, text, parent_id)


def plain(part: Any) -> Any:
    """Return the data as JSON gives it back."""
    if isinstance(part, Mapping):
        return {str(name): plain(value) for name, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [plain(value) for value in part]
    return part


def _is_said(
    said: Iterable[Review], clinician: Clinician, verdict: Verdict, words: str, parent_id: int | None, sha256: str
) -> bool:
    """Return whether this clinician's word stands already. ``said`` is all that was said of the target, oldest first.

    An approval does if it is their latest verdict of this version; anything else if they said it with the same words in
    answer to the same, and nobody else has spoken since.
    """
    said = list(said)
    gone = withdrawn(said)
    if verdict is Verdict.APPROVE:
        own = [one for one in said if one.clinician_id == clinician.id and one.sha256 == sha256 and one.id not in gone]
        return [one.verdict for one in own if one.verdict in (verdict, Verdict.REQUEST_CHANGES)][-1:] == [verdict]
    last = takewhile(lambda one: one.clinician_id == clinician.id, reversed(said))
    wanted = (verdict, sha256, parent_id, words)
    return any((one.verdict, one.sha256, one.parent_id, one.text) == wanted and one.id not in gone for one in last)


def _words(text: str) -> str:
    """Return what was typed as it is kept: with nothing in it that turns the rest around, or that nobody can see."""
    return plain_text(text)


def _add(
    session: Session,
    key: bytes,
    clinician: Clinician,
    target: Target,
    sha256: str,
    verdict: Verdict,
    text: str,
    parent_id: int | None,
) -> Review:
    session.refresh(clinician)  # the operator may have closed the account since the page was asked for
    if clinician.disabled or clinician.role is Role.READER:
        raise ReviewRefused("Your account may read, but not review.")
    words = _words(text)
    if len(words) > LONGEST_TEXT:
        raise ReviewRefused(f"Use at most {LONGEST_TEXT} characters.")
    if "\0" in text or not _is_unicode(text):
        raise ReviewRefused("The text holds a character that cannot be kept.")
    review = Review(
        clinician_id=clinician.id,
        clinician=clinician,
        target_kind=target.kind,
        target_id=target.id,
        sha256=sha256,
        verdict=verdict,
        text=words,
        parent_id=parent_id,
        created_at=now(),
    )
    session.add(review)
    session.flush()
    audit.append(
        session,
        key,
        actor=clinician.email,
        registration=clinician.registration,
        action=verdict.value,
        target=review_target(review),
        sha256=sha256,
        details={**review_details(review), "name": clinician.name, "role": clinician.role.value},
    )
    return review


def _unknown(session: Session, digests: Mapping[Target, Digest]) -> list[Digest]:
    sought = {digest.sha256 for digest in digests.values()}
    rows = select(Version.target_kind, Version.target_id, Version.sha256).where(Version.sha256.in_(sought))
    known = set(session.execute(rows))
    return [digest for target, digest in digests.items() if (target.kind, target.id, digest.sha256) not in known]


def _plainly(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
