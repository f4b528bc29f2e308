"""The result: where to get help, or the routine. Made afresh from the answers each time; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, render_template

from recommender.answer_sheet import AnswerSheet, raw_answers
from recommender.edition import Edition
from recommender.errors import IntakeError
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.web import journey
from recommender.web.answer_cookie import Draft
from recommender.web.draft import current_draft, go, start_again_page
from recommender.web.language import current_edition
from recommender.web.question_form import answered_steps
from recommender.web.result_view import advice_groups, dated_acts, left_out_groups, used_sources
from recommender.web.site import current_site

blueprint = Blueprint("result", __name__)

Body = Callable[[Edition, Draft, Recommendation, dict[str, Any]], str]


@blueprint.get("/result")
def show() -> Response:
    """Where to get help now, or a routine; a redirect to the first open page while answers are missing."""
    return _page(_result)


@blueprint.get("/result/summary")
def summary() -> Response:
    """What a health professional wants to know: the outcome, what led to it, and every answer."""
    return _page(_summary)


def _page(body: Body) -> Response:
    """Return a page about the result, or a redirect to where this sheet stands."""
    site = current_site()
    recommender, edition, draft = site.ready, current_edition(), current_draft()
    if draft is None:
        return start_again_page()
    intake = _complete(edition.sheet, draft)
    if intake is None:
        step = journey.first_open(recommender.flow.walk(draft.answers), draft.visited)
        return go("questions.show", address={"slug": step.slug}) if step else go("questions.check")
    recommendation, shown = site.recommend(intake, edition)
    response = make_response(body(edition, draft, recommendation, shown))
    site.cookie.write(response, draft)
    return response


def _result(edition: Edition, draft: Draft, recommendation: Recommendation, shown: dict[str, Any]) -> str:
    content = edition.content
    common = {
        "shown": shown,
        "tone": recommendation.disposition.tone,
        "questions": content.questionnaire.questions,
        "sources": used_sources(recommendation, content),
    }
    advice = advice_groups(shown["advice"], content.catalogue)
    if shown["routine"] is None:
        return render_template("care.html", advice=advice, **common)
    return render_template(
        "routine.html",
        advice={topic.id: texts for topic, texts in advice},
        topics=content.catalogue.topics,
        slots=content.catalogue.vocabulary["slots"],
        acts=dated_acts(shown["disposition"]["reasons"], current_site().today()),
        left_out=left_out_groups(shown["left_out"]),
        **common,
    )


def _summary(edition: Edition, draft: Draft, recommendation: Recommendation, shown: dict[str, Any]) -> str:
    walk = current_site().ready.flow.walk(draft.answers)
    return render_template(
        "summary.html",
        shown=shown,
        tone=recommendation.disposition.tone,
        today=current_site().today(),
        sections=answered_steps(edition, walk, draft.answers),
    )


def _complete(sheet: AnswerSheet, draft: Draft) -> Intake | None:
    try:
        return sheet.read(raw_answers(draft.answers))
    except IntakeError:
        return None
