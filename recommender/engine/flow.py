"""Which questions a sheet of answers calls for: what is shown, what is still missing, and where the form may stop.

An emergency stops the form at once. An urgent answer on the screening pages stops it after those pages and the extra
questions that may raise the level; one that arises later stops it after the next page that allows a stop. Both count
only once they are certain, that is, whatever the answers still to come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recommender.engine.evaluate import View, evaluate
from recommender.engine.oracle import Oracle
from recommender.engine.staging import StagedRules
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Intake, Page, Question, Questionnaire
from recommender.models.rules import Branch

EXTRA_SLUG = "a-few-more"


@dataclass(frozen=True, slots=True)
class Step:
    """One screen: a page and those of its questions that are shown. Extra screens borrow questions of later pages."""

    slug: str
    questions: tuple[Question, ...]
    page: Page | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """The screens a sheet calls for, up to where it may stop.

    ``stop`` is the level that ended the form early, or None. ``shown`` holds every question that may be answered.
    """

    steps: tuple[Step, ...]
    stop: Level | None
    shown: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the required questions without an answer, in order of asking. () means the sheet is complete."""
        return tuple(question for step in self.steps for question in step.missing)

    @property
    def first_incomplete(self) -> Step | None:
        return next((step for step in self.steps if step.missing), None)


class Flow:
    """Walks answer sheets through one questionnaire and rule set."""

    def __init__(self, questionnaire: Questionnaire, staged: StagedRules, supplied: Mapping[str, int]) -> None:
        self._questionnaire = questionnaire
        self._oracle = Oracle(staged)
        self._outcomes = [
            (branch, branch.then.disposition.level) for branch in staged.outcomes if branch.then.disposition
        ]
        self._asking = [branch for branch in staged.outcomes if branch.then.ask]
        self._supplied = supplied
        self._every_question = frozenset(question.id for question in questionnaire.intake_questions)

    def walk(self, answers: Mapping[str, Answer]) -> Walk:
        """Return the screens for these answers, in order; steps after an early stop are not among them."""
        shown = self.shown(answers)
        if self._certain_level(answers, lambda level: level is Level.EMERGENCY_NOW):
            return Walk(self._steps_reached(answers, shown), Level.EMERGENCY_NOW, shown | self._all_extras(answers))
        steps: list[Step] = []
        so_far: dict[str, Answer] = {}
        for page in self._questionnaire.intake_pages:
            step = self._step(page, answers, shown)
            so_far |= {
                question.id: answers[question.id]
                for question in page.questions
                if question.id in answers and question.id in shown
            }
            if step.questions:
                steps.append(step)
            if not page.stops_if_urgent or any(earlier.missing for earlier in steps):
                continue
            level = self._certain_level(so_far, lambda level: level.is_urgent, self._later_than(page))
            if level:
                extras = self._extra_steps(so_far, answers, self._later_than(page))
                asked = frozenset(question.id for extra in extras for question in extra.questions)
                return Walk((*steps, *extras), level, shown | asked)
        return Walk(tuple(steps), None, shown)

    def shown(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        """Return the questions whose own conditions, and whose page's, are met by answers that are themselves shown."""
        shown: set[str] = set()
        for page in self._questionnaire.intake_pages:
            view = View(Intake({question: answers[question] for question in shown & set(answers)}, self._supplied))
            if page.shown_if is not None and not evaluate(page.shown_if, view):
                continue
            shown.update(
                question.id
                for question in page.questions
                if question.shown_if is None or evaluate(question.shown_if, view)
            )
        return frozenset(shown)

    def prune(self, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        """Return the answers without those to questions that are no longer shown, and without options no longer offered."""
        kept = dict(answers)
        while True:
            allowed = self.walk(kept).shown
            fewer = {
                question: answer
                for question, answer in kept.items()
                if question in allowed and not self.not_offered(question, kept)
            }
            if fewer == kept:
                return kept
            kept = fewer

    def not_offered(self, question_id: str, answers: Mapping[str, Answer]) -> bool:
        """Return whether the answer is an option that another answer does not offer (the main place must be a ticked place)."""
        question = self._questionnaire.questions[question_id]
        if question.options_from is None:
            return False
        return answers.get(question_id) not in Intake(answers).chosen(question.options_from)

    def _step(self, page: Page, answers: Mapping[str, Answer], shown: frozenset[str]) -> Step:
        questions = tuple(question for question in page.questions if question.id in shown)
        missing = tuple(question.id for question in questions if question.required and question.id not in answers)
        return Step(page.slug, questions, page, missing)

    def _steps_reached(self, answers: Mapping[str, Answer], shown: frozenset[str]) -> tuple[Step, ...]:
        """Return the pages that hold answers, nothing counted as missing: an emergency is told at once."""
        steps = (self._step(page, answers, shown) for page in self._questionnaire.intake_pages)
        return tuple(
            Step(step.slug, step.questions, step.page, ())
            for step in steps
            if any(question.id in answers for question in step.questions)
        )

    def _later_than(self, page: Page) -> frozenset[str]:
        """Return the questions of the pages after a page."""
        pages = self._questionnaire.intake_pages
        return frozenset(question.id for later in pages[pages.index(page) + 1 :] for question in later.questions)

    def _certain_level(
        self,
        answers: Mapping[str, Answer],
        wanted: Callable[[Level], bool],
        still_to_come: frozenset[str] | None = None,
    ) -> Level | None:
        """Return the worst wanted level that is certain, or None."""
        branches = [branch for branch, level in self._outcomes if wanted(level)]
        certain = {branch.id for branch in self._certain(branches, answers, still_to_come)}
        levels = (level for branch, level in self._outcomes if branch.id in certain)
        return max(levels, key=lambda level: level.rank, default=None)

    def _certain(
        self, branches: list[Branch], answers: Mapping[str, Answer], still_to_come: frozenset[str] | None = None
    ) -> list[Branch]:
        """Return the branches that hold whatever comes; by default any unanswered question may still be answered."""
        if still_to_come is None:
            still_to_come = self._every_question
        return self._oracle.certain(branches, Intake(answers, self._supplied), still_to_come - set(answers))

    def _extra_groups(
        self, so_far: Mapping[str, Answer], answers: Mapping[str, Answer], later: frozenset[str]
    ) -> list[tuple[str, ...]]:
        """Return the extra questions in groups; a later group depends on the answers to an earlier one.

        Only questions of later pages can be extra: those of earlier pages have been asked, or were not to be.
        """
        known = dict(so_far)
        asked: set[str] = set()
        groups: list[tuple[str, ...]] = []
        while True:
            asking = self._certain(self._asking, known)
            wanted = {question for branch in asking for question in branch.then.ask if question in later} - asked
            if not wanted:
                return groups
            group = tuple(question.id for question in self._questionnaire.intake_questions if question.id in wanted)
            groups.append(group)
            asked |= wanted
            known |= {question: answers[question] for question in group if question in answers}

    def _extra_steps(
        self, so_far: Mapping[str, Answer], answers: Mapping[str, Answer], later: frozenset[str]
    ) -> tuple[Step, ...]:
        steps = []
        for number, group in enumerate(self._extra_groups(so_far, answers, later), start=1):
            questions = tuple(self._questionnaire.questions[question] for question in group)
            missing = tuple(question for question in group if question not in answers)
            steps.append(Step(f"{EXTRA_SLUG}-{number}", questions, None, missing))
        return tuple(steps)

    def _all_extras(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        return frozenset(question for branch in self._certain(self._asking, answers) for question in branch.then.ask)
