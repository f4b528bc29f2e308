"""The page of a safety stop: where to get help, why, and the ways on from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from recommender.errors import IntakeError
from recommender.models.check_in import CheckInResult
from recommender.models.questionnaire import Question
from recommender.presentation.replies import CheckInShown
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_draft import KINDS
from recommender.web.plan.check_in_form import CheckInForm
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.own_plan import answers_are_free, form_of, own_plan, standing_stop
from recommender.web.plan.plan_store import NoPlan, plan_store
from recommender.web.plan.safety_stop import Correction, SafetyStop, correction_of
from recommender.web.plan.sections import scores
from recommender.web.questionnaire.answer_store import go
from recommender.web.questionnaire.screens import CHANGING
from recommender.web.result.sections import advice_groups, used_sources

# The fields of the forms on the page: the stop whose reason stands above them, and the question to answer again.
TOLD, QUESTION = "told", "question"

blueprint = Blueprint("stops", __name__, url_prefix="/plan")


@dataclass(frozen=True)
class _Told:
    """The check of a stop, worked out again by the rules of today."""

    result: CheckInResult
    shown: CheckInShown

    def correction(self, stop: SafetyStop) -> Correction:
        reasons: Sequence[Mapping[str, Any]] = self.shown["recommendation"]["disposition"]["reasons"]
        return correction_of(stop, reasons, current_state().today())


def stop_page(stop: SafetyStop) -> Response:
    """Return where to get help, as the check said that told the stop.

    Where that can no longer be worked out, or would be milder now, the page says what is still known.
    """
    plan = own_plan()
    told = None if isinstance(plan, NoPlan) else _told(stop, plan)
    if stop.is_of_pain and stop.level is None:
        return make_response(render_template("plan/pain_stop.html", stop=stop, is_begun=answers_are_free(stop)))
    ways = {"stop": stop, "day": stop.draft.day if stop.draft else None, "is_begun": answers_are_free(stop)}
    localised = localised_content()
    if not isinstance(plan, NoPlan) and _open_form(stop, plan) is not None:
        return make_response(render_template("plan/hurt_stop.html", stop=stop))
    if told is None or isinstance(plan, NoPlan):
        outcome = localised.content.catalogue.dispositions[stop.level] if stop.level else None
        say = localised.words(current_state().region).say
        return make_response(render_template("plan/plan_on_hold.html", outcome=outcome, say=say, **ways))
    recommendation, shown = told.result.recommendation, told.shown["recommendation"]
    correction = told.correction(stop)
    body = render_template(
        "plan/plan_care.html",
        shown=shown,
        tone=recommendation.disposition.tone,
        questions=localised.content.questionnaire.questions,
        sources=used_sources(recommendation, localised.content),
        advice=advice_groups(shown["advice"], localised.content.catalogue),
        changing=_asked(correction),
        is_unsure=correction.is_unsure,
        scores=scores(plan, localised.content.rule_set),
        **ways,
    )
    return make_response(body)


@blueprint.post("/answer-again")
def answer_again() -> Response:
    """Go back to a question whose answer led to the stop. The stop stands until the changed check says otherwise."""
    stop, plan = standing_stop(), own_plan()
    told = None if stop is None or isinstance(plan, NoPlan) or not is_told(stop) else _told(stop, plan)
    if stop is None or stop.draft is None or told is None or isinstance(plan, NoPlan):
        return go("plan.show")
    asked = request.form.get(QUESTION, "")
    if asked not in told.correction(stop).questions:
        return go("plan.show")
    try:
        form = form_of(plan, replace(stop.draft, correcting=stop.id))
    except IntakeError:
        return go("plan.show")
    step = next((step for step in form.steps() if any(one.id == asked for one in step.questions)), None)
    if step is None:
        return go("plan.show")
    field = next(one.first_field for one in form.asked(step) if one.question.id == asked)
    address = {"kind": KINDS[stop.draft.occasion], "slug": step.slug, "_anchor": field, **CHANGING}
    response = go("check_ins.show", address=address)
    plan_store().write_check(response, form.draft)
    return response


@blueprint.post("/answer")
def answer() -> Response:
    """Go on to the first question that a stop waits for. The stop stands until the last of them is answered."""
    stop, plan = standing_stop(), own_plan()
    form = None if stop is None or isinstance(plan, NoPlan) or not is_told(stop) else _open_form(stop, plan)
    step = form.first_open() if form else None
    if form is None or step is None:
        return go("plan.show")
    response = go("check_ins.show", address={"kind": KINDS[form.draft.occasion], "slug": step.slug})
    plan_store().write_check(response, form.draft)
    return response


def _open_form(stop: SafetyStop, plan: Plan) -> CheckInForm | None:
    """Return the check of a stop that waits for answers; None for every other stop."""
    if stop.draft is None or not stop.waits_for_answers:
        return None
    try:
        form = form_of(plan, replace(stop.draft, correcting=stop.id))
    except IntakeError:
        return None
    return form if form.first_open() is not None else None


def is_told(stop: SafetyStop) -> bool:
    """Return whether the form was sent from a page that told the reason of this very stop."""
    return request.form.get(TOLD) == stop.id


def _told(stop: SafetyStop, plan: Plan) -> _Told | None:
    """Return the check of a stop, worked out again; None where that cannot be, or is milder than what was told."""
    held = stop.check
    if held is None:
        return None
    before = plan.without(held.occasion, held.day)
    sheet = localised_content().check_in_sheet
    try:
        check = sheet.read(before.history_with(held))
    except IntakeError:
        return None
    result, shown = current_state().check_in(check, localised_content())
    level = result.recommendation.level
    is_milder = level.shows_routine or (stop.level is not None and level.rank < stop.level.rank)
    return None if is_milder or result.recommendation.assembly is not None else _Told(result, shown)


def _asked(correction: Correction) -> list[Question]:
    questions = localised_content().content.questionnaire.questions
    return [questions[name] for name in correction.questions]
