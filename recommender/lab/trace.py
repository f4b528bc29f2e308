"""The whole trace of one case: what was found, what fired and nearly fired, what won, and how the routine was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.assembly.routine import assemble
from recommender.assembly.screening import Candidate, ExerciseScreening
from recommender.assembly.time_budget import TimeBudget, time_budget
from recommender.assembly.trace import AssemblyTrace
from recommender.engine.decide import decide
from recommender.lab.answer_changes import AnswerChanges
from recommender.lab.near_misses import NearMiss, near_misses
from recommender.models.catalogue import Exercise, Form
from recommender.models.decision import Decision
from recommender.models.levels import Level, ReviewKind, Stage
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation, Supporting
from recommender.models.routine import ExclusionReason, Item
from recommender.models.rules import Branch
from recommender.models.slots import SlotBounds

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding, and the branches that derived it."""

    name: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Fired:
    """A branch that fired, and the answers behind it."""

    branch: Branch
    answers: tuple[Supporting, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A branch that gives a level. ``wins`` says that no other gives a worse one.

    ``kind`` is what it asks for beside a routine, None above the levels that show one.
    """

    branch: Branch
    level: Level
    kind: ReviewKind | None
    within: str | None
    wins: bool


@dataclass(frozen=True, slots=True)
class Staging:
    """How the stage came about: the base stage, the branches behind it, and (branch, cap) for each cap."""

    base: Stage
    effective: Stage
    based_on: tuple[Branch, ...]
    caps: tuple[tuple[Branch, Stage], ...]


@dataclass(frozen=True, slots=True)
class FormTrace:
    """One way to do an exercise: what it lacks here (kind, what would do), and the branches that leave it out."""

    form: Form
    is_used: bool
    lacking: tuple[tuple[str, frozenset[str]], ...]
    against: tuple[Branch, ...]

    @property
    def is_allowed(self) -> bool:
        return not self.lacking and not self.against


@dataclass(frozen=True, slots=True)
class ExerciseTrace:
    """Why an exercise is in or out. ``because`` is None where it is in, and where the level shows no routine at all.

    ``candidate`` is None where no form of it may be used.
    """

    exercise: Exercise
    is_in: bool
    because: ExclusionReason | None
    reasons: tuple[Branch, ...]
    instead: Exercise | None
    forms: tuple[FormTrace, ...]
    candidate: Candidate | None


@dataclass(frozen=True, slots=True)
class Steps:
    """How the routine was assembled. ``sizes`` and ``mixes`` are the branches that set its size and its shares.

    ``ranked`` are the moves that could be chosen, best first. ``items`` are () where no routine can be made.
    """

    budget: TimeBudget
    sizes: tuple[Branch, ...]
    limits: Mapping[str, SlotBounds]
    mixes: tuple[Branch, ...]
    ranked: tuple[Candidate, ...]
    assembly_trace: AssemblyTrace
    items: tuple[Item, ...]
    facts: Mapping[str, int]


@dataclass(frozen=True)
class Trace:
    """Everything that led to one recommendation. ``steps`` is None where the level allowed no routine to be tried."""

    recommendation: Recommendation
    findings: tuple[Finding, ...]
    fired: tuple[Fired, ...]
    near: tuple[NearMiss, ...]
    outcomes: tuple[Outcome, ...]
    staging: Staging
    exercises: tuple[ExerciseTrace, ...]
    steps: Steps | None


def trace(recommender: Recommender, intake: Intake, changes: AnswerChanges | None = None) -> Trace:
    """Return the trace of a complete intake. ``changes`` may be shared with the search for counterfactuals.

    Raises:
        DecisionError: the service is not sure of its answer.
    """
    recommendation = recommender.recommend(intake)
    decision = recommendation.decision
    # As it stood before assembly: what looks at the assembled routine must not be part of its making.
    early = decide(recommender.content.rule_set, recommender.oracle.fire(intake))
    steps = _steps(recommender, early, intake) if early.level.shows_routine else None
    known = Intake(intake.answers, {**intake.supplied, **(steps.facts if steps else {})})
    return Trace(
        recommendation=recommendation,
        findings=tuple(_findings(recommender, decision)),
        fired=tuple(Fired(branch, recommendation.behind[branch.id]) for branch in decision.fired),
        near=tuple(near_misses(recommender, known, decision.stage, changes or AnswerChanges(recommender, intake))),
        outcomes=tuple(_outcomes(decision)),
        staging=_staging(decision),
        exercises=tuple(_exercises(recommender, recommendation, early)),
        steps=steps,
    )


def _findings(recommender: Recommender, decision: Decision) -> Iterator[Finding]:
    fired = set(decision.fired_ids)
    for finding, branches in recommender.staged.derivations.items():
        if finding in decision.findings:
            yield Finding(finding, tuple(branch for branch in branches if branch.id in fired))


def _outcomes(decision: Decision) -> Iterator[Outcome]:
    for branch in decision.outcomes:
        if action := branch.then.disposition:
            yield Outcome(branch, action.level, action.kind, action.within, action.level is decision.level)


def _staging(decision: Decision) -> Staging:
    base = f"base_stage={decision.base_stage}"
    return Staging(
        base=decision.base_stage,
        effective=decision.stage,
        based_on=tuple(branch for branch in decision.fired if base in branch.then.derive),
        caps=tuple((branch, branch.then.cap_stage) for branch in decision.fired if branch.then.cap_stage),
    )


def _steps(recommender: Recommender, decision: Decision, intake: Intake) -> Steps:
    catalogue, assembly_trace = recommender.content.catalogue, AssemblyTrace()
    assembly = assemble(catalogue, decision, intake, assembly_trace)
    return Steps(
        budget=time_budget(decision, intake),
        sizes=tuple(branch for branch in decision.fired if branch.then.session_size),
        limits=decision.slot_bounds,
        mixes=tuple(branch for branch in decision.fired if branch.then.slot_limits),
        ranked=ExerciseScreening(catalogue, decision, intake).moves,
        assembly_trace=assembly_trace,
        items=assembly.routine.items,
        facts=assembly.facts,
    )


def _exercises(recommender: Recommender, result: Recommendation, decision: Decision) -> Iterator[ExerciseTrace]:
    screen = ExerciseScreening(recommender.content.catalogue, decision, result.intake)
    assembly = result.assembly
    used = {item.exercise.id: item for item in assembly.routine.items} if assembly else {}
    left_out = {left.exercise.id: left for left in assembly.left_out} if assembly else {}
    for screened in screen.results:
        exercise = screened.exercise
        item, left = used.get(exercise.id), left_out.get(exercise.id)
        yield ExerciseTrace(
            exercise=exercise,
            is_in=item is not None,
            because=left.because if left else None,
            reasons=item.reasons if item else left.reasons if left else (),
            instead=left.instead if left else None,
            forms=tuple(_form(screen, exercise, form, item) for form in exercise.forms),
            candidate=screened if isinstance(screened, Candidate) else None,
        )


def _form(screen: ExerciseScreening, exercise: Exercise, form: Form, item: Item | None) -> FormTrace:
    return FormTrace(
        form=form,
        is_used=item is not None and item.form == form,
        lacking=tuple(screen.lacking(form)),
        against=tuple(screen.excluded_by(form)),
    )
