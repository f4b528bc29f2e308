"""What clinicians send in the review room: verdicts, comments, approvals in one go, and the release."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, make_response, redirect, request, url_for

from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.release import approve_release
from recommender.review.reviews import author_of, review_by_id, reviews_of, submit, withdraw
from recommender.review.tables import LARGEST_ID, Verdict
from recommender.rulebook.digest import RELEASE, Target
from recommender.web.approval import current_approval
from recommender.web.database import review_session
from recommender.web.review import (
    KIND_NAMES,
    KINDS,
    confirm_page,
    content,
    current_digests,
    current_room,
    found_target,
    key,
    release_page,
    required,
    target_page,
)
from recommender.web.review import (
    blueprint as blueprint,
)
from recommender.web.review_visit import may_release, may_review, visitor

_SENT = {verdict.value: verdict for verdict in (Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.COMMENT)}

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
    rows = current_room().rows

    def is_done(target: Target) -> bool:
        if verdict is Verdict.APPROVE:
            return rows[target].is_signed
        return _is_repeated(target, verdict, text, seen[target], None)

    wanted = {target: sha256 for target, sha256 in seen.items() if not is_done(target)}

    def say() -> None:
        for target, sha256 in wanted.items():
            _submit(target, verdict, text, sha256)

    refused = _record(say, lambda error: confirm_page(list(listed), error=error, typed=text))
    done = _GROUP_DONE[verdict] if wanted else "already"
    return refused or make_response(redirect(url_for("review.overview", done=done), 303))


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

    refused = _record(
        lambda: withdraw(session, key(), visitor(), review, text), lambda error: _page(target, error, text)
    )
    return refused or _back_to(target, "withdraw")


def _take(target: Target) -> Response:
    """Record one verdict, unless the same form was sent before."""
    verdict = _SENT.get(request.form.get("verdict", "")) or abort(400)
    me = visitor()
    _only(may_release(me) if (target, verdict) == (RELEASE, Verdict.APPROVE) else may_review(me))
    text, seen = request.form.get("text", ""), request.form.get("seen", "")
    parent = _review_id(request.form["parent"]) if request.form.get("parent") else None
    if _is_repeated(target, verdict, text, seen, parent):
        return _back_to(target, "already")
    refused = _record(
        lambda: _submit(target, verdict, text, seen, parent), lambda error: _page(target, error, text, parent)
    )
    return refused or _back_to(target, verdict.value)


def _submit(target: Target, verdict: Verdict, text: str, seen: str, parent: int | None = None) -> None:
    session, me, digests = review_session(), visitor(), current_digests()
    if target == RELEASE and verdict is Verdict.APPROVE:
        approve_release(session, key(), me, content(), digests, required(), text, seen=seen)
        return
    author = author_of(content(), target)
    submit(session, key(), me, target, digests[target], verdict, text, parent, seen=seen, author=author)


def _is_repeated(target: Target, verdict: Verdict, text: str, seen: str, parent: int | None) -> bool:
    """Return whether this is the last thing that this clinician said here already: a form sent twice, or replayed."""
    said = [review for review in reviews_of(review_session(), target) if review.clinician_id == visitor().id]
    if not said or (said[-1].verdict, said[-1].sha256, said[-1].parent_id) != (verdict, seen, parent):
        return False
    return verdict is Verdict.APPROVE or said[-1].text == text.strip().replace("\r\n", "\n")


def _page(target: Target, error: str, typed: str, parent: int | None = None) -> str:
    if target == RELEASE:
        return release_page(error=error, typed=typed, parent=parent)
    return target_page(target, error=error, typed=typed, parent=parent)


def _record(act: Callable[[], object], page: Callable[[str], str]) -> Response | None:
    """Do it and keep it. Return None, or the page that says why it was refused, with the words still in the form."""
    session = review_session()
    try:
        act()
        session.commit()
    except ReviewRefused as error:
        session.rollback()
        return make_response(page(str(error)), 409 if isinstance(error, StaleVersion) else 422)
    current_approval().forget()
    return None


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


def _back_to(target: Target, done: str) -> Response:
    if target == RELEASE:
        return make_response(redirect(url_for("review.show_release", done=done), 303))
    return make_response(redirect(url_for("review.target", kind=target.kind, target_id=target.id, done=done), 303))
