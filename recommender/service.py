"""The use cases in the middle: from an intake to a recommendation, and from a check to the next one.

Knows neither Flask nor durable_rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Protocol, TypeVar

from recommender.answer_sheet import AnswerSheet
from recommender.assembly.assemble import assemble, choices
from recommender.assembly.carry_on import Carried, CarryPlan, carry_on
from recommender.assembly.guard import check_assembly
from recommender.check_in.action import (
    STAGE_AT_MOST,
    check_plan,
    deciding,
    follow_up_of,
    named_moves,
    next_check,
    stage_limit,
    steps_of_progress,
)
from recommender.check_in.sheet import CheckInSheet
from recommender.check_in.walk import CheckWalk
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
from recommender.models.check_in import CheckIn, CheckInResult
from recommender.models.content import Content
from recommender.models.decision import Decision
from recommender.models.follow_up import Action, FollowUp
from recommender.models.levels import Stage
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly, Choices
from recommender.models.rules import Branch
from recommender.models.wishes import NO_WISHES, Wishes
from recommender.settings import Settings

Answered = TypeVar("Answered")


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
        self.check_walk = CheckWalk(content.questionnaire, self.flow, self.staged, content.rule_set.supplied)
        self.check_in_sheet = CheckInSheet(content.questionnaire, content.catalogue, self.sheet, self.check_walk)

    def _compiled(self) -> Evaluator:
        """Return the rules compiled for the rules engine, the one that decides."""
        return RuleEngine(self.staged, self.content.questionnaire)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What the self-test found: where the rules engine and the plain evaluator differ. () means ready."""
        return tuple(differences(self.engine, self.oracle, self.content.questionnaire, self.supplied))

    def recommend(self, intake: Intake, *, approved: bool = False, wishes: Wishes = NO_WISHES) -> Recommendation:
        """Return the recommendation for a complete intake. ``approved`` is what it says of itself.

        Wishes change the routine as far as the rules allow, and never the outcome.

        Raises:
            DecisionError: the service is not sure of its answer; show no routine.
        """
        return self._safely(intake, lambda: self._recommend(intake, approved, wishes))

    def check_in(self, check: CheckIn, *, approved: bool = False) -> CheckInResult:
        """Return what comes of a complete check: the action, the next routine if there is one, and the next check.

        Raises:
            DecisionError: the service is not sure of its answer; show no routine.
        """
        return self._safely(check.intake, lambda: CheckingIn(self, check, approved).result())

    def _safely(self, intake: Intake, answer: Callable[[], Answered]) -> Answered:
        """Return the answer, if the service is sound and the intake complete; any error is a DecisionError."""
        if self.faults:
            raise DecisionError("the self-test at start found differences; no routine is served")
        if self.flow.walk(intake.answers).missing:
            raise DecisionError("the intake is not complete; an answer that is missing is never read as no")
        return _sure(answer)

    def choices(self, recommendation: Recommendation) -> Mapping[str, Choices]:
        """Return what the person may do with each item of their routine, by exercise id; {} without a routine.

        Raises:
            DecisionError: the choices cannot be worked out.
        """
        if recommendation.assembly is None:
            return {}
        catalogue, given = self.content.catalogue, recommendation
        return _sure(lambda: choices(catalogue, given.decision, given.intake, given.wishes))

    def decide(self, intake: Intake) -> Decision:
        """Return what the rules say before assembly, as both evaluators agree.

        Raises:
            DecisionError: they differ, or no rule gives a level.
        """
        return decide(self.content.rule_set, _agreed(self.engine.fire(intake), self.oracle.fire(intake)))

    def _recommend(self, intake: Intake, approved: bool, wishes: Wishes) -> Recommendation:
        decision = self.decide(intake)
        assembly: Assembly | None = None
        if decision.level.shows_routine:
            assembly = assemble(self.content.catalogue, decision, intake, None, wishes)
            decision, assembly = self.checked(decision, intake, assembly)
        return self.told(intake, decision, assembly, approved, wishes)

    def told(
        self,
        intake: Intake,
        decision: Decision,
        assembly: Assembly | None,
        approved: bool,
        wishes: Wishes = NO_WISHES,
    ) -> Recommendation:
        """Return a decision and its routine with the person's own answers behind every reason."""
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
            wishes=wishes,
        )

    def checked(self, decision: Decision, intake: Intake, assembly: Assembly) -> tuple[Decision, Assembly | None]:
        """Return the decision as it stands after a look at the assembled routine, and the routine if it may be shown.

        Raises:
            DecisionError: the routine breaks a rule.
        """
        known = Intake(intake.answers, {**intake.supplied, **assembly.facts})
        late = _agreed(self.engine.fire_after_assembly(known), self.oracle.fire_after_assembly(known))
        decision = raise_level(decision, (self.content.rule_set.branch_by_id[branch_id] for branch_id in sorted(late)))
        if not decision.level.shows_routine:
            return decision, None
        check_assembly(assembly, decision, intake, self.content.catalogue)
        return decision, assembly


class CheckingIn:
    """One check on its way through the rules."""

    def __init__(self, recommender: Recommender, check: CheckIn, approved: bool) -> None:
        self._recommender = recommender
        self._check = check
        self._approved = approved
        self._plan = check_plan(recommender.content.rule_set)
        self._occasion = check.story.occasion

    def result(self) -> CheckInResult:
        """Return what comes of the check.

        Raises:
            DecisionError: no rule decided, or the next routine breaks a rule.
        """
        intake, decision = self._decided()
        if not decision.level.shows_routine:
            return self._referred(intake, decision)
        branch = deciding(decision, self._plan)
        follow_up = follow_up_of(branch, self._occasion)
        carried = self._carried(intake, decision, branch, follow_up)
        decision, assembly = self._recommender.checked(decision, intake, carried.assembly)
        if assembly is None:
            return self._referred(intake, decision)
        more = self._more(decision)
        full = more.then.progress.full if carried.is_full and more and more.then.progress else None
        return CheckInResult(
            action=follow_up.action,
            reasons=(branch,) if branch else (),
            changes=carried.changes,
            recommendation=self._recommender.told(intake, decision, assembly, self._approved),
            next_check=next_check(self._check.story, follow_up, self._plan),
            full=full,
        )

    def _decided(self) -> tuple[Intake, Decision]:
        """Return the decision, taken again with the stage held down where the check does not let it rise so far."""
        intake = self._check.intake
        decision = self._recommender.decide(intake)
        if not decision.level.shows_routine:
            return intake, decision
        follow_up = follow_up_of(deciding(decision, self._plan), self._occasion)
        limit = stage_limit(self._stage_before(), follow_up)
        if decision.stage.rank > limit.rank:
            intake = replace(intake, supplied={**intake.supplied, STAGE_AT_MOST: limit.rank})
            decision = self._recommender.decide(intake)
        return intake, decision

    def _stage_before(self) -> Stage:
        """Return the stage of the routine before, worked out from the first answers and every check since."""
        first, *later = self._check.earlier
        stage = self._recommender.decide(first).stage
        for intake in later:
            decision = self._recommender.decide(intake)
            branch = deciding(decision, self._plan)
            limit = stage_limit(stage, branch.then.follow_up) if branch and branch.then.follow_up else stage
            stage = min(decision.stage, limit, key=lambda one: one.rank)
        return stage

    def _carried(self, intake: Intake, decision: Decision, branch: Branch | None, follow_up: FollowUp) -> Carried:
        story, content = self._check.story, self._recommender.content
        past = (named_moves(check.answers, content.questionnaire) for check in story.past)
        plan = CarryPlan(
            follow_up=follow_up,
            branch=branch,
            more=self._more(decision),
            limits=steps_of_progress(content.rule_set),
            checks=len(story.past),
            hurting=named_moves(story.now.answers, content.questionnaire),
            barred=frozenset().union(*past),
        )
        return carry_on(content.catalogue, decision, intake, self._check.done, plan)

    def _more(self, decision: Decision) -> Branch | None:
        return next((branch for branch in decision.fired if branch.then.progress), None)

    def _referred(self, intake: Intake, decision: Decision) -> CheckInResult:
        reasons = tuple(
            branch
            for branch in decision.outcomes
            if branch.then.disposition and not branch.then.disposition.level.shows_routine
        )
        told = self._recommender.told(intake, decision, None, self._approved)
        return CheckInResult(Action.REFER, reasons, (), told, None)


def _sure(answer: Callable[[], Answered]) -> Answered:
    """Return the answer. Whatever goes wrong on the way is a DecisionError: it must never become a routine."""
    try:
        return answer()
    except DecisionError:
        raise
    except Exception as error:
        raise DecisionError(f"{type(error).__name__} while deciding") from error


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
