"""A sign of danger that is told where nothing takes it any more, by a tab or a link of before: it counts all the same."""

from __future__ import annotations

from flask import Response, request
from werkzeug.datastructures import MultiDict

from recommender.loaders.safety import shipped_safety_net
from recommender.models.levels import Level
from recommender.models.questionnaire import NOTHING, Intake
from recommender.web.core.state import current_state
from recommender.web.plan.plan_store import plan_store
from recommender.web.plan.safety_stop import SafetyStop, stop_by_link
from recommender.web.questionnaire.answer_store import go


def led_to_stop(held: SafetyStop | None) -> Response:
    """Return the way to the page of the stop that is held, or of the plan. A sign of danger in the form of this request counts."""
    response = go("plan.show")
    if is_danger_told():
        # No check can take it, so nothing of it can be put right either.
        told = stop_by_link(current_state().today(), {}).told_again(level_told(request.form))
        write_stop_beside(response, held, told)
    return response


def is_danger_told() -> bool:
    """Return whether the form of this request tells of a sign of danger."""
    return request.method == "POST" and (tells_of_danger(request.form) or _is_screen_ticked(request.form))


def tells_of_danger(form: MultiDict[str, str]) -> bool:
    """Return whether an answer in a form is one after which, by what the package itself holds, no routine may follow.

    Of a form only its own page is known. What would make a sign milder and stands on another page does not count.
    """
    asked = shipped_safety_net().before_session.items()
    return level_told(form) is not None or any(signs.intersection(form.getlist(question)) for question, signs in asked)


def level_told(form: MultiDict[str, str]) -> Level | None:
    """Return the highest level without a routine that the answers in a form come to at least, by the floors; None for none."""
    floors = [floor for floor in shipped_safety_net().floors if not floor.level.shows_routine]
    named = {question for floor in floors for question, _ in floor.named if question in form}
    told = Intake({question: tuple(form.getlist(question)) for question in named})
    return max((floor.level for floor in floors if floor.holds(told)), key=lambda level: level.rank, default=None)


def write_stop_beside(response: Response, held: SafetyStop | None, stop: SafetyStop) -> None:
    """Have the browser keep a stop; where the one that is held still stands, that one, at the higher level of the two.

    No answer of it may be put right any more: what it says must not be lost, nor what is told now.
    """
    kept = stop if held is None or held.is_ended else held.told_again(stop.level)
    state = current_state()
    plan_store().write_stop(response, kept, (state.recommender or state.ready).content.rule_set)


def _is_screen_ticked(form: MultiDict[str, str]) -> bool:
    """Return whether a line of the short safety screen is ticked, behind which the questions in full would have come."""
    recommender = current_state().recommender
    asked = recommender.content.questionnaire.questions.values() if recommender else ()
    return any(set(form.getlist(question.id)) - {NOTHING} for question in asked if question.stands_in_for)
