"""One check of a remembered plan while it is being filled in: which pages it calls for, and what comes of it.

Knows no Flask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from recommender.check_in.outcome import named_moves
from recommender.models.check_in import CheckIn, CheckInHistory, CheckInResult, Done
from recommender.models.questionnaire import Answer, Occasion, Option, Question, QuestionKind
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.steps import Step, Walk
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.kept_plan import Plan, StoredCheck, checked, kept_items
from recommender.web.plan.measures import tasks_named
from recommender.web.questionnaire.draft import is_page
from recommender.web.questionnaire.mistake import Mistake
from recommender.web.questionnaire.question_form import QuestionField
from recommender.web.questionnaire.run import QuestionnaireRun

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent
    from recommender.service.recommend import Recommender


@dataclass(frozen=True)
class CheckInForm(QuestionnaireRun):
    """A check on its way. ``plan`` is as it was before the check; ``walk`` holds the screens that have questions."""

    recommender: Recommender
    plan: Plan
    draft: CheckInDraft
    history: CheckInHistory
    done: tuple[Done, ...]

    @property
    def visited(self) -> frozenset[str]:
        """Return the slugs of the screens that were sent in."""
        return self.draft.visited

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Return what was answered at this check."""
        return self.history.now.answers

    @property
    def known(self) -> Mapping[str, Answer]:
        """Return the first answers, and those of this check."""
        return {**self.history.first, **self.history.now.answers}

    @property
    def tasks(self) -> Mapping[str, str | None]:
        """Return what the person named, by the question that asks for its score at a check."""
        return tasks_named(self.plan, self.recommender.content.rule_set)

    @property
    def moves(self) -> tuple[Option, ...]:
        """Return the moves of the person's routine as options, in their language."""
        names = self.localised.content.catalogue.by_id
        return tuple(Option(item.exercise.id, names[item.exercise.id].name) for item in self.done)

    def known_beside(self, step: Step) -> Mapping[str, Answer]:
        """Return everything known: an earlier answer counts until another is given."""
        return self.known

    def is_page(self, slug: str) -> bool:
        """Return whether a check of this kind can ever show a screen under this slug."""
        pages = self.recommender.content.questionnaire.pages_asked(self.draft.occasion)
        return is_page(self.recommender, slug) or slug in {page.slug for page in pages}

    def is_offered(self, question: Question, known: Mapping[str, Answer]) -> bool:
        """Return whether the answer is offered; moves are those of the routine."""
        if question.kind is QuestionKind.MOVES:
            named = known[question.id]
            return isinstance(named, tuple) and set(named) <= {item.exercise.id for item in self.done}
        return not self.recommender.flow.not_offered(question.id, known)

    def as_asked(self, question: Question, answer: Any, error: str | None = None) -> QuestionField:
        """Return one question for the page; one about moves offers those of the routine."""
        asked = super().as_asked(question, answer, error)
        return replace(asked, options=self.moves) if question.kind is QuestionKind.MOVES else asked

    def after(self, step: Step, given: Mapping[str, Answer], *, is_right: bool) -> CheckInForm:
        """Return the form with these answers. A screen with a mistake has to be sent in again."""
        ids = {question.id for question in step.questions}
        kept = {name: answer for name, answer in self.draft.answers.items() if name not in ids} | raw_answers(given)
        visited = self.draft.visited | {step.slug} if is_right else self.draft.visited - {step.slug}
        draft = replace(self.draft, answers=kept, visited=visited, mistake=None)
        return check_in_form(self.recommender, self.localised, self.plan, draft)

    @property
    def mistake(self) -> Mistake | None:
        """Return what was sent last and has to be put right, if anything."""
        return self.draft.mistake

    def with_mistake(self, mistake: Mistake) -> CheckInForm:
        """Return the form with what was just sent and has to be put right."""
        return replace(self, draft=replace(self.draft, mistake=mistake))

    def complete(self) -> CheckIn:
        """Return the check with every answer.

        Raises:
            IntakeError: an answer is missing.
        """
        return self.localised.check_in_sheet.complete(self.history, self.done)

    def plan_after(self, result: CheckInResult, shown: Mapping[str, Any]) -> Plan:
        """Return what the browser is to remember after the check; ``shown`` is the result as it is presented."""
        answers = raw_answers(self.history.now.answers)
        held = StoredCheck(self.draft.day, answers, self.draft.occasion)
        assembly = result.recommendation.assembly
        if self.draft.occasion is Occasion.FOLLOW_UP:
            items = kept_items(shown["recommendation"]["routine"]["items"]) if assembly else None
            return checked(self.plan, held, items)
        if assembly is None:
            return replace(self.plan, stopped=held)
        own = self._own_questions()
        told = {name: answer for name, answer in answers.items() if name not in own}
        routine = kept_items(shown["recommendation"]["routine"]["items"])
        named = named_moves(self.history.now.answers, self.recommender.content.questionnaire)
        hurt = tuple(dict.fromkeys((*self.plan.hurt, *sorted(named))))
        return replace(self.plan, told={**self.plan.told, **told}, routine=routine, hurt=hurt)

    def _own_questions(self) -> frozenset[str]:
        """Return the questions of the pages that are asked on this occasion only."""
        pages = self.recommender.content.questionnaire.pages_asked(self.draft.occasion)
        return frozenset(question.id for page in pages for question in page.questions)


def check_in_form(
    recommender: Recommender, localised: LocalisedContent, plan: Plan, draft: CheckInDraft
) -> CheckInForm:
    """Return the form for a draft. Answers to questions that this check does not ask are dropped.

    What was told before a session counts too, but never in place of a question that is asked again.

    Raises:
        IntakeError: the plan or the answers do not fit the questionnaire and the catalogue of today.
    """
    plan = plan.without(draft.occasion, draft.day)
    if draft.before:
        plan = replace(plan, routine=draft.before)
    not_offered = recommender.flow.not_offered
    answers = dict(draft.answers)
    told: dict[str, Any] = dict(plan.told)
    while True:
        held = StoredCheck(draft.day, {**told, **answers}, draft.occasion)
        history, done = localised.check_in_sheet.read_story(plan.history_with(held))
        walk = _walk(recommender, plan, history)
        asked = {question.id for step in walk.steps for question in step.questions}
        told_left = {name: answer for name, answer in told.items() if name not in asked and name in walk.shown}
        known = {**history.first, **history.now.answers}
        left = {
            name: answer
            for name, answer in answers.items()
            if name in walk.shown and not (name in known and not_offered(name, known))
        }
        if (told_left, left) == (told, answers):
            return CheckInForm(localised, walk, recommender, plan, replace(draft, answers=answers), history, done)
        told, answers = told_left, left


def _walk(recommender: Recommender, plan: Plan, history: CheckInHistory) -> Walk:
    """Return the screens that have questions, without a score for a task that was not named."""
    walk = recommender.check_walk.walk(history)
    tasks = tasks_named(plan, recommender.content.rule_set)
    steps = (
        replace(
            step,
            questions=tuple(
                question for question in step.questions if tasks.get(question.id, True) or question.required
            ),
        )
        for step in walk.steps
    )
    return replace(walk, steps=tuple(step for step in steps if step.questions))


def may_check(plan: Plan, occasion: Occasion, day: date) -> bool:
    """Return whether a check of this kind can be made on this day: never with a stopped plan."""
    if plan.stopped is not None:
        return False
    newest = plan.newest
    return newest < day if occasion is Occasion.FOLLOW_UP else newest <= day
