"""The stop of a pain after which the rules want safety questions asked again. It is the same wherever the pain is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any

from flask import Response, request

from recommender.errors import DecisionError, IntakeError, NotApprovedError
from recommender.models.questionnaire import Occasion
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_form import CheckInForm
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.own_plan import form_of, is_free, own_plan, standing_stop, today_of
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import SafetyStop, stop_by_pain, stop_to_answer
from recommender.web.plan.told_beside import write_stop_beside
from recommender.web.questionnaire.answer_store import go
from recommender.web.result.hurts import HurtTold, hurt_asked, hurt_page, hurt_told, pages_asked_again

View = Callable[..., Response]


def pain_told() -> HurtTold | None:
    """Return what the form of this request tells of a move of any routine; None where that is no reason to stop."""
    told = hurt_told(localised_content(), (), request.form)
    return told if told and told.answers and pages_asked_again(told.answers) else None


def stopped_by(told: HurtTold) -> Response:
    """Return the way to the page of the stop that a pain has come to."""
    response = go("plan.show")
    hold_for_pain(response, told)
    return response


def stopped_or(otherwise: Response) -> Response:
    """Return the way to the page of the stop, where the form of this request tells of a reason for one; else the page."""
    told = pain_told()
    return otherwise if told is None else stopped_by(told)


def never_dropped(view: View) -> View:
    """Have what a view is told count as well while no routine can be worked out, or may be shown."""

    @wraps(view)
    def taken(**parts: Any) -> Response:
        try:
            return view(**parts)
        except (DecisionError, NotApprovedError):
            told = pain_told()
            if told is None:
                raise
            return stopped_by(told)

    return taken


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


def plan_to_hold() -> Plan | None:
    """Return the plan of this device that can go on once questions are answered: one that no other stop holds."""
    plan = own_plan()
    return plan if isinstance(plan, Plan) and is_free(plan, standing_stop()) else None


def hold_for_pain(response: Response, told: HurtTold) -> None:
    """Have the browser keep the stop, with a plan that goes on once its questions are answered, or without one."""
    plan, held = plan_to_hold(), standing_stop()
    both = _with_another_pain(held, told)
    if both is not None:
        plan_store().write_stop(response, both, current_state().ready.content.rule_set)
    elif plan is None:
        write_stop_beside(response, held, stop_by_pain(current_state().today()))
    else:
        day = today_of(plan)
        write_stop_of_pain(response, form_of_pain(plan, told, day), day)


def _with_another_pain(held: SafetyStop | None, told: HurtTold) -> SafetyStop | None:
    """Return the stop that waits for the questions of one pain, for those of both: all of them, from now on, and both moves.

    None where no such stop stands, or its plan cannot be asked of both.
    """
    plan, asked = own_plan(), hurt_asked(localised_content())
    draft = held.draft if held and held.waits_for_answers else None
    if held is None or draft is None or asked is None or not isinstance(plan, Plan) or not told.answers:
        return None
    moves = dict.fromkeys([*draft.answers.get(asked.move, ()), *raw_answers(told.answers)[asked.move]])
    both = replace(draft, answers={**draft.answers, asked.move: list(moves)})
    try:
        form_of(plan, both)
    except IntakeError:
        return None
    return held.asked_anew(both)


def write_stop_of_pain(response: Response, form: CheckInForm | None, day: date) -> None:
    """Have the browser keep the stop of a form that waits for answers. Without one, all begins anew."""
    is_asked = form is not None and form.first_open() is not None
    stop = stop_to_answer(form.draft) if form and is_asked else stop_by_pain(day)
    plan_store().write_stop(response, stop, current_state().ready.content.rule_set)
    if form and is_asked:
        plan_store().write_check(response, replace(form.draft, correcting=stop.id))
