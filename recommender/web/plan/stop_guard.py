"""While a safety stop stands, every page and form that could show or make a routine leads to the page of the stop.

What is named here is open; any other page is not, so that a new one is guarded from its first day.
"""

from __future__ import annotations

from flask import Flask, Response, g, request

from recommender.web.core.state import current_state
from recommender.web.plan.own_plan import answers_are_free, is_correction, is_free, own_plan, standing_stop
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import SafetyStop
from recommender.web.plan.told_beside import is_danger_told, led_to_stop
from recommender.web.questionnaire.answer_store import ENDED_STOP, current_draft
from recommender.web.questionnaire.draft import first_slug

# Pages that know nothing of the person, and the interface for programs, which keeps nothing. Which number to call hangs
# on the country, so that it can be chosen from the page of a stop, too.
OPEN_ROOMS = frozenset(
    {
        "pages", "country", "exercises", "rulebook", "lab", "review", "rule_changes", "sign_in", "health", "styleguide", "api", "api_check_ins",
        "api_content", "api_docs", "api_next", "embed", "installed", "work", "review_feed",
        "proposals",
    }
)  # fmt: skip
# Rooms and pages that look at the stop themselves: a link may have been made after it, whatever plan there is.
ROOMS_OF_THEIR_OWN = frozenset({"link"})
OF_THE_STOP = frozenset(
    {"plan.show", "plan.forget", "plan.forgotten", "plan.start_again", "stops.answer_again", "stops.answer"}
)
# These work from the first answers, others from the plan.
FROM_ANSWERS = frozenset({"questions", "result", "changes", "hurts"})
# What these are told counts while a stop stands, too. They show no routine then.
TOLD_WHATEVER_STANDS = frozenset({"plan_hurts.take", "hurts.take", "offline.stop"})
KEEP_PLAN = "plan.remember"
ANSWERS_OF_A_PAGE = "questions.take"
# A check that may end the stop is open, and nothing else of the plan while it is being filled in.
CHECK_PAGES, BEGIN_CHECK = "check_ins", "check_ins.begin"


def guard_stops(app: Flask) -> None:
    """Have the application keep to the stop that a browser brings."""

    @app.before_request
    def lead_to_stop() -> Response | None:
        room, endpoint = request.blueprint, request.endpoint
        if room is None or room in OPEN_ROOMS | ROOMS_OF_THEIR_OWN or endpoint in OF_THE_STOP:
            return None
        stop = standing_stop()
        if stop is not None and stop.is_ended:
            setattr(g, ENDED_STOP, stop.id)
        if _is_told_to_nobody():
            return led_to_stop(stop)
        if stop is None:
            return None
        is_about_answers = room in FROM_ANSWERS or endpoint == KEEP_PLAN
        is_open = answers_are_free(stop) if is_about_answers else _plan_is_free(stop)
        return None if is_open or endpoint in TOLD_WHATEVER_STANDS else led_to_stop(stop)


def _is_told_to_nobody() -> bool:
    """Return whether a sign of danger is told on a later page of the first questions whose answers are gone meanwhile."""
    recommender = current_state().recommender
    if request.endpoint != ANSWERS_OF_A_PAGE or recommender is None or current_draft() is not None:
        return False
    return (request.view_args or {}).get("slug") != first_slug(recommender) and is_danger_told()


def _plan_is_free(stop: SafetyStop) -> bool:
    if is_free(own_plan(), stop):
        return True
    is_question = request.blueprint == CHECK_PAGES and request.endpoint != BEGIN_CHECK
    return is_question and is_correction(plan_store().read_check(request), stop)
