"""It hurts: what comes of it for a routine of today's answers. The rules decide; the person's changes keep what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from recommender.models.check_in import Check, CheckInHistory
from recommender.models.edits import RoutineEdit
from recommender.models.questionnaire import Answer, Occasion
from recommender.models.recommendation import Recommendation
from recommender.models.routine import EditOutcome
from recommender.questionnaire.steps import Walk
from recommender.service.check_in import done_of
from recommender.web.core.state import current_state
from recommender.web.questionnaire.answer_store import go
from recommender.web.result.edit_store import edit_store
from recommender.web.result.hurts import CAME_OF_IT, EASIER, OPEN, OUT, STAYS, HurtTold, hurt_told
from recommender.web.result.views import OwnSheet, own_sheet

blueprint = Blueprint("hurts", __name__)


@blueprint.post("/result/play/hurts")
def take() -> Response:
    """Do what the rules say of a move that hurts: an easier one, none, or the safety questions before anything else."""
    sheet = own_sheet()
    if isinstance(sheet, Response):
        return sheet
    recommendation, _ = sheet.recommended()
    if recommendation.assembly is None:
        return go("result.show")
    told = hurt_told(sheet.localised, recommendation.assembly.routine.items, request.form)
    if told is None:
        return go("result.play")
    anchor = f"move-{told.number}"
    if told.answers is None:
        return go("result.play", address={OPEN: told.number, "_anchor": anchor})
    history = _history(sheet, told.answers)
    walk = current_state().ready.check_walk.walk(history)
    if walk.missing:
        return _asked_again(sheet, walk, told.answers)
    for what, edit in _ways(sheet, recommendation, told, history):
        edits = recommendation.edits.add(edit)
        made, _ = current_state().recommend(sheet.intake, sheet.localised, edits)
        if made.assembly is not None and made.assembly.changes[-1].outcome is EditOutcome.DONE:
            response = go("result.play", address={CAME_OF_IT: what, "_anchor": anchor})
            edit_store().write(response, edits)
            return response
    return go("result.play", address={CAME_OF_IT: STAYS, "_anchor": anchor})


@blueprint.get("/result/stopped")
def stopped() -> Response:
    """Say that the session is over, whom to call, and that the safety questions come before anything else."""
    return make_response(render_template("result/hurt_stop.html"))


def _history(sheet: OwnSheet, answers: dict[str, Answer]) -> CheckInHistory:
    today = current_state().today()
    return CheckInHistory(today, sheet.intake.answers, (), Check(today, answers), Occasion.DURING_SESSION)


def _asked_again(sheet: OwnSheet, walk: Walk, told: dict[str, Answer]) -> Response:
    """Return the way to the stop words. What has to be asked again is forgotten, so there is no routine without it."""
    again = {question.id for step in walk.steps for question in step.questions} - set(told)
    answers = {name: answer for name, answer in sheet.draft.answers.items() if name not in again}
    visited = sheet.draft.visited - {step.slug for step in walk.steps}
    return go("hurts.stopped", replace(sheet.draft, answers=answers, visited=visited, mistake=None))


def _ways(
    sheet: OwnSheet, recommendation: Recommendation, told: HurtTold, history: CheckInHistory
) -> Iterator[tuple[str, RoutineEdit]]:
    """Yield the changes that do what the rules say, the first to try first."""
    given = current_state().choices(recommendation).get(told.exercise)
    if given is None or recommendation.assembly is None:
        return
    check = sheet.localised.check_in_sheet.complete(history, done_of(recommendation.assembly))
    result, _ = current_state().check_in(check, sheet.localised)
    for change in result.changes:
        if change.instead is not None and change.instead.id == told.exercise:
            yield EASIER, RoutineEdit(given.origin.id, change.exercise.id)
    yield OUT, RoutineEdit(given.origin.id)
