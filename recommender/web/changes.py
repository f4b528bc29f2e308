"""A person's own changes to their routine: swap a move, take it out, put it back. Kept in their browser only."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template, request

from recommender.models.routine import Choices, Outcome
from recommender.models.wishes import NO_WISHES, Wish, Wishes
from recommender.web.draft import go
from recommender.web.result import OwnSheet, own_sheet
from recommender.web.site import current_site

blueprint = Blueprint("changes", __name__)

MOVE = "move"
INSTEAD = "instead"
NOT_HERE = "not_here"
NOT_OFFERED = "not_offered"

Refusal = str
Changer = Callable[[Choices], Wish | Refusal]


@blueprint.post("/result/swap")
def swap() -> Response:
    """Put another move of the same purpose in the place of one, if it is offered there."""
    instead = request.form.get(INSTEAD, "")

    def change(given: Choices) -> Wish | Refusal:
        if instead not in {form.exercise for form in given.instead}:
            return NOT_OFFERED
        return Wish(given.origin.id, instead)

    return _changed(change)


@blueprint.post("/result/remove")
def remove() -> Response:
    """Take a move out, unless the routine would not hold together without it."""
    return _changed(lambda given: given.stays.value if given.stays else Wish(given.origin.id))


@blueprint.post("/result/put-back")
def put_back() -> Response:
    """Undo one change."""
    return _kept(lambda wishes: wishes.put_back(request.form.get(MOVE, "")))


@blueprint.post("/result/put-all-back")
def put_all_back() -> Response:
    """Undo and forget every change."""
    return _kept(lambda _: NO_WISHES)


def _changed(change: Changer) -> Response:
    """Return the way back to the routine with one change more, or a page that says why it cannot be made."""
    sheet = own_sheet()
    if isinstance(sheet, Response):
        return sheet
    recommendation, _ = sheet.recommended()
    if recommendation.assembly is None:
        return go("result.show")
    given = current_site().choices(recommendation).get(request.form.get(MOVE, ""))
    wish = change(given) if given else NOT_HERE
    if not isinstance(wish, Wish):
        return _refused(wish)
    # Made with the change before it is kept: what the last check would refuse is never remembered.
    wishes = sheet.wishes.add(wish)
    made, _ = current_site().recommend(sheet.intake, sheet.edition, wishes)
    if made.assembly is None or made.assembly.changes[-1].outcome is not Outcome.DONE:
        return _refused(NOT_OFFERED)
    return _back(sheet, wishes)


def _kept(change: Callable[[Wishes], Wishes]) -> Response:
    sheet = own_sheet()
    return sheet if isinstance(sheet, Response) else _back(sheet, change(sheet.wishes))


def _back(sheet: OwnSheet, wishes: Wishes) -> Response:
    response = go("result.show", sheet.draft, {"_anchor": "moves"})
    current_site().wish_cookie.write(response, wishes)
    return response


def _refused(why: Refusal) -> Response:
    return make_response(render_template("change_refused.html", why=why), 422)
