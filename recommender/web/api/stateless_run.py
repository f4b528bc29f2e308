"""A run through the questions that is made anew from what is sent each time: the run of the pages, without a browser.

A question that stands in the body, if only with null, has been seen; a page whose questions have all been seen is done,
unless an answer that it needs is missing or cannot be used. Knows no Flask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from recommender.check_in.field_names import ANSWERS, ROUTINE
from recommender.check_in.request import OCCASIONS
from recommender.errors import ErrorText, InputFault, IntakeError
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Occasion
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.steps import Step, Walk
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_form import CheckInForm, check_in_form
from recommender.web.plan.kept_plan import Plan, StoredCheck, kept_items
from recommender.web.questionnaire.draft import Draft
from recommender.web.questionnaire.first_answers import FirstAnswers, first_answers

if TYPE_CHECKING:
    from recommender.models.check_in import CheckInHistory
    from recommender.presentation.localised import LocalisedContent
    from recommender.service.recommend import Recommender

Run = TypeVar("Run", FirstAnswers, CheckInForm)
Messages = dict[str, list[ErrorText]]


@dataclass(frozen=True)
class SentRun:
    """A run as it was sent. ``holder`` names the member of the body with its answers.

    ``faults`` are what is wrong with these answers; the run is that of all others.
    """

    run: FirstAnswers | CheckInForm
    holder: str
    faults: tuple[InputFault, ...]

    @property
    def is_certain(self) -> bool:
        """Return whether an emergency is certain: it is told at once, whatever else is wrong."""
        return self.run.walk.stop is Level.EMERGENCY_NOW

    @property
    def open_step(self) -> Step | None:
        """Return the screen to show, in the language of the person; None where nothing is left to ask."""
        if self.run.is_finished and not self.faults:
            return None
        step = self.run.first_open()
        return self.run.localised.shown(step) if step else None


def sent_run(recommender: Recommender, localised: LocalisedContent, body: Mapping[str, Any]) -> SentRun:
    """Return the run that a body stands for: that of the first answers, or that of a check.

    Raises:
        IntakeError: what is sent beside the answers of the run cannot be used.
    """
    return (_check if OCCASIONS.keys() & body.keys() else _first)(recommender, localised, body)


def _first(recommender: Recommender, localised: LocalisedContent, body: Mapping[str, Any]) -> SentRun:
    raw = body[ANSWERS]
    answers, messages = _usable(localised, raw, recommender.sheet.fields)
    flow = recommender.flow
    shown = flow.walk(answers).shown
    for name in answers:
        if name in shown and flow.not_offered(name, answers):
            messages[name] = [localised.sheet.not_offered(name, answers)]
    run = first_answers(recommender, localised, Draft(flow.prune(answers)))
    run = replace(run, draft=replace(run.draft, visited=_seen(run.walk, raw, messages)))
    return _told(run, ANSWERS, raw, messages)


def _check(recommender: Recommender, localised: LocalisedContent, body: Mapping[str, Any]) -> SentRun:
    named = next(name for name in OCCASIONS if name in body)
    raw = body[named]
    if not isinstance(raw, Mapping):
        localised.check_in_sheet.read_story(body)  # which says so, with all else that is wrong
    page_of, occasion = recommender.content.questionnaire.page_of, OCCASIONS[named]
    known = [name for name, page in page_of.items() if page.occasion in (Occasion.INTAKE, occasion)]
    answers, messages = _usable(localised, raw, known)
    history = _story(localised, body, named, answers, messages)
    together = {**history.first, **history.now.answers}
    strange = [name for name in history.now.answers if recommender.flow.not_offered(name, together)]
    draft = CheckInDraft(occasion, history.now.date, raw_answers(history.now.answers))
    run = check_in_form(recommender, localised, _plan(recommender, history, body), draft)
    for name in strange:
        if name in run.walk.shown:
            messages[name] = [localised.sheet.not_offered(name, together)]
    run = replace(run, draft=replace(run.draft, visited=_seen(run.walk, raw, messages)))
    return _told(run, named, raw, messages)


def _usable(
    localised: LocalisedContent, raw: Mapping[str, Any], known: Iterable[str]
) -> tuple[dict[str, Answer], Messages]:
    """Return the answers that can be used, and what is wrong with each of the others."""
    known = list(known)
    answers, faults = localised.sheet.read_some(raw, known)
    strays = set(raw).difference(known)
    return answers, {**{name: [localised.sheet.stray()] for name in sorted(strays)}, **faults}


def _story(
    localised: LocalisedContent,
    body: Mapping[str, Any],
    named: str,
    answers: Mapping[str, Answer],
    messages: Messages,
) -> CheckInHistory:
    """Return what was answered up to now. Answers about moves that are not in it are told, and left out.

    Raises:
        IntakeError: anything else is wrong.
    """
    usable = dict(answers)
    try:
        return localised.check_in_sheet.read_story({**body, named: raw_answers(usable)})[0]
    except IntakeError as error:
        of_answers = [fault for fault in error.faults if fault.path[:1] == (named,) and fault.path[1:]]
        if len(of_answers) < len(error.faults):
            raise IntakeError((*error.faults, *_faults(named, messages))) from None
        for fault in of_answers:
            name = str(fault.path[1])
            messages[name] = [fault.told]
            usable.pop(name, None)
    return localised.check_in_sheet.read_story({**body, named: raw_answers(usable)})[0]


def _plan(recommender: Recommender, history: CheckInHistory, body: Mapping[str, Any]) -> Plan:
    """Return what a browser would remember of this person."""
    return Plan(
        started=history.started,
        answers=raw_answers(history.first),
        routine=kept_items(body[ROUTINE]),
        history=tuple(StoredCheck(check.date, raw_answers(check.answers)) for check in history.past),
        questions=recommender.content.questionnaire.version,
        hurt=tuple(sorted(history.hurt)),
    )


def _seen(walk: Walk, raw: Mapping[str, Any], messages: Messages) -> frozenset[str]:
    """Return the slugs of the screens that are done: all their questions stand in the body, and nothing is wrong there."""
    return frozenset(
        step.slug
        for step in walk.steps
        if all(question.id in raw and question.id not in messages for question in step.questions)
    )


def _told(run: Run, holder: str, raw: Mapping[str, Any], messages: Messages) -> SentRun:
    """Return the run with all that is wrong: an answer that the open screen needs was seen, and not given, too.

    An answer to a question that nothing asks any more does not count, so it cannot hold anything up: no page would show it.
    """
    if run.walk.stop is not Level.EMERGENCY_NOW:
        asked, known = _asked(run), run.recommender.content.questionnaire.page_of
        messages = {name: told for name, told in messages.items() if name in asked or name not in known}
    sent = SentRun(run, holder, _faults(holder, messages))
    step = None if sent.is_certain else run.first_open()
    for name in step.missing if step else ():
        if name in raw and name not in messages:
            messages[name] = [run.localised.sheet.instruction(name)]
    return replace(sent, faults=_faults(holder, messages))


def _asked(run: FirstAnswers | CheckInForm) -> set[str]:
    behind = run.behind_result if isinstance(run, FirstAnswers) else None
    steps = [*run.walk.steps, *([behind] if behind else [])]
    return {question.id for step in steps for question in step.questions}


def _faults(holder: str, messages: Messages) -> tuple[InputFault, ...]:
    """Return the faults of answers, each named as the other calls name it."""
    return tuple(
        InputFault((holder, name), name if holder == ANSWERS else f"{holder}.{name}", told)
        for name, texts in messages.items()
        for told in texts
    )
