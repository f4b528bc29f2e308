"""Say which of the person's own answers made a rule fire."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.engine.evaluate import View, evaluate
from recommender.models.conditions import Chosen, Condition, Found, Not, Number, Only, children
from recommender.models.questionnaire import Intake, Questionnaire
from recommender.models.recommendation import Supporting
from recommender.models.rules import Branch


class Explainer:
    """Finds the answers behind a branch, through the findings it reads."""

    def __init__(self, questionnaire: Questionnaire, derivations: Mapping[str, tuple[Branch, ...]]) -> None:
        self._questionnaire = questionnaire
        self._derivations = derivations

    def answers_behind(self, branch: Branch, intake: Intake, findings: frozenset[str]) -> tuple[Supporting, ...]:
        """Return the answers that the branch's condition rests on, in order of the questionnaire.

        Answers that something else is absent count only where nothing present speaks for the rule.
        """
        view = View(intake, dict.fromkeys(findings, True))
        positive: dict[Supporting, None] = {}
        negative: dict[Supporting, None] = {}
        self._gather(branch.when, view, positive, negative)
        order = {question: number for number, question in enumerate(self._questionnaire.questions)}
        return tuple(sorted(positive or negative, key=lambda item: order.get(item.question, len(order))))

    def _gather(
        self, condition: Condition, view: View, positive: dict[Supporting, None], negative: dict[Supporting, None]
    ) -> None:
        if not evaluate(condition, view):
            return
        match condition:
            case Chosen(question, options):
                for option in view.intake.chosen(question):
                    if option in options:
                        positive[self._option(question, option)] = None
            case Only(question, option):
                positive[self._option(question, option)] = None
            case Number(subject, _, _) if subject in view.intake.answers:
                positive[Supporting(subject, None, f"{view.intake.number(subject)}")] = None
            case Found(finding):
                for branch in self._derivations.get(finding, ()):
                    self._gather(branch.when, view, positive, negative)
            case Not(part):
                self._gather_absent(part, view, negative)
            case _:
                for child in children(condition):
                    self._gather(child, view, positive, negative)

    def _gather_absent(self, condition: Condition, view: View, negative: dict[Supporting, None]) -> None:
        """Gather what was answered in place of what the condition looks for."""
        match condition:
            case Chosen(question, options):
                for option in view.intake.chosen(question):
                    if option not in options:
                        negative[self._option(question, option)] = None
            case Found(finding):
                for branch in self._derivations.get(finding, ()):
                    self._gather_absent(branch.when, view, negative)
            case _:
                for child in children(condition):
                    self._gather_absent(child, view, negative)

    def _option(self, question: str, option: str) -> Supporting:
        return Supporting(question, option, self._questionnaire.questions[question].option(option).text)
