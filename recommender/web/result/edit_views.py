"""A person's own changes to their routine: swap a move, take it out, put it back. Kept in their browser only."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from recommender.models.edits import NO_EDITS, RoutineEdit, RoutineEdits
from recommender.models.routine import Choices, EditOutcome
from recommender.web.core.state import current_state
from recommender.web.questionnaire.answer_store import go
from recommender.web.result.edit_store import edit_store
from recommender.web.result.views import NOT_HERE, NOT_OFFERED, REFUSED, OwnSheet, own_sheet

blueprint = Blueprint("changes", __name__)

MOVE = "move"
INSTEAD = "instead"

Excluded = str
Changer = Callable[[Choices], RoutineEdit | Excluded]


@blueprint.post("/result/swap")
def swap() -> Response:
    """Put another move of the same purpose in the place of one, if it is offered there."""
    instead = request.form.get(INSTEAD, "")

    def change(given: Choices) -> RoutineEdit | Excluded:
        if instead not in {form.exercise for form in given.instead}:
            return NOT_OFFERED
        return RoutineEdit(given.origin.id, instead)

    return _changed(change)


@blueprint.post("/result/remove")
def remove() -> Response:
    """Take a move out, unless the routine would not hold together without it."""
    return _changed(lambda given: given.stays.value if given.stays else RoutineEdit(given.origin.id))


@blueprint.post("/result/put-back")
def put_back() -> Response:
    """Undo one change."""
    return _kept(lambda edits: edits.put_back(request.form.get(MOVE, "")))


@blueprint.post("/result/put-all-back")
def put_all_back() -> Response:
    """Undo and forget every change."""
    return _kept(lambda _: NO_EDITS)


def _changed(change: Changer) -> Response:
    """Return the way back to the routine with one change more, or a page that says why it cannot be made."""
    sheet = own_sheet()
    if isinstance(sheet, Response):
        return sheet
    recommendation, _ = sheet.recommended()
    if recommendation.assembly is None:
        return go("result.show")
    if notice := sheet.why_not_as_seen():
        return go("result.show", address=notice)
    given = current_state().choices(recommendation).get(request.form.get(MOVE, ""))
    edit = change(given) if given else NOT_HERE
    if not isinstance(edit, RoutineEdit):
        return _refused(edit)
    # Made with the change before it is kept: what the last check would refuse is never remembered.
    edits = recommendation.edits.add(edit)
    made, _ = current_state().recommend(sheet.intake, sheet.localised, edits)
    if made.assembly is None or made.assembly.changes[-1].outcome is not EditOutcome.DONE:
        return _refused(NOT_OFFERED)
    return _back(sheet, edits)


def _kept(change: Callable[[RoutineEdits], RoutineEdits]) -> Response:
    sheet = own_sheet()
    if isinstance(sheet, Response):
        return sheet
    notice = sheet.why_not_as_seen()
    return go("result.show", address=notice) if notice else _back(sheet, change(sheet.edits))


def _back(sheet: OwnSheet, edits: RoutineEdits) -> Response:
    response = go("result.show", sheet.draft, {"_anchor": "moves"})
    if edits.each:
        edit_store().write(response, edits)
    else:
        edit_store().clear(response)
    return response


def _refused(why: Excluded) -> Response:
    return go("result.show", address={REFUSED: why, "_anchor": REFUSED})
