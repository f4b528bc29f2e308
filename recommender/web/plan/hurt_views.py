"""It hurts, in a session of a remembered plan: what the rules say of the move is kept with the plan, and a stop holds it.

The stop is the same wherever a pain is told so that safety questions have to be asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from recommender.errors import IntakeError
from recommender.models.check_in import CheckInResult
from recommender.models.questionnaire import Occasion
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_form import CheckInForm
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.own_plan import (
    Session,
    form_of,
    is_free,
    own_plan,
    result_of,
    session_of_today,
    standing_stop,
    stopped,
    today_of,
)
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import stop_by_pain, stop_to_answer
from recommender.web.questionnaire.answer_store import go
from recommender.web.result.hurts import (
    CAME_OF_IT,
    EASIER,
    OPEN,
    OUT,
    HurtTold,
    hurt_page,
    hurt_told,
    pages_asked_again,
)
from recommender.web.result.player import days_in_address, routine_played

blueprint = Blueprint("plan_hurts", __name__)


@blueprint.post("/plan/today/hurts")
def take() -> Response:
    """Do what the rules say of a move that hurts. Until questions that they ask again are answered, the plan is on hold.

    What is told counts as well where the session, the move or the plan itself is gone meanwhile.
    """
    session = session_of_today()
    assembly = None if isinstance(session, Response) else session.result.recommendation.assembly
    if isinstance(session, Response) or assembly is None:
        told = hurt_told(localised_content(), (), request.form)
        return _stopped_or(session if isinstance(session, Response) else go("plan.today"), told)
    played = routine_played(assembly)
    days = days_in_address(is_other=played is assembly.other_days)
    told = hurt_told(localised_content(), played.items, request.form)
    here = {**days, **(told.place() if told else {})}
    if told and told.answers is None:
        return go("plan.play", address={OPEN: told.number, **here})
    day = session.form.draft.day
    form = form_of_pain(session.plan, told, day) if told else None
    if told is None or form is None:
        return _stopped_or(go("plan.play", address=days), told)
    if form.first_open() is None:
        return _went_on(session, form, told.exercise, here)
    response = go("plan.show")
    write_stop_of_pain(response, form, day)
    return response


def form_of_pain(plan: Plan, told: HurtTold, day: date) -> CheckInForm | None:
    """Return the check that tells of a move that hurts; None where that does not fit the plan, or is not whole."""
    page = hurt_page(localised_content())
    if page is None or told.answers is None or not told.is_known:
        return None
    try:
        return form_of(
            plan, CheckInDraft(Occasion.DURING_SESSION, day, raw_answers(told.answers), frozenset({page.slug}))
        )
    except IntakeError:
        return None


def hold_for_pain(response: Response, told: HurtTold) -> None:
    """Have the browser keep the stop, with a plan that goes on once its questions are answered, or without one.

    A plan that another stop holds is none that could go on.
    """
    plan = own_plan()
    is_usable = isinstance(plan, Plan) and is_free(plan, standing_stop())
    day = today_of(plan) if isinstance(plan, Plan) else current_state().today()
    form = form_of_pain(plan, told, day) if isinstance(plan, Plan) and is_usable else None
    write_stop_of_pain(response, form, day)


def write_stop_of_pain(response: Response, form: CheckInForm | None, day: date) -> None:
    """Have the browser keep the stop of a form that waits for answers. Without one, all begins anew."""
    is_asked = form is not None and form.first_open() is not None
    stop = stop_to_answer(form.draft) if form and is_asked else stop_by_pain(day)
    plan_store().write_stop(response, stop, current_state().ready.content.rule_set)
    if form and is_asked:
        plan_store().write_check(response, replace(form.draft, correcting=stop.id))


def _stopped_or(otherwise: Response, told: HurtTold | None) -> Response:
    """Return the page of the stop, where the rules say so of what was told without a session; else the other page."""
    if told is None or told.answers is None or not pages_asked_again(told.answers):
        return otherwise
    response = go("plan.show")
    hold_for_pain(response, told)
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
