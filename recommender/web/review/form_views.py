"""What clinicians send in the review room: verdicts, comments, approvals in one go, and the release."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, abort, make_response, redirect, request, url_for

from recommender.review.audit import refuse_backwards
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.objections import answer, withdraw
from recommender.review.record_mark import furthest
from recommender.review.release import approve_release
from recommender.review.reviews import ALONE, SETTLING, Manner, author_of, review_by_id, submit
from recommender.review.settlements import settle
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
from recommender.web.review.visit import may_release, may_review, seconds_open, visitor

_SENT = {verdict.value: verdict for verdict in (Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.COMMENT)}
_SETTLING = {verdict.value: verdict for verdict in SETTLING}
_ALREADY = "already"
_GROUP_DONE = {
    Verdict.APPROVE: "group",
    Verdict.REQUEST_CHANGES: "group_request_changes",
    Verdict.COMMENT: "group_comment",
}


@blueprint.post(f"/review/<{KINDS}:kind>/<target_id>")
def send(kind: str, target_id: str) -> Response:
    """Approve, ask for changes, or comment; of a point also decide it, or put it off."""
    target = found_target(kind, target_id)
    verdict = _SETTLING.get(request.form.get("verdict", ""))
    return _take(target) if verdict is None else _settle(target, verdict)


@blueprint.post("/review/confirm")
def send_group() -> Response:
    """Say the same of what the page listed, of each by itself; all of it or nothing.

    ``listed`` is everything on it. Only what is ticked, as ``seen``, is approved: there is a tick below each, so that nobody
    approves what they have not come past.
    """
    _only(may_review(visitor()))
    verdict = _SENT.get(request.form.get("verdict", "")) or abort(400)
    listed = dict(map(_seen, request.form.getlist("listed"))) or abort(400)
    ticked = dict(map(_seen, request.form.getlist("seen")))
    seen = ticked if verdict is Verdict.APPROVE else listed
    text, manner = request.form.get("text", ""), Manner(len(seen), seconds_open())

    def say() -> bool:
        if verdict is Verdict.APPROVE and not seen:
            raise ReviewRefused("Tick each one that you have read and approve.")
        return sum(_submit(target, verdict, text, sha256, manner=manner) for target, sha256 in seen.items()) > 0

    return _record(
        say,
        lambda is_new: url_for("review.overview", done=_GROUP_DONE[verdict] if is_new else _ALREADY),
        lambda error: confirm_page([*listed, *ticked], error=error, typed=text, ticked=_as_today(ticked)),
    )


def _as_today(ticked: Mapping[Target, str]) -> list[Target]:
    """Return what was ticked in the version of today: a tick for an earlier one is not carried over to the words of now."""
    today = current_digests()
    return [target for target, sha256 in ticked.items() if target in today and today[target].sha256 == sha256]


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


@blueprint.post("/review/answer/<review_id>")
def answer_request(review_id: str) -> Response:
    """Say that today's version answers a request for changes."""
    _only(may_review(visitor()))
    asked = review_by_id(review_session(), _review_id(review_id)) or abort(404)
    digest = current_digests().get(asked.target) or abort(404)
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    author = author_of(content(), asked.target)

    def say() -> bool:
        return answer(review_session(), key(), visitor(), asked, digest, text, seen=seen, author=author) is not None

    return _record(
        say,
        lambda is_new: _address(asked.target, Verdict.ANSWER.value if is_new else _ALREADY),
        lambda error: _page(asked.target, error, text),
    )


def _settle(target: Target, verdict: Verdict) -> Response:
    """Decide a point, or put it off: as one of the ways that are offered, or in other words."""
    _only(may_review(visitor()))
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    decision = request.form.get("decision", "").strip() or request.form.get("choice", "")
    digest = current_digests()[target]

    def say() -> bool:
        session, me = review_session(), visitor()
        return settle(session, key(), me, digest, verdict, decision, text, seen=seen) is not None

    return _record(
        say,
        lambda is_new: _address(target, verdict.value if is_new else _ALREADY),
        lambda error: _page(target, error, text, decision=decision),
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


def _submit(
    target: Target, verdict: Verdict, text: str, seen: str, parent: int | None = None, manner: Manner = ALONE
) -> bool:
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
        manner=manner,
    )
    return said is not None


def _page(target: Target, error: str, typed: str, parent: int | None = None, decision: str = "") -> str:
    if target == RELEASE:
        return release_page(error=error, typed=typed, parent=parent)
    return target_page(target, error=error, typed=typed, parent=parent, decision=decision)


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
