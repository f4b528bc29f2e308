"""The review room: what waits for a clinician, each rule with its discussion, the release, and the record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, json, make_response, render_template, request
from werkzeug.exceptions import Forbidden

from recommender.loaders.answer_order import accepted_changes
from recommender.loaders.proof_record import proof_told
from recommender.loaders.safety_case import shipped_safety_case
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.review import export, release
from recommender.review.approval_status import gone, withdrawn
from recommender.review.keys import lies_beside_record
from recommender.review.notices import to_be_told_of_change
from recommender.review.reviews import Thread, keep_versions, reviews_of, spoken, threads_of, version_parts
from recommender.review.settlements import LONGEST_PUT_OFF
from recommender.review.tables import Clinician, now
from recommender.rulebook.plain_data import plain_data
from recommender.rulebook.points import points
from recommender.rulebook.sentences import Sentences
from recommender.rulebook.targets import RELEASE, Target, TargetKind, is_of_safety_case
from recommender.web.core.state import current_state
from recommender.web.review.approval import (
    anchors,
    changes_of,
    content,
    current_digests,
    current_standings,
    key,
    old_version,
    release_status,
    release_steps,
    required,
    since_release,
)
from recommender.web.review.database import answer_while_away, every_review, review_session, tell_by_mail
from recommender.web.review.pages import (
    LIST_FILTERS,
    ReviewQueue,
    ReviewRow,
    hazard_of,
    kind_title,
    new_replies,
    release_words,
)
from recommender.web.review.visit import opened_now, protect_forms, require_visit, visitor
from recommender.web.review.word_diff import TextDiff

KIND_NAMES = tuple(kind.value for kind in TargetKind if kind is not TargetKind.RELEASE)
KINDS = f"any({', '.join(KIND_NAMES)})"
NOTICES = {
    "approve": "Your approval is recorded.",
    "request_changes": "Your request for changes is recorded.",
    "comment": "Your comment is recorded.",
    "withdraw": "It is withdrawn, with every approval of yours of that version. The record shows that you took it back.",
    "answer": "It is recorded that this version answers the request.",
    "decide": "Your decision is recorded.",
    "defer": "It is recorded that this point is put off, with your reason.",
    "already": "That is recorded already. Nothing was added.",
    "group": "Your approvals are recorded, one for each.",
    "group_request_changes": "Your requests for changes are recorded, one for each.",
    "group_comment": "Your comments are recorded, one for each.",
}

_EXTENSION = "review_sentences"

release_changes = Blueprint("rule_changes", __name__)
answer_while_away(release_changes)
blueprint = Blueprint("review", __name__)
require_visit(blueprint)
protect_forms(blueprint)
answer_while_away(blueprint)


@blueprint.get("/review")
def overview() -> str:
    """What needs me."""
    session = review_session()
    new = keep_versions(session, current_digests())
    session.commit()
    tell_by_mail(lambda: to_be_told_of_change(session, new))
    me, room, status = visitor(), current_room(), release_status()
    return render_template(
        "review/overview.html",
        me=me,
        room=room,
        status=status,
        words=release_words(status),
        lapsed=[(row, _changes_since(row, me)) for row in room.lapsed_for_me()],
        replies=[(review, room.rows.get(review.target)) for review in new_replies(every_review(session), me)],
        notice=NOTICES.get(request.args.get("done", "")),
        is_key_beside=lies_beside_record(current_state().settings),
    )


@blueprint.get("/review/group/<group_id>")
def group(group_id: str) -> str:
    """Everything of one kind."""
    room = current_room()
    found = room.group(group_id) or abort(404)
    return render_template(
        "review/group.html", me=visitor(), group=found, notice=NOTICES.get(request.args.get("done", ""))
    )


@blueprint.get("/review/confirm")
def confirm() -> str:
    """Several in full, to say the same of each."""
    return confirm_page([_named(name) for name in request.args.getlist("target")])


@blueprint.get(f"/review/<{KINDS}:kind>/<target_id>")
def target(kind: str, target_id: str) -> str:
    """One thing that is signed: the text to approve, who has, what changed since, and what was said."""
    wanted = Target(TargetKind(kind), target_id)
    return target_page(wanted) if wanted in current_digests() else gone_page(wanted)


@blueprint.get("/review/release")
def show_release() -> str:
    """How far the release is, who signed it, and the certificate."""
    return release_page()


@blueprint.get("/review/release/certificate.json")
def certificate() -> Response:
    """The proof kept on disk that this release is approved."""
    settings = current_state().settings
    path = settings.data_dir / release.CERTIFICATE_FILE
    if release.read_certificate(path, key(), release.seal(content()), required(), now()) is None:
        abort(404)
    return _download(path.read_text(encoding="utf-8"), "application/json", "release-certificate.json")


@blueprint.get("/review/export.json")
def export_json() -> Response:
    """The whole record, as JSON."""
    record = export.export_json(review_session(), key(), content(), current_digests(), required(), *anchors())
    return _download(json.dumps(record, indent=2, ensure_ascii=False), "application/json", "review.json")


@blueprint.get("/review/export.csv")
def export_csv() -> Response:
    """Every review and every entry of the audit log, as a table."""
    return _download("\ufeff" + export.export_csv(review_session(), current_digests()), "text/csv", "review.csv")


@release_changes.get("/rules/changes")
def show_changes() -> str:
    """What changed from release to release, and since the last. Nobody need be signed in."""
    return render_template("review/changes.html", steps=release_steps(request.args.get("to", "")))


@blueprint.errorhandler(Forbidden)
def not_allowed(error: Forbidden) -> Response:
    """Say that the role does not allow it."""
    return make_response(render_template("review/not_taken.html", why="role", typed=request.form.get("text", "")), 403)


def target_page(
    target: Target,
    *,
    error: str | None = None,
    typed: str = "",
    parent: int | None = None,
    decision: str = "",
    until: str = "",
) -> str:
    """Return the page of one target. After a form that failed it holds the error and the words that were typed."""
    me, room = visitor(), current_room()
    said = _discussion(target)
    everything = [review for thread in said for review in (thread.review, *thread.replies)]
    row = room.rows[target]
    return render_template(
        "review/target.html",
        me=me,
        row=row,
        points=room.points_of(target),
        group=room.group_of(target),
        next_row=room.after(target),
        text=text_of(target),
        digest=current_digests()[target],
        lapsed=[(approval, changes_of(target, approval.sha256)) for approval in row.standing.lapsed],
        threads=said,
        withdrawn=withdrawn(everything),
        blocking={review.id for review in row.standing.requested},
        notice=NOTICES.get(request.args.get("done", "")),
        error=error,
        typed=typed,
        parent=_open_reply(said, parent),
        decision=decision,
        until=until,
        days=(now().date() + timedelta(days=1), now().date() + LONGEST_PUT_OFF),
    )


def gone_page(target: Target, *, error: str | None = None, typed: str = "") -> str:
    """Return the page of what is no longer here, with what was said of it; 404 if nothing was."""
    session = review_session()
    everything = spoken(reviews_of(session, target)) or abort(404)
    standing = current_standings().gone.get(target)
    shown = everything[-1] if standing is None else standing.requested[-1]
    return render_template(
        "review/gone.html",
        me=visitor(),
        target=target,
        title=f"{kind_title(target.kind.value)} {target.id}",
        text=version_parts(session, target, shown.sha256),
        digest=gone(target),
        threads=threads_of(everything),
        withdrawn=withdrawn(everything),
        blocking=set() if standing is None else {review.id for review in standing.requested},
        notice=NOTICES.get(request.args.get("done", "")),
        error=error,
        typed=typed,
    )


def confirm_page(
    targets: Sequence[Target], *, error: str | None = None, typed: str = "", ticked: Collection[Target] = ()
) -> str:
    """Return the page that lists several in full, each with its state, what changed, and what was said.

    After a form that failed it holds the error, what was typed and what was ticked.
    """
    room = current_room()
    rows = [room.rows[target] for target in dict.fromkeys(targets)]
    said = {row.target: _discussion(row.target) for row in rows}
    return render_template(
        "review/confirm.html",
        me=visitor(),
        rows=rows,
        texts={row.target: text_of(row.target) for row in rows},
        points={row.target: room.points_of(row.target) for row in rows},
        lapsed={row.target: [(one, changes_of(row.target, one.sha256)) for one in row.standing.lapsed] for row in rows},
        said=said,
        withdrawn=withdrawn(
            one for each in said.values() for thread in each for one in (thread.review, *thread.replies)
        ),
        opened=opened_now(),
        ticked=frozenset(ticked),
        digests=current_digests(),
        error=error,
        typed=typed,
    )


def release_page(
    *, error: str | None = None, typed: str = "", parent: int | None = None, ticked: Collection[str] = ()
) -> str:
    """Return the page of the release. After a form that failed it holds the error and the words that were typed."""
    settings, digests = current_state().settings, current_digests()
    status = release_status()
    path = settings.data_dir / release.CERTIFICATE_FILE
    room = current_room()
    missing = set(status.unapproved)
    said = _discussion(RELEASE)
    return render_template(
        "review/release.html",
        me=visitor(),
        room=room,
        status=status,
        words=release_words(status),
        old_version=old_version(),
        since=since_release(),
        ticked=ticked,
        points=room.points(),
        missing=[(group, [row for row in group.rows if row.target in missing]) for group in room.groups],
        **proof_shown(),
        digest=digests[RELEASE],
        certificate=release.read_certificate(path, key(), release.seal(content()), required(), now()),
        threads=said,
        withdrawn=withdrawn(review for thread in said for review in (thread.review, *thread.replies)),
        blocking={review.id for review in status.requested},
        notice=NOTICES.get(request.args.get("done", "")),
        error=error,
        typed=typed,
        parent=_open_reply(said, parent),
    )


def proof_shown() -> dict[str, Any]:
    """Return what a page says of the proof, and of changes that make somebody less safe and are not decided."""
    undecided = [change for change in accepted_changes() if change.decision is None]
    return {"proof": proof_told(content()), "undecided_changes_shown": undecided}


def text_of(target: Target) -> dict[str, Any]:
    """Return what stands on the page of a target to be approved."""
    known = content()
    match target.kind:
        case TargetKind.RULE:
            rule = known.rule_set.by_id[target.id]
            sources = [known.catalogue.sources[source] for source in rule.sources]
            sentences = _sentences_of(known)
            told = {"told": sentences.told(rule), "at_every_check": sentences.at_every_check(rule)}
            return {"rule": rule, **told, "sources": sources}
        case TargetKind.EXERCISE:
            return {"exercise": known.catalogue.by_id[target.id]}
        case TargetKind.DISPOSITION:
            return {"data": plain_data(known.catalogue.dispositions[Level(target.id)])}
        case TargetKind.LANGUAGE:
            return {"translation": current_digests()[target].parts}
        case TargetKind.POINT:
            point = next(point for point in points(known) if point.id == target.id)
            return {"point": point, "sources": [known.catalogue.sources[source] for source in point.evidence]}
        case TargetKind.SAFETY if is_of_safety_case(target):
            return {"case": shipped_safety_case(), "hazard": hazard_of(target)}
        case _:
            return {"data": current_digests()[target].parts}


def found_target(kind: str, target_id: str) -> Target:
    """Return a target by what stands in an address; 404 if there is none."""
    wanted = Target(TargetKind(kind), target_id)
    if wanted not in current_digests():
        abort(404)
    return wanted


def current_room() -> ReviewQueue:
    """Return the room as the clinician who is signed in finds it."""
    return room_for(visitor())


def room_for(clinician: Clinician | None) -> ReviewQueue:
    """Return the room as a clinician finds it; without one nothing in it is theirs to do."""
    return ReviewQueue(content(), current_standings(), required(), clinician)


def list_filters() -> dict[str, Any]:
    """Return the filters of the list that a page was opened from, as they stand in its address."""
    return {name: value for name in LIST_FILTERS if (value := request.args.get(name))}


def _discussion(target: Target) -> tuple[Thread, ...]:
    return threads_of(spoken(reviews_of(review_session(), target)))


def _open_reply(said: Sequence[Thread], parent: int | None) -> int | None:
    """Return the thread whose reply form is shown again; None if that is not here, so that the words are kept above."""
    return parent if parent in {thread.review.id for thread in said} else None


def _named(name: str) -> Target:
    kind, _, target_id = name.partition("/")
    if kind not in KIND_NAMES:
        abort(404)
    return found_target(kind, target_id)


def _changes_since(row: ReviewRow, clinician: Clinician) -> tuple[TextDiff, ...] | None:
    """Return what changed since the clinician approved it."""
    signed = next(approval for approval in row.standing.lapsed if approval.clinician_id == clinician.id)
    return changes_of(row.target, signed.sha256)


def _sentences_of(known: Content) -> Sentences:
    """Return the sentences of the content, which each application makes once."""
    kept: tuple[Content, Sentences] | None = current_app.extensions.get(_EXTENSION)
    if kept is None or kept[0] is not known:
        kept = current_app.extensions[_EXTENSION] = (known, Sentences(known))
    return kept[1]


def _download(text: str, kind: str, name: str) -> Response:
    response = make_response(text)
    response.mimetype = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
