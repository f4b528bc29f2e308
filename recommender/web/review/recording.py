"""What every form of the review room does: read what was sent, record it, tell those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Response, abort, make_response, redirect

from recommender.review.audit import refuse_backwards
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.notices import newest, signed_targets, to_be_told, to_be_told_of_change
from recommender.review.record_mark import furthest
from recommender.review.reviews import keep_versions
from recommender.review.tables import LARGEST_ID
from recommender.rulebook.targets import Target
from recommender.web.core.state import log
from recommender.web.review.approval import anchors, content, current_approval, current_digests, forget_standings
from recommender.web.review.database import review_session, tell_by_mail
from recommender.web.review.visit import visitor


def keep_or_tell(act: Callable[[], bool], address: Callable[[bool], str], page: Callable[[str], str]) -> Response:
    """Do it and keep it, tell those whom it concerns, and go on to the address that tells whether anything was added.

    If it was refused return the page that says why, with the words still in the form.
    """
    session = review_session()
    try:
        refuse_backwards(session, furthest(anchors()))
        before = newest(session)
        new = _newly_kept()
        is_new = act()
        session.commit()
    except ReviewRefused as error:
        session.rollback()
        forget_standings()
        return make_response(page(str(error)), 409 if isinstance(error, StaleVersion) else 422)
    tell_by_mail(lambda: (*to_be_told_of_change(session, new), *to_be_told(session, before, visitor())))
    current_approval().renew(content())
    if (end := furthest(anchors())) is not None:
        # A log that is kept elsewhere remembers what somebody may cut off the record here.
        log.warning("the record has %d entries, head %s", end.count, end.head)
    return make_response(redirect(address(is_new), 303))


def _newly_kept() -> tuple[Target, ...]:
    """Keep today's versions of what somebody signed, and return what is new: whoever comes first after a change has it told.

    All else is kept as it is opened or said, so that no form waits for hundreds of rows.
    """
    session, today = review_session(), current_digests()
    return keep_versions(session, {target: today[target] for target in signed_targets(session) if target in today})


def only(is_allowed: bool) -> None:
    """Answer 403 where that is not allowed."""
    if not is_allowed:
        abort(403)


def day_of(given: str) -> date | None:
    """Read '2027-03-01'; None for what is no day."""
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        return None


def review_number(given: str) -> int:
    """Return the number of a review; 0, which none has, for what is no number or far too long."""
    return int(given) if given.isdecimal() and len(given) <= len(str(LARGEST_ID)) else 0
