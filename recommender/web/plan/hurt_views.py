"""It hurts, in a session of a remembered plan: what the rules say of the move is kept with the plan, and a stop holds it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from recommender.models.check_in import CheckInResult
from recommender.models.questionnaire import Occasion
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_form import CheckInForm
from recommender.web.plan.own_plan import Session, form_of, result_of, session_of_today, stopped, today_of
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import stop_to_answer
from recommender.web.questionnaire.answer_store import go
from recommender.web.result.hurts import CAME_OF_IT, EASIER, OPEN, OUT, hurt_page, hurt_told

blueprint = Blueprint("plan_hurts", __name__)


@blueprint.post("/plan/today/hurts")
def take() -> Response:
    """Do what the rules say of a move that hurts. Until questions that they ask again are answered, the plan is on hold."""
    session = session_of_today()
    if isinstance(session, Response):
        return session
    assembly = session.result.recommendation.assembly
    if assembly is None:
        return go("plan.today")
    localised = localised_content()
    told, page = hurt_told(localised, assembly.routine.items, request.form), hurt_page(localised)
    if told is None or page is None:
        return go("plan.play")
    anchor = f"move-{told.number}"
    if told.answers is None:
        return go("plan.play", address={OPEN: told.number, "_anchor": anchor})
    day, answers = session.form.draft.day, raw_answers(told.answers)
    form = form_of(session.plan, CheckInDraft(Occasion.DURING_SESSION, day, answers, frozenset({page.slug})))
    if form.first_open() is not None:
        return _held(form)
    return _went_on(session, form, told.exercise, anchor)


def _held(form: CheckInForm) -> Response:
    """Return the page of the stop that stands until the safety questions are answered."""
    stop = stop_to_answer(form.draft)
    response = go("plan.show")
    plan_store().write_stop(response, stop, current_state().ready.content.rule_set)
    plan_store().write_check(response, replace(form.draft, correcting=stop.id))
    return response


def _went_on(session: Session, form: CheckInForm, exercise: str, anchor: str) -> Response:
    """Return the session as it goes on, with the plan that it leaves."""
    result, shown = result_of(form)
    plan, store = form.plan_after(result, shown), plan_store()
    if plan.stopped is not None:
        return stopped(form, plan, result.recommendation.level)
    came_of_it = EASIER if _is_replaced(result, exercise) else OUT
    response = go("plan.play", address={CAME_OF_IT: came_of_it, "_anchor": anchor})
    if not store.write(response, plan, current_state().ready.content.rule_set, today_of(plan)):
        response = go("plan.too_big")
        store.forget(response)
        return response
    # What the session was worked out from before must not bring the move back.
    store.write_check(response, replace(session.form.draft, before=()))
    return response


def _is_replaced(result: CheckInResult, exercise: str) -> bool:
    return any(change.instead is not None and change.instead.id == exercise for change in result.changes)
