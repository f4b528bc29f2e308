"""The run in which somebody first answers the questionnaire. Knows no Flask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recommender.models.questionnaire import Answer, Question
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.offered import answered_with_fewer
from recommender.questionnaire.steps import Step
from recommender.web.questionnaire.draft import Draft, is_page
from recommender.web.questionnaire.mistake import Mistake
from recommender.web.questionnaire.run import QuestionnaireRun

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent
    from recommender.service.recommend import Recommender


@dataclass(frozen=True)
class FirstAnswers(QuestionnaireRun):
    """The draft of one person, with the screens that it calls for."""

    recommender: Recommender
    draft: Draft

    @property
    def visited(self) -> frozenset[str]:
        """Return the slugs of the pages that were sent in."""
        return self.draft.visited

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Return every answer so far."""
        return self.draft.answers

    @property
    def known(self) -> Mapping[str, Answer]:
        """Return every answer so far."""
        return self.draft.answers

    def known_beside(self, step: Step) -> dict[str, Answer]:
        """Return the answers of other screens: what a screen no longer holds does not count."""
        ids = {question.id for question in step.questions}
        return {name: answer for name, answer in self.draft.answers.items() if name not in ids}

    def is_page(self, slug: str) -> bool:
        """Return whether the questionnaire can ever show a page under this slug."""
        return is_page(self.recommender, slug)

    def is_offered(self, question: Question, known: Mapping[str, Answer]) -> bool:
        """Return whether the answer is offered."""
        return not self.recommender.flow.not_offered(question.id, known)

    def after(self, step: Step, given: Mapping[str, Answer], *, is_right: bool) -> FirstAnswers:
        """Return the run with these answers, without those that are no longer asked for, or were given to a shorter list.

        The page of such a list is asked again, with what was chosen there.
        """
        questionnaire = self.recommender.content.questionnaire
        answers = self.recommender.flow.prune({**self.known_beside(step), **given})
        here = {question.id for question in step.questions}
        fewer = answered_with_fewer(questionnaire, self.draft.answers, answers) - here
        again = next((page for page in questionnaire.intake_pages if fewer & {one.id for one in page.questions}), None)
        ids = [question.id for question in again.questions if question.id in answers] if again else []
        draft = Draft(
            {name: answer for name, answer in answers.items() if name not in fewer},
            self.draft.visited | {step.slug} if is_right else self.draft.visited,
            self.draft.after,
            Mistake(again.slug, raw_answers({name: answers[name] for name in ids})) if again else None,
        )
        return first_answers(self.recommender, self.localised, draft)

    @property
    def behind_result(self) -> Step | None:
        """Return the screen of what may be answered once there is a result, in the language of the person, if any."""
        step = None if self.is_stopped else self.recommender.flow.after_result(self.draft.answers)
        return self.localised.shown(step) if step else None

    def step_at(self, slug: str) -> Step | None:
        """Return the screen under a slug; that behind the result has one too."""
        behind = self.behind_result
        return behind if behind and behind.slug == slug else super().step_at(slug)

    def steps(self) -> list[Step]:
        """Return every screen, and of that behind the result what was answered there."""
        behind = self.behind_result
        told = tuple(one for one in behind.questions if one.id in self.draft.answers) if behind else ()
        return [*super().steps(), *([replace(behind, questions=told)] if behind and told else [])]

    @property
    def mistake(self) -> Mistake | None:
        """Return what was sent last and has to be put right, if anything."""
        return self.draft.mistake

    def with_mistake(self, mistake: Mistake) -> FirstAnswers:
        """Return the run with what was just sent and has to be put right."""
        return replace(self, draft=replace(self.draft, mistake=mistake))


def first_answers(recommender: Recommender, localised: LocalisedContent, draft: Draft) -> FirstAnswers:
    """Return the run for a draft."""
    return FirstAnswers(localised, recommender.flow.walk(draft.answers), recommender, draft)
