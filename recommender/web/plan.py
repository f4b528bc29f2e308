"""The plan that a browser remembers: to keep it, to look at it, to start a session, and to forget it.

The server keeps nothing. Each page works out afresh what follows from the answers, and shows no routine without that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from recommender.answer_sheet import raw_answers
from recommender.errors import IntakeError
from recommender.models.check_in import CheckInResult, NextCheck
from recommender.models.questionnaire import Occasion
from recommender.models.recommendation import Recommendation
from recommender.web import journey
from recommender.web.check_in_visit import CheckVisit, current_draft_of, may_check, visit_of
from recommender.web.draft import first_slug, go
from recommender.web.draft import forget as forget_answers
from recommender.web.language import current_edition
from recommender.web.plan_cookie import NoPlan, plan_cookies
from recommender.web.plan_memory import Held, Plan, days_kept, kept_items, last_day
from recommender.web.plan_view import acts_by_day, first_check, scores, standing
from recommender.web.player import Whole, player_page
from recommender.web.result import own_sheet
from recommender.web.result_view import advice_groups, used_sources
from recommender.web.site import current_site

blueprint = Blueprint("plan", __name__)

Shown = Mapping[str, Any]


def own_plan() -> Plan | NoPlan:
    """Return the plan that this browser keeps, or why there is none."""
    site = current_site()
    recommender = site.recommender or site.ready
    return plan_cookies().read(request, recommender.content.rule_set, site.today())


@blueprint.app_context_processor
def about_plans() -> dict[str, Any]:
    """Give templates what they say of plans on pages that are about something else."""
    return {"kept_plan": kept_plan, "plan_days": plan_days}


def kept_plan() -> Plan | None:
    """Return the plan of this browser; None where there is none to be used, or no rules to read it by."""
    plan = own_plan() if current_site().recommender else NoPlan.NOT_KEPT
    return None if isinstance(plan, NoPlan) else plan


def plan_days() -> int | None:
    """Return for how many days a plan is kept; None without rules."""
    recommender = current_site().recommender
    return days_kept(recommender.content.rule_set) if recommender else None


@blueprint.get("/plan")
def show() -> Response:
    """The plan as it stands today; where help comes first, how to get it; else why there is no plan."""
    plan = own_plan()
    if isinstance(plan, NoPlan):
        return _no_plan(plan)
    if plan.stopped is not None:
        return _stopped_page(plan)
    edition, today = current_edition(), current_site().today()
    rule_set = edition.content.rule_set
    try:
        # Reads every answer, move and amount of the plan against the rules of today.
        edition.check_in_sheet.read_story(plan.story(Held(today, {}, Occasion.EACH_SESSION)))
        recommendation, shown, check = _standing_now(plan)
    except IntakeError:
        return plan_changed_page()
    if recommendation.assembly is None:
        return _hold_page(plan)
    body = render_template(
        "plan.html",
        plan=plan,
        shown=shown,
        names=[edition.content.catalogue.by_id[item["exercise"]].name for item in plan.routine],
        now=standing(plan, check, today, may_check=may_check(plan, Occasion.FOLLOW_UP, today)),
        scores=scores(plan, rule_set),
        last_day=last_day(plan, rule_set),
        **_routine_words(plan, plan.last.day if plan.last else plan.started, recommendation, shown["recommendation"]),
    )
    return make_response(body)


@blueprint.get("/plan/latest")
def latest() -> Response:
    """What came of the last check, with the next routine on the day of the check."""
    plan = own_plan()
    story = None if isinstance(plan, NoPlan) else plan.last_story()
    if isinstance(plan, NoPlan) or story is None or plan.stopped is not None:
        return go("plan.show")
    try:
        result, shown = current_site().check_in(current_edition().check_in_sheet.read(story), current_edition())
    except IntakeError:
        return plan_changed_page()
    return latest_page(plan, result, shown) if result.recommendation.assembly else _hold_page(plan)


@blueprint.get("/plan/today")
def today() -> Response:
    """The routine of today, for somebody who has answered the question before a session today."""
    session = _session_of_today()
    if isinstance(session, Response):
        return session
    routine = session.shown["recommendation"]["routine"]
    after = session.visit.plan_after(session.result, session.shown)
    if routine is None:
        response = go("plan.show")
    else:
        after = replace(after, routine=kept_items(routine["items"]))
        response = make_response(render_template("plan_today.html", shown=session.shown, **session.words()))
    plan_cookies().write(response, after, current_site().ready.content.rule_set, current_site().today())
    return response


@blueprint.get("/plan/today/play")
def play() -> Response:
    """The routine of today, one move at a time."""
    session = _session_of_today()
    if isinstance(session, Response):
        return session
    recommendation = session.result.recommendation
    if recommendation.assembly is None:
        return go("plan.today")
    return make_response(player_page(recommendation, session.shown["recommendation"], Whole.PLAN))


@blueprint.post("/plan/remember")
def remember() -> Response:
    """Keep the routine of these answers on this device, from today."""
    site, sheet = current_site(), own_sheet()
    if isinstance(sheet, Response):
        return sheet
    recommendation, shown = sheet.recommended()
    if recommendation.assembly is None:
        return go("result.show")
    plan = Plan(site.today(), raw_answers(sheet.intake.answers), kept_items(shown["routine"]["items"]))
    response = go("plan.show")
    plan_cookies().forget_check(response)
    if not plan_cookies().write(response, plan, sheet.edition.content.rule_set, site.today()):
        return make_response(render_template("plan_none.html", reason="too_big", first=first_slug(site.ready)))
    return response


@blueprint.post("/plan/forget")
def forget() -> Response:
    """Take the plan back from this device."""
    response = go("plan.forgotten")
    plan_cookies().forget(response)
    return response


@blueprint.get("/plan/forgotten")
def forgotten() -> Response:
    """Say that the plan is gone."""
    return make_response(render_template("plan_forgotten.html", first=first_slug(current_site().ready)))


@blueprint.post("/plan/start-again")
def start_again() -> Response:
    """Forget the plan and every answer, and begin with the first question."""
    site = current_site()
    response = go("questions.show", address={"slug": first_slug(site.ready)})
    plan_cookies().forget(response)
    forget_answers(response)
    return response


@dataclass(frozen=True)
class _Session:
    """A session of today, whose questions are all answered."""

    plan: Plan
    visit: CheckVisit
    result: CheckInResult
    shown: Shown

    def words(self) -> dict[str, Any]:
        """Return what templates need to show its routine."""
        shown = self.shown["recommendation"]
        return _routine_words(self.plan, self.visit.draft.day, self.result.recommendation, shown)


def _session_of_today() -> _Session | Response:
    """Return the session of today, or what to show to somebody who has not answered all its questions."""
    plan, site = own_plan(), current_site()
    draft = None if isinstance(plan, NoPlan) else current_draft_of(Occasion.EACH_SESSION, plan)
    if isinstance(plan, NoPlan) or plan.stopped or draft is None or draft.day != site.today():
        return go("plan.show")
    try:
        visit = visit_of(plan, draft)
        if journey.first_open(visit.walk, visit.draft.visited) is not None:
            return go("plan.show")
        return _Session(plan, visit, *visit.result())
    except IntakeError:
        return plan_changed_page()


def plan_changed_page() -> Response:
    """Return the page for a plan that does not fit the questions and moves of today."""
    return make_response(render_template("plan_none.html", reason="changed", first=first_slug(current_site().ready)))


def latest_page(plan: Plan, result: CheckInResult, shown: Shown, *, is_kept: bool = True) -> Response:
    """Return the page about what came of a check. A routine stands there on its day only."""
    assert plan.last is not None
    body = render_template(
        "check_in_result.html",
        shown=shown,
        day=plan.last.day,
        is_today=plan.last.day == current_site().today(),
        is_kept=is_kept,
        check=result.next_check,
        **_routine_words(plan, plan.last.day, result.recommendation, shown["recommendation"]),
    )
    return make_response(body)


def _standing_now(plan: Plan) -> tuple[Recommendation, Shown, NextCheck | None]:
    """Return what the last check came to, or the first answers where there was none, and the next check.

    Raises:
        IntakeError: the plan does not fit the questions and moves of today.
    """
    site, edition = current_site(), current_edition()
    story = plan.last_story()
    if story is None:
        recommendation, shown = site.recommend(edition.sheet.read(dict(plan.answers)), edition)
        none_yet: Shown = {"recommendation": shown, "action": None, "reasons": [], "changes": [], "full": None}
        return recommendation, none_yet, first_check(plan, edition.content.rule_set)
    result, shown = site.check_in(edition.check_in_sheet.read(story), edition)
    return result.recommendation, shown, result.next_check


def _routine_words(plan: Plan, day: date, recommendation: Recommendation, shown: Shown) -> dict[str, Any]:
    """Return what templates need to show a routine, as it was worked out on a day, and what is said with it."""
    edition = current_edition()
    content = edition.content
    _, first = current_site().recommend(edition.sheet.read(dict(plan.answers)), edition)
    reasons = shown["disposition"]["reasons"]
    return {
        "advice": {topic.id: texts for topic, texts in advice_groups(shown["advice"], content.catalogue)},
        "topics": content.catalogue.topics,
        "slots": content.catalogue.vocabulary["slots"],
        "acts": acts_by_day(reasons, first["disposition"]["reasons"], plan.started, day),
        "questions": content.questionnaire.questions,
        "sources": used_sources(recommendation, content),
    }


def _no_plan(reason: NoPlan) -> Response:
    first = first_slug(current_site().ready)
    response = make_response(render_template("plan_none.html", reason=reason.name.lower(), first=first))
    if reason in (NoPlan.UNREADABLE, NoPlan.OVER):
        plan_cookies().forget(response)
    return response


def _stopped_page(plan: Plan) -> Response:
    """Return where to get help, as the check said that stopped the plan. A routine never follows from it any more."""
    edition, story, stopped = current_edition(), plan.last_story(), plan.stopped
    assert stopped is not None
    try:
        check = edition.check_in_sheet.read(story)
    except IntakeError:
        return _hold_page(plan)
    result, shown = current_site().check_in(check, edition)
    recommendation = result.recommendation
    if recommendation.assembly is not None:
        return _hold_page(plan)
    draft = current_draft_of(stopped.occasion, plan)
    kinds = {Occasion.FOLLOW_UP: "check", Occasion.EACH_SESSION: "session"}
    body = render_template(
        "plan_care.html",
        shown=shown["recommendation"],
        tone=recommendation.disposition.tone,
        questions=edition.content.questionnaire.questions,
        sources=used_sources(recommendation, edition.content),
        advice=advice_groups(shown["recommendation"]["advice"], edition.content.catalogue),
        day=stopped.day,
        change=kinds[stopped.occasion] if draft and draft.day == stopped.day else None,
    )
    return make_response(body)


def _hold_page(plan: Plan) -> Response:
    """Return the page of a plan on hold whose reasons can no longer be worked out."""
    day: date = plan.stopped.day if plan.stopped else current_site().today()
    return make_response(render_template("plan_on_hold.html", day=day))
