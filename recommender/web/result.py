"""The result: where to get help, or the routine. Made afresh from the answers each time; nothing of it is kept."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from recommender.answer_sheet import AnswerSheet, raw_answers
from recommender.errors import IntakeError
from recommender.models.questionnaire import Intake
from recommender.web import journey
from recommender.web.answer_cookie import Draft
from recommender.web.draft import current_draft, go, start_again_page
from recommender.web.result_view import advice_groups, dated_acts, left_out_groups, used_sources
from recommender.web.site import current_site

blueprint = Blueprint("result", __name__)


@blueprint.get("/result")
def show() -> Response:
    """Where to get help now, or a routine; a redirect to the first open page while answers are missing."""
    site = current_site()
    recommender = site.ready
    draft = current_draft()
    if draft is None:
        return start_again_page()
    intake = _complete(recommender.sheet, draft)
    if intake is None:
        step = journey.first_open(recommender.flow.walk(draft.answers), draft.visited)
        return go("questions.show", address={"slug": step.slug}) if step else go("questions.check")
    recommendation, shown = site.recommend(intake)
    content = recommender.content
    common = {
        "shown": shown,
        "tone": recommendation.disposition.tone,
        "questions": content.questionnaire.questions,
        "sources": used_sources(recommendation, content),
    }
    if shown["routine"] is None:
        body = render_template("care.html", advice=advice_groups(shown["advice"], content.catalogue), **common)
    else:
        body = render_template(
            "routine.html",
            advice={topic.id: texts for topic, texts in advice_groups(shown["advice"], content.catalogue)},
            topics=content.catalogue.topics,
            slots=content.catalogue.vocabulary["slots"],
            names={exercise.id: exercise.name for exercise in content.catalogue.exercises},
            acts=dated_acts(shown["disposition"]["reasons"], site.today()),
            left_out=left_out_groups(shown["left_out"]),
            **common,
        )
    response = make_response(body)
    site.cookie.write(response, draft)
    return response


def _complete(sheet: AnswerSheet, draft: Draft) -> Intake | None:
    try:
        return sheet.read(raw_answers(draft.answers))
    except IntakeError:
        return None
