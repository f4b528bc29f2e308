"""It hurts: what comes of it for a routine of today's answers. The rules decide; the person's changes keep what they say.

It stands on the plan, which may hold the same move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from recommender.models.check_in import Check, CheckInHistory
from recommender.models.edits import RoutineEdit
from recommender.models.questionnaire import Answer, Occasion, Page
from recommender.models.recommendation import Recommendation
from recommender.models.routine import AppliedEdit, Assembly, EditOutcome
from recommender.questionnaire.steps import Step
from recommender.service.check_in import done_of
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.hurts.pain_stop import never_dropped, pain_told, plan_to_hold, stopped_by, stopped_or
from recommender.web.plan.own_plan import answers_are_free, standing_stop
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import stop_by_pain
from recommender.web.questionnaire.answer_store import answer_store, current_draft, go
from recommender.web.questionnaire.draft import Draft
from recommender.web.result.edit_store import edit_store
from recommender.web.result.hurts import CAME_OF_IT, EASIER, OPEN, OUT, STAYS, HurtTold, hurt_told, pages_asked_again
from recommender.web.result.player import days_in_address, routine_played
from recommender.web.result.views import OwnSheet, own_sheet

blueprint = Blueprint("hurts", __name__)


@blueprint.post("/result/play/hurts")
@never_dropped
def take() -> Response:
    """Do what the rules say of a move that hurts: an easier one, none, or the safety questions before anything else."""
    stop = standing_stop()
    if stop is not None and not answers_are_free(stop):
        return stopped_or(go("plan.show"))
    sheet = own_sheet()
    if isinstance(sheet, Response):
        return _told_without_a_routine(sheet)
    recommendation, _ = sheet.recommended()
    if recommendation.assembly is None:  # its page says where to get help
        return go("result.show")
    played = routine_played(recommendation.assembly)
    days = days_in_address(is_other=played is recommendation.assembly.other_days)
    told = hurt_told(sheet.localised, played.items, request.form)
    if told is None:
        return go("result.play", address=days)
    here = {**days, **told.place()}
    if told.answers is None:
        return go("result.play", address={OPEN: told.number, **here})
    history = _history(sheet, told.answers)
    walk = current_state().ready.check_walk.walk(history)
    if walk.missing:
        return _asked_again(sheet.draft, walk.steps, told)
    for what, edit in _ways(sheet, recommendation, told, history) if told.is_known else ():
        edits = recommendation.edits.add(edit)
        made, _ = current_state().recommend(sheet.intake, sheet.localised, edits)
        if made.assembly is not None and _is_gone(made.assembly, told.exercise, made.assembly.changes[-1]):
            response = go("result.play", address={CAME_OF_IT: what, **here})
            edit_store().write(response, edits)
            return response
    return go("result.play", address={CAME_OF_IT: STAYS, **here})


def _told_without_a_routine(page: Response) -> Response:
    """Return the way to the stop words where the rules say so of what a tab of before told; else the page."""
    told = pain_told()
    if told is None or told.answers is None:
        return page
    again = pages_asked_again(told.answers)
    asked = [one for one in localised_content().content.questionnaire.pages if one.id in again]
    return _asked_again(current_draft(), asked, told)


@blueprint.get("/result/stopped")
def stopped() -> Response:
    """Say that the session is over, whom to call, and that the safety questions come before anything else."""
    return make_response(render_template("result/hurt_stop.html"))


def _history(sheet: OwnSheet, answers: dict[str, Answer]) -> CheckInHistory:
    today = current_state().today()
    return CheckInHistory(today, sheet.intake.answers, (), Check(today, answers), Occasion.DURING_SESSION)


def _asked_again(draft: Draft | None, steps: Sequence[Step | Page], told: HurtTold) -> Response:
    """Return the way to the stop words. What has to be asked again is forgotten, so there is no routine without it.

    A plan of this device, and every link to a routine of before, may hold the same move: they stop as well.
    """
    left = None if draft is None else _without(draft, steps)
    if left is None or plan_to_hold() is not None:
        response = stopped_by(told)
        if left is not None:
            answer_store().write(response, left)
        return response
    stop = stop_by_pain(current_state().today()).ended()  # what is left of the answers goes on from there
    response = go("hurts.stopped", replace(left, after=stop.id))
    plan_store().write_stop(response, stop, current_state().ready.content.rule_set)
    return response


def _without(draft: Draft, steps: Sequence[Step | Page]) -> Draft:
    again = {question.id for step in steps for question in step.questions}
    answers = {name: answer for name, answer in draft.answers.items() if name not in again}
    return replace(draft, answers=answers, visited=draft.visited - {step.slug for step in steps}, mistake=None)


def _ways(
    sheet: OwnSheet, recommendation: Recommendation, told: HurtTold, history: CheckInHistory
) -> Iterator[tuple[str, RoutineEdit]]:
    """Yield the changes that do what the rules say, the first to try first."""
    if recommendation.assembly is None:
        return
    given = current_state().choices(recommendation).get(told.exercise)
    origin = given.origin.id if given else told.exercise  # which has no choices on the other days
    check = sheet.localised.check_in_sheet.complete(history, done_of(recommendation.assembly))
    result, _ = current_state().check_in(check, sheet.localised)
    for change in result.changes:
        if change.instead is not None and change.instead.id == told.exercise:
            yield EASIER, RoutineEdit(origin, change.exercise.id)
    yield OUT, RoutineEdit(origin)


def _is_gone(assembly: Assembly, exercise: str, change: AppliedEdit) -> bool:
    """Return whether a change was made as it was meant, and the move is in the routine of no day any more."""
    routines = [assembly.routine, *filter(None, (assembly.other_days,))]
    is_left = any(item.exercise.id == exercise for routine in routines for item in routine.items)
    return not is_left and change.outcome in (EditOutcome.DONE, EditOutcome.NOT_NEEDED)
