"""What a check decides: the first rule that has something to say, the highest stage that it allows, and the next check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from recommender.errors import DecisionError
from recommender.models.check_in import CheckInHistory, NextCheck
from recommender.models.decision import Decision
from recommender.models.follow_up import Action, CheckSchedule, FollowUp, Progress, StageMove
from recommender.models.levels import Stage
from recommender.models.questionnaire import Answer, Occasion, QuestionKind, Questionnaire
from recommender.models.rules import Branch, RuleSet

STAGE_AT_MOST = "stage_at_most"
_STEPS = {StageMove.ONE_UP: 1, StageMove.SAME: 0, StageMove.ONE_DOWN: -1}
_AS_BEFORE = FollowUp(Action.KEEP)


def check_schedule(rule_set: RuleSet) -> CheckSchedule:
    """Return the days of the checks and who decides first.

    Raises:
        DecisionError: the rule set does not say.
    """
    if rule_set.check_in_schedule is None:
        raise DecisionError("the rule set does not say when the checks are")
    return rule_set.check_in_schedule


def steps_of_progress(rule_set: RuleSet) -> Progress | None:
    """Return how much one check may raise, whether or not that rule fired now; None where no rule raises anything."""
    return next((branch.then.progress for branch in rule_set.branches if branch.then.progress), None)


def deciding(decision: Decision, plan: CheckSchedule) -> Branch | None:
    """Return the branch that decides what becomes of the routine, or None if none has anything to say.

    Referrals are not among them: they are outcomes, and an outcome without a routine wins over everything here.
    """
    said = [
        branch for branch in decision.fired if _follow_up(branch).action is not Action.REFER and branch.then.follow_up
    ]
    first = {rule: number for number, rule in enumerate(plan.first_to_decide)}
    return min(said, key=lambda branch: first.get(branch.rule_id, len(first)), default=None)


def follow_up_of(branch: Branch | None, occasion: Occasion) -> FollowUp:
    """Return what the deciding branch asks for; before a session nothing changes.

    Raises:
        DecisionError: it is a check, or a move hurts, and no rule decided. Silence must not look like an answer.
    """
    if branch is None and occasion is not Occasion.EACH_SESSION:
        raise DecisionError("no rule decided what comes of the check")
    return _follow_up(branch) if branch else _AS_BEFORE


def stage_limit(before: Stage, follow_up: FollowUp) -> Stage:
    """Return the highest stage that may follow the one before."""
    stages = list(Stage)
    number = before.rank + _STEPS[follow_up.stage]
    return stages[max(0, min(number, len(stages) - 1))]


def next_check(history: CheckInHistory, follow_up: FollowUp, plan: CheckSchedule) -> NextCheck | None:
    """Return when to look again: as the rule says, else the next day of the plan; None once the plan is over."""
    if follow_up.check_in_days:
        first, last = (history.now.date + timedelta(days=days) for days in follow_up.check_in_days)
        return NextCheck(first, last)
    return next_planned(history.started, history.now.date, plan)


def next_planned(started: date, today: date, plan: CheckSchedule) -> NextCheck | None:
    """Return the first day of the plan after today, or None once it is over."""
    days = plan.next_day((today - started).days)
    if days is None:
        return None
    day = started + timedelta(days=days)
    return NextCheck(day, day)


def maintains(history: CheckInHistory, plan: CheckSchedule) -> bool:
    """Return whether the plan is one to maintain what was gained."""
    return plan.maintains_after((history.now.date - history.started).days)


def named_moves(answers: Mapping[str, Answer], questionnaire: Questionnaire) -> frozenset[str]:
    """Return the exercises named in answer to questions about moves."""
    return frozenset(
        name
        for question, answer in answers.items()
        if questionnaire.questions[question].kind is QuestionKind.MOVES and isinstance(answer, tuple)
        for name in answer
    )


def _follow_up(branch: Branch) -> FollowUp:
    return branch.then.follow_up or _AS_BEFORE
