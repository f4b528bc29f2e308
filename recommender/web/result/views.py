"""The result: where to get help, or the routine. Made afresh from the answers each time; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import get_locale

from recommender.errors import DecisionError, IntakeError
from recommender.models.edits import NO_EDITS, RoutineEdits
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import AppliedEdit, EditOutcome, WhyNotRemovable
from recommender.presentation.replies import RecommendationShown
from recommender.questionnaire.answer_sheet import AnswerSheet, raw_answers
from recommender.web.core.day import day_of, utc_now, zone_in_doubt
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.questionnaire.answer_store import answer_store, current_draft, go, start_again_page
from recommender.web.questionnaire.draft import Draft
from recommender.web.questionnaire.progress import first_open
from recommender.web.questionnaire.question_form import answered_steps
from recommender.web.questionnaire.seen import fingerprint_under, notice_in, why_not_as_seen
from recommender.web.result.edit_choices import ShownEdit, changes_shown, choices_shown
from recommender.web.result.edit_store import edit_store
from recommender.web.result.player import RoutinePage, player_page
from recommender.web.result.sections import (
    SITTING,
    advice_groups,
    has_sitting_part,
    left_out_groups,
    used_sources,
)
from recommender.web.result.summary_parts import summary_parts

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent

# The part of an address that says why a change was not made, and the reasons besides those for which a move stays.
REFUSED, NOT_HERE, NOT_OFFERED = "refused", "not_here", "not_offered"
_REASONS = frozenset({NOT_HERE, NOT_OFFERED, *(why.value for why in WhyNotRemovable)})

blueprint = Blueprint("result", __name__)


@dataclass(frozen=True)
class OwnSheet:
    """The complete answers of this request, and what this person would rather do."""

    localised: LocalisedContent
    draft: Draft
    intake: Intake
    edits: RoutineEdits

    def recommended(self) -> tuple[Recommendation, RecommendationShown]:
        """Return the recommendation, as it is and as it is shown.

        Edits that cannot be made stand in nobody's way: it is then the one without them, worked out and checked anew.

        Raises:
            DecisionError: there is none.
        """
        try:
            return current_state().recommend(self.intake, self.localised, self.edits, day_of(self.answered_at))
        except DecisionError:
            if not self.edits.each:
                raise
            return current_state().recommend(self.intake, self.localised, day=day_of(self.answered_at))

    @property
    def answered_at(self) -> datetime:
        """Return when the last answer was given."""
        return answer_store().written_at(request) or utc_now()

    @property
    def seen(self) -> str:
        """Return the fingerprint of what its result shows: the answers and edits, and the rules that it follows from."""
        edits = [[edit.unwanted, edit.instead] for edit in self.edits.each]
        return fingerprint_under(self.localised.content.hash, [raw_answers(self.intake.answers), edits])

    def why_not_as_seen(self) -> Mapping[str, str] | None:
        """Return why the form of this request may not be used; None where its page showed this result."""
        return why_not_as_seen(request.form, self.seen)

    def changes(self, recommendation: Recommendation) -> list[ShownEdit]:
        """Return what became of each edit in a recommendation of this sheet."""
        assembly = recommendation.assembly
        if assembly is None:
            return []
        applied: Iterable[AppliedEdit] = assembly.changes
        if recommendation.edits != self.edits:
            here = {item.exercise.id for item in assembly.routine.items}
            applied = (
                AppliedEdit(edit, EditOutcome.STILL_IN if edit.unwanted in here else EditOutcome.NOT_NEEDED)
                for edit in self.edits.each
            )
        return changes_shown(applied, self.localised.content)


Body = Callable[[OwnSheet, Recommendation, RecommendationShown], str | None]


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
    recommender, localised, draft = current_state().ready, localised_content(), current_draft()
    if draft is None:
        return start_again_page()
    walk = recommender.flow.walk(draft.answers)
    intake = None if walk.missing else _complete(localised.sheet, draft)
    if intake is None:
        step = first_open(walk, draft.visited)
        return go("questions.show", address={"slug": step.slug}) if step else go("questions.check")
    return OwnSheet(localised, draft, intake, edit_store().read(request) or NO_EDITS)


def _page(body: Body) -> Response:
    """Return a page about the result, or a redirect where there is none."""
    sheet = own_sheet()
    if isinstance(sheet, Response):
        return sheet
    text = body(sheet, *sheet.recommended())
    return go("result.show") if text is None else make_response(text)


def _result(sheet: OwnSheet, recommendation: Recommendation, shown: RecommendationShown) -> str:
    content = sheet.localised.content
    walk = current_state().ready.flow.walk(sheet.draft.answers)
    common = {
        "shown": shown,
        "asked_on": {question.id: step.slug for step in walk.steps for question in step.questions},
        "tone": recommendation.disposition.tone,
        "questions": content.questionnaire.questions,
        "sources": used_sources(recommendation, content),
    }
    advice = advice_groups(shown["advice"], content.catalogue)
    if recommendation.assembly is None:
        return render_template("result/care.html", advice=advice, **common)
    return render_template(
        "result/routine.html",
        advice={topic.id: texts for topic, texts in advice},
        topics=content.catalogue.topics,
        slots=content.catalogue.vocabulary["slots"],
        positions=content.catalogue.vocabulary["positions"],
        left_out=left_out_groups(shown["left_out"], content.catalogue.vocabulary["regions"]),
        has_sitting_part=has_sitting_part(shown),
        sitting_topics=SITTING,
        choices=choices_shown(current_state().choices(recommendation), content),
        changes=sheet.changes(recommendation),
        hours=current_state().settings.answer_hours,
        seen=sheet.seen,
        recommendation=recommendation,
        answered_at=sheet.answered_at,
        after=sheet.draft.after,
        **notice_in(request.args),
        refused=why if (why := request.args.get(REFUSED)) in _REASONS else None,
        **common,
    )


def _summary(sheet: OwnSheet, recommendation: Recommendation, shown: RecommendationShown) -> str:
    walk = current_state().ready.flow.walk(sheet.draft.answers)
    sections = answered_steps(sheet.localised, walk, sheet.draft.answers)
    questions = sheet.localised.content.questionnaire.intake_questions
    return render_template(
        "result/summary.html",
        shown=shown,
        tone=recommendation.disposition.tone,
        day=day_of(sheet.answered_at),
        zone=zone_in_doubt(sheet.answered_at, str(get_locale())),
        parts=summary_parts([one for _, asked in sections for one in asked], questions),
        changes=sheet.changes(recommendation),
    )


def _desk(sheet: OwnSheet, recommendation: Recommendation, shown: RecommendationShown) -> str | None:
    if not has_sitting_part(shown):
        return None
    content = sheet.localised.content
    return render_template(
        "result/desk.html",
        shown=shown,
        advice={topic.id: texts for topic, texts in advice_groups(shown["advice"], content.catalogue)},
        topics=content.catalogue.topics,
        sitting_topics=SITTING,
        questions=content.questionnaire.questions,
    )


def _play(sheet: OwnSheet, recommendation: Recommendation, shown: RecommendationShown) -> str | None:
    return player_page(recommendation, shown, RoutinePage.RESULT) if recommendation.assembly else None


def _complete(sheet: AnswerSheet, draft: Draft) -> Intake | None:
    try:
        return sheet.read(raw_answers(draft.answers))
    except IntakeError:
        return None
