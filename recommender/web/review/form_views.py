"""What clinicians send in the review room: verdicts, comments, approvals in one go, and the release."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, abort, request, url_for

from recommender.review.approval_status import gone
from recommender.review.errors import ReviewRefused
from recommender.review.objections import answer, withdraw
from recommender.review.release import approve_release
from recommender.review.reviews import ALONE, SETTLING, Manner, keep_versions, review_by_id, submit
from recommender.review.settlements import settle
from recommender.review.tables import Verdict
from recommender.rulebook.digest import BOUND
from recommender.rulebook.named import names_in_files
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from recommender.web.review.approval import (
    anchors,
    content,
    current_digests,
    key,
    required,
    since_release,
)
from recommender.web.review.database import review_session
from recommender.web.review.recording import day_of, keep_or_tell, only, review_number
from recommender.web.review.views import (
    KIND_NAMES,
    KINDS,
    confirm_page,
    found_target,
    gone_page,
    list_filters,
    release_page,
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
    only(may_review(visitor()))
    verdict = _SENT.get(request.form.get("verdict", "")) or abort(400)
    listed = dict(map(_seen, request.form.getlist("listed"))) or abort(400)
    ticked = dict(map(_seen, request.form.getlist("seen")))
    seen = ticked if verdict is Verdict.APPROVE else listed
    text, manner = request.form.get("text", ""), Manner(len(seen), seconds_open())

    def say() -> bool:
        if verdict is Verdict.APPROVE and not seen:
            raise ReviewRefused("Tick each one that you have read and approve.")
        return sum(_submit(target, verdict, text, sha256, manner=manner) for target, sha256 in seen.items()) > 0

    return keep_or_tell(
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
    only(may_review(visitor()))
    session = review_session()
    review = review_by_id(session, review_number(review_id)) or abort(404)
    target, text = review.target, request.form.get("text", "")
    authors = names_in_files(content(), target)

    return keep_or_tell(
        lambda: withdraw(session, key(), visitor(), review, text, authors=authors) is not None,
        lambda is_new: _address(target, "withdraw" if is_new else _ALREADY),
        lambda error: _page(target, error, text),
    )


@blueprint.post("/review/answer/<review_id>")
def answer_request(review_id: str) -> Response:
    """Say that today's version, or that something is gone, answers a request for changes."""
    only(may_review(visitor()))
    asked = review_by_id(review_session(), review_number(review_id)) or abort(404)
    digest = current_digests().get(asked.target) or gone(asked.target)
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    authors = names_in_files(content(), asked.target)

    def say() -> bool:
        return answer(review_session(), key(), visitor(), asked, digest, text, seen=seen, authors=authors) is not None

    return keep_or_tell(
        say,
        lambda is_new: _address(asked.target, Verdict.ANSWER.value if is_new else _ALREADY),
        lambda error: _page(asked.target, error, text),
    )


def _settle(target: Target, verdict: Verdict) -> Response:
    """Decide a point, or put it off: as one of the ways that are offered, or in other words."""
    only(may_review(visitor()))
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    decision = request.form.get("decision", "").strip() or request.form.get("choice", "")
    until, digest = request.form.get("until", ""), current_digests()[target]

    def say() -> bool:
        session, me = review_session(), visitor()
        keep_versions(session, _rules_of(digest))  # else nobody could be told what changed in them since
        day = day_of(until)
        return settle(session, key(), me, digest, verdict, decision, text, seen=seen, until=day) is not None

    return keep_or_tell(
        say,
        lambda is_new: _address(target, verdict.value if is_new else _ALREADY),
        lambda error: target_page(target, error=error, typed=text, decision=decision, until=until),
    )


def _rules_of(digest: Digest) -> Mapping[Target, Digest]:
    """Return today's versions of the rules that a point is bound to."""
    today = current_digests()
    targets = (Target(TargetKind.RULE, rule) for rule in digest.parts[BOUND])
    return {target: today[target] for target in targets}


def _take(target: Target) -> Response:
    """Record one verdict, unless it stands already."""
    verdict = _SENT.get(request.form.get("verdict", "")) or abort(400)
    me = visitor()
    only(may_release(me) if (target, verdict) == (RELEASE, Verdict.APPROVE) else may_review(me))
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    parent = review_number(request.form["parent"]) if request.form.get("parent") else None
    return keep_or_tell(
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
        _refuse_unread()
        return (
            approve_release(
                session,
                key(),
                me,
                content(),
                digests,
                required(),
                text,
                seen=seen,
                decided=request.form.get("decided", ""),
                anchors=anchors(),
            )
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
        authors=names_in_files(content(), target),
        manner=manner,
    )
    return said is not None


def _refuse_unread() -> None:
    """Refuse to sign a release before every change since the last one was ticked."""
    since = since_release()
    if since is not None and not {cause.id for cause in since[1]} <= set(request.form.getlist("read")):
        raise ReviewRefused("Tick each change since the last release that you have read.")


def _page(target: Target, error: str, typed: str, parent: int | None = None) -> str:
    if target == RELEASE:
        return release_page(error=error, typed=typed, parent=parent, ticked=request.form.getlist("read"))
    if target not in current_digests():
        return gone_page(target, error=error, typed=typed)
    return target_page(target, error=error, typed=typed, parent=parent)


def _seen(given: str) -> tuple[Target, str]:
    """Read 'rule/RF-E01/sha256'."""
    kind, _, rest = given.partition("/")
    target_id, _, sha256 = rest.rpartition("/")
    if kind not in KIND_NAMES:
        abort(404)
    return found_target(kind, target_id), sha256


def _address(target: Target, done: str) -> str:
    if target == RELEASE:
        return url_for("review.show_release", done=done)
    return url_for("review.target", kind=target.kind, target_id=target.id, done=done, **list_filters())
