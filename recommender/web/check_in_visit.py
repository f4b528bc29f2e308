"""One check of a remembered plan while it is being filled in: which pages it calls for, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import request

from recommender.answer_sheet import raw_answers
from recommender.engine.flow import Step, Walk
from recommender.models.check_in import CheckInResult, Done, Story
from recommender.models.questionnaire import Answer, Occasion, Option, Question, QuestionKind
from recommender.web.language import current_edition
from recommender.web.plan_cookie import CheckDraft, plan_cookies
from recommender.web.plan_memory import Held, Plan, checked, kept_items
from recommender.web.plan_view import tasks_named
from recommender.web.question_form import AskedQuestion, as_shown
from recommender.web.site import current_site

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CheckVisit:
    """A check on its way. ``plan`` is as it was before the check; ``walk`` holds the screens that have questions."""

    plan: Plan
    draft: CheckDraft
    story: Story
    done: tuple[Done, ...]
    walk: Walk

    @property
    def moves(self) -> tuple[Option, ...]:
        """Return the moves of the person's routine as options, in their language."""
        names = current_edition().content.catalogue.by_id
        return tuple(Option(item.exercise.id, names[item.exercise.id].name) for item in self.done)

    def shown(self, step: Step) -> Step:
        """Return a screen in the language of the request."""
        return current_edition().shown(step)

    def asked(self, step: Step) -> list[AskedQuestion]:
        """Return the questions of a screen as they were answered at this check."""
        answers = self.story.now.answers
        return [self.as_asked(question, answers.get(question.id)) for question in step.questions]

    def as_asked(self, question: Question, answer: Any, error: str | None = None) -> AskedQuestion:
        """Return one question for the page; one about moves offers those of the routine."""
        asked = as_shown(question, answer, {**self.story.first, **self.story.now.answers}, error)
        return replace(asked, options=self.moves) if question.kind is QuestionKind.MOVES else asked

    def take(self, step: Step, raw: Mapping[str, Any]) -> tuple[CheckVisit, dict[str, str]]:
        """Return the visit with the usable answers of one screen, and what is wrong by question; "" means missing."""
        ids = [question.id for question in step.questions]
        given, messages = current_edition().sheet.read_some(raw, ids)
        errors = {question: texts[0] for question, texts in messages.items()}
        known = {**self.story.first, **self.story.now.answers, **given}
        for question in step.questions:
            if question.id in given and not self._is_offered(question.id, known):
                del given[question.id]
                errors[question.id] = ""
            elif question.id not in given and (question.required or step.page is None):
                errors.setdefault(question.id, "")
        kept = {name: answer for name, answer in self.draft.answers.items() if name not in ids} | raw_answers(given)
        visited = self.draft.visited - {step.slug} if errors else self.draft.visited | {step.slug}
        return visit_of(self.plan, replace(self.draft, answers=kept, visited=visited)), errors

    def result(self) -> tuple[CheckInResult, dict[str, Any]]:
        """Return what comes of the complete check, as it is and as it is shown.

        Raises:
            IntakeError: an answer is missing.
            DecisionError: there is no result. An error is never a routine.
        """
        edition = current_edition()
        return current_site().check_in(edition.check_in_sheet.complete(self.story, self.done), edition)

    def plan_after(self, result: CheckInResult, shown: Mapping[str, Any]) -> Plan:
        """Return what the browser is to remember after the check."""
        answers = raw_answers(self.story.now.answers)
        held = Held(self.draft.day, answers, self.draft.occasion)
        assembly = result.recommendation.assembly
        if self.draft.occasion is Occasion.FOLLOW_UP:
            items = kept_items(shown["recommendation"]["routine"]["items"]) if assembly else None
            return checked(self.plan, held, items)
        if assembly is None:
            return replace(self.plan, stopped=held)
        own = own_questions(Occasion.EACH_SESSION)
        told = {name: answer for name, answer in answers.items() if name not in own}
        return replace(self.plan, told={**self.plan.told, **told})

    def _is_offered(self, name: str, answers: Mapping[str, Answer]) -> bool:
        if current_edition().content.questionnaire.questions[name].kind is QuestionKind.MOVES:
            named = answers[name]
            return isinstance(named, tuple) and set(named) <= {item.exercise.id for item in self.done}
        return not current_site().ready.flow.not_offered(name, answers)


def own_questions(occasion: Occasion) -> frozenset[str]:
    """Return the questions of the pages that this kind of check has of its own."""
    pages = current_site().ready.content.questionnaire.pages_asked(occasion)
    return frozenset(question.id for page in pages for question in page.questions)


def visit_of(plan: Plan, draft: CheckDraft) -> CheckVisit:
    """Return the visit for a draft. Answers to questions that this check does not ask are dropped.

    What was told before a session counts too, but never in place of a question that is asked again.

    Raises:
        IntakeError: the plan or the answers do not fit the questionnaire and the catalogue of today.
    """
    plan = plan.without(draft.occasion, draft.day)
    answers = dict(draft.answers)
    told: dict[str, Any] = dict(plan.told)
    while True:
        story, done, walk = _walked(plan, draft, {**told, **answers})
        asked = {question.id for step in walk.steps for question in step.questions}
        told_left = {name: answer for name, answer in told.items() if name not in asked and name in walk.shown}
        offered = current_site().ready.flow.not_offered
        known = {**story.first, **story.now.answers}
        left = {
            name: answer
            for name, answer in answers.items()
            if name in walk.shown and not (name in known and offered(name, known))
        }
        if (told_left, left) == (told, answers):
            return CheckVisit(plan, replace(draft, answers=answers), story, done, walk)
        told, answers = told_left, left


def _walked(plan: Plan, draft: CheckDraft, answers: Mapping[str, Any]) -> tuple[Story, tuple[Done, ...], Walk]:
    """Return the story, the routine and the screens, without a score for a task that was not named."""
    raw = plan.story(Held(draft.day, answers, draft.occasion))
    story, done = current_edition().check_in_sheet.read_story(raw)
    walk = current_site().ready.check_walk.walk(story)
    tasks = tasks_named(plan, current_site().ready.content.rule_set)
    steps = (
        replace(
            step,
            questions=tuple(
                question for question in step.questions if tasks.get(question.id, True) or question.required
            ),
        )
        for step in walk.steps
    )
    return story, done, replace(walk, steps=tuple(step for step in steps if step.questions))


def current_draft_of(occasion: Occasion, plan: Plan) -> CheckDraft | None:
    """Return the check of this kind that is being filled in, or None. It may have begun yesterday, before midnight."""
    draft = plan_cookies().read_check(request)
    if draft is None or draft.occasion is not occasion:
        return None
    today = current_site().today()
    if draft.day not in (today, today - _ONE_DAY):
        return None
    before = plan.without(occasion, draft.day)
    return draft if may_check(before, occasion, draft.day) else None


def may_check(plan: Plan, occasion: Occasion, day: date) -> bool:
    """Return whether a check of this kind can be made on this day: never with a stopped plan."""
    if plan.stopped is not None:
        return False
    newest = plan.newest
    return newest < day if occasion is Occasion.FOLLOW_UP else newest <= day
