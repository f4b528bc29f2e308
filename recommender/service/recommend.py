"""The use case in the middle: from an intake to a recommendation. Knows neither Flask nor durable_rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Protocol, TypeVar

from recommender.analysis.lint import lint
from recommender.assembly.final_check import check_assembly
from recommender.assembly.routine import assemble, choices
from recommender.check_in.flow import CheckWalk
from recommender.check_in.sheet import CheckInSheet
from recommender.engine.decide import decide, raise_level
from recommender.engine.durable_rules import RuleEngine
from recommender.engine.explain import Explainer
from recommender.engine.reference import Oracle
from recommender.engine.selftest import differences
from recommender.engine.staging import STAGE_FINDINGS, stage_rules
from recommender.errors import ContentError, DecisionError
from recommender.figures.gallery import drawings_of
from recommender.figures.manifest import Drawing
from recommender.loaders.content import load_content
from recommender.loaders.safety import shipped_safety_net
from recommender.models.content import Content
from recommender.models.decision import Decision
from recommender.models.edits import NO_EDITS, RoutineEdits
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly, Choices
from recommender.models.safety import floors_above
from recommender.questionnaire.answer_sheet import AnswerSheet
from recommender.questionnaire.flow import Flow
from recommender.service.safety_check import torn_places
from recommender.settings import Settings

Answered = TypeVar("Answered")


class Evaluator(Protocol):
    """Says which branches fire: the rules engine, or the plain evaluator."""

    @property
    def is_stuck(self) -> bool: ...

    def fire(self, intake: Intake) -> frozenset[str]: ...

    def fire_after_assembly(self, intake: Intake) -> frozenset[str]: ...


class Recommender:
    """One loaded rule set and catalogue, compiled once and shared by every request."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.staged = stage_rules(content.rule_set)
        self.supplied = {fact.id: fact.first_value for fact in content.rule_set.supplied if not fact.after_assembly}
        self._explainer = Explainer(content.questionnaire, self.staged)
        self.oracle = Oracle(self.staged)
        self.engine = self._compiled()
        self.flow = Flow(content.questionnaire, self.staged, self.supplied)
        self.sheet = AnswerSheet(content.questionnaire, self.flow, self.supplied)
        self.check_walk = CheckWalk(content.questionnaire, self.flow, self.staged, content.rule_set.supplied)
        self.check_in_sheet = CheckInSheet(content.questionnaire, content.catalogue, self.sheet, self.check_walk)

    def _compiled(self) -> Evaluator:
        """Return the rules compiled for the rules engine, the one that decides."""
        return RuleEngine(self.staged, self.content.questionnaire)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What the self-test found: where the two evaluators differ, or a sign of danger is not caught. () means ready."""
        differing = differences(self.engine, self.oracle, self.content.questionnaire, self.supplied)
        return (*differing, *torn_places(self, shipped_safety_net()))

    @cached_property
    def drawings(self) -> Mapping[str, Drawing]:
        """The drawings of exactly these poses, by 'exercise/form': the same for every language."""
        return drawings_of(self.content.figures)

    def recommend(self, intake: Intake, *, approved: bool = False, edits: RoutineEdits = NO_EDITS) -> Recommendation:
        """Return the recommendation for a complete intake. ``approved`` is what it says of itself.

        Wishes change the routine as far as the rules allow, and never the outcome.

        Raises:
            DecisionError: the service is not sure of its answer; show no routine.
        """
        return self.when_ready(intake, lambda: self._recommend(intake, approved, edits))

    def when_ready(self, intake: Intake, answer: Callable[[], Answered]) -> Answered:
        """Return the answer, if the service is sound and the intake complete; any error is a DecisionError."""
        if self.faults:
            raise DecisionError("the self-test at start found differences; no routine is served")
        if not intake.is_complete_for(self.flow) and not self.flow.walk(intake.answers).is_complete:
            raise DecisionError("the intake is not complete; an answer that is missing is never read as no")
        return fail_closed(answer)

    def choices(self, recommendation: Recommendation) -> Mapping[str, Choices]:
        """Return what the person may do with each item of their routine, by exercise id; {} without a routine.

        Raises:
            DecisionError: the choices cannot be worked out.
        """
        if recommendation.assembly is None:
            return {}
        catalogue, given = self.content.catalogue, recommendation
        return fail_closed(lambda: choices(catalogue, given.decision, given.intake, given.edits))

    def decide(self, intake: Intake) -> Decision:
        """Return what the rules say before assembly, as both evaluators agree.

        Raises:
            DecisionError: they differ, or no rule gives a level.
        """
        return decide(self.content.rule_set, require_agreement(self.engine.fire(intake), self.oracle.fire(intake)))

    def _recommend(self, intake: Intake, approved: bool, edits: RoutineEdits) -> Recommendation:
        decision = self.decide(intake)
        assembly: Assembly | None = None
        if decision.level.shows_routine:
            assembly = assemble(self.content.catalogue, decision, intake, None, edits)
            decision, assembly = self.apply_post_assembly_rules(decision, intake, assembly)
        return self.to_recommendation(intake, decision, assembly, approved, edits)

    def to_recommendation(
        self,
        intake: Intake,
        decision: Decision,
        assembly: Assembly | None,
        approved: bool,
        edits: RoutineEdits = NO_EDITS,
    ) -> Recommendation:
        """Return a decision and its routine with the person's own answers behind every reason.

        Raises:
            DecisionError: the level is less than the safety net of the package has for these answers.
        """
        if any(floors_above(decision.level, intake, shipped_safety_net().floors)):
            raise DecisionError("the level is below the least that the answers must come to")
        known = decision.findings | {STAGE_FINDINGS[decision.stage]}
        return Recommendation(
            intake=intake,
            decision=decision,
            disposition=self.content.catalogue.dispositions[decision.level],
            assembly=assembly,
            behind=self._explainer.answers_behind(decision.fired, intake, known),
            version=self.content.rule_set.version,
            hash=self.content.hash,
            approved=approved,
            edits=edits,
        )

    def apply_post_assembly_rules(
        self, decision: Decision, intake: Intake, assembly: Assembly
    ) -> tuple[Decision, Assembly | None]:
        """Return the decision as it stands after a look at the assembled routine, and the routine if it may be shown.

        Raises:
            DecisionError: the routine breaks a rule.
        """
        known = Intake(intake.answers, {**intake.supplied, **assembly.facts})
        late = require_agreement(self.engine.fire_after_assembly(known), self.oracle.fire_after_assembly(known))
        decision = raise_level(decision, (self.content.rule_set.branch_by_id[branch_id] for branch_id in sorted(late)))
        if not decision.level.shows_routine:
            return decision, None
        check_assembly(assembly, decision, intake, self.content.catalogue)
        return decision, assembly


def fail_closed(answer: Callable[[], Answered]) -> Answered:
    """Return the answer. Whatever goes wrong on the way is a DecisionError: it must never become a routine."""
    try:
        return answer()
    except DecisionError:
        raise
    except Exception as error:
        raise DecisionError(f"{type(error).__name__} while deciding") from error


def require_agreement(engine: frozenset[str], oracle: frozenset[str]) -> frozenset[str]:
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
