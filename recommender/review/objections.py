"""How an objection ends: whoever made it takes it back, or a new version answers it. Each needs a reason."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from recommender.models.plain_text import has_words
from recommender.review.approval_status import is_named, open_requests, withdrawn
from recommender.review.authorship import own_words, wrote_it
from recommender.review.database import take_writers_lock
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.reviews import OF_WORK, add_review, record, reviews_of, version_parts
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.targets import Digest, TargetKind


def answer(
    session: Session,
    key: bytes,
    clinician: Clinician,
    request: Review,
    digest: Digest,
    text: str,
    *,
    seen: str,
    authors: Collection[str],
) -> Review | None:
    """Return the new review that says that today's version answers a request, or None if that is said already.

    Whoever asked may say so, or a lead who did not write the rule. ``digest`` is today's, or ``gone`` of what is no longer
    here; ``seen`` is the version that the page was made from. The answer is of this version alone.

    Raises:
        StaleVersion: the page was made from another version.
        ReviewRefused: it is not open, is not theirs to end, was made of this very version, or there is no reason.
    """
    take_writers_lock(session)
    is_own = request.clinician_id == clinician.id
    is_author = is_named(authors, clinician) or wrote_it(session, request.target, clinician, digest.rules)
    if not is_own and (clinician.role is not Role.LEAD or is_author):
        raise ReviewRefused("Only whoever asked for it, or a lead who did not write it, can say that it is answered.")
    if request.sha256 == digest.sha256:
        raise ReviewRefused("This is the very version that was objected to. Only a new version can answer that.")
    if not has_words(text):
        raise ReviewRefused("Say how this version answers what was asked for.")
    if request.id not in {one.id for one in open_requests(reviews_of(session, request.target), digest.sha256)}:
        return None
    if seen != digest.sha256:
        raise StaleVersion("This has changed since you opened the page. Read what changed, then say what you think.")
    return record(session, key, clinician, digest, Verdict.ANSWER, text, request.id, seen=seen)


def withdraw(
    session: Session, key: bytes, clinician: Clinician, review: Review, text: str = "", *, authors: Collection[str]
) -> Review | None:
    """Return the new review that takes something back, or None if it is withdrawn already. A request needs a reason.

    What goes with it is told at ``approval_status.withdrawn``.

    Reviewers withdraw their own. A lead may withdraw, with a reason, what somebody with a disabled account asked
    for, as nobody else could, but not where they are among ``authors``, the ``names_in_files``, or the record's.

    Raises:
        ReviewRefused: it is not theirs, has no reason, or is a comment.
    """
    take_writers_lock(session)
    if review.verdict in OF_WORK:
        raise ReviewRefused("That is taken back in another way.")
    if review.verdict in (Verdict.COMMENT, Verdict.WITHDRAW):
        raise ReviewRefused("A comment stays, and so does what was taken back.")
    if review.clinician_id != clinician.id:
        if not (
            clinician.role is Role.LEAD and review.clinician.disabled and review.verdict is Verdict.REQUEST_CHANGES
        ):
            raise ReviewRefused("You can withdraw only what you said yourself.")
        objected = version_parts(session, review.target, review.sha256) or {}
        rules = objected.get("rules", ()) if review.target.kind is TargetKind.POINT else ()
        if is_named(authors, clinician) or wrote_it(session, review.target, clinician, rules):
            raise ReviewRefused(f"You wrote {own_words(review.target)}, so another lead must withdraw that.")
        if not has_words(text):
            raise ReviewRefused("Say why you withdraw what somebody else asked for.")
    elif review.verdict is Verdict.REQUEST_CHANGES and not has_words(text):
        raise ReviewRefused("Say why you take your request back.")
    if review.id in withdrawn(reviews_of(session, review.target)):
        return None
    return add_review(session, key, clinician, review.target, review.sha256, Verdict.WITHDRAW, text, review.id)
