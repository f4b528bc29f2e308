"""What clinicians send in the review room: verdicts, comments, approvals in one go, and the release."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, make_response, redirect, request, url_for

from recommender.review.audit import refuse_backwards
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.record_mark import furthest
from recommender.review.release import approve_release
from recommender.review.reviews import author_of, review_by_id, submit, withdraw
from recommender.review.tables import LARGEST_ID, Verdict
from recommender.rulebook.targets import RELEASE, Target
from recommender.web.core.state import log
from recommender.web.review.approval import current_approval
from recommender.web.review.database import review_session
from recommender.web.review.views import (
    KIND_NAMES,
    KINDS,
    anchors,
    confirm_page,
    content,
    current_digests,
    found_target,
    key,
    release_page,
    required,
    target_page,
)
from recommender.web.review.views import (
    blueprint as blueprint,
)
from recommender.web.review.visit import may_release, may_review, visitor

_SENT = {verdict.value: verdict for verdict in (Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.COMMENT)}
_ALREADY = "already"
_GROUP_DONE = {
    Verdict.APPROVE: "group",
    Verdict.REQUEST_CHANGES: "group_request_changes",
    Verdict.COMMENT: "group_comment",
}


@blueprint.post(f"/review/<{KINDS}:kind>/<target_id>")
def send(kind: str, target_id: str) -> Response:
    """Approve, ask for changes, or comment."""
    return _take(found_target(kind, target_id))


@blueprint.post("/review/confirm")
def send_group() -> Response:
    """Say the same of everything that the page listed, of each by itself; all of it or nothing.

    ``seen`` is what this clinician may approve, ``also`` what they may only ask to change or comment on.
    """
    _only(may_review(visitor()))
    verdict = _SENT.get(request.form.get("verdict", "")) or abort(400)
    names = request.form.getlist("seen")
    listed = dict(_seen(name) for name in [*names, *request.form.getlist("also")]) or abort(400)
    seen = dict(map(_seen, names)) if verdict is Verdict.APPROVE else listed
    text = request.form.get("text", "")

    def say() -> bool:
        return sum(_submit(target, verdict, text, sha256) for target, sha256 in seen.items()) > 0  # all of them

    return _record(
        say,
        lambda is_new: url_for("review.overview", done=_GROUP_DONE[verdict] if is_new else _ALREADY),
        lambda error: confirm_page(list(listed), error=error, typed=text),
    )


@blueprint.post("/review/release")
def send_release() -> Response:
    """Approve the release, as leads may, or ask for changes, or comment."""
    return _take(RELEASE)


@blueprint.post("/review/withdraw/<review_id>")
def take_back(review_id: str) -> Response:
    """Take back an approval or a request for changes."""
    _only(may_review(visitor()))
    session = review_session()
    review = review_by_id(session, _review_id(review_id)) or abort(404)
    target, text = review.target, request.form.get("text", "")
    if target not in current_digests():
        abort(404)

    return _record(
        lambda: withdraw(session, key(), visitor(), review, text) is not None,
        lambda is_new: _address(target, "withdraw" if is_new else _ALREADY),
        lambda error: _page(target, error, text),
    )


def _take(target: Target) -> Response:
    """Record one verdict, unless it stands already."""
    verdict = _SENT.get(request.form.get("verdict", "")) or abort(400)
    me = visitor()
    _only(may_release(me) if (target, verdict) == (RELEASE, Verdict.APPROVE) else may_review(me))
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    parent = _review_id(request.form["parent"]) if request.form.get("parent") else None
    return _record(
        lambda: _submit(target, verdict, text, seen, parent),
        lambda is_new: _address(target, verdict.value if is_new else _ALREADY),
        lambda error: _page(target, error, text, parent),
    )


def _submit(target: Target, verdict: Verdict, text: str, seen: str, parent: int | None = None) -> bool:
    """Record one verdict, and return whether it is new."""
    session, me, digests = review_session(), visitor(), current_digests()
    if target == RELEASE and verdict is Verdict.APPROVE:
        return (
            approve_release(session, key(), me, content(), digests, required(), text, seen=seen, anchors=anchors())
            is not None
        )
    said = submit(
        session,
        key(),
        me,
        target,
        digests[target],
        verdict,
        text,
        parent,
        seen=seen,
        author=author_of(content(), target),
    )
    return said is not None


def _page(target: Target, error: str, typed: str, parent: int | None = None) -> str:
    if target == RELEASE:
        return release_page(error=error, typed=typed, parent=parent)
    return target_page(target, error=error, typed=typed, parent=parent)


def _record(act: Callable[[], bool], address: Callable[[bool], str], page: Callable[[str], str]) -> Response:
    """Do it and keep it, and go on to the address that tells whether anything was added.

    If it was refused return the page that says why, with the words still in the form.
    """
    session = review_session()
    try:
        refuse_backwards(session, furthest(anchors()))
        is_new = act()
        session.commit()
    except ReviewRefused as error:
        session.rollback()
        return make_response(page(str(error)), 409 if isinstance(error, StaleVersion) else 422)
    current_approval().renew(content())
    if (end := furthest(anchors())) is not None:
        # A log that is kept elsewhere remembers what somebody may cut off the record here.
        log.warning("the record has %d entries, head %s", end.count, end.head)
    return make_response(redirect(address(is_new), 303))


def _only(is_allowed: bool) -> None:
    if not is_allowed:
        abort(403)


def _seen(given: str) -> tuple[Target, str]:
    """Read 'rule/RF-E01/sha256'."""
    kind, _, rest = given.partition("/")
    target_id, _, sha256 = rest.rpartition("/")
    if kind not in KIND_NAMES:
        abort(404)
    return found_target(kind, target_id), sha256


def _review_id(given: str) -> int:
    """Return the number of a review; 0, which none has, for what is no number or far too long."""
    return int(given) if given.isdecimal() and len(given) <= len(str(LARGEST_ID)) else 0


def _address(target: Target, done: str) -> str:
    if target == RELEASE:
        return url_for("review.show_release", done=done)
    return url_for("review.target", kind=target.kind, target_id=target.id, done=done)
