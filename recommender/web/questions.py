"""The questionnaire: one lettered page at a time, then check answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from recommender.engine.flow import Step, Walk
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer
from recommender.service import Recommender
from recommender.web import journey
from recommender.web.answer_cookie import Draft
from recommender.web.draft import current_draft, first_slug, forget, go, is_page, start_again_page
from recommender.web.language import current_edition
from recommender.web.question_form import AskedQuestion, answered_steps, as_shown, raw_answers
from recommender.web.site import current_site

blueprint = Blueprint("questions", __name__)
CHECK = "check"


@blueprint.get("/questions/<slug>")
def show(slug: str) -> Response:
    """One page of questions, or a redirect to the page that comes first."""
    recommender = current_site().ready
    draft = current_draft()
    if draft is None:
        if slug != first_slug(recommender) or current_site().cookie.is_sent(request):
            _refuse_unknown(recommender, slug)
            return start_again_page()
        draft = Draft()
    walk = recommender.flow.walk(draft.answers)
    step = journey.step_at(walk, slug)
    if step is None:
        _refuse_unknown(recommender, slug)
        return _onward(walk, draft)
    earlier = journey.first_open(walk, draft.visited, before=slug)
    if earlier is not None:
        return _to(earlier)
    step = current_edition().shown(step)
    asked = [as_shown(question, draft.answers.get(question.id), draft.answers) for question in step.questions]
    response = _page(walk, step, asked)
    current_site().cookie.write(response, draft)
    return response


@blueprint.post("/questions/<slug>")
def take(slug: str) -> Response:
    """Keep the answers of one page and go on, or show the page again with what to do."""
    recommender = current_site().ready
    draft = current_draft()
    if draft is None:
        _refuse_unknown(recommender, slug)
        return start_again_page()
    walk = recommender.flow.walk(draft.answers)
    step = journey.step_at(walk, slug)
    if step is None:
        _refuse_unknown(recommender, slug)
        return _onward(walk, draft)
    step = current_edition().shown(step)
    raw = raw_answers(step.questions, request.form)
    answers, errors = _merged(recommender, draft.answers, step, raw)
    kept = Draft(recommender.flow.prune(answers), draft.visited | ({slug} if not errors else set()))
    if recommender.flow.walk(kept.answers).stop is Level.EMERGENCY_NOW:
        return go("result.show", kept)
    if errors:
        asked = [
            as_shown(question, raw[question.id], draft.answers, errors.get(question.id)) for question in step.questions
        ]
        response = _page(walk, step, asked, status=422)
        current_site().cookie.write(response, kept)
        return response
    return _next(recommender, kept, slug)


@blueprint.get("/check-answers")
def check() -> Response:
    """Every answer, page by page, with a way to change each."""
    recommender = current_site().ready
    draft = current_draft()
    if draft is None:
        return start_again_page()
    walk = recommender.flow.walk(draft.answers)
    step = journey.first_open(walk, draft.visited)
    if step is not None:
        return _to(step)
    sections = answered_steps(current_edition(), walk, draft.answers)
    response = make_response(render_template("check_answers.html", sections=sections, stopped=walk.stop is not None))
    current_site().cookie.write(response, draft)
    return response


@blueprint.post("/start-again")
def start_again() -> Response:
    """Forget every answer, and every change to the routine."""
    response = go("questions.show", address={"slug": first_slug(current_site().ready)})
    forget(response)
    return response


def _merged(
    recommender: Recommender, before: Mapping[str, Answer], step: Step, raw: Mapping[str, Any]
) -> tuple[dict[str, Answer], dict[str, str]]:
    """Return the sheet with this page's usable answers, and what is wrong by question; "" means it is missing."""
    ids = [question.id for question in step.questions]
    given, messages = current_edition().sheet.read_some(raw, ids)
    answers = {question: answer for question, answer in before.items() if question not in ids} | given
    errors = {question: texts[0] for question, texts in messages.items()}
    for question in step.questions:
        if question.id in given and recommender.flow.not_offered(question.id, answers):
            del answers[question.id]
            errors[question.id] = ""
        elif question.id in _needed(step) and question.id not in answers:
            errors.setdefault(question.id, "")
    return answers, errors


def _needed(step: Step) -> frozenset[str]:
    """Return the questions of a step that need an answer: on an extra screen all of them do."""
    return frozenset(question.id for question in step.questions if step.page is None or question.required)


def _next(recommender: Recommender, draft: Draft, slug: str) -> Response:
    walk = recommender.flow.walk(draft.answers)
    if journey.is_finished(walk):
        return go("result.show", draft)
    if _origin():
        step = journey.first_open(walk, draft.visited)
    else:
        step = journey.next_step(walk, draft.visited, slug)
    if step is None:
        return go("questions.check", draft)
    return _to(step, draft)


def _onward(walk: Walk, draft: Draft) -> Response:
    """Return a redirect to where this sheet stands, for an address that is not part of its walk."""
    if journey.is_finished(walk):
        return go("result.show")
    step = journey.first_open(walk, draft.visited)
    return _to(step) if step else go("questions.check")


def _to(step: Step, draft: Draft | None = None) -> Response:
    return go("questions.show", draft, {"slug": step.slug, **_origin()})


def _origin() -> dict[str, str]:
    """Return the part of the address that says somebody came from check answers."""
    return {"from": CHECK} if request.args.get("from") == CHECK else {}


def _refuse_unknown(recommender: Recommender, slug: str) -> None:
    if not is_page(recommender, slug):
        abort(404)


def _page(walk: Walk, step: Step, asked: list[AskedQuestion], status: int = 200) -> Response:
    body = render_template(
        "question.html",
        step=step,
        asked=asked,
        previous=journey.previous_step(walk, step.slug),
        progress=journey.progress_at(walk, step.slug),
        origin=_origin(),
    )
    return make_response(body, status)
