"""The one use case in the middle: from an intake to a recommendation. Knows neither Flask nor durable_rules."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from recommender.answer_sheet import AnswerSheet
from recommender.assembly.assemble import assemble
from recommender.assembly.guard import check_assembly
from recommender.engine.decide import decide, raise_level
from recommender.engine.explain import Explainer
from recommender.engine.flow import Flow
from recommender.engine.lint import lint
from recommender.engine.oracle import Oracle
from recommender.engine.selftest import differences
from recommender.engine.session import RuleEngine
from recommender.engine.staging import STAGE_FINDINGS, stage_rules
from recommender.errors import ContentError, DecisionError
from recommender.loaders.content import load_content
from recommender.models.content import Content
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly
from recommender.settings import Settings


class Evaluator(Protocol):
    """Says which branches fire: the rules engine, or the plain evaluator."""

    def fire(self, intake: Intake) -> frozenset[str]: ...

    def fire_after_assembly(self, intake: Intake) -> frozenset[str]: ...


class Recommender:
    """One loaded rule set and catalogue, compiled once and shared by every request."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.staged = stage_rules(content.rule_set)
        self.supplied = {fact.id: fact.first_value for fact in content.rule_set.supplied if not fact.after_assembly}
        self._explainer = Explainer(content.questionnaire, self.staged.behind)
        self.oracle = Oracle(self.staged)
        self.engine = self._compiled()
        self.flow = Flow(content.questionnaire, self.staged, self.supplied)
        self.sheet = AnswerSheet(content.questionnaire, self.flow, self.supplied)

    def _compiled(self) -> Evaluator:
        """Return the rules compiled for the rules engine, the one that decides."""
        return RuleEngine(self.staged, self.content.questionnaire)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What the self-test found: where the rules engine and the plain evaluator differ. () means ready."""
        return tuple(differences(self.engine, self.oracle, self.content.questionnaire, self.supplied))

    def recommend(self, intake: Intake, *, approved: bool = False) -> Recommendation:
        """Return the recommendation for a complete intake. ``approved`` is what it says of itself.

        Raises:
            DecisionError: the service is not sure of its answer; show no routine.
        """
        if self.faults:
            raise DecisionError("the self-test at start found differences; no routine is served")
        if self.flow.walk(intake.answers).missing:
            raise DecisionError("the intake is not complete; an answer that is missing is never read as no")
        try:
            return self._recommend(intake, approved)
        except DecisionError:
            raise
        except Exception as error:  # whatever went wrong inside, it must never become a routine
            raise DecisionError(f"{type(error).__name__} while deciding") from error

    def _recommend(self, intake: Intake, approved: bool) -> Recommendation:
        decision = decide(self.content.rule_set, _agreed(self.engine.fire(intake), self.oracle.fire(intake)))
        assembly: Assembly | None = None
        if decision.level.shows_routine:
            decision, assembly = self._assembled(decision, intake)
        known = decision.findings | {STAGE_FINDINGS[decision.stage]}
        return Recommendation(
            intake=intake,
            decision=decision,
            disposition=self.content.catalogue.dispositions[decision.level],
            assembly=assembly,
            behind={branch.id: self._explainer.answers_behind(branch, intake, known) for branch in decision.fired},
            version=self.content.rule_set.version,
            hash=self.content.hash,
            approved=approved,
        )

    def _assembled(self, decision: Decision, intake: Intake) -> tuple[Decision, Assembly | None]:
        """Return the decision as it stands after a look at the assembled routine, and the routine if it may be shown."""
        assembly = assemble(self.content.catalogue, decision, intake)
        known = Intake(intake.answers, {**intake.supplied, **assembly.facts})
        late = _agreed(self.engine.fire_after_assembly(known), self.oracle.fire_after_assembly(known))
        decision = raise_level(decision, (self.content.rule_set.branch_by_id[branch_id] for branch_id in sorted(late)))
        if not decision.level.shows_routine:
            return decision, None
        check_assembly(assembly, decision, intake, self.content.catalogue)
        return decision, assembly


def _agreed(engine: frozenset[str], oracle: frozenset[str]) -> frozenset[str]:
    """Return what both evaluators say fired. A firing lost or added by either must never reach a person."""
    if engine != oracle:
        raise DecisionError(f"the rules engine and the plain evaluator differ on {', '.join(sorted(engine ^ oracle))}")
    return engine


def load_recommender(settings: Settings) -> Recommender:
    """Return the service for the content that the settings name.

    Raises:
        ContentError: every fault of the rule and catalogue files.
    """
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    faults = lint(content.questionnaire, content.rule_set, content.catalogue)
    if faults:
        raise ContentError(faults)
    return Recommender(content)
