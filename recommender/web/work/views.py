"""The pages on which reviewers divide and keep track of their work, and the forms that they send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, current_app, g, make_response, redirect, render_template, request, url_for

from recommender.review import work
from recommender.review.accounts import list_clinicians
from recommender.review.authorship import unknown_authors
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.own_notes import mark_seen, save_place, saved_place, seen_by, unmark_seen
from recommender.review.record_consistency import may_say
from recommender.review.reviews import review_by_id
from recommender.review.tables import Clinician, Role, Verdict, now
from recommender.rulebook.targets import RELEASE, Target, TargetKind
from recommender.rulebook.themes import in_themes
from recommender.web.review.approval import content, current_digests, current_standings, key
from recommender.web.review.database import every_review, review_session
from recommender.web.review.pages import LIST_FILTERS, ReviewQueue, title_of
from recommender.web.review.recording import day_of, keep_or_tell, only, review_number
from recommender.web.review.views import KIND_NAMES, current_room, list_filters
from recommender.web.review.visit import may_review, visitor
from recommender.web.work.lists import ME, Known, WorkList
from recommender.web.work.room import blueprint

NOTICES = {
    "assigned": "It is recorded who looks at it.",
    "again": "It is recorded by when it must be looked at again.",
    "wrote": "It is recorded who wrote it.",
    "ended": "It is ended, and the record shows that.",
    "place": "Your place is saved. The review room leads you back to it.",
    "already": "That is recorded already. Nothing was added.",
}
_EXTENSION = "review_themes"


@blueprint.app_context_processor
def beside_targets() -> dict[str, Any]:
    """Give the pages of the review room what stands beside a target: where they are made there is a clinician."""
    return {"work_beside": _beside, "work_today": _today}


@blueprint.get("/review/work")
def lists() -> str:
    """Everything that can be reviewed, narrowed by theme, kind, whose it is and how far it is."""
    return _list_page()


@blueprint.get("/review/work/assign")
def choose() -> str:
    """Give several to somebody, or say by when they must be looked at again."""
    return _assign_page(_chosen())


@blueprint.post("/review/work/assign")
def assign() -> Response:
    """Record it of each, or of none."""
    only(may_review(visitor()))
    targets, form = _chosen(), request.form
    is_again = form.get("what") == "again"

    def act() -> bool:
        session, me, digests = review_session(), visitor(), current_digests()
        day = day_of(form.get("due", ""))
        if form.get("due", "").strip() and day is None:
            raise ReviewRefused("Give the day as year, month and day.")
        if is_again:
            new = [work.review_again(session, key(), me, digests[target], day) for target in targets]
        else:
            person = _person(form.get("person", ""))
            new = [work.assign(session, key(), me, digests[target], person, due=day) for target in targets]
        return any(new)

    done = "again" if is_again else "assigned"
    return keep_or_tell(act, lambda is_new: _back(targets, done, is_new), lambda error: _assign_page(targets, error))


@blueprint.post("/review/work/seen")
def see() -> Response:
    """Mark the version that was shown as seen, and go on to the next in the list; or take the mark away."""
    target = _target(request.form.get("target", ""))
    session, digest = review_session(), current_digests()[target]
    beside = _list().beside(target)
    if request.form.get("mark") == "no":
        unmark_seen(session, visitor(), target)
        following = target
    elif request.form.get("seen") == digest.sha256:
        following = beside[1].target if beside[1] is not None else target
        mark_seen(session, visitor(), digest)
        save_place(session, visitor(), following, _list().query)
    else:
        raise StaleVersion("This has changed since you opened the page.")
    session.commit()
    return make_response(redirect(address_of(following, **list_filters()), 303))


@blueprint.errorhandler(StaleVersion)
def changed_meanwhile(error: StaleVersion) -> Response:
    """Lead to the version of today."""
    target = _target(request.form.get("target", ""))
    return make_response(redirect(address_of(target, **list_filters()), 303))


@blueprint.post("/review/work/place")
def keep_place() -> Response:
    """Remember where the clinician stopped."""
    target = _target(request.form.get("target", ""))
    save_place(review_session(), visitor(), target, _list().query)
    review_session().commit()
    return make_response(redirect(address_of(target, work="place", **list_filters()), 303))


@blueprint.get("/review/work/authors")
def authors() -> str:
    """Who wrote what, and the rules of which nobody has said."""
    return _authors_page()


@blueprint.post("/review/work/wrote")
def wrote() -> Response:
    """Say who wrote something, or everything."""
    only(may_review(visitor()))
    named = request.form.get("target", "")
    target = RELEASE if named == RELEASE.kind.value else _target(named)

    def act() -> bool:
        person = _person(request.form.get("person", ""))
        return work.name_author(review_session(), key(), visitor(), current_digests()[target], person) is not None

    return keep_or_tell(act, lambda is_new: _back([target], "wrote", is_new), _authors_page)


@blueprint.post("/review/work/end/<review_id>")
def end(review_id: str) -> Response:
    """End an assignment, or take an author's name back."""
    only(may_review(visitor()))
    review = review_by_id(review_session(), review_number(review_id)) or abort(404)
    target, text = review.target, request.form.get("text", "")
    return keep_or_tell(
        lambda: work.take_back(review_session(), key(), visitor(), review, text) is not None,
        lambda is_new: _back([target], "ended", is_new),
        _authors_page,
    )


def address_of(target: Target, **query: Any) -> str:
    """Return the address of the page of a target."""
    if target == RELEASE:
        return url_for("review.show_release", **query)
    return url_for("review.target", kind=target.kind, target_id=target.id, **query)


def _beside(target: Target) -> dict[str, Any]:
    """Return what stands beside a target: the work on it, whether it was seen, and what is before and after it."""
    found = _list()
    before, after = found.beside(target)
    return {
        "work": _known().work.get(target, work.NO_WORK),
        "is_seen": target in _known().seen,
        "before": before,
        "after": after,
        "list": found,
        "filters": list_filters(),
        "notice": NOTICES.get(request.args.get("work", "")),
        "today": now().date(),
        "may_plan": visitor().role in work.PLANNING,
        "may_look": may_say(visitor().role, Verdict.APPROVE),
    }


def _today() -> dict[str, Any]:
    """Return what the first page of the room says of the work: what is theirs, what is late, and where they stopped."""
    known = _known()
    place = saved_place(review_session(), visitor())
    is_here = place is not None and place[0] in known.room.rows
    return {
        "mine": WorkList(known, {"whose": ME}).rows,
        "late": [
            (known.room.rows[target], known.work[target])
            for target in work.late(known.work, current_standings().today, known.today)
            if target in known.room.rows
        ],
        "themes": [(theme, WorkList(known, {"theme": theme.id})) for theme in known.themes],
        "place": None if place is None or not is_here else (known.room.rows[place[0]], place[1]),
        "today": known.today,
    }


def _known() -> Known:
    """Return what the lists of this request are made from, worked out once."""
    if "work_known" not in g:
        session, me = review_session(), visitor()
        digests = current_digests()
        g.work_known = Known(
            room=current_room(),
            themes=content().themes,
            members=_members(),
            work=work.work_of(every_review(session), digests),
            seen=seen_by(session, me, digests),
            me=me,
            people=_reviewers(),
            today=now().date(),
        )
    found: Known = g.work_known
    return found


def _members() -> Mapping[str, frozenset[Target]]:
    """Return what belongs to each theme, worked out once for a release."""
    digests = current_digests()
    kept: tuple[object, Mapping[str, frozenset[Target]]] | None = current_app.extensions.get(_EXTENSION)
    if kept is None or kept[0] is not digests:
        kept = current_app.extensions[_EXTENSION] = (digests, in_themes(content(), digests))
    return kept[1]


def _reviewers() -> tuple[Clinician, ...]:
    """Return who can be given something to look at."""
    everybody = list_clinicians(review_session())
    return tuple(one for one in everybody if may_say(one.role, Verdict.APPROVE) and not one.disabled)


def _list() -> WorkList:
    return WorkList(_known(), list_filters())


def _list_page() -> str:
    return render_template(
        "work/list.html",
        me=visitor(),
        list=_list(),
        filters=LIST_FILTERS,
        today=now().date(),
        notice=NOTICES.get(request.args.get("work", "")),
        may_plan=visitor().role in work.PLANNING,
    )


def _assign_page(targets: list[Target], error: str | None = None) -> str:
    known = _known()
    return render_template(
        "work/assign.html",
        me=visitor(),
        rows=[known.room.rows[target] for target in targets],
        people=_reviewers() if visitor().role in work.PLANNING else (visitor(),),
        may_plan=visitor().role in work.PLANNING,
        today=now().date(),
        error=error,
        form=request.form,
        list=_list(),
    )


def _authors_page(error: str | None = None) -> str:
    everybody = list_clinicians(review_session())
    room: ReviewQueue = current_room()
    unknown = unknown_authors(content(), current_standings().today, everybody)
    known = _known().work
    return render_template(
        "work/authors.html",
        me=visitor(),
        of_all=known.get(RELEASE, work.NO_WORK).wrote,
        named=[(room.rows[target], one.wrote) for target, one in known.items() if one.wrote and target in room.rows],
        unknown=[room.rows[target] for target in unknown],
        people=[one for one in everybody if one.role is not Role.READER],
        is_lead=visitor().role is Role.LEAD,
        title=title_of(content(), RELEASE),
        notice=NOTICES.get(request.args.get("work", "")),
        error=error,
    )


def _chosen() -> list[Target]:
    """Return what was ticked, or everything in the list where that is asked for."""
    if request.values.get("all"):
        return [row.row.target for row in _list().rows]
    return list(dict.fromkeys(_target(name) for name in request.values.getlist("target")))


def _target(name: str) -> Target:
    kind, _, own = name.partition("/")
    if kind not in KIND_NAMES or (wanted := Target(TargetKind(kind), own)) not in current_digests():
        abort(404)
    return wanted


def _person(given: str) -> Clinician:
    found = next((one for one in list_clinicians(review_session()) if str(one.id) == given), None)
    if found is None:
        raise ReviewRefused("Choose who it is.")
    return found


def _back(targets: list[Target], done: str, is_new: bool) -> str:
    """Return where to go after something was recorded: to the one thing that it was about, or to the list."""
    told = done if is_new else "already"
    if targets == [RELEASE]:
        return url_for("work.authors", work=told)
    if len(targets) == 1:
        return address_of(targets[0], work=told, **list_filters())
    return url_for("work.lists", work=told, **list_filters())
