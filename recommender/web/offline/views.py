"""What a browser keeps of a plan for a time without a connection, and what it tells once it has one again.

A page may be kept that holds the question, the moves with their doses and drawings, and the words on stopping; never a
reason, an answer or a level. It is there only while a plan is kept and no stop stands.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from recommender.errors import IntakeError
from recommender.models.questionnaire import Occasion
from recommender.models.recommendation import Recommendation
from recommender.presentation.linked_routine import linked
from recommender.web.core.day import utc_now
from recommender.web.core.language import current_language, localised_content
from recommender.web.core.state import current_state
from recommender.web.core.static_files import asset
from recommender.web.hurts.pain_stop import hold_for_pain
from recommender.web.link.link_store import LINK_DAYS, Link
from recommender.web.link.own_link import harmless_options, session_questions, shown_of
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.kept_plan import Plan, short_item
from recommender.web.plan.own_plan import form_of, is_free, own_plan, result_of, standing_stop, today_of
from recommender.web.plan.safety_stop import stop_by_link
from recommender.web.plan.told_beside import write_stop_beside
from recommender.web.questionnaire.answer_store import go
from recommender.web.questionnaire.seen import fingerprint_under
from recommender.web.result.hurts import harmless_pains, hurt_asked, hurt_told
from recommender.web.result.player import RoutinePage, player_words, turn_of

_QUESTIONS = "questions"

blueprint = Blueprint("offline", __name__, url_prefix="/plan/offline")


@blueprint.app_context_processor
def about_the_store() -> dict[str, Any]:
    """Give every page what its script needs to tend what the browser keeps."""
    return {"offline_digest": offline_digest}


def offline_digest() -> str:
    """Return the fingerprint of what this browser may keep; "" where it may keep nothing.

    On the pages of the first questions that is nothing: who has cleared the answers is there, and who begins anew.
    """
    plan = None if request.blueprint == _QUESTIONS else _free_plan()
    return "" if plan is None else _digest(plan)


@blueprint.get("")
def routine() -> Response:
    """The page that is kept: the question first, then the routine one move at a time."""
    plan = _free_plan()
    recommendation = None if plan is None else _recommended(plan)
    if plan is None or recommendation is None or recommendation.assembly is None:
        return go("plan.show")
    now = utc_now()
    link = Link("", linked(recommendation, plan.after), now)
    hurts = hurt_asked(localised_content())
    pains = {"hurts": hurts, "hurts_action": "", "hurts_harmless": harmless_pains(hurts) if hurts else None}
    turns = [turn_of(item, link.routine.timing) for item in link.routine.items]
    shown = shown_of(link)
    questions = session_questions()
    body = render_template(
        "offline/routine.html",
        digest=_digest(plan),
        until=(now + timedelta(days=LINK_DAYS)).isoformat(),
        asked=[(question, harmless_options(question)) for question in questions],
        **(shown | player_words(shown["shown"], turns, RoutinePage.PLAN, url_for("plan.show")) | pains),
    )
    return make_response(body)


@blueprint.get("/stopped")
def stopped() -> Response:
    """The page that is kept beside it, for whoever does not say "no": what to do now. It says nothing of the person."""
    plan = _free_plan()
    recommendation = None if plan is None else _recommended(plan)
    if plan is None or recommendation is None or recommendation.assembly is None:
        return go("plan.show")
    shown = shown_of(Link("", linked(recommendation), utc_now()))
    return make_response(render_template("link/stopped.html", is_kept=True, **shown))


@blueprint.post("/stop")
def stop() -> Response:
    """Take the stop that was told without a connection: by a move that hurts, or at the question. There it was not "no"."""
    response = Response(status=204)
    if pain := hurt_told(localised_content(), (), request.form):
        hold_for_pain(response, pain)
        return response
    told = {question.id: request.form.get(question.id, "")[:64] for question in session_questions()}
    write_stop_beside(response, standing_stop(), stop_by_link(current_state().today(), told))
    return response


def _free_plan() -> Plan | None:
    """Return the plan of this browser, where it keeps one that no stop holds."""
    if current_state().recommender is None or not current_state().is_sound or current_state().is_withheld:
        return None
    plan = own_plan()
    return plan if isinstance(plan, Plan) and is_free(plan, standing_stop()) else None


def _recommended(plan: Plan) -> Recommendation | None:
    """Return what today's session would be after "no"; None where the plan does not fit, or there is more to be asked."""
    answers = {question.id: min(harmless_options(question), default=None) for question in session_questions()}
    if None in answers.values():
        return None
    try:
        form = form_of(plan, CheckInDraft(Occasion.EACH_SESSION, today_of(plan), answers))
        return result_of(form)[0].recommendation if not form.walk.missing else None
    except IntakeError:
        return None


def _digest(plan: Plan) -> str:
    """Return the fingerprint of what is kept: it changes with the routine, the rules, the country and the language."""
    state, localised = current_state(), localised_content()
    language = current_language()
    told = [
        [short_item(item) for item in plan.routine],
        plan.newest.isoformat(),
        state.settings.region,
        [language.code, language.digest],
        localised.gallery.digest,
        asset("offline.js"),  # another program may ask other things on that page
        state.is_approved,
    ]
    return fingerprint_under(localised.content.hash, told)
