"""The plan that a browser remembers: to keep it, to look at it, to start a session, and to forget it.

The server keeps nothing. Each page works out afresh what follows from the answers, and shows no routine without that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from recommender.errors import IntakeError
from recommender.models.check_in import NextCheck
from recommender.models.questionnaire import Occasion
from recommender.models.recommendation import Recommendation
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.web.core.day import utc_now
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.check_in_form import may_check
from recommender.web.plan.kept_plan import DoneSession, Plan, StoredCheck, days_kept, kept_items, last_day
from recommender.web.plan.own_plan import (
    after_session,
    answers_are_free,
    current_draft_of,
    is_free,
    is_of_today,
    kept_plan,
    no_plan_page,
    own_plan,
    plan_changed_page,
    plan_shown,
    refusal_shown,
    session_of_today,
    standing_stop,
    today_of,
    too_big_page,
)
from recommender.web.plan.plan_store import NoPlan, plan_store
from recommender.web.plan.routine_pages import hold_page, latest_page, routine_words
from recommender.web.plan.sections import felt, first_check, plan_status, scores, weeks, with_story
from recommender.web.plan.stop_views import is_told, stop_page
from recommender.web.questionnaire.answer_store import answer_store, forget_answers, go
from recommender.web.questionnaire.draft import Draft, first_slug
from recommender.web.questionnaire.seen import notice_in, why_not_as_seen
from recommender.web.result.player import RoutinePage, player_page
from recommender.web.result.views import own_sheet

blueprint = Blueprint("plan", __name__)

Shown = Mapping[str, Any]


@blueprint.app_context_processor
def about_plans() -> dict[str, Any]:
    """Give templates what they say of plans on pages that are about something else."""
    return {
        "kept_plan": kept_plan,
        "plan_days": plan_days,
        "plan_is_on_hold": plan_is_on_hold,
        "answers_are_held": answers_are_held,
    }


def plan_is_on_hold() -> bool:
    """Return whether a safety stop holds the plan of this browser."""
    return current_state().recommender is not None and not is_free(own_plan(), standing_stop())


def answers_are_held() -> bool:
    """Return whether a safety stop holds the answers of this browser, and keeps it from beginning anew."""
    stop = standing_stop() if current_state().recommender else None
    return stop is not None and not answers_are_free(stop)


def plan_days() -> int | None:
    """Return for how many days a plan is kept; None without rules."""
    recommender = current_state().recommender
    return days_kept(recommender.content.rule_set) if recommender else None


@blueprint.get("/plan")
def show() -> Response:
    """The plan as it stands today; where help comes first, how to get it; else why there is no plan."""
    plan, stop = own_plan(), standing_stop()
    is_over = stop is not None and stop.is_ended and plan is NoPlan.NOT_KEPT
    if stop is not None and not is_over and not is_free(plan, stop):
        return stop_page(stop)
    if isinstance(plan, NoPlan):
        return no_plan_page(plan)
    localised, today = localised_content(), today_of(plan)
    standing = _standing(plan)
    if isinstance(standing, Response):
        return standing
    recommendation, shown, check = standing
    body = render_template(
        "plan/plan.html",
        shown=shown,
        now=plan_status(plan, check, today, may_check=may_check(plan, Occasion.FOLLOW_UP, today)),
        last_day=last_day(plan, localised.content.rule_set),
        seen=plan_shown(plan),
        first=first_slug(current_state().ready),
        **_story(plan),
        **notice_in(request.args),
        **routine_words(recommendation, shown["recommendation"]),
    )
    return make_response(body)


@blueprint.get("/plan/summary")
def summary() -> Response:
    """How it has gone since the start, on a page to print or to show to somebody."""
    plan = own_plan()
    if isinstance(plan, NoPlan):
        return go("plan.show")
    standing = _standing(plan)
    if isinstance(standing, Response):
        return standing
    recommendation, shown, _ = standing
    words = routine_words(recommendation, shown["recommendation"])
    today = today_of(plan)
    return make_response(render_template("plan/plan_summary.html", shown=shown, today=today, **_story(plan), **words))


def _story(plan: Plan) -> dict[str, Any]:
    """Return what templates tell of a plan: its moves, sessions and scores."""
    localised = localised_content()
    asked = after_session(localised)
    return {
        "plan": plan,
        "names": [localised.content.catalogue.by_id[item["exercise"]].name for item in plan.routine],
        "hurt_names": [localised.content.catalogue.by_id[name].name for name in plan.hurt],
        "weeks": weeks(plan, today_of(plan)),
        "felt": felt(plan, asked.options if asked else ()),
        "scores": scores(plan, localised.content.rule_set),
    }


def _standing(plan: Plan) -> tuple[Recommendation, Shown, NextCheck | None] | Response:
    """Return what a plan stands at, or the page of one that fits no more, or gives no routine any more."""
    localised, today = localised_content(), today_of(plan)
    try:
        # Reads every answer, move and amount of the plan against the rules of today.
        localised.check_in_sheet.read_story(plan.history_with(StoredCheck(today, {}, Occasion.EACH_SESSION)))
        standing = _standing_now(plan)
    except IntakeError:
        return plan_changed_page()
    return standing if standing[0].assembly is not None else hold_page()


@blueprint.get("/plan/latest")
def latest() -> Response:
    """What came of the last check, with the next routine on the day of the check."""
    plan = own_plan()
    history = None if isinstance(plan, NoPlan) else plan.last_story()
    if isinstance(plan, NoPlan) or history is None:
        return go("plan.show")
    try:
        result, shown = current_state().check_in(localised_content().check_in_sheet.read(history), localised_content())
    except IntakeError:
        return plan_changed_page()
    return latest_page(plan, result, shown) if result.recommendation.assembly else hold_page()


@blueprint.get("/plan/today")
def today() -> Response:
    """The routine of today, for somebody who has answered the question before a session today."""
    session = session_of_today()
    if isinstance(session, Response):
        return session
    if session.result.recommendation.assembly is None:
        return hold_page()
    made = session.result.recommendation
    words = routine_words(made, session.shown["recommendation"])
    own = {"recommendation": made, "answered_at": utc_now(), "after": session.plan.after}
    return make_response(render_template("plan/plan_today.html", shown=session.shown, **own, **words))


@blueprint.get("/plan/today/play")
def play() -> Response:
    """The routine of today, one move at a time."""
    session = session_of_today()
    if isinstance(session, Response):
        return session
    recommendation = session.result.recommendation
    if recommendation.assembly is None:
        return go("plan.today")
    after = after_session(localised_content())
    return make_response(player_page(recommendation, session.shown["recommendation"], RoutinePage.PLAN, after))


@blueprint.post("/plan/today/done")
def done() -> Response:
    """Mark the session of today as done, with how it was if that was told."""
    plan, asked = own_plan(), after_session(localised_content())
    if isinstance(plan, NoPlan):
        return go("plan.show")
    draft = current_draft_of(Occasion.EACH_SESSION, plan)
    told = request.form.get(asked.id) if asked else None
    option = told if asked and told in {one.id for one in asked.options} else None
    day = draft.day if draft is not None and is_of_today(draft, plan) else today_of(plan)
    response = go("plan.show", address={"_anchor": "sessions"})
    plan = plan.with_session(DoneSession(day, option))
    if not plan_store().write(response, plan, current_state().ready.content.rule_set, today_of(plan)):
        response.location = url_for("plan.too_big")
    return response


@blueprint.post("/plan/remember")
def remember() -> Response:
    """Keep the routine of these answers on this device, from today."""
    state, sheet = current_state(), own_sheet()
    if isinstance(sheet, Response):
        return sheet
    _, shown = sheet.recommended()
    if shown["routine"] is None:
        return go("result.show")
    if notice := sheet.why_not_as_seen():
        return go("result.show", address=notice)
    answers, items = raw_answers(sheet.intake.answers), kept_items(shown["routine"]["items"])
    version = sheet.localised.content.questionnaire.version
    plan = Plan(state.today(), answers, items, after=sheet.draft.after, questions=version)
    if isinstance(before := own_plan(), Plan):
        plan = with_story(plan, before, sheet.localised.content.rule_set)
    response = go("plan.show")
    plan_store().forget_check(response)
    is_kept = plan_store().write(response, plan, sheet.localised.content.rule_set, state.today())
    if not is_kept:
        response.location = url_for("plan.too_big")
    return response


@blueprint.get("/plan/too-big")
def too_big() -> Response:
    """Say that a browser has no room for the plan."""
    return too_big_page()


@blueprint.post("/plan/forget")
def forget() -> Response:
    """Take the plan back from this device, with the stop that holds it and whatever that keeps from being used.

    While a stop stands that is done from its own page only, where the reason is told.
    """
    stop, store = standing_stop(), plan_store()
    if stop is None or is_free(own_plan(), stop):
        response = go("plan.forgotten")
        store.forget(response)
        if stop is not None and stop.is_ended:  # the plan that it held is gone
            store.forget_stop(response)
        return response
    if not is_told(stop):
        return go("plan.show")
    response = go("plan.forgotten")
    store.forget(response)
    store.forget_stop(response)
    if not answers_are_free(stop):
        forget_answers(response)
    return response


@blueprint.get("/plan/forgotten")
def forgotten() -> Response:
    """Say that the plan is gone."""
    return make_response(render_template("plan/plan_forgotten.html", first=first_slug(current_state().ready)))


@blueprint.post("/plan/start-again")
def start_again() -> Response:
    """Forget every answer, and begin with the first question.

    A plan goes too, unless a stop holds it: then its story stays until another plan takes its place. The stop still
    holds for it, and no longer for what is answered from here on.
    """
    state, stop, store = current_state(), standing_stop(), plan_store()
    response = go("questions.show", address={"slug": first_slug(state.ready)})
    if stop is None or is_free(own_plan(), stop):
        if notice := why_not_as_seen(request.form, refusal_shown(own_plan())):
            return go("plan.show", address=notice)
        store.forget(response)
        forget_answers(response)
        return response
    if not is_told(stop):
        return go("plan.show")
    if stop.draft is not None:
        store.write_stop(response, stop.ended(), state.ready.content.rule_set)
    store.forget_check(response)
    forget_answers(response)
    answer_store().write(response, Draft(after=stop.id))
    return response


def _standing_now(plan: Plan) -> tuple[Recommendation, Shown, NextCheck | None]:
    """Return what the last check came to, or the first answers where there was none, and the next check.

    Raises:
        IntakeError: the plan does not fit the questions and moves of today.
    """
    state, localised = current_state(), localised_content()
    history = plan.last_story()
    if history is None:
        intake = localised.sheet.read(dict(plan.answers))
        recommendation, first = state.recommend(intake, localised, day=plan.started)
        none_yet: Shown = {
            "recommendation": first,
            "action": None,
            "reasons": [],
            "changes": [],
            "full": None,
            "mode": None,
        }
        return recommendation, none_yet, first_check(plan, localised.content.rule_set)
    result, shown = state.check_in(localised.check_in_sheet.read(history), localised)
    return result.recommendation, shown, result.next_check
