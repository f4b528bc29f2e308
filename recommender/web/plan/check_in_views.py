"""Checks of a remembered plan, page by page: the follow-up check, and the question before a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request, url_for

from recommender.errors import IntakeError
from recommender.models.questionnaire import Occasion
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_draft import KINDS, CheckInDraft
from recommender.web.plan.check_in_form import CheckInForm, may_check
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.own_plan import (
    current_draft_of,
    form_of,
    own_plan,
    plan_shown,
    result_of,
    standing_stop,
    stopped,
    today_of,
)
from recommender.web.plan.plan_store import NoPlan, plan_store
from recommender.web.plan.routine_pages import latest_page
from recommender.web.plan.sections import marked_lately
from recommender.web.plan.told_beside import led_to_stop
from recommender.web.questionnaire.answer_store import go
from recommender.web.questionnaire.screens import Screens
from recommender.web.questionnaire.seen import why_not_as_seen

blueprint = Blueprint("check_ins", __name__, url_prefix="/plan/<any(check, session, hurt):kind>")
OCCASIONS = {kind: occasion for occasion, kind in KINDS.items()}

View = Callable[..., Response]


class CheckInScreens(Screens[CheckInForm]):
    """The pages of one kind of check, which change the plan. ``kind`` names it in the address."""

    question_template = "plan/check_in_question.html"
    answers_template = "plan/check_in_answers.html"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.start = url_for("plan.show")
        self.check = url_for("check_ins.check", kind=kind)

    def address(self, slug: str, **origin: str) -> str:
        """Return where a screen of this kind of check is."""
        return url_for("check_ins.show", kind=self.kind, slug=slug, **origin)  # type: ignore[arg-type]

    def keep(self, response: Response, run: CheckInForm) -> Response:
        """Have the browser keep the check."""
        plan_store().write_check(response, run.draft)
        return response

    def words(self, run: CheckInForm) -> dict[str, Any]:
        """Return the kind of check, the tasks that were named, and how many sessions were marked in the last week."""
        return {"kind": self.kind, "tasks": run.tasks, "marked": marked_lately(run.plan, run.draft.day)}

    def all_answered(self, run: CheckInForm) -> Response:
        """Return the answers to check; the question before a session is the only one, so that leads on at once."""
        return self.finished(run) if run.draft.occasion is Occasion.EACH_SESSION else super().all_answered(run)

    def finished(self, run: CheckInForm) -> Response:
        """Return a redirect to what comes of a check, which the plan then remembers."""
        if run.first_open() is not None:
            return self.elsewhere(run)
        result, shown = result_of(run)
        plan, store = run.plan_after(result, shown), plan_store()
        rule_set, today = current_state().ready.content.rule_set, today_of(run.plan)
        is_follow_up = run.draft.occasion is Occasion.FOLLOW_UP
        if plan.stopped is not None:
            return stopped(run, plan, result.recommendation.level)
        if run.draft.occasion is Occasion.DURING_SESSION:
            return _hurt_no_more(run, plan)
        response = go("plan.latest" if is_follow_up else "plan.today")
        if not store.write(response, plan, rule_set, today):
            # The routine before this check must not come back, so the plan goes; what comes of it is shown once.
            response = latest_page(plan, result, shown, is_kept=False) if is_follow_up else go("plan.too_big")
            store.forget(response)
        else:
            before = () if is_follow_up or plan.routine == run.plan.routine else run.plan.routine
            # A session that was begun before midnight and answered after it is one of the new day.
            day = run.draft.day if is_follow_up or run.draft.correcting else today
            store.write_check(response, replace(run.draft, day=day, before=before, correcting=None))
        if run.draft.correcting:
            store.lift_stop(response, plan.after, rule_set)
        return response


def _hurt_no_more(run: CheckInForm, plan: Plan) -> Response:
    """Return the way back to the plan, from which another session may be begun: the one that hurt is over."""
    store, rule_set = plan_store(), current_state().ready.content.rule_set
    response = go("plan.show")
    if not store.write(response, plan, rule_set, today_of(run.plan)):
        response = go("plan.too_big")
    store.forget_check(response)
    if run.draft.correcting:
        store.lift_stop(response, plan.after, rule_set)
    return response


def _with_form(view: View) -> View:
    """Give a view the check that is being filled in, or lead to the plan where there is none."""

    @wraps(view)
    def found(kind: str, **parts: str) -> Response:
        plan = own_plan()
        draft = None if isinstance(plan, NoPlan) else current_draft_of(OCCASIONS[kind], plan)
        if isinstance(plan, NoPlan) or draft is None:
            return led_to_stop(standing_stop())
        try:
            form = form_of(plan, draft)
        except IntakeError:
            return led_to_stop(standing_stop())  # which says so
        return view(form, kind, **parts)

    return found


@blueprint.post("")
def begin(kind: str) -> Response:
    """Begin a check today, with nothing filled in."""
    plan, occasion = own_plan(), OCCASIONS[kind]
    if isinstance(plan, NoPlan) or occasion is Occasion.DURING_SESSION:  # which begins with a move of a session
        return go("plan.show")
    today = today_of(plan)
    if not may_check(plan.without(occasion, today), occasion, today):
        return go("plan.show")
    if notice := why_not_as_seen(request.form, plan_shown(plan)):
        return go("plan.show", address=notice)
    try:
        form = form_of(plan, CheckInDraft(occasion, today))
    except IntakeError:
        return go("plan.show")
    return CheckInScreens(kind).begun(form)


@blueprint.get("/<slug>")
@_with_form
def show(form: CheckInForm, kind: str, slug: str) -> Response:
    """One page of questions, or a redirect to the page that comes first."""
    return CheckInScreens(kind).show(form, slug)


@blueprint.post("/<slug>")
@_with_form
def take(form: CheckInForm, kind: str, slug: str) -> Response:
    """Keep the answers of one page and go on, or show the page again with what to do."""
    return CheckInScreens(kind).take(form, slug)


@blueprint.get("/check-answers")
@_with_form
def check(form: CheckInForm, kind: str) -> Response:
    """Every answer of this check, page by page, with a way to change each."""
    return CheckInScreens(kind).review(form)


@blueprint.post("/finish")
@_with_form
def finish(form: CheckInForm, kind: str) -> Response:
    """Work out what comes of the check, and remember it."""
    return CheckInScreens(kind).reviewed(form)
