"""The review room: what waits for a clinician, each rule with its discussion, the release, and the record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, current_app, json, make_response, render_template, request
from werkzeug.exceptions import Forbidden

from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.review import export, release
from recommender.review.approval_status import withdrawn
from recommender.review.audit import Anchor
from recommender.review.keys import audit_key, lies_beside_record
from recommender.review.reviews import Thread, keep_versions, standing, threads, version_parts
from recommender.review.tables import Clinician, now
from recommender.rulebook.plain_data import plain_data
from recommender.rulebook.points import points
from recommender.rulebook.sentences import Sentences
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from recommender.web.core.state import current_state
from recommender.web.review.approval import current_approval
from recommender.web.review.database import answer_while_away, every_review, review_session
from recommender.web.review.pages import ReviewQueue, ReviewRow, new_replies
from recommender.web.review.visit import opened_now, protect_forms, require_visit, visitor
from recommender.web.review.word_diff import TextDiff, changes

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

blueprint = Blueprint("review", __name__)
require_visit(blueprint)
protect_forms(blueprint)
answer_while_away(blueprint)


@blueprint.get("/review")
def overview() -> str:
    """What needs me."""
    me, room = visitor(), current_room()
    session = review_session()
    keep_versions(session, current_digests())
    session.commit()
    status = release.status(session, content(), current_digests(), required(), key(), *anchors())
    return render_template(
        "review/overview.html",
        me=me,
        room=room,
        status=status,
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
    return target_page(found_target(kind, target_id))


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


@blueprint.get("/review/print")
def printed() -> str:
    """The rule book with its signatures, to print or to keep as a PDF."""
    return signed_rule_book(visitor())


@blueprint.errorhandler(Forbidden)
def not_allowed(error: Forbidden) -> Response:
    """Say that the role does not allow it."""
    return make_response(render_template("review/not_taken.html", why="role", typed=request.form.get("text", "")), 403)


def signed_rule_book(reader: Clinician | None) -> str:
    """Return everything that can be signed, with the approvals that stand today. Nobody need be signed in."""
    room = room_for(reader)
    return render_template(
        "review/print.html",
        me=reader,
        room=room,
        status=release.status(review_session(), content(), current_digests(), required(), key(), *anchors()),
        texts={target: text_of(target) for target in room.rows},
        digests=current_digests(),
        software=current_digests()[RELEASE].parts["software"],
        at=now(),
    )


def target_page(
    target: Target, *, error: str | None = None, typed: str = "", parent: int | None = None, decision: str = ""
) -> str:
    """Return the page of one target. After a form that failed it holds the error and the words that were typed."""
    me, room = visitor(), current_room()
    session = review_session()
    said = threads(session, target)
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
        lapsed=[(approval, _changes_of(target, approval.sha256)) for approval in row.standing.lapsed],
        threads=said,
        withdrawn=withdrawn(everything),
        blocking={review.id for review in row.standing.requested},
        notice=NOTICES.get(request.args.get("done", "")),
        error=error,
        typed=typed,
        parent=_open_reply(said, parent),
        decision=decision,
    )


def confirm_page(
    targets: Sequence[Target], *, error: str | None = None, typed: str = "", ticked: Collection[Target] = ()
) -> str:
    """Return the page that lists several in full, each with its state, what changed, and what was said.

    After a form that failed it holds the error, what was typed and what was ticked.
    """
    room, session = current_room(), review_session()
    rows = [room.rows[target] for target in dict.fromkeys(targets)]
    said = {row.target: threads(session, row.target) for row in rows}
    return render_template(
        "review/confirm.html",
        me=visitor(),
        rows=rows,
        texts={row.target: text_of(row.target) for row in rows},
        points={row.target: room.points_of(row.target) for row in rows},
        lapsed={
            row.target: [(one, _changes_of(row.target, one.sha256)) for one in row.standing.lapsed] for row in rows
        },
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


def release_page(*, error: str | None = None, typed: str = "", parent: int | None = None) -> str:
    """Return the page of the release. After a form that failed it holds the error and the words that were typed."""
    settings, session, digests = current_state().settings, review_session(), current_digests()
    status = release.status(session, content(), digests, required(), key(), *anchors())
    path = settings.data_dir / release.CERTIFICATE_FILE
    room = current_room()
    missing = set(status.unapproved)
    said = threads(session, RELEASE)
    return render_template(
        "review/release.html",
        me=visitor(),
        room=room,
        status=status,
        points=room.points(),
        missing=[(group, [row for row in group.rows if row.target in missing]) for group in room.groups],
        digest=digests[RELEASE],
        certificate=release.read_certificate(path, key(), release.seal(content()), required(), now()),
        threads=said,
        withdrawn=withdrawn(review for thread in said for review in (thread.review, *thread.replies)),
        blocking={review.id for review in standing(session, digests, required(), key())[RELEASE].requested},
        notice=NOTICES.get(request.args.get("done", "")),
        error=error,
        typed=typed,
        parent=_open_reply(said, parent),
    )


def text_of(target: Target) -> dict[str, Any]:
    """Return what stands on the page of a target to be approved."""
    known = content()
    match target.kind:
        case TargetKind.RULE:
            rule = known.rule_set.by_id[target.id]
            sources = [known.catalogue.sources[source] for source in rule.sources]
            return {"rule": rule, "sentences": _sentences_of(known).of[target.id], "sources": sources}
        case TargetKind.EXERCISE:
            return {"exercise": known.catalogue.by_id[target.id]}
        case TargetKind.DISPOSITION:
            return {"data": plain_data(known.catalogue.dispositions[Level(target.id)])}
        case TargetKind.LANGUAGE:
            return {"translation": current_digests()[target].parts}
        case TargetKind.POINT:
            point = next(point for point in points(known) if point.id == target.id)
            return {"point": point, "sources": [known.catalogue.sources[source] for source in point.evidence]}
        case _:
            return {"data": current_digests()[target].parts}


def found_target(kind: str, target_id: str) -> Target:
    """Return a target by what stands in an address; 404 if there is none."""
    wanted = Target(TargetKind(kind), target_id)
    if wanted not in current_digests():
        abort(404)
    return wanted


def content() -> Content:
    """Return the content under review, which is the one that runs."""
    return current_state().ready.content


def current_digests() -> Mapping[Target, Digest]:
    """Return the digest of everything that can be signed."""
    return current_approval().digests(content())


def required() -> int:
    """Return how many approvals each thing needs."""
    return current_state().settings.approvals_required


def key() -> bytes:
    """Return the key that the record is signed with."""
    return audit_key(current_state().settings)


def anchors() -> tuple[Anchor, ...]:
    """Return where the record has been seen whole before."""
    return current_approval().seen(content())


def current_room() -> ReviewQueue:
    """Return the room as the clinician who is signed in finds it."""
    return room_for(visitor())


def room_for(clinician: Clinician | None) -> ReviewQueue:
    """Return the room as a clinician finds it; without one nothing in it is theirs to do."""
    standings = standing(review_session(), current_digests(), required(), key())
    return ReviewQueue(content(), standings, required(), clinician)


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
    return _changes_of(row.target, signed.sha256)


def _changes_of(target: Target, sha256: str) -> tuple[TextDiff, ...] | None:
    """Return what changed since a version; None if that version was not kept."""
    before = version_parts(review_session(), target, sha256)
    return None if before is None else changes(before, dict(current_digests()[target].parts))


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
