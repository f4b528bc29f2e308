"""The use case of those who come back: from a check to what comes of it. Knows neither Flask nor durable_rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recommender.assembly.next_routine import NextRoutine, ProgressionRequest, next_routine
from recommender.assembly.routine import assemble
from recommender.check_in.outcome import (
    STAGE_AT_MOST,
    check_schedule,
    deciding,
    follow_up_of,
    maintains,
    named_moves,
    next_check,
    stage_limit,
    steps_of_progress,
)
from recommender.models.check_in import CheckIn, CheckInResult, Done
from recommender.models.decision import Decision
from recommender.models.follow_up import Action, FollowUp
from recommender.models.levels import Stage
from recommender.models.questionnaire import Intake, Occasion
from recommender.models.recommendation import ReviewDays
from recommender.models.routine import Assembly
from recommender.models.rules import Branch

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender


def done_of(assembly: Assembly) -> tuple[Done, ...]:
    """Return the items of a routine as somebody who has done it would send them."""
    return tuple(Done(item.exercise, item.form, item.dose) for item in assembly.routine.items)


def ids_of(items: Iterable[Done]) -> frozenset[str]:
    """Return the exercises of a routine."""
    return frozenset(item.exercise.id for item in items)


def check_in(recommender: Recommender, check: CheckIn, *, approved: bool = False) -> CheckInResult:
    """Return what comes of a complete check: the action, the next routine if there is one, and the next check.

    Raises:
        DecisionError: the service is not sure of its answer; show no routine.
    """
    return recommender.when_ready(check.intake, lambda: CheckingIn(recommender, check, approved).result())


@dataclass(frozen=True, slots=True)
class _Step:
    """What came of an earlier check, worked out again: the routine done until then, the action, and the next stage."""

    done: tuple[Done, ...]
    action: Action
    asked_for_less: bool
    stage: Stage
    next: tuple[Done, ...]


class CheckingIn:
    """One check on its way through the rules. ``before`` are the steps of the checks before it, where they are known."""

    def __init__(
        self, recommender: Recommender, check: CheckIn, approved: bool = False, before: tuple[_Step, ...] | None = None
    ) -> None:
        self._known = before
        self._recommender = recommender
        self._check = check
        self._approved = approved
        self._plan = check_schedule(recommender.content.rule_set)
        self._occasion = check.history.occasion

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
        decision, assembly = self._recommender.apply_post_assembly_rules(decision, intake, carried.assembly)
        if assembly is None:
            return self._referred(intake, decision)
        more = self._more(decision)
        full = more.then.progress.full if carried.is_full and more and more.then.progress else None
        return CheckInResult(
            action=follow_up.action,
            reasons=(branch,) if branch else (),
            changes=carried.changes,
            recommendation=replace(
                self._recommender.to_recommendation(intake, decision, assembly, self._approved),
                review_days=self._review_days(),
            ),
            next_check=next_check(self._check.history, follow_up, self._plan),
            full=full,
            maintains=maintains(self._check.history, self._plan),
        )

    def _review_days(self) -> ReviewDays:
        """Return from which day the times count: what the first answers asked for counts from the start."""
        first, history = self._recommender.decide(self._check.earlier[0]), self._check.history
        return ReviewDays(history.now.date, history.started, frozenset(first.fired_ids))

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
        if self._known:
            return self._known[-1].stage
        first, *later = self._check.earlier
        stage = self._recommender.decide(first).stage
        for intake in later:
            decision = self._recommender.decide(intake)
            branch = deciding(decision, self._plan)
            limit = stage_limit(stage, branch.then.follow_up) if branch and branch.then.follow_up else stage
            stage = min(decision.stage, limit, key=lambda one: one.rank)
        return stage

    def _carried(self, intake: Intake, decision: Decision, branch: Branch | None, follow_up: FollowUp) -> NextRoutine:
        history, content = self._check.history, self._recommender.content
        back_to, lost, gained = self._way_back(follow_up)
        past = (named_moves(check.answers, content.questionnaire) for check in history.past)
        hurting = named_moves(history.now.answers, content.questionnaire)
        is_now = history.occasion is Occasion.DURING_SESSION
        plan = ProgressionRequest(
            follow_up=follow_up,
            branch=branch,
            more=self._more(decision),
            limits=steps_of_progress(content.rule_set),
            checks=len(history.past),
            hurting=hurting,
            barred=history.hurt.union(*past),
            never_ends=history.hurt | hurting if is_now else history.hurt,
            back_to=back_to,
            lost=lost,
            gained=gained,
        )
        return next_routine(content.catalogue, decision, intake, self._check.done, plan)

    def _way_back(self, follow_up: FollowUp) -> tuple[tuple[Done, ...], frozenset[str], frozenset[str]]:
        """Return the routine to go back to, its moves that have gone since, and those that have come in their place.

        The routines of before are not sent and not kept: they follow from the answers, and are worked out again. Nothing
        is returned where nothing is asked for.
        """
        nothing: frozenset[str] = frozenset()
        steps = self._steps() if follow_up.step_back or follow_up.restore else ()
        if not steps:
            return (), nothing, nothing
        if follow_up.step_back:
            raised = (step for step in reversed(steps) if step.action is Action.PROGRESS and step.next != step.done)
            grown = next(raised, None)
            if grown is None:
                return steps[0].done, nothing, nothing
            return grown.done, ids_of(grown.done) - ids_of(grown.next), ids_of(grown.next) - ids_of(grown.done)
        bad = max((number for number, step in enumerate(steps) if step.asked_for_less), default=0)
        well = [step for step in steps[:bad] if not step.asked_for_less]
        then = (well[-1] if well else steps[0]).done
        return then, ids_of(then) - ids_of(steps[-1].next), nothing

    def _steps(self) -> tuple[_Step, ...]:
        """Return what came of each earlier check. A check after which there was no routine leaves the one before."""
        if self._known is not None:
            return self._known
        history, steps = self._check.history, tuple[_Step, ...]()
        done = self._first_routine()
        for number, (past, intake) in enumerate(zip(history.past, self._check.earlier[1:], strict=True)):
            story = replace(history, past=history.past[:number], now=past, occasion=Occasion.FOLLOW_UP)
            check = CheckIn(story, intake, self._check.earlier[: number + 1], done)
            step = CheckingIn(self._recommender, check, before=steps).step()
            steps, done = (*steps, step), step.next
        return steps

    def _first_routine(self) -> tuple[Done, ...]:
        intake = self._check.earlier[0]
        decision = self._recommender.decide(intake)
        return done_of(assemble(self._recommender.content.catalogue, decision, intake))

    def step(self) -> _Step:
        """Return what comes of this check, as later ones need to know it.

        Raises:
            DecisionError: no rule decided.
        """
        intake, decision = self._decided()
        done = self._check.done
        if not decision.level.shows_routine:
            return _Step(done, Action.REFER, True, decision.stage, done)
        branch = deciding(decision, self._plan)
        follow_up = follow_up_of(branch, self._occasion)
        following = done_of(self._carried(intake, decision, branch, follow_up).assembly)
        less = follow_up.dose_factor is not None
        return _Step(done, follow_up.action, less, decision.stage, following or done)

    def _more(self, decision: Decision) -> Branch | None:
        return next((branch for branch in decision.fired if branch.then.progress), None)

    def _referred(self, intake: Intake, decision: Decision) -> CheckInResult:
        reasons = tuple(
            branch
            for branch in decision.outcomes
            if branch.then.disposition and not branch.then.disposition.level.shows_routine
        )
        told = self._recommender.to_recommendation(intake, decision, None, self._approved)
        told = replace(told, disposition=told.disposition.for_mid_plan())
        return CheckInResult(Action.REFER, reasons, (), told, None)
