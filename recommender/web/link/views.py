"""The pages behind a signed link. The question before a session comes first, and while a stop stands, the stop."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask_babel import gettext

from recommender.errors import DecisionError, NotApprovedError
from recommender.models.questionnaire import NOT_SURE, Question
from recommender.web.core.day import day_of, utc_now
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.hurts.pain_stop import pain_told, stopped_by
from recommender.web.link.calendar import DAYS, Reminder, calendar_file
from recommender.web.link.handout import PAPERS, handout_page, handout_pdf, usual_paper, weekdays
from recommender.web.link.link_store import Link, Refused, Session, digest, link_store
from recommender.web.link.own_link import (
    harmless_options,
    is_free,
    may_correct,
    read_link,
    refused_page,
    routine_token,
    session_questions,
    shown_of,
    with_link,
    with_link_to_ask,
)
from recommender.web.plan.own_plan import standing_stop
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import stop_by_link
from recommender.web.plan.stop_views import is_told
from recommender.web.questionnaire.answer_store import go
from recommender.web.questionnaire.question_form import as_shown
from recommender.web.result.hurts import CAME_OF_IT, OPEN, STAYS, HurtTold, hurt_told, pages_asked_again
from recommender.web.result.player import RoutinePage, player_of, turn_of

blueprint = Blueprint("link", __name__, url_prefix="/routine/<token>")
# The part of an address that says that the question was sent without an answer.
MISSING = {"missing": "yes"}


@blueprint.app_context_processor
def about_links() -> dict[str, Any]:
    """Let templates make links to a routine that they show."""
    return {
        "routine_token": routine_token,
        "calendar_days": lambda: [(DAYS[day], name) for day, name in weekdays("wide")],
    }


@blueprint.get("")
@with_link_to_ask
def ask(link: Link) -> Response:
    """The question before a session."""
    error = "" if all(request.args.get(name) == value for name, value in MISSING.items()) else None
    asked = [as_shown(question, None, {}, error) for question in session_questions()]
    body = render_template(
        "link/ask.html", asked=asked, action=url_for("link.answer", token=link.token), **shown_of(link)
    )
    return make_response(body)


@blueprint.post("")
@with_link_to_ask
def answer(link: Link) -> Response:
    """Go on to the routine after "no"; any other answer is a stop, on this whole device."""
    chosen = {question: request.form.getlist(question.id) for question in session_questions()}
    if not all(given and set(given) <= {option.id for option in asked.options} for asked, given in chosen.items()):
        return go("link.ask", address={"token": link.token, **MISSING})
    stop = standing_stop()
    is_correcting = stop is not None and stop.by_link and not stop.is_ended
    if all(set(given) <= harmless_options(question) for question, given in chosen.items()):
        response = go("link.moves", address={"token": link.token})
        link_store().begin(response, Session(digest(link.token)))
        if is_correcting:
            plan_store().lift_stop(response, link.routine.after, current_state().ready.content.rule_set)
        return response
    response = go("link.stopped", address={"token": link.token})
    link_store().end(response)
    told = stop_by_link(
        current_state().today(), {question.id: _gravest(question, given) for question, given in chosen.items()}
    )
    # Whoever puts a "not sure" right and says "yes" has said "yes". A "yes" stays what it was until it is a "no".
    if stop is None or not is_correcting or (stop.is_unsure and not told.is_unsure):
        plan_store().write_stop(response, told, current_state().ready.content.rule_set)
    return response


def _gravest(question: Question, given: list[str]) -> str:
    """Return the answer that counts of several that were sent: one that surely keeps from a session."""
    harmless = harmless_options(question) | {NOT_SURE}
    return next((one for one in given if one not in harmless), NOT_SURE)


@blueprint.get("/moves")
@with_link
def moves(link: Link) -> Response:
    """The whole routine, for somebody who has just answered the question."""
    if not _has_answered(link):
        return go("link.ask", address={"token": link.token})
    return make_response(render_template("link/moves.html", **shown_of(link)))


@blueprint.get("/play")
@with_link
def play(link: Link) -> Response:
    """The routine one move at a time."""
    if not _has_answered(link):
        return go("link.ask", address={"token": link.token})
    turns = [turn_of(item, link.routine.timing) for item in link.routine.items]
    whole, hurts = url_for("link.moves", token=link.token), url_for("link.hurts", token=link.token)
    return make_response(player_of(shown_of(link)["shown"], turns, RoutinePage.LINK, whole, hurts))


@blueprint.post("/hurts")
def hurts(token: str) -> Response:
    """Do what the rules say of a move that hurts: leave it out, or stop on this whole device. What is told of it is not kept.

    No easier move comes in its place: without answers nobody can tell if it would be right. What is told counts also
    where the link leads to its routine no longer, or not now.
    """
    stop = standing_stop()
    try:
        link = read_link(token)
    except (DecisionError, NotApprovedError):
        if (pain := pain_told()) is None:
            raise
        return _hurt_stop(pain)
    if stop is not None and not is_free(link, stop):
        pain = pain_told()
        return go("plan.show") if pain is None else _hurt_stop(pain)
    told = hurt_told(localised_content(), link.routine.items if isinstance(link, Link) else (), request.form)
    if told and told.answers and pages_asked_again(told.answers):
        return _hurt_stop(told)
    if isinstance(link, Refused):
        return refused_page(link)
    if told is None or told.number is None:
        return go("link.play", address={"token": token})
    if told.answers is None:
        return go("link.play", address={"token": token, OPEN: told.number, **told.place()})
    return go("link.play", address={"token": token, CAME_OF_IT: STAYS, **told.place(after=1)})


@blueprint.get("/handout")
@with_link
def handout(link: Link) -> Response:
    """The routine on a page to print."""
    return make_response(handout_page(link, shown_of(link), session_questions()))


@blueprint.get("/handout.pdf")
@with_link
def handout_file(link: Link) -> Response:
    """The same as a PDF; a redirect to the page where there is none in time."""
    paper = request.args.get("paper", usual_paper())
    page = handout_page(link, shown_of(link), session_questions())
    made = handout_pdf(page, paper) if paper in PAPERS else None
    if made is None:
        return go("link.handout", address={"token": link.token})
    response = make_response(made)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="routine.pdf"'
    return response


@blueprint.get("/calendar.ics")
@with_link
def calendar(link: Link) -> Response:
    """The routine in the person's own calendar, on the days and at the time that they chose; every day without a choice."""
    days = request.args.getlist("day")
    try:
        chosen = {DAYS.index(day) for day in days} or set(range(len(DAYS)))
        at = time.fromisoformat(request.args.get("time", ""))
    except ValueError:
        abort(400)
    minutes = -(-link.routine.seconds // 60)
    first, last = current_state().today(), day_of(link.ends)
    reminder = Reminder(gettext("Time to move"), chosen, at.replace(second=0, tzinfo=None), minutes, first, last)
    try:
        made = calendar_file(reminder, utc_now())
    except ValueError:  # none of the days comes before the link ends
        return go("link.moves", address={"token": link.token})
    response = make_response(made)
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = 'attachment; filename="reminder.ics"'
    return response


@blueprint.get("/stopped")
def stopped(token: str) -> Response:
    """What to do now, for somebody who did not say "no". It shows no move."""
    link, stop = read_link(token), standing_stop()
    if isinstance(link, Refused):
        return refused_page(link) if stop is None else go("plan.show")
    if stop is None or stop.is_ended:
        return go("link.ask", address={"token": token})
    correcting = {"stop": stop} if may_correct(stop) else {}
    return make_response(render_template("link/stopped.html", **correcting, **shown_of(link)))


@blueprint.post("/answer-again")
def answer_again(token: str) -> Response:
    """Go back to the question, for whoever ticked the wrong thing. The stop stands until it is answered with "no"."""
    link, stop = read_link(token), standing_stop()
    if isinstance(link, Refused) or stop is None or not is_told(stop) or not may_correct(stop):
        return go("plan.show")
    response = go("link.ask", address={"token": token})
    link_store().begin(response, Session(digest(token), stop.id))
    return response


def _hurt_stop(told: HurtTold) -> Response:
    response = stopped_by(told)
    link_store().end(response)
    return response


def _has_answered(link: Link) -> bool:
    session = link_store().session(request)
    return session is not None and session.link == digest(link.token) and session.correcting is None
