"""Every component of the site on one page, made by the same macros as the real pages. For development only."""

from __future__ import annotations

import random
from typing import Any

from flask import Blueprint, Response, make_response, render_template

from recommender.answer_sheet import raw_answers
from recommender.catalogue_filter import CatalogueFilter, matching
from recommender.models.levels import Level
from recommender.models.questionnaire import Question, QuestionKind
from recommender.sampling import random_sheet
from recommender.web.language import current_edition
from recommender.web.question_form import as_shown
from recommender.web.site import current_site

blueprint = Blueprint("styleguide", __name__)

_TRIES = 500


@blueprint.get("/styleguide")
def show() -> Response:
    """The living component page."""
    content = current_edition().content
    routine = _sample(shows_routine=True)
    *components, wrong = _one_of_each()
    return make_response(
        render_template(
            "styleguide.html",
            asked=[as_shown(question, None, {}) for question in components],
            wrong=as_shown(wrong, None, {}, ""),
            outcomes=[content.catalogue.dispositions[level] for level in Level if not level.shows_routine],
            shown=routine,
            contacts=_sample(shows_routine=False)["contacts"],
            questions=content.questionnaire.questions,
            slots=content.catalogue.vocabulary["slots"],
            entries=matching(content, current_site().ready.oracle, CatalogueFilter())[:3],
        )
    )


def _one_of_each() -> list[Question]:
    """Return a question of each kind and picture, one for each form component, and one more of the first kind."""
    found: dict[tuple[QuestionKind, str | None], Question] = {}
    questions = current_edition().content.questionnaire.intake_questions
    for question in questions:
        found.setdefault((question.kind, question.picture), question)
    again = next(one for one in questions if one.kind is questions[0].kind and one is not questions[0])
    return [*found.values(), again]


def _sample(*, shows_routine: bool) -> dict[str, Any]:
    """Return the first sample recommendation with, or without, a routine."""
    site, edition = current_site(), current_edition()
    recommender, chance = site.ready, random.Random(1)
    for _ in range(_TRIES):
        answers = random_sheet(recommender.content.questionnaire, recommender.flow, chance)
        recommendation, shown = site.recommend(recommender.sheet.read(raw_answers(answers)), edition)
        if recommendation.level.shows_routine is shows_routine:
            return shown
    raise LookupError("no sample sheet leads there")
