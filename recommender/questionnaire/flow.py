"""Which questions a sheet of answers calls for: what is shown, what is still missing, and where the form may stop.

An emergency stops the form at once. What must be seen to the same day stops it after the screening pages and the extra
questions that may raise the level. After the details, where no later answer gives more, every outcome without a routine
stops it. All of these count only once they are certain, that is, whatever the answers still to come.
"""

from __future__ import annotations

from collections.abc import Mapping

from recommender.engine.evaluate import Test, View, test_of
from recommender.engine.reference import Certainty
from recommender.engine.staging import StagedRules
from recommender.models.conditions import Always
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Intake, Page, Question, Questionnaire, Sign
from recommender.models.rules import Branch
from recommender.questionnaire.steps import EXTRA_SLUG, Step, Walk


class Flow:
    """Walks answer sheets through one questionnaire and rule set."""

    def __init__(self, questionnaire: Questionnaire, staged: StagedRules, supplied: Mapping[str, int]) -> None:
        self._questionnaire = questionnaire
        self._supplied = supplied
        levels = [(branch, branch.then.disposition.level) for branch in staged.outcomes if branch.then.disposition]
        worst_first = sorted(levels, key=lambda pair: -pair[1].rank)
        self._level_of = {branch.id: level for branch, level in worst_first}
        self._emergencies = Certainty((one for one, level in worst_first if level is Level.EMERGENCY_NOW), staged)
        today = (one for one, level in worst_first if level.rank >= Level.URGENT_SAME_DAY.rank)
        self._same_day = Certainty(today, staged)
        self._without_routine = Certainty((one for one, level in worst_first if not level.shows_routine), staged)
        self._asking = Certainty((branch for branch in staged.outcomes if branch.then.ask), staged)
        pages = questionnaire.intake_pages
        self._every_question = frozenset(question.id for question in questionnaire.intake_questions)
        # The questions of which an option may not be offered, or not be true, beside another answer.
        self._depending = frozenset(
            question.id
            for question in questionnaire.questions.values()
            if question.options_from is not None or any(option.not_with for option in question.options)
        )
        self._page_shown_if = {page.id: _shown_if(page) for page in pages}
        self._see_first = {
            page.id: test_of(page.stops_if_see_first) for page in pages if page.stops_if_see_first is not None
        }
        self._shown_if = {question.id: _shown_if(question) for question in questionnaire.intake_questions}
        self._asked_if = {
            question.id: test_of(question.asked_if)
            for question in questionnaire.intake_questions
            if question.asked_if is not None
        }
        self._after_result = {
            question.id: test_of(question.after_result)
            for question in questionnaire.intake_questions
            if question.after_result is not None
        }
        self._later_than = {
            page.id: frozenset(question.id for later in pages[number:] for question in later.questions)
            | frozenset(self._after_result)
            for number, page in enumerate(pages, start=1)
        }

    def walk(self, answers: Mapping[str, Answer]) -> Walk:
        """Return the screens for these answers, in order; steps after an early stop are not among them."""
        shown = self.shown(answers)
        if self._certain(self._emergencies, answers, self._every_question):
            return Walk(self._steps_reached(answers, shown), Level.EMERGENCY_NOW, shown | self._all_extras(answers))
        asked = self._asked(answers, shown)
        steps: list[Step] = []
        so_far: dict[str, Answer] = {}
        for page in self._questionnaire.intake_pages:
            step = _step(page, answers, asked)
            so_far |= {
                question.id: answers[question.id]
                for question in page.questions
                if question.id in answers and question.id in shown
            }
            if step.questions:
                steps.append(step)
            enough = self._enough_to_stop(page, so_far)
            if enough is None or any(earlier.missing for earlier in steps):
                continue
            later = self._later_than[page.id]
            certain = self._certain(enough, so_far, later)
            if certain:
                level = self._level_of[certain[0].id]
                extras = self._extra_steps(so_far, answers, self._unasked(steps) if level.is_urgent else later)
                more = frozenset(question.id for extra in extras for question in extra.questions)
                to_the_end = not self.walk_to_the_end(answers).missing
                return Walk((*steps, *extras), level, shown | more, to_the_end)
        return Walk(tuple(steps), None, shown)

    def after_result(self, answers: Mapping[str, Answer]) -> Step | None:
        """Return the screen behind the result: what these answers leave to be asked there; None where that is nothing."""
        page = self._questionnaire.page_after_result
        shown = self.shown(answers)
        aside = self._set_aside(answers, shown)
        questions = tuple(question for question in self._questionnaire.intake_questions if question.id in aside)
        return Step(page.slug, questions, page, ()) if page and questions else None

    def _asked(self, answers: Mapping[str, Answer], shown: frozenset[str]) -> frozenset[str]:
        """Return the questions shown that a page of the intake asks: they can matter, and do not wait until after the result."""
        return shown - self.of_no_matter(answers) - self._set_aside(answers, shown)

    def of_no_matter(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        """Return the questions that are not asked because no answer to them can matter. They may be answered all the same."""
        view = View(Intake(answers, self._supplied))
        return frozenset(name for name, test in self._asked_if.items() if not test(view))

    def _set_aside(self, answers: Mapping[str, Answer], shown: frozenset[str]) -> frozenset[str]:
        """Return the questions shown that are asked after the result only."""
        view = View(Intake({name: answer for name, answer in answers.items() if name in shown}, self._supplied))
        return frozenset(name for name, test in self._after_result.items() if name in shown and test(view))

    def _enough_to_stop(self, page: Page, so_far: Mapping[str, Answer]) -> Certainty | None:
        """Return which outcomes end the form after this page once they are certain; None where none does."""
        see_first = self._see_first.get(page.id)
        if see_first is not None and see_first(View(Intake(so_far, self._supplied))):
            return self._without_routine
        return self._same_day if page.stops_if_urgent else None

    def _unasked(self, steps: list[Step]) -> frozenset[str]:
        return self._every_question.difference(question.id for step in steps for question in step.questions)

    def walk_to_the_end(self, answers: Mapping[str, Answer]) -> Walk:
        """Return every page that shows a question by its own conditions, as if nothing ever stopped the form."""
        shown = self.shown(answers)
        asked = self._asked(answers, shown)
        steps = (_step(page, answers, asked) for page in self._questionnaire.intake_pages)
        return Walk(tuple(step for step in steps if step.questions), None, shown)

    def shown(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        """Return the questions whose own conditions, and whose page's, are met by answers that are themselves shown."""
        shown: set[str] = set()
        view = View(Intake({}, self._supplied))
        for page in self._questionnaire.intake_pages:
            if self._page_shown_if[page.id](view):
                here = [question.id for question in page.questions if self._shown_if[question.id](view)]
                view.learn({question: answers[question] for question in here if question in answers})
                shown.update(here)
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
        """Return whether the answer is an option that another answer does not offer (the main place must be a ticked place).

        Neither is one offered that contradicts another answer.
        """
        if question_id not in self._depending:
            return False
        question = self._questionnaire.questions[question_id]
        if self.contradiction(question_id, answers):
            return True
        if question.options_from is None:
            return False
        return answers.get(question_id) not in Intake(answers).chosen(question.options_from)

    def contradiction(self, question_id: str, answers: Mapping[str, Answer]) -> tuple[str, Sign] | None:
        """Return the option chosen here and the answer beside which it cannot be true, or None."""
        question, intake = self._questionnaire.questions[question_id], Intake(answers)
        chosen = (question.option(option) for option in intake.chosen(question_id) if question.options)
        found = ((option.id, sign) for option in chosen for sign in option.not_with)
        return next(((option, sign) for option, sign in found if sign.option in intake.chosen(sign.question)), None)

    def _steps_reached(self, answers: Mapping[str, Answer], shown: frozenset[str]) -> tuple[Step, ...]:
        """Return the pages that hold answers, nothing counted as missing: an emergency is told at once."""
        asked = self._asked(answers, shown)
        steps = (_step(page, answers, asked) for page in self._questionnaire.intake_pages)
        return tuple(
            Step(step.slug, step.questions, step.page, ())
            for step in steps
            if any(question.id in answers for question in step.questions)
        )

    def _certain(
        self, branches: Certainty, answers: Mapping[str, Answer], still_to_come: frozenset[str]
    ) -> list[Branch]:
        """Return the branches that hold whatever is answered to those of these questions that are not answered yet."""
        return branches.of(Intake(answers, self._supplied), still_to_come.difference(answers))

    def _extra_groups(
        self, so_far: Mapping[str, Answer], answers: Mapping[str, Answer], unasked: frozenset[str]
    ) -> list[tuple[str, ...]]:
        """Return the extra questions in groups, of those unasked; a later group depends on the answers to an earlier one."""
        known = dict(so_far)
        asked: set[str] = set()
        groups: list[tuple[str, ...]] = []
        while True:
            asking = self._certain(self._asking, known, self._every_question)
            wanted = {question for branch in asking for question in branch.then.ask if question in unasked} - asked
            if not wanted:
                return groups
            group = tuple(question.id for question in self._questionnaire.intake_questions if question.id in wanted)
            groups.append(group)
            asked |= wanted
            known |= {question: answers[question] for question in group if question in answers}

    def _extra_steps(
        self, so_far: Mapping[str, Answer], answers: Mapping[str, Answer], unasked: frozenset[str]
    ) -> tuple[Step, ...]:
        steps = []
        for number, group in enumerate(self._extra_groups(so_far, answers, unasked), start=1):
            questions = tuple(self._questionnaire.questions[question] for question in group)
            missing = tuple(question for question in group if question not in answers)
            steps.append(Step(f"{EXTRA_SLUG}-{number}", questions, None, missing))
        return tuple(steps)

    def _all_extras(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        asking = self._certain(self._asking, answers, self._every_question)
        return frozenset(question for branch in asking for question in branch.then.ask)


def _step(page: Page, answers: Mapping[str, Answer], asked: frozenset[str]) -> Step:
    questions = tuple(question for question in page.questions if question.id in asked)
    missing = tuple(question.id for question in questions if question.required and question.id not in answers)
    return Step(page.slug, questions, page, missing)


def _shown_if(thing: Page | Question) -> Test:
    return test_of(Always() if thing.shown_if is None else thing.shown_if)
