"""The stop of a pain after which the rules want safety questions asked again. It is the same wherever the pain is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Response

from recommender.errors import IntakeError
from recommender.models.questionnaire import Occasion
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_form import CheckInForm
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.own_plan import form_of, is_free, own_plan, standing_stop, today_of
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import stop_by_pain, stop_to_answer
from recommender.web.result.hurts import HurtTold, hurt_page


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
    plan = plan_to_hold()
    day = current_state().today() if plan is None else today_of(plan)
    write_stop_of_pain(response, None if plan is None else form_of_pain(plan, told, day), day)


def write_stop_of_pain(response: Response, form: CheckInForm | None, day: date) -> None:
    """Have the browser keep the stop of a form that waits for answers. Without one, all begins anew."""
    is_asked = form is not None and form.first_open() is not None
    stop = stop_to_answer(form.draft) if form and is_asked else stop_by_pain(day)
    plan_store().write_stop(response, stop, current_state().ready.content.rule_set)
    if form and is_asked:
        plan_store().write_check(response, replace(form.draft, correcting=stop.id))
