"""Every component of the site on one page, made by the same macros as the real pages. For development only."""

from __future__ import annotations

import random

from flask import Blueprint, Response, make_response, render_template

from recommender.models.levels import Level
from recommender.models.questionnaire import Question, QuestionKind
from recommender.presentation.replies import RecommendationShown
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.rulebook.catalogue_filter import CatalogueFilter, matching
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.questionnaire.question_form import as_shown

blueprint = Blueprint("styleguide", __name__)

_TRIES = 500


@blueprint.get("/styleguide")
def show() -> Response:
    """The living component page."""
    content = localised_content().content
    routine = _sample(shows_routine=True)
    *components, wrong = _one_of_each()
    return make_response(
        render_template(
            "site/styleguide.html",
            asked=[as_shown(question, None, {}) for question in components],
            wrong=as_shown(wrong, None, {}, ""),
            outcomes=[content.catalogue.dispositions[level] for level in Level if not level.shows_routine],
            shown=routine,
            contacts=_sample(shows_routine=False)["contacts"],
            questions=content.questionnaire.questions,
            slots=content.catalogue.vocabulary["slots"],
            entries=matching(content, current_state().ready.oracle, CatalogueFilter())[:3],
        )
    )


@blueprint.get("/styleguide/figures")
def figures() -> Response:
    """The contact sheet: every form as it is drawn, at each size and on each ground that a page shows it on."""
    localised = localised_content()
    drawings = localised.gallery.drawings
    forms = [form for exercise in localised.content.catalogue.exercises for form in exercise.forms]
    return make_response(render_template("site/styleguide_figures.html", forms=forms, drawings=drawings))


def _one_of_each() -> list[Question]:
    """Return a question of each kind and picture, one for each form component, and one more of the first kind."""
    found: dict[tuple[QuestionKind, str | None], Question] = {}
    questions = localised_content().content.questionnaire.intake_questions
    for question in questions:
        found.setdefault((question.kind, question.picture), question)
    again = next(one for one in questions if one.kind is questions[0].kind and one is not questions[0])
    return [*found.values(), again]


def _sample(*, shows_routine: bool) -> RecommendationShown:
    """Return the first sample recommendation with, or without, a routine."""
    state, localised = current_state(), localised_content()
    recommender, chance = state.ready, random.Random(1)
    for _ in range(_TRIES):
        answers = random_sheet(recommender.content.questionnaire, recommender.flow, chance)
        recommendation, shown = state.recommend(recommender.sheet.read(raw_answers(answers)), localised)
        if recommendation.level.shows_routine is shows_routine:
            return shown
    raise LookupError("no sample sheet leads there")
