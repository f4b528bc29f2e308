"""The questions one page at a time over JSON: what was answered in, the next page or the end out. Nothing is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify
from flask_babel import gettext

from recommender.check_in.field_names import HISTORY, HURT, QUESTIONS, ROUTINE, STARTED, TODAY
from recommender.check_in.request import OCCASIONS
from recommender.errors import DecisionError, IntakeError
from recommender.models.questionnaire import Occasion
from recommender.presentation.next_page import AskedQuestion, page_shown, question_shown, stop_shown
from recommender.presentation.replies import NextQuestionShown, NextShown, StopShown, WalkProgressShown
from recommender.questionnaire.answer_sheet import raw_answers, sayer
from recommender.questionnaire.steps import Step
from recommender.web.api.person import for_person
from recommender.web.api.stateless_run import SentRun, sent_run
from recommender.web.api.views import answers_in, json_body
from recommender.web.core.errors import not_usable, parts_at_fault
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state, never_by_accident
from recommender.web.plan.check_in_form import CheckInForm

# What only a check has beside its answers, and what may stand beside the first answers.
_OF_A_CHECK = frozenset({STARTED, HISTORY, ROUTINE, HURT, *OCCASIONS})
_BESIDE_FIRST = frozenset({TODAY, QUESTIONS})

blueprint = Blueprint("api_next", __name__, url_prefix="/api/v1")


@blueprint.post("/next")
def next_page() -> Response:
    """Return the next page of questions after what was answered so far, or that there is nothing more to ask.

    An answer that cannot be used is a problem document, with the page on which to put it right.
    """
    body = for_person(json_body())
    with never_by_accident(IntakeError):
        day = _day_beside_first_answers(body)
        sent = sent_run(current_state().ready, localised_content(), body)
        shown, found = _shown(sent, day), IntakeError(sent.faults)
        if sent.faults and not sent.is_certain:
            return not_usable(found, shown)
        return jsonify({**shown, **parts_at_fault(found)})


def _day_beside_first_answers(body: Any) -> date | None:
    """Return the day that first answers are said to be of, if any. At a check the day is read with all else of it.

    Raises:
        IntakeError: the body is of no kind of run.
    """
    sheet = localised_content().check_in_sheet
    if not isinstance(body, dict) or not body.keys() & _OF_A_CHECK:
        sheet.require_object(answers_in(body, _BESIDE_FIRST))
        return sheet.read_day(body)
    if not body.keys() & OCCASIONS.keys():
        sheet.read(body)  # which says that the answers of the check are not there
    return None


def _shown(sent: SentRun, day: date | None) -> NextShown:
    """Return where the run stands. What is told at its end is worked out only once it has ended.

    Raises:
        IntakeError: nothing is left to ask, and the answers cannot be sent on as they are.
        DecisionError: the service is not sure of what to tell.
    """
    state, run, step = current_state(), sent.run, sent.open_step
    is_done = step is None and (sent.is_certain or not sent.faults)
    stop = _stop(sent, day) if is_done else None
    behind = None if isinstance(run, CheckInForm) or stop or not is_done else run.behind_result
    content = state.ready.content
    region = content.catalogue.every_region.get(state.region or "")
    return {
        "done": is_done,
        "stop": stop,
        "page": page_shown(step, _occasion(sent), region, sayer(gettext)) if step else None,
        "questions": _questions(sent, step) if step else [],
        "after_result": _questions(sent, behind) if behind else [],
        "missing": list(run.walk.missing),
        "answers": raw_answers(run.answers),
        "progress": _progress(sent, step) if step else None,
        "questions_version": content.questionnaire.version,
        "rule_set": {"version": content.rule_set.version, "hash": content.hash, "approved": state.is_approved},
    }


def _stop(sent: SentRun, day: date | None) -> StopShown | None:
    """Return what to tell where the questions ended early; None where they went to their end.

    The answers are read once more as the call reads them that they are sent on to: what it would refuse is refused here.
    """
    state, run = current_state(), sent.run
    localised = run.localised
    if isinstance(run, CheckInForm):
        check = run.complete()
        if not run.is_stopped:
            return None
        result, checked = state.check_in(check, localised)
        recommendation, shown = result.recommendation, checked["recommendation"]
    else:
        try:
            intake = localised.sheet.read(raw_answers(run.answers))
        except IntakeError as error:
            raise IntakeError(fault.below(sent.holder) for fault in error.faults) from None
        if not run.is_stopped:
            return None
        recommendation, shown = state.recommend(intake, localised, day=day)
    if recommendation.assembly is not None:
        raise DecisionError("the questions ended early, and a routine came of it")
    return stop_shown(shown)


def _questions(sent: SentRun, step: Step) -> list[NextQuestionShown]:
    """Return the questions of a screen. On an extra screen every one needs an answer."""
    run = sent.run
    wrong = {fault.path[-1]: str(fault.told) for fault in reversed(sent.faults)}
    tasks = run.tasks if isinstance(run, CheckInForm) else {}
    raw = raw_answers(run.answers)
    return [
        question_shown(
            AskedQuestion(
                question,
                run.as_asked(question, run.answers.get(question.id)).options,
                is_required=question.required or step.page is None,
                answer=raw.get(question.id),
                error=wrong.get(question.id),
                named=tasks.get(question.id),
            )
        )
        for question in step.questions
    ]


def _progress(sent: SentRun, step: Step) -> WalkProgressShown:
    progress = sent.run.progress_at(step.slug)
    return {"number": progress.number, "total": progress.total, "minutes_left": progress.minutes_left}


def _occasion(sent: SentRun) -> Occasion:
    return sent.run.draft.occasion if isinstance(sent.run, CheckInForm) else Occasion.INTAKE
