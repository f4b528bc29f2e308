"""Which questions a check calls for: the safety pages first, its own page, and whatever the answers now open.

An emergency ends it at once, an urgent answer after the safety pages and their extra questions, as at the intake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recommender.check_in.facts import facts_at
from recommender.check_in.memory import always_renewed, remembered
from recommender.engine.evaluate import View, evaluate
from recommender.engine.flow import EXTRA_SLUG, Flow, Step, Walk
from recommender.engine.oracle import Oracle
from recommender.engine.staging import StagedRules
from recommender.models.check_in import Story
from recommender.models.facts import SuppliedFact
from recommender.models.questionnaire import Answer, Intake, Page, Questionnaire


class CheckWalk:
    """Walks stories through one questionnaire and rule set."""

    def __init__(
        self, questionnaire: Questionnaire, flow: Flow, staged: StagedRules, supplied: Iterable[SuppliedFact]
    ) -> None:
        self._questionnaire = questionnaire
        self._flow = flow
        self._oracle = Oracle(staged)
        self._asking = [branch for branch in staged.every_branch if branch.then.ask_again]
        self._supplied = tuple(supplied)

    def walk(self, story: Story) -> Walk:
        """Return the screens of this check, in order, with what is still missing on each.

        ``shown`` holds every question that may be answered at it.
        """
        known, renewed = remembered(story, self._questionnaire)
        again = self._pages_again(story, known)
        standing = self._standing(known, renewed, again)
        stopped = self._screened(standing, renewed, again)
        whole = self._flow.walk(self._flow.prune(standing))
        own = self._own_steps(story, known)
        shown = whole.shown | {question.id for step in own for question in step.questions}
        stopped = stopped or (whole if whole.stop else None)
        if stopped:
            steps = tuple(step for step in stopped.steps if step.page is None or step.page.id in again)
            return Walk(steps, stopped.stop, shown | stopped.shown)
        return Walk(tuple(self._in_order(story, known, again, own, whole)), None, shown)

    def missing_own(self, story: Story) -> tuple[str, ...]:
        """Return the required questions of the check's own page that have no answer."""
        known, _ = remembered(story, self._questionnaire)
        return tuple(name for step in self._own_steps(story, known) for name in step.missing)

    def intake(self, story: Story) -> Intake:
        """Return the answers as they stand now, with those of the check, and the facts of today."""
        known, renewed = remembered(story, self._questionnaire)
        standing = self._standing(known, renewed, self._pages_again(story, known))
        return Intake({**self._flow.prune(standing), **self._own(story)}, facts_at(story, self._supplied))

    def _own(self, story: Story) -> dict[str, Answer]:
        pages = self._questionnaire.pages_asked(story.occasion)
        own = {question.id for page in pages for question in page.questions}
        return {name: answer for name, answer in story.now.answers.items() if name in own}

    def _pages_again(self, story: Story, known: Mapping[str, Answer], *, before_own: bool = False) -> frozenset[str]:
        """Return the pages that a rule wants answered afresh; ``before_own`` whatever the check's own page says."""
        own = {} if before_own else self._own(story)
        intake = Intake({**known, **own}, facts_at(story, self._supplied))
        view = View(intake, self._oracle.findings(intake))
        return frozenset(
            page for branch in self._asking if evaluate(branch.when, view) for page in branch.then.ask_again
        )

    def _standing(
        self, known: Mapping[str, Answer], renewed: frozenset[str], again: frozenset[str]
    ) -> dict[str, Answer]:
        """Return the answers without those that must be given afresh and have not been."""
        page_of = self._questionnaire.page_of
        return {name: answer for name, answer in known.items() if name in renewed or page_of[name].id not in again}

    def _screened(self, standing: Mapping[str, Answer], renewed: frozenset[str], again: frozenset[str]) -> Walk | None:
        """Return the walk that stops on the pages asked again, or None. Extra questions count only if answered afresh."""
        before: set[str] = set()
        for page in self._questionnaire.intake_pages:
            if page.id in again:
                break
            before |= {question.id for question in page.questions}
        walk = self._flow.walk({name: answer for name, answer in standing.items() if name in before | renewed})
        return walk if walk.stop else None

    def _own_steps(self, story: Story, known: Mapping[str, Answer]) -> list[Step]:
        view = View(Intake({**known, **story.now.answers}, facts_at(story, self._supplied)))
        steps = []
        for page in self._questionnaire.pages_asked(story.occasion):
            questions = tuple(
                question
                for question in page.questions
                if question.shown_if is None or evaluate(question.shown_if, view)
            )
            missing = tuple(
                question.id for question in questions if question.required and question.id not in story.now.answers
            )
            steps.append(Step(page.slug, questions, page, missing))
        return steps

    def _in_order(
        self, story: Story, known: Mapping[str, Answer], again: frozenset[str], own: list[Step], whole: Walk
    ) -> Iterable[Step]:
        first = self._pages_again(story, known, before_own=True)
        covered = {name for step in own for question in step.questions for name in always_renewed(question)}
        steps = {
            step.page.id: _without(step, covered & set(known), step.page)
            for step in whole.steps
            if step.page is not None and step.page.id in again
        }
        yield from (step for page, step in steps.items() if page in first)
        yield from own
        yield from (step for page, step in steps.items() if page not in first)
        if any(step.missing for step in own):
            return
        met = {question.id for step in steps.values() for question in step.questions} | covered & set(known)
        newly = tuple(name for name in whole.missing if name not in met)
        if newly:
            questions = tuple(self._questionnaire.questions[name] for name in newly)
            yield Step(f"{EXTRA_SLUG}-1", questions, None, newly)


def _without(step: Step, names: set[str], page: Page) -> Step:
    return Step(
        step.slug,
        tuple(question for question in step.questions if question.id not in names),
        page,
        tuple(name for name in step.missing if name not in names),
    )
