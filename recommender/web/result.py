"""The result: where to get help, or the routine. Made afresh from the answers each time; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, after_this_request, make_response, render_template, request

from recommender.answer_sheet import AnswerSheet, raw_answers
from recommender.edition import Edition
from recommender.errors import DecisionError, IntakeError
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.wishes import Wishes
from recommender.web import journey
from recommender.web.answer_cookie import Draft
from recommender.web.changes_view import changes_shown, choices_shown
from recommender.web.draft import current_draft, go, start_again_page
from recommender.web.language import current_edition
from recommender.web.player import Whole, player_page
from recommender.web.question_form import answered_steps
from recommender.web.result_view import (
    SITTING,
    advice_groups,
    dated_acts,
    has_sitting_part,
    left_out_groups,
    used_sources,
)
from recommender.web.site import current_site

blueprint = Blueprint("result", __name__)


@dataclass(frozen=True)
class OwnSheet:
    """The complete answers of this request, and what this person would rather do."""

    edition: Edition
    draft: Draft
    intake: Intake
    wishes: Wishes

    def recommended(self) -> tuple[Recommendation, dict[str, Any]]:
        """Return the recommendation, as it is and as it is shown.

        Raises:
            DecisionError: there is none. Wishes are then forgotten, so that they cannot stand in the way again.
        """
        try:
            return current_site().recommend(self.intake, self.edition, self.wishes)
        except DecisionError:
            if self.wishes.each:
                after_this_request(_without_wishes)
            raise


Body = Callable[[OwnSheet, Recommendation, dict[str, Any]], str | None]


@blueprint.get("/result")
def show() -> Response:
    """Where to get help now, or a routine; a redirect to the first open page while answers are missing."""
    return _page(_result)


@blueprint.get("/result/summary")
def summary() -> Response:
    """What a health professional wants to know: the outcome, what led to it, and every answer."""
    return _page(_summary)


@blueprint.get("/result/desk")
def desk() -> Response:
    """The part about sitting on a page of its own, to print; a redirect to the result of whoever has none."""
    return _page(_desk)


@blueprint.get("/result/play")
def play() -> Response:
    """The routine one move at a time; a redirect to the result of whoever has none."""
    return _page(_play)


def own_sheet() -> OwnSheet | Response:
    """Return the complete answers of this request, or a redirect to where this sheet stands."""
    site = current_site()
    recommender, edition, draft = site.ready, current_edition(), current_draft()
    if draft is None:
        return start_again_page()
    intake = _complete(edition.sheet, draft)
    if intake is None:
        step = journey.first_open(recommender.flow.walk(draft.answers), draft.visited)
        return go("questions.show", address={"slug": step.slug}) if step else go("questions.check")
    wishes = site.wish_cookie.read(request, recommender.content.catalogue.by_id)
    return OwnSheet(edition, draft, intake, wishes)


def _page(body: Body) -> Response:
    """Return a page about the result, or a redirect where there is none. Both cookies are renewed."""
    site, sheet = current_site(), own_sheet()
    if isinstance(sheet, Response):
        return sheet
    text = body(sheet, *sheet.recommended())
    response = go("result.show") if text is None else make_response(text)
    site.cookie.write(response, sheet.draft)
    if sheet.wishes.each:
        site.wish_cookie.write(response, sheet.wishes)
    return response


def _result(sheet: OwnSheet, recommendation: Recommendation, shown: dict[str, Any]) -> str:
    content = sheet.edition.content
    common = {
        "shown": shown,
        "tone": recommendation.disposition.tone,
        "questions": content.questionnaire.questions,
        "sources": used_sources(recommendation, content),
    }
    advice = advice_groups(shown["advice"], content.catalogue)
    if recommendation.assembly is None:
        return render_template("care.html", advice=advice, **common)
    return render_template(
        "routine.html",
        advice={topic.id: texts for topic, texts in advice},
        topics=content.catalogue.topics,
        slots=content.catalogue.vocabulary["slots"],
        positions=content.catalogue.vocabulary["positions"],
        acts=dated_acts(shown["disposition"]["reasons"], current_site().today()),
        left_out=left_out_groups(shown["left_out"]),
        has_sitting_part=has_sitting_part(shown),
        sitting_topics=SITTING,
        choices=choices_shown(current_site().choices(recommendation), content),
        changes=changes_shown(recommendation.assembly.changes, content),
        hours=current_site().settings.answer_hours,
        **common,
    )


def _summary(sheet: OwnSheet, recommendation: Recommendation, shown: dict[str, Any]) -> str:
    walk = current_site().ready.flow.walk(sheet.draft.answers)
    assembly = recommendation.assembly
    return render_template(
        "summary.html",
        shown=shown,
        tone=recommendation.disposition.tone,
        today=current_site().today(),
        sections=answered_steps(sheet.edition, walk, sheet.draft.answers),
        changes=changes_shown(assembly.changes, sheet.edition.content) if assembly else [],
    )


def _desk(sheet: OwnSheet, recommendation: Recommendation, shown: dict[str, Any]) -> str | None:
    if not has_sitting_part(shown):
        return None
    content = sheet.edition.content
    return render_template(
        "desk.html",
        shown=shown,
        advice={topic.id: texts for topic, texts in advice_groups(shown["advice"], content.catalogue)},
        topics=content.catalogue.topics,
        sitting_topics=SITTING,
        questions=content.questionnaire.questions,
    )


def _play(sheet: OwnSheet, recommendation: Recommendation, shown: dict[str, Any]) -> str | None:
    return player_page(recommendation, shown, Whole.RESULT) if recommendation.assembly else None


def _complete(sheet: AnswerSheet, draft: Draft) -> Intake | None:
    try:
        return sheet.read(raw_answers(draft.answers))
    except IntakeError:
        return None


def _without_wishes(response: Response) -> Response:
    current_site().wish_cookie.clear(response)
    return response
