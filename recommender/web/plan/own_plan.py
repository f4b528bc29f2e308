"""The plan that the browser of this request keeps, its safety stop, and the check that is being filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import Response, make_response, render_template, request

from recommender.errors import IntakeError
from recommender.models.check_in import CheckInResult
from recommender.models.levels import Level
from recommender.models.questionnaire import Occasion, Question
from recommender.presentation.replies import CheckInShown
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_form import CheckInForm, check_in_form, may_check
from recommender.web.plan.kept_plan import Plan, to_data
from recommender.web.plan.plan_store import ONE_DAY, NoPlan, plan_store
from recommender.web.plan.safety_stop import SafetyStop, stop_of_before, stop_told
from recommender.web.questionnaire.answer_store import current_draft, go
from recommender.web.questionnaire.draft import first_slug
from recommender.web.questionnaire.seen import fingerprint, fingerprint_under

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent

# A session that is done across midnight goes on for so long, without asking its question anew.
_SESSION_SECONDS = 2 * 3600


def own_plan() -> Plan | NoPlan:
    """Return the plan that this browser keeps, or why there is none."""
    state = current_state()
    recommender = state.recommender or state.ready
    return plan_store().read(request, recommender.content.rule_set, state.today())


def standing_stop() -> SafetyStop | None:
    """Return the safety stop of this browser: in its own cookie, or else in the plan, where those of before are."""
    state = current_state()
    stop = plan_store().read_stop(request, (state.recommender or state.ready).content.rule_set)
    if stop is not None:
        return stop
    plan = own_plan()
    return None if isinstance(plan, NoPlan) else stop_of_before(plan)


def after_session(localised: LocalisedContent) -> Question | None:
    """Return the question after a session; None for a questionnaire that asks nothing then."""
    pages = localised.content.questionnaire.pages_asked(Occasion.AFTER_SESSION)
    return next((question for page in pages for question in page.questions), None)


def plan_shown(plan: Plan) -> str:
    """Return the fingerprint of a plan, as its page shows it."""
    return fingerprint(to_data(plan))


def refusal_shown(plan: Plan | NoPlan) -> str:
    """Return the fingerprint of a page that gives no routine from a plan: of that plan, and the rules of today."""
    shown = plan.name if isinstance(plan, NoPlan) else to_data(plan)
    return fingerprint_under(current_state().ready.content.hash, shown)


def is_free(plan: Plan | NoPlan, stop: SafetyStop | None) -> bool:
    """Return whether the plan was begun after the stop, or there is no stop."""
    return stop is None or (isinstance(plan, Plan) and plan.after == stop.id)


def answers_are_free(stop: SafetyStop) -> bool:
    """Return whether the answers of this browser were begun after the stop, or may be begun now."""
    draft = current_draft()
    return stop.is_ended if draft is None else draft.after == stop.id


def kept_plan() -> Plan | None:
    """Return the plan of this browser; None where there is none to be used, or no rules to read it by."""
    plan = own_plan() if current_state().recommender else NoPlan.NOT_KEPT
    return None if isinstance(plan, NoPlan) else plan


def today_of(plan: Plan) -> date:
    """Return which day it is for a plan: no earlier than its newest, wherever its person has travelled since."""
    return max(current_state().today(), plan.newest)


def current_draft_of(occasion: Occasion, plan: Plan) -> CheckInDraft | None:
    """Return the check of this kind that is being filled in, or None.

    It may have begun yesterday, before midnight, or tomorrow, in the time zone that the person was in.
    """
    draft = plan_store().read_check(request)
    if draft is None or draft.occasion is not occasion:
        return None
    if abs(draft.day - today_of(plan)) > ONE_DAY and not is_correction(draft, standing_stop()):
        return None
    before = plan.without(occasion, draft.day)
    return draft if may_check(before, occasion, draft.day) else None


def is_of_today(draft: CheckInDraft, plan: Plan) -> bool:
    """Return whether a session is one of today, or goes on that was begun before midnight."""
    days = abs(draft.day - today_of(plan))
    return not days or (days <= ONE_DAY and plan_store().read_check(request, _SESSION_SECONDS) is not None)


def is_correction(draft: CheckInDraft | None, stop: SafetyStop | None) -> bool:
    """Return whether the draft is the check that told this stop, whose answers are being changed."""
    if draft is None or stop is None or stop.draft is None or stop.is_over:
        return False
    return draft.correcting == stop.id and draft.day == stop.draft.day


def form_of(plan: Plan, draft: CheckInDraft) -> CheckInForm:
    """Return the form for a draft, in the language of this request.

    Raises:
        IntakeError: the plan or the answers do not fit the questionnaire and the catalogue of today.
    """
    return check_in_form(current_state().ready, localised_content(), plan, draft)


def result_of(form: CheckInForm) -> tuple[CheckInResult, CheckInShown]:
    """Return what comes of a complete check, as it is and as it is shown.

    Raises:
        IntakeError: an answer is missing.
        DecisionError: there is no result. An error is never a routine.
    """
    return current_state().check_in(form.complete(), form.localised)


@dataclass(frozen=True)
class Session:
    """A session of today, whose questions are all answered."""

    plan: Plan
    form: CheckInForm
    result: CheckInResult
    shown: CheckInShown


def session_of_today() -> Session | Response:
    """Return the session of today, or what to show to somebody who has not answered all its questions."""
    plan = own_plan()
    draft = None if isinstance(plan, NoPlan) else current_draft_of(Occasion.EACH_SESSION, plan)
    if isinstance(plan, NoPlan) or draft is None or not is_of_today(draft, plan):
        return go("plan.show")
    try:
        form = form_of(plan, draft)
        if form.first_open() is not None:
            return go("plan.show")
        return Session(plan, form, *result_of(form))
    except IntakeError:
        return plan_changed_page()


def stopped(run: CheckInForm, plan: Plan, level: Level) -> Response:
    """Return the way to the page of the stop that a check has come to, which holds the plan from here on."""
    store, rule_set = plan_store(), current_state().ready.content.rule_set
    response = go("plan.show")
    store.write(response, plan, rule_set, today_of(run.plan))
    store.write_stop(response, stop_told(run.draft, level), rule_set)
    store.forget_check(response)
    return response


def plan_changed_page() -> Response:
    """Return the page for a plan that does not fit the questions and moves of today."""
    return _no_plan_page("changed")


def too_big_page() -> Response:
    """Return the page for a plan that a browser has no room for."""
    return _no_plan_page("too_big")


def no_plan_page(reason: NoPlan) -> Response:
    """Return the page that says why there is no plan. What cannot be read is left alone."""
    return _no_plan_page(reason.name.lower())


def _no_plan_page(reason: str) -> Response:
    first = first_slug(current_state().ready)
    seen = refusal_shown(own_plan())
    return make_response(render_template("plan/plan_none.html", reason=reason, first=first, seen=seen))
