"""Verdicts of clinicians, and what has been said of each rule, exercise and outcome."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.models.plain_text import has_words, plain_text
from recommender.review import audit
from recommender.review.approval_status import Approval as Approval
from recommender.review.approval_status import Standing as Standing
from recommender.review.approval_status import gone, is_named, open_requests, stand, withdrawn
from recommender.review.authorship import own_work, wrote_it
from recommender.review.database import take_writers_lock
from recommender.review.errors import MALFORMED, ReviewRefused, StaleVersion, Unreadable
from recommender.review.proposed_edit import Proposed, refuse_edit
from recommender.review.record_consistency import is_whole, may_say, review_details, review_target
from recommender.review.rows import read, rows
from recommender.review.tables import LARGEST_ID, Clinician, Review, Verdict, Version, now
from recommender.rulebook.targets import Digest, Target, TargetKind

LONGEST_TEXT = 10_000
_SUBMITTED = frozenset({Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.COMMENT})
SETTLING = frozenset({Verdict.DECIDE, Verdict.DEFER})
# What is said of the work, and not of the content: it stands apart from the discussion.
OF_WORK = frozenset({Verdict.WROTE, Verdict.ASSIGN, Verdict.REVIEW_BY})
_OF_TODAY_ONLY = frozenset({Verdict.APPROVE, *SETTLING})
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a verdict was sent: as one of so many in one go, from a page that was open for so many seconds."""

    together: int | None = None
    seconds: int | None = None


ALONE = Manner()


@dataclass(frozen=True, slots=True)
class Standings:
    """Where everything stands: what is here today, by target, and what is ``gone`` as far as somebody still objects to it.

    An objection to something that was taken out, or is called otherwise now, ends as others do: whoever made it takes it
    back, or a lead says why its going answers it.
    """

    today: Mapping[Target, Standing]
    gone: Mapping[Target, Standing]


@dataclass(frozen=True, slots=True)
class Thread:
    """A verdict or comment, and the replies to it in order."""

    review: Review
    replies: tuple[Review, ...]


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
    authors: Collection[str],
    manner: Manner = ALONE,
    proposed: Proposed | None = None,
) -> Review | None:
    """Return the new review, written to the audit log in the same transaction, or None if they said that already.

    ``digest`` is today's, ``seen`` the sha256 that the clinician's page was made from, ``authors`` are the
    ``names_in_files`` of the target. A request for changes to a rule may carry a ``proposed`` edit. The release is approved with ``release.approve_release``, a verdict taken back with ``objections.withdraw``,
    a request answered with ``objections.answer``, a point settled with ``settlements.settle``.

    Raises:
        StaleVersion: an approval of a version that is not today's.
        ReviewRefused: a reader, an author approving it, somebody approving what they object to, or several
            at once of which anybody objects to one, a change request or comment without words, a parent of another
            target, or of the work on this one, which is shown in no thread, or an edit that is none of a rule.
    """
    if digest.target != target:
        raise ReviewRefused("The digest is of something else.")
    own_ways = (TargetKind.RELEASE, TargetKind.POINT)
    if verdict not in _SUBMITTED or (verdict is Verdict.APPROVE and target.kind in own_ways):
        raise ReviewRefused("This verdict is given in another way.")
    if verdict is Verdict.APPROVE:
        if is_named(authors, clinician):
            raise ReviewRefused(own_work(target))
    elif not has_words(text):
        raise ReviewRefused("Say in words what should change, or what you think.")
    if proposed is not None:
        refuse_edit(digest, verdict, proposed, seen)
    return record(
        session, key, clinician, digest, verdict, text, parent_id, seen=seen, manner=manner, proposed=proposed
    )


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


def spoken(reviews: Sequence[Review]) -> tuple[Review, ...]:
    """Return what was said of the content itself, without who wrote it, who looks at it, and until when."""
    apart: set[int] = set()
    for review in reviews:
        if review.verdict in OF_WORK or review.parent_id in apart:
            apart.add(review.id)
    return tuple(review for review in reviews if review.id not in apart)


def reviews_of(session: Session, target: Target) -> tuple[Review, ...]:
    """Return every review of one target, oldest first.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    of_target = select(Review).where(Review.target_kind == target.kind, Review.target_id == target.id)
    return read(session, of_target.order_by(Review.id))


def review_by_id(session: Session, review_id: int) -> Review | None:
    """Return the review, or None if there is none, also for a number larger than the database can hold."""
    return session.get(Review, review_id) if 0 < review_id <= LARGEST_ID else None


def standing(
    session: Session, digests: Mapping[Target, Digest], required: int, key: bytes
) -> Mapping[Target, Standing]:
    """Return the standing of every target in ``digests``, as ``standings`` does."""
    return standings(session, digests, required, key).today


def standings(
    session: Session, digests: Mapping[Target, Digest], required: int, key: bytes, on: date | None = None
) -> Standings:
    """Return where everything stands on a day, or today in UTC, by ``required`` approvals of different reviewers each.

    Only what an entry of the log bears out counts, and only if that entry was written with the key. Nothing does in a
    record that cannot be read.
    """
    try:
        said = [review for review in rows(session, Review) if review.verdict is not Verdict.COMMENT]
        signatures = audit.signatures(session, said, key)
    except Unreadable:
        said, signatures = [], {}
    asked = dict.fromkeys(review.target for review in said if review.verdict is Verdict.REQUEST_CHANGES)
    left = {target: gone(target) for target in asked if target not in digests}
    found = stand(said, signatures, {**digests, **left}, required, on or now().date())
    return Standings(
        today={target: found[target] for target in digests},
        gone={target: found[target] for target in left if found[target].requested},
    )


def keep_versions(session: Session, digests: Mapping[Target, Digest]) -> tuple[Target, ...]:
    """Store every version not stored yet, so that a later change can be compared with it, and return what they are of."""
    if not _unknown(session, digests):
        return ()
    take_writers_lock(session)
    new = _unknown(session, digests)
    for digest in new:
        session.add(
            Version(
                target_kind=digest.target.kind,
                target_id=digest.target.id,
                sha256=digest.sha256,
                parts=plain(digest.parts),
            )
        )
    session.flush()
    return tuple(digest.target for digest in new)


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
    manner: Manner = ALONE,
    decision: str | None = None,
    until: date | None = None,
    proposed: Proposed | None = None,
) -> Review | None:
    """Return the new review of today's version, or, if it is no approval, of the version that was seen.

    Returns None, and adds nothing, where the clinician has said that already: a form sent twice, or replayed. Checks
    what holds for every verdict; ``submit``, ``answer``, ``settle`` and ``approve_release`` check the rest.
    """
    take_writers_lock(session)
    proposal = None if proposed is None else proposed.as_kept()
    words = (_words(text), None if decision is None else _words(decision), until, proposal)
    said = reviews_of(session, digest.target)
    if _is_said(said, clinician, verdict, words, parent_id, seen):
        return None
    if verdict in _OF_TODAY_ONLY and (
        is_named(digest.authors, clinician) or wrote_it(session, digest.target, clinician, digest.rules)
    ):
        raise ReviewRefused(own_work(digest.target))
    if verdict is Verdict.APPROVE:
        _refuse_over_objections(open_requests(said, digest.sha256), clinician, manner)
    if verdict in _OF_TODAY_ONLY and seen != digest.sha256:
        raise StaleVersion("This has changed since you opened the page. Read what changed, then say it again.")
    target = digest.target
    if seen != digest.sha256 and version_parts(session, target, seen) is None:
        raise StaleVersion("This has changed since you opened the page. Read it again, then say what you think.")
    keep_versions(session, {target: digest})
    parent = review_by_id(session, parent_id) if parent_id is not None else None
    if parent_id is not None and (parent is None or parent.id not in {one.id for one in spoken(said)}):
        raise ReviewRefused("What you answer to is not here.")
    return add_review(
        session, key, clinician, target, seen, verdict, text, parent_id, manner, decision, until, proposal=proposal
    )


def plain(part: Any) -> Any:
    """Return the data as JSON gives it back."""
    if isinstance(part, Mapping):
        return {str(name): plain(value) for name, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [plain(value) for value in part]
    return part


def _refuse_over_objections(requests: Iterable[Review], clinician: Clinician, manner: Manner) -> None:
    """Refuse an approval by somebody who objects, and one of several in one go where anybody does."""
    objectors = [request.clinician for request in requests]
    if any(objector.id == clinician.id for objector in objectors):
        raise ReviewRefused(
            "You have asked for changes here. Take that back first, or say why this version answers it."
        )
    if objectors and manner.together is not None:
        raise ReviewRefused(f"{objectors[0].name} asks for changes to one of these. Open it, and approve it by itself.")


def _is_said(
    said: Iterable[Review],
    clinician: Clinician,
    verdict: Verdict,
    words: tuple[str, str | None, date | None, dict[str, Any] | None],
    parent_id: int | None,
    sha256: str,
) -> bool:
    """Return whether this clinician's word stands already. ``said`` is all that was said of the target, oldest first.

    ``words`` are the text, the decision, until when, and the edit. An approval does if it is their latest verdict of this version,
    with the same decision; what settles a point if it is the last that did; anything else if they said it with the same
    words in answer to the same, and nobody else has spoken since.
    """
    said = list(said)
    gone = withdrawn(said)
    if verdict in SETTLING:
        said = [one for one in said if one.verdict in SETTLING and one.id not in gone][-1:]
    if verdict is Verdict.APPROVE:
        own = [one for one in said if one.clinician_id == clinician.id and one.sha256 == sha256 and one.id not in gone]
        latest = [one for one in own if one.verdict in (verdict, Verdict.REQUEST_CHANGES)][-1:]
        return [(one.verdict, one.decision) for one in latest] == [(verdict, words[1])]
    last = takewhile(lambda one: one.clinician_id == clinician.id, reversed(said))
    wanted = (verdict, sha256, parent_id, *words)
    return any(
        (one.verdict, one.sha256, one.parent_id, one.text, one.decision, one.until, one.proposal) == wanted
        and one.id not in gone
        for one in last
    )


def _words(text: str) -> str:
    """Return what was typed as it is kept: with nothing in it that turns the rest around, or that nobody can see."""
    return plain_text(text)


def add_review(
    session: Session,
    key: bytes,
    clinician: Clinician,
    target: Target,
    sha256: str,
    verdict: Verdict,
    text: str,
    parent_id: int | None,
    manner: Manner = ALONE,
    decision: str | None = None,
    until: date | None = None,
    person: Clinician | None = None,
    proposal: dict[str, Any] | None = None,
) -> Review:
    """Return the new review, written to the audit log in the same transaction. Whoever calls has checked all but the role.

    Raises:
        ReviewRefused: the account may not say that, or the words cannot be kept.
    """
    session.refresh(clinician)  # the operator may have closed the account since the page was asked for
    if clinician.disabled or not may_say(clinician.role, verdict):
        raise ReviewRefused("Your account may not do that.")
    review = Review(
        clinician_id=clinician.id,
        clinician=clinician,
        target_kind=target.kind,
        target_id=target.id,
        sha256=sha256,
        verdict=verdict,
        text=_kept(text),
        parent_id=parent_id,
        created_at=now(),
        together=manner.together,
        seconds=manner.seconds,
        decision=None if decision is None else _kept(decision),
        until=until,
        person_id=None if person is None else person.id,
        person=person,
        proposal=proposal,
    )
    session.add(review)
    session.flush()
    _log(session, key, review, clinician)
    return review


def _log(session: Session, key: bytes, review: Review, clinician: Clinician) -> None:
    audit.append(
        session,
        key,
        actor=clinician.email,
        registration=clinician.registration,
        action=review.verdict.value,
        target=review_target(review),
        sha256=review.sha256,
        details={**review_details(review), "name": clinician.name, "role": clinician.role.value},
    )


def _kept(text: str) -> str:
    """Return a text as the record keeps it.

    Raises:
        ReviewRefused: it cannot be kept.
    """
    words = _words(text)
    if len(words) > LONGEST_TEXT:
        raise ReviewRefused(f"Use at most {LONGEST_TEXT} characters.")
    if "\0" in text or not _is_unicode(text):
        raise ReviewRefused("The text holds a character that cannot be kept.")
    return words


def _unknown(session: Session, digests: Mapping[Target, Digest]) -> list[Digest]:
    sought = {digest.sha256 for digest in digests.values()}
    rows = select(Version.target_kind, Version.target_id, Version.sha256).where(Version.sha256.in_(sought))
    known = set(session.execute(rows))
    return [digest for target, digest in digests.items() if (target.kind, target.id, digest.sha256) not in known]


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
