"""Which questions a check calls for: the safety pages first, its own page, and whatever the answers now open.

An emergency ends it at once, an urgent answer after the safety pages and their extra questions, as at the intake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from recommender.check_in.carried_answers import always_renewed, remembered
from recommender.check_in.facts import facts_at
from recommender.engine.evaluate import View, evaluate
from recommender.engine.reference import Oracle
from recommender.engine.staging import StagedRules
from recommender.models.check_in import CheckInHistory
from recommender.models.facts import SuppliedFact
from recommender.models.questionnaire import Answer, Intake, Page, Question, Questionnaire
from recommender.questionnaire.flow import Flow
from recommender.questionnaire.steps import EXTRA_SLUG, Step, Walk


class CheckWalk:
    """Walks stories through one questionnaire and rule set."""

    def __init__(
        self, questionnaire: Questionnaire, flow: Flow, staged: StagedRules, supplied: Iterable[SuppliedFact]
    ) -> None:
        self._questionnaire = questionnaire
        self._flow = flow
        self._oracle = Oracle(staged)
        self._asking = [branch for branch in staged.every_branch if branch.then.ask_again]
        self._short = [branch for branch in staged.every_branch if branch.then.short_screen]
        self._screens = frozenset(
            question.id for question in questionnaire.questions.values() if question.stands_in_for
        )
        self._supplied = tuple(supplied)

    def walk(self, history: CheckInHistory) -> Walk:
        """Return the screens of this check, in order, with what is still missing on each.

        ``shown`` holds every question that may be answered at it.
        """
        history, is_short = self._as_due(history)
        known, renewed = remembered(history, self._questionnaire)
        again = self._pages_again(history, known)
        carried = self._carried(known, renewed, again)
        stopped = self._screened(carried, renewed, again)
        whole = self._flow.walk(self._flow.prune(carried))
        own = self._own_steps(history, known, is_short)
        shown = whole.shown | {question.id for step in own for question in step.questions}
        stopped = stopped or _urgent(whole)
        if stopped:
            again_steps = (step for step in stopped.steps if step.page is None or step.page.id in again)
            hidden = self._covered_by_screens(history, own) - set(history.now.answers)
            steps = tuple(_without(step, hidden, step.page) for step in again_steps)
            to_the_end = self._in_order(history, known, again, own, self._flow.walk_to_the_end(carried))
            return Walk(steps, stopped.stop, shown | stopped.shown, not any(step.missing for step in to_the_end))
        return Walk(tuple(self._in_order(history, known, again, own, whole)), None, shown)

    def missing_own(self, history: CheckInHistory) -> tuple[str, ...]:
        """Return the required questions of the check's own page that have no answer."""
        history, is_short = self._as_due(history)
        known, _ = remembered(history, self._questionnaire)
        return tuple(name for step in self._own_steps(history, known, is_short) for name in step.missing)

    def asked_again_by(self, history: CheckInHistory) -> frozenset[str]:
        """Return the pages that a rule wants answered afresh because of what the check's own page says, and nothing else.

        It can be asked where nothing else is known of the person.
        """
        history, _ = self._as_due(history)
        known, _ = remembered(history, self._questionnaire)
        return self._pages_again(history, known) - self._pages_again(history, known, before_own=True)

    def intake(self, history: CheckInHistory) -> Intake:
        """Return the answers as they stand now, with those of the check, and the facts of today."""
        history, _ = self._as_due(history)
        known, renewed = remembered(history, self._questionnaire)
        carried = self._carried(known, renewed, self._pages_again(history, known))
        return Intake({**self._flow.prune(carried), **self._own(history)}, facts_at(history, self._supplied))

    def _as_due(self, history: CheckInHistory) -> tuple[CheckInHistory, bool]:
        """Return the story and whether short screens may be used at it; where not, without what was answered to any.

        The check's own answers count: whoever is worse is asked in full.
        """
        answers = {name: answer for name, answer in history.now.answers.items() if name not in self._screens}
        bare = replace(history, now=replace(history.now, answers=answers))
        known, _ = remembered(bare, self._questionnaire)
        intake = Intake({**known, **self._own(bare)}, facts_at(bare, self._supplied))
        view = View(intake, self._oracle.findings(intake) if self._short else {})
        is_short = any(evaluate(branch.when, view) for branch in self._short)
        return (history, True) if is_short else (bare, False)

    def _covered_by_screens(self, history: CheckInHistory, own: Iterable[Step]) -> frozenset[str]:
        """Return the safety questions that need no full answer, or none yet: those behind no tick of a short screen."""
        covered: set[str] = set()
        for screen in (question for step in own for question in step.questions if question.stands_in_for):
            answer = history.now.answers.get(screen.id)
            covered |= set(screen.stands_in_for) - screen.opened_by(answer)
        return frozenset(covered)

    def _own(self, history: CheckInHistory) -> dict[str, Answer]:
        pages = self._questionnaire.pages_asked(history.occasion)
        own = {question.id for page in pages for question in page.questions}
        return {name: answer for name, answer in history.now.answers.items() if name in own}

    def _pages_again(
        self, history: CheckInHistory, known: Mapping[str, Answer], *, before_own: bool = False
    ) -> frozenset[str]:
        """Return the pages that a rule wants answered afresh; ``before_own`` whatever the check's own page says."""
        own = {} if before_own else self._own(history)
        intake = Intake({**known, **own}, facts_at(history, self._supplied))
        view = View(intake, self._oracle.findings(intake))
        return frozenset(
            page for branch in self._asking if evaluate(branch.when, view) for page in branch.then.ask_again
        )

    def _carried(
        self, known: Mapping[str, Answer], renewed: frozenset[str], again: frozenset[str]
    ) -> dict[str, Answer]:
        """Return the answers without those that must be given afresh and have not been."""
        page_of = self._questionnaire.page_of
        return {name: answer for name, answer in known.items() if name in renewed or page_of[name].id not in again}

    def _screened(self, carried: Mapping[str, Answer], renewed: frozenset[str], again: frozenset[str]) -> Walk | None:
        """Return the walk that stops on the pages asked again, or None. Extra questions count only if answered afresh."""
        before: set[str] = set()
        for page in self._questionnaire.intake_pages:
            if page.id in again:
                break
            before |= {question.id for question in page.questions}
        walk = self._flow.walk({name: answer for name, answer in carried.items() if name in before | renewed})
        return _urgent(walk)

    def _own_steps(self, history: CheckInHistory, known: Mapping[str, Answer], is_short: bool) -> list[Step]:
        view = View(Intake({**known, **history.now.answers}, facts_at(history, self._supplied)))
        asked = self._flow.shown(self._flow.prune(known)) if is_short else frozenset[str]()
        steps = []
        for page in self._questionnaire.pages_asked(history.occasion):
            questions = tuple(
                _lines_asked(question, asked)
                for question in page.questions
                if (question.shown_if is None or evaluate(question.shown_if, view))
                and (is_short or not question.stands_in_for)
            )
            missing = tuple(
                question.id
                for question in questions
                if question.required
                and question.id not in history.now.answers
                and not _answered_in_full(question, asked, history.now.answers)
            )
            if questions:
                steps.append(Step(page.slug, questions, page, missing))
        return steps

    def _in_order(
        self, history: CheckInHistory, known: Mapping[str, Answer], again: frozenset[str], own: list[Step], whole: Walk
    ) -> Iterable[Step]:
        first = self._pages_again(history, known, before_own=True)
        covered = {name for step in own for question in step.questions for name in always_renewed(question)}
        screens = [step for step in own if any(question.stands_in_for for question in step.questions)]
        covered = covered & set(known) | self._covered_by_screens(history, screens) - set(history.now.answers)
        steps = {
            step.page.id: left
            for step in whole.steps
            if step.page is not None and step.page.id in again
            for left in (_without(step, covered, step.page),)
            if left.questions
        }
        yield from screens
        yield from (step for page, step in steps.items() if page in first)
        yield from (step for step in own if step not in screens)
        yield from (step for page, step in steps.items() if page not in first)
        if any(step.missing for step in own):
            return
        met = {question.id for step in steps.values() for question in step.questions} | covered
        newly = tuple(name for name in whole.missing if name not in met)
        if newly:
            questions = tuple(self._questionnaire.questions[name] for name in newly)
            yield Step(f"{EXTRA_SLUG}-1", questions, None, newly)


def _lines_asked(question: Question, asked: Set[str]) -> Question:
    """Return a short screen with the lines about questions that this person is asked; any other question as it is."""
    if not question.stands_in_for:
        return question
    options = tuple(
        option
        for option in question.options
        if not option.stands_for or any(sign.question in asked for sign in option.stands_for)
    )
    return replace(question, options=options)


def _answered_in_full(question: Question, asked: Set[str], answers: Mapping[str, Answer]) -> bool:
    wanted = {name for name in question.stands_in_for if name in asked}
    return bool(wanted) and wanted <= set(answers)


def _urgent(walk: Walk) -> Walk | None:
    """Return the walk if it stops for something urgent. To be seen first does not end a check: its own page counts too."""
    return walk if walk.stop and walk.stop.is_urgent else None


def _without(step: Step, names: Set[str], page: Page | None) -> Step:
    return Step(
        step.slug,
        tuple(question for question in step.questions if question.id not in names),
        page,
        tuple(name for name in step.missing if name not in names),
    )
