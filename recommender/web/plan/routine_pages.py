"""Pages that show a routine of a plan, or why there is none any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, render_template

from recommender.models.check_in import CheckInResult
from recommender.models.recommendation import Recommendation
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.own_plan import own_plan, refusal_shown
from recommender.web.result.sections import advice_groups, used_sources

Shown = Mapping[str, Any]


def latest_page(plan: Plan, result: CheckInResult, shown: Shown, *, is_kept: bool = True) -> Response:
    """Return the page about what came of a check. A routine stands there on its day only."""
    assert plan.last is not None
    body = render_template(
        "plan/check_in_result.html",
        shown=shown,
        day=plan.last.day,
        is_today=plan.last.day == max(current_state().today(), plan.newest),
        is_kept=is_kept,
        check=result.next_check,
        **routine_words(result.recommendation, shown["recommendation"]),
    )
    return make_response(body)


def routine_words(recommendation: Recommendation, shown: Shown) -> dict[str, Any]:
    """Return what templates need to show a routine, and what is said with it."""
    content = localised_content().content
    return {
        "advice": {topic.id: texts for topic, texts in advice_groups(shown["advice"], content.catalogue)},
        "topics": content.catalogue.topics,
        "slots": content.catalogue.vocabulary["slots"],
        "questions": content.questionnaire.questions,
        "sources": used_sources(recommendation, content),
    }


def hold_page() -> Response:
    """Return the page of a plan that the rules of today would no longer give a routine."""
    day, seen = current_state().today(), refusal_shown(own_plan())
    return make_response(render_template("plan/plan_on_hold.html", day=day, seen=seen))
