"""The link of a request: whether it may be used here and now, and what its routine shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import Response, make_response, render_template, request

from recommender.errors import DecisionError, NotApprovedError
from recommender.loaders.safety import shipped_safety_net
from recommender.models.questionnaire import Occasion, Question
from recommender.models.recommendation import Recommendation
from recommender.presentation.linked_routine import linked
from recommender.presentation.linked_shown import present_linked
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.link.link_store import Link, Refused, digest, link_store
from recommender.web.plan.own_plan import own_plan, standing_stop
from recommender.web.plan.plan_store import NoPlan
from recommender.web.plan.safety_stop import SafetyStop
from recommender.web.plan.told_beside import is_danger_told, led_to_stop
from recommender.web.questionnaire.draft import first_slug
from recommender.web.result.sections import advice_groups

View = Callable[..., Response]
# As long as a check that led to a stop may be changed.
_DAYS_TO_CHANGE = timedelta(days=1)


def with_link(view: View) -> View:
    """Give a view the link of its address. While a stop stands that it does not come after, lead to the stop instead.

    Where that has ended, and holds no plan besides, there is no page of it: then say so here.
    """
    return _guarded(view, lambda token, stop: False)


def with_link_to_ask(view: View) -> View:
    """Do the same for the question itself, which may be answered again where that alone led to the stop."""
    return _guarded(view, is_corrected)


def _guarded(view: View, may_pass: Callable[[str, SafetyStop], bool]) -> View:
    @wraps(view)
    def found(token: str, **parts: Any) -> Response:
        stop = standing_stop()
        try:
            link = read_link(token)
        except (DecisionError, NotApprovedError):
            if is_danger_told():
                return led_to_stop(stop)
            raise
        if stop is not None and not is_free(link, stop) and not may_pass(token, stop):
            has_page = request.method == "POST" or not stop.is_ended or own_plan() is not NoPlan.NOT_KEPT
            return led_to_stop(stop) if has_page else refused_page(Refused.HELD)
        if isinstance(link, Refused):
            return led_to_stop(stop) if is_danger_told() else refused_page(link)
        return view(link, **parts)

    return found


def read_link(token: str) -> Link | Refused:
    """Return the link of a token, or why it leads to no routine.

    Raises:
        DecisionError: the service is not ready.
        NotApprovedError: routines wait for an approval.
    """
    state = current_state()
    found = link_store().read(token, state.ready.content)
    if isinstance(found, Link) and state.is_withheld:
        raise NotApprovedError("routines wait for a clinical approval of this rule set")
    return found


def is_free(link: Link | Refused, stop: SafetyStop) -> bool:
    """Return whether the routine was made from answers that were begun after the stop."""
    return isinstance(link, Link) and link.routine.after == stop.id


def is_corrected(token: str, stop: SafetyStop) -> bool:
    """Return whether the question that led to this stop is being answered again."""
    session = link_store().session(request)
    return session is not None and session.link == digest(token) and session.correcting == stop.id and may_correct(stop)


def may_correct(stop: SafetyStop) -> bool:
    """Return whether the answer that led to a stop may be put right: soon after, or where it was "not sure"."""
    if not stop.by_link or stop.is_of_pain or stop.draft is None or stop.is_over:
        return False
    return stop.is_unsure or current_state().today() - stop.draft.day <= _DAYS_TO_CHANGE


def refused_page(why: Refused) -> Response:
    """Return the page that says why a link leads to no routine."""
    first = first_slug(current_state().ready)
    return make_response(render_template("link/refused.html", why=why.name.lower(), first=first), why.value)


def routine_token(recommendation: Recommendation, made: datetime, after: str | None = None) -> str:
    """Return the token of a link to a recommended routine, which follows from answers of that moment."""
    return link_store().link_to(linked(recommendation, after), current_state().ready.content, made)


def session_questions() -> list[Question]:
    """Return what is asked before each session, in the language of this request.

    Raises:
        DecisionError: nothing is asked.
    """
    pages = localised_content().content.questionnaire.pages_asked(Occasion.EACH_SESSION)
    questions = [question for page in pages for question in page.questions]
    if not questions:
        raise DecisionError("nothing is asked before a session")
    return questions


def harmless_options(question: Question) -> frozenset[str]:
    """Return the answers after which a session may go on. Of a question that the package does not know there are none."""
    signs = shipped_safety_net().before_session.get(question.id)
    return frozenset() if signs is None else frozenset(option.id for option in question.options) - signs


def shown_of(link: Link) -> dict[str, Any]:
    """Return what templates need to show the routine of a link."""
    state, localised = current_state(), localised_content()
    region, content = state.settings.region, localised.content
    words = localised.words(region)
    shown: Mapping[str, Any] = present_linked(link.routine, content, words, region, approved=state.is_approved)
    advice = {topic.id: texts for topic, texts in advice_groups(shown["advice"], content.catalogue)}
    return {
        "link": link,
        "token": link.token,
        "shown": shown,
        "advice": advice,
        "topics": content.catalogue.topics,
        "slots": content.catalogue.vocabulary["slots"],
        "questions": content.questionnaire.questions,
    }
