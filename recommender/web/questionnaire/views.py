"""The questionnaire: one lettered page at a time, then check answers."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from recommender.questionnaire.steps import Step
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.questionnaire.answer_store import (
    answer_store,
    current_draft,
    forget_answers,
    go,
    new_draft,
    start_again_page,
)
from recommender.web.questionnaire.draft import Draft, first_slug, is_page
from recommender.web.questionnaire.first_answers import FirstAnswers, first_answers
from recommender.web.questionnaire.screens import RESULT, Screens

blueprint = Blueprint("questions", __name__)


class QuestionnaireScreens(Screens[FirstAnswers]):
    """The pages of the first answers, which lead to a result."""

    question_template = "questionnaire/question.html"
    answers_template = "questionnaire/check_answers.html"

    def __init__(self) -> None:
        self.start = url_for("pages.start")
        self.check = url_for("questions.check")

    def address(self, slug: str, **origin: str) -> str:
        """Return where a page is."""
        return url_for("questions.show", slug=slug, **origin)  # type: ignore[arg-type]

    def keep(self, response: Response, run: FirstAnswers) -> Response:
        """Have the browser keep the answers."""
        answer_store().write(response, run.draft)
        return response

    def finished(self, run: FirstAnswers) -> Response:
        """Return a redirect to the result."""
        return go("result.show", run.draft)

    def origin_page(self, origin: str) -> str:
        """Return the answers to check, or the result, whichever somebody came from."""
        return url_for("result.show") if origin == RESULT else self.check

    def changed(self, run: FirstAnswers, origin: str) -> Response:
        """Return the way back to where somebody came from."""
        return self.finished(run) if origin == RESULT else self.all_answered(run)

    def template(self, run: FirstAnswers, step: Step) -> str:
        """Return the template of one screen: that behind the result says what each answer changes."""
        behind = run.behind_result
        return "questionnaire/fit.html" if behind and behind.slug == step.slug else self.question_template

    def elsewhere(self, run: FirstAnswers, **notice: str) -> Response:
        """Return a redirect to where the answers stand; to the result where they already lead there."""
        return go("result.show") if run.is_finished else super().elsewhere(run, **notice)


@blueprint.before_request
def lead_on() -> Response | None:
    """Lead an address of before to the page that asks its questions now."""
    slug = (request.view_args or {}).get("slug")
    now = current_state().ready.content.questionnaire.slugs_now.get(slug) if slug else None
    return go("questions.show", address={"slug": now}) if now else None


@blueprint.get("/questions/<slug>")
def show(slug: str) -> Response:
    """One page of questions, or a redirect to the page that comes first."""
    recommender = current_state().ready
    draft = current_draft()
    if draft is None and slug == first_slug(recommender):
        draft = new_draft()
    return QuestionnaireScreens().show(_run(draft), slug) if draft else _nothing_kept(slug)


@blueprint.post("/questions/<slug>")
def take(slug: str) -> Response:
    """Keep the answers of one page and go on, or show the page again with what to do."""
    draft = current_draft()
    if draft is None and slug == first_slug(current_state().ready):
        draft = new_draft()
    return QuestionnaireScreens().take(_run(draft), slug) if draft else _nothing_kept(slug)


@blueprint.get("/check-answers")
def check() -> Response:
    """Every answer, page by page, with a way to change each."""
    draft = current_draft()
    return QuestionnaireScreens().review(_run(draft)) if draft else start_again_page()


@blueprint.post("/check-answers")
def confirm() -> Response:
    """Go on to the result of the answers that were shown."""
    draft = current_draft()
    return QuestionnaireScreens().reviewed(_run(draft)) if draft else start_again_page()


@blueprint.post("/start-again")
def start_again() -> Response:
    """Forget every answer, and every change to the routine."""
    response = go("questions.show", address={"slug": first_slug(current_state().ready)})
    forget_answers(response)
    return response


def _run(draft: Draft) -> FirstAnswers:
    return first_answers(current_state().ready, localised_content(), draft)


def _nothing_kept(slug: str) -> Response:
    if not is_page(current_state().ready, slug):
        abort(404)
    return start_again_page()
