"""It hurts, in a session of a remembered plan: what the rules say of the move is kept with the plan, and a stop holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from recommender.models.check_in import CheckInResult
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.hurts.pain_stop import form_of_pain, never_dropped, plan_to_hold, stopped_or, write_stop_of_pain
from recommender.web.plan.check_in_form import CheckInForm
from recommender.web.plan.own_plan import (
    Session,
    result_of,
    session_of_today,
    stopped,
    today_of,
)
from recommender.web.plan.plan_store import plan_store
from recommender.web.questionnaire.answer_store import go
from recommender.web.result.hurts import (
    CAME_OF_IT,
    EASIER,
    OPEN,
    OUT,
    hurt_told,
)
from recommender.web.result.player import days_in_address, routine_played

blueprint = Blueprint("plan_hurts", __name__)


@blueprint.post("/plan/today/hurts")
@never_dropped
def take() -> Response:
    """Do what the rules say of a move that hurts. Until questions that they ask again are answered, the plan is on hold.

    What is told counts as well where the session, the move or the plan itself is gone meanwhile, or another stop holds it.
    """
    session = go("plan.show") if plan_to_hold() is None else session_of_today()
    assembly = None if isinstance(session, Response) else session.result.recommendation.assembly
    if isinstance(session, Response) or assembly is None:
        return stopped_or(session if isinstance(session, Response) else go("plan.today"))
    played = routine_played(assembly)
    days = days_in_address(is_other=played is assembly.other_days)
    told = hurt_told(localised_content(), played.items, request.form)
    here = {**days, **(told.place() if told else {})}
    if told and told.answers is None:
        return go("plan.play", address={OPEN: told.number, **here})
    day = session.form.draft.day
    form = form_of_pain(session.plan, told, day) if told else None
    if told is None or form is None:
        return stopped_or(go("plan.play", address=days))
    if form.first_open() is None:
        return _went_on(session, form, told.exercise, here)
    response = go("plan.show")
    write_stop_of_pain(response, form, day)
    return response


def _went_on(session: Session, form: CheckInForm, exercise: str, here: Mapping[str, Any]) -> Response:
    """Return the session as it goes on, with the plan that it leaves."""
    result, shown = result_of(form)
    plan, store = form.plan_after(result, shown), plan_store()
    if plan.stopped is not None:
        return stopped(form, plan, result.recommendation.level)
    came_of_it = EASIER if _is_replaced(result, exercise) else OUT
    response = go("plan.play", address={CAME_OF_IT: came_of_it, **here})
    if not store.write(response, plan, current_state().ready.content.rule_set, today_of(plan)):
        response = go("plan.too_big")
        store.forget(response)
        return response
    # What the session was worked out from before must not bring the move back.
    store.write_check(response, replace(session.form.draft, before=()))
    return response


def _is_replaced(result: CheckInResult, exercise: str) -> bool:
    return any(change.instead is not None and change.instead.id == exercise for change in result.changes)
