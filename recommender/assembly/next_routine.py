"""The next routine after a check: the one from before, as far as the rules still allow it, with what the check asks for.

Of what asks for more, no more changes at a time than the rule says. What the rules no longer allow is left out or lowered whatever the
check says, and the result goes through the same final check as a first routine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from recommender.assembly.accounting import account_for_carried_on
from recommender.assembly.builder import Builder, other_days
from recommender.assembly.carried_items import (
    Kept,
    dose_between,
    eased,
    in_form,
    is_allowed,
    may_be_used,
    most_dose,
    split,
    with_figures,
    within_limits,
)
from recommender.assembly.due_sets import due_sets, with_room
from recommender.assembly.next_draft import Draft, is_as_meant, keeps_doses
from recommender.assembly.routine_changes import changes_between
from recommender.assembly.screening import Candidate, ExerciseScreening
from recommender.assembly.time_budget import TimeBudget, time_budget
from recommender.models.catalogue import Catalogue
from recommender.models.check_in import ChangeKind, Done, DoseChange
from recommender.models.decision import Decision
from recommender.models.follow_up import Action, FollowUp, Progress, ProgressFigure, ProgressStep
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, Dose
from recommender.models.rules import Branch


@dataclass(frozen=True, slots=True)
class ProgressionRequest:
    """What a check asks for. ``branch`` decided, if any rule did; ``more`` is the branch with the steps of progress.

    ``checks`` were before this one. ``hurting`` are moves to ease now, ``barred`` those that ever hurt. ``never_ends`` are those
    of them that may not warm up or close either. ``back_to`` is the
    routine to step back to, or to restore; ``lost`` are its moves that checks took out since, ``gained``
    those that the last progress brought in, and that go again with a step back.
    """

    follow_up: FollowUp
    branch: Branch | None = None
    more: Branch | None = None
    limits: Progress | None = None
    checks: int = 0
    hurting: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    never_ends: frozenset[str] = frozenset()
    back_to: tuple[Done, ...] = ()
    lost: frozenset[str] = frozenset()
    gained: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NextRoutine:
    """The next routine and what is different in it. ``is_full`` says that there was nothing left to raise."""

    assembly: Assembly
    changes: tuple[DoseChange, ...]
    is_full: bool = False


def next_routine(
    catalogue: Catalogue, decision: Decision, intake: Intake, done: tuple[Done, ...], plan: ProgressionRequest
) -> NextRoutine:
    """Return the next routine; one without items where none can be made.

    Raises:
        DecisionError: the routine cannot be fitted to its time.
    """
    return _NextRoutineBuilder(catalogue, decision, intake, done, plan).next_routine()


class _NextRoutineBuilder:
    def __init__(
        self, catalogue: Catalogue, decision: Decision, intake: Intake, done: tuple[Done, ...], plan: ProgressionRequest
    ) -> None:
        self._catalogue = catalogue
        self._decision = decision
        self._plan = plan
        self._screen = ExerciseScreening(catalogue, decision, intake)
        self._dosing = self._screen.dosing
        self._candidates = self._screen.candidates
        self._before = split(done, decision)
        self._back_to = split(plan.back_to, decision)
        self._budgets = self._possible_budgets(time_budget(decision, intake))

    def next_routine(self) -> NextRoutine:
        draft = self._with_stand_ins(self._built(self._changed(self._start())))
        is_full = False
        if self._plan.follow_up.action is Action.PROGRESS and not self._plan.follow_up.restore:
            further = self._progressed(draft)
            draft, is_full = further or draft, further is None
        return self._carried(draft, is_full)

    def _carried(self, draft: Draft, is_full: bool) -> NextRoutine:
        unwanted = self._plan.barred | self._plan.hurting
        items, budget = draft.items, draft.budget
        assembly = replace(
            account_for_carried_on(items, budget, self._screen, self._catalogue, self._decision),
            other_days=other_days(items, self._screen, self._decision, budget, unwanted),
        )
        more = None if self._plan.follow_up.restore else self._plan.more
        changes = changes_between(self._before.moves, assembly, draft.swaps, self._dosing, self._plan.branch, more)
        return NextRoutine(assembly, changes, is_full)

    def _possible_budgets(self, budget: TimeBudget) -> tuple[TimeBudget, ...]:
        """Return the rooms for the session, the one to use first: as long as before, then the next longer one.

        How long it was is told by the warm-up. ``rows_down`` makes it shorter, ``restore`` as long as it was then.
        """
        rows = sorted((row for row in budget.plan.rows if row.minutes <= budget.minutes), key=lambda row: row.minutes)
        restored = self._back_to.warm_up if self._plan.follow_up.restore else None
        warm_up = restored or self._before.warm_up
        seconds = warm_up.dose.seconds if warm_up else None
        shorter = [number for number, row in enumerate(rows) if seconds is not None and row.warm_up_seconds <= seconds]
        last = shorter[-1] if shorter else len(rows) - 1
        last = max(0, last - self._plan.follow_up.rows_down)
        return tuple(self._budget(budget, row.minutes) for row in rows[last : last + 2])

    def _budget(self, budget: TimeBudget, minutes: int) -> TimeBudget:
        row = next(row for row in budget.plan.rows if row.minutes == minutes)
        if row == budget.row:
            return budget
        most = min(row.moves[1], budget.moves_at_most)
        return replace(budget, minutes=minutes, row=row, moves_at_most=most)

    def _start(self) -> Draft:
        """Return the moves from before that may stay, the best first, with doses within today's limits.

        One whose form is not allowed any more stays in the best form that is.
        """
        kept = []
        moves = [item for item in self._before.moves if item.exercise.id not in self._plan.gained]
        for item in (*moves, *self._regained()):
            known = self._candidates.get(item.exercise.id)
            candidate = in_form(known, item.form) or (in_form(known, known.forms[0]) if known else None)
            if candidate is not None:
                dose = within_limits(
                    self._share(item),
                    item.exercise,
                    candidate.forms[0],
                    self._dosing,
                    self._plan.limits,
                    self._plan.checks,
                )
                kept.append(Kept(candidate, dose))
        kept.sort(key=lambda one: (-one.candidate.score, one.id))
        count = max(1, len(moves) + len(self._regained()))
        return Draft(tuple(self._with_one_of_each(kept)), count, self._budgets[0])

    def _regained(self) -> list[Done]:
        """Return the moves that come back: those that checks took out since then, and that never hurt."""
        away = {item.exercise.id for item in self._before.moves} | self._plan.barred | self._plan.hurting
        return [
            item for item in self._back_to.moves if item.exercise.id in self._plan.lost and item.exercise.id not in away
        ]

    def _share(self, item: Done) -> Dose:
        """Return what the check leaves of a dose, or gives back."""
        wanted, dose = self._plan.follow_up, item.dose
        if wanted.restore or wanted.step_back:
            start = self._dosing.start(item.exercise, item.form)
            then = {(one.exercise.id, one.form.key): one.dose for one in self._back_to.moves}
            other = then.get((item.exercise.id, item.form.key), dose if wanted.restore else start)
            return dose_between(dose, other, max if wanted.restore else min)
        if wanted.dose_factor is None:
            return dose
        return eased(dose, wanted.dose_factor, wanted.reps_at_least or 1, wanted.hold_seconds_at_least or 1)

    def _with_one_of_each(self, kept: list[Kept]) -> list[Kept]:
        """Return the moves with one of each part that is not to be lost in front, if it had one and one may stay."""
        for slot in self._plan.follow_up.keep_one_of:
            if not any(item.exercise.slot == slot for item in self._before.moves):
                continue
            stays = (one for one in kept if one.candidate.exercise.slot == slot and one.id not in self._plan.hurting)
            one = next(stays, None) or self._light(slot)
            if one is not None:
                kept = [one, *(other for other in kept if other is not one)]
        return kept

    def _light(self, slot: str) -> Kept | None:
        """Return the best move of a part that may be done now and never hurt, at its first dose."""
        away = self._plan.barred | self._plan.hurting
        moves = (move for move in self._screen.moves if move.exercise.slot == slot and move.exercise.id not in away)
        candidate = next(moves, None)
        return None if candidate is None else self._fresh(candidate)

    def _changed(self, draft: Draft) -> Draft:
        """Return the draft with what the check asks for, progress apart."""
        wanted = self._plan.follow_up
        if wanted.ease_hurting or wanted.drop_hurting:
            draft = self._without_hurting(draft)
        for _ in range(wanted.swap_moves):
            draft = self._with_one_swapped(draft)
        return draft

    def _without_hurting(self, draft: Draft) -> Draft:
        for one in [one for one in draft.kept if one.id in self._plan.hurting]:
            drops = self._plan.follow_up.drop_hurting
            easier = None if drops else self._first(one.candidate.exercise.easier, draft)
            if easier is not None:
                draft = draft.with_other(one, easier, ChangeKind.EASIER)
            else:
                kept = tuple(other for other in draft.kept if other is not one)
                draft = replace(draft, kept=kept, count=max(1, draft.count - 1))
        return draft

    def _first(self, exercises: tuple[str, ...], draft: Draft) -> Kept | None:
        """Return the first of the exercises that may join, at its first dose."""
        taken = {one.id for one in draft.kept} | self._plan.barred | self._plan.hurting
        for name in exercises:
            candidate = self._candidates.get(name)
            if candidate is not None and name not in taken and may_be_used(candidate):
                return self._fresh(candidate)
        return None

    def _fresh(self, candidate: Candidate) -> Kept:
        return Kept(candidate, self._dosing.start(candidate.exercise, candidate.forms[0]))

    def _with_one_swapped(self, draft: Draft) -> Draft:
        """Return the draft with its last choice changed for another of the same part and place; as it is if none fits."""
        for one in [one for one in reversed(draft.kept) if not one.candidate.is_direction]:
            for other in self._alike(one, draft):
                swapped = self._built(draft.with_other(one, self._fresh(other), ChangeKind.SWAPPED))
                if {kept.id for kept in swapped.kept} == set(swapped.moves) and keeps_doses(swapped):
                    return swapped
        return draft

    def _alike(self, one: Kept, draft: Draft) -> Iterator[Candidate]:
        exercise = one.candidate.exercise
        present = {kept.id for kept in draft.kept} | self._plan.barred
        for candidate in self._screen.moves:
            other = candidate.exercise
            alike = other.slot == exercise.slot and other.regions & exercise.regions
            clash = any(self._decision.are_near_duplicates(other.id, name) for name in present - {exercise.id})
            if alike and other.id not in present and not clash:
                yield candidate

    def _built(self, draft: Draft) -> Draft:
        """Return the draft with its items: the kept moves as far as they go together, and others for those lost."""
        kept = {one.id: one for one in draft.kept}
        usable = {name: one for name, one in self._candidates.items() if name not in self._plan.never_ends}
        candidates = {**usable, **{name: one.candidate for name, one in kept.items()}}
        ends = [item.form.key for item in (self._before.warm_up, self._before.closing) if item is not None]
        doses = {name: one.dose for name, one in kept.items()}
        builder = Builder(self._screen, self._decision, draft.budget, candidates, kept=doses, first=ends)
        away = set(kept) | self._plan.barred | self._plan.hurting
        others = [move for move in self._screen.moves if move.exercise.id not in away]
        items = builder.carry([one.candidate for one in draft.kept], others, draft.count)
        return replace(draft, items=items)

    def _with_stand_ins(self, draft: Draft) -> Draft:
        """Return the draft in which every move that others let in counts as standing in for one that had to go."""
        swaps = {name: swap for name, swap in draft.swaps.items() if name in draft.moves}
        swapped = {gone.id for gone, _ in swaps.values()}
        before = {item.exercise.id: item.exercise for item in self._before.moves}
        gone = [one for name, one in before.items() if name not in draft.moves and name not in swapped]
        new = [name for name in draft.moves if name not in before and name not in swaps]
        pairs = {name: (one, ChangeKind.SWAPPED) for name, one in zip(new, gone, strict=False)}
        return replace(draft, swaps={**swaps, **pairs})

    def _progressed(self, draft: Draft) -> Draft | None:
        """Return the draft with as many things more as may be, or None if nothing can be raised."""
        more = self._plan.more.then.progress if self._plan.more else None
        if more is None or not draft.items:
            return None
        grown, raised = draft, frozenset[str]()
        for number in range(more.things_at_most):
            base = self._settled(grown)
            if due := self._one_due_set(base, more, {one.id for one in base.kept} - raised):
                grown, raised = due[0], raised | {due[1]}
                continue
            first = [one.id for one in base.kept if number == 0 and one.candidate.exercise.slot in more.slots_first]
            doses = [step for step in more.steps if step.figure is not ProgressFigure.MOVES]
            one_more = self._one_more(base, replace(more, steps=tuple(doses)), set(first)) if first else None
            one_more = one_more or self._one_more(base, more, {one.id for one in base.kept} - raised)
            if one_more is None:
                break
            before = {one.id: one.dose for one in base.kept}
            raised |= {name for name, item in one_more.moves.items() if before.get(name) != item.dose}
            grown = one_more
        return grown if raised else None

    def _one_due_set(self, base: Draft, more: Progress, among: set[str]) -> tuple[Draft, str] | None:
        """Return the draft with one set more of a move that should have it by now, and that move; None if none should."""
        for one, dose in due_sets(base.kept, among, self._dosing, more):
            grown = base.with_dose(one, dose)
            minutes = base.budget.minutes
            for kept in with_room(grown.kept, one.id, self._decision, minutes, self._moves_wanted()):
                attempt = replace(grown, kept=kept, count=len(kept))
                built = self._built(attempt)
                if is_as_meant(built, attempt):
                    return built, one.id
        return None

    def _one_more(self, base: Draft, more: Progress, among: set[str]) -> Draft | None:
        """Return the draft with one thing more, of one of these moves or a new one; None if nothing can be raised."""
        for step in more.steps:
            for budget in self._budgets:
                for attempt in self._attempts(replace(base, budget=budget), step, more, among):
                    built = self._built(attempt)
                    if is_as_meant(built, attempt):
                        return built
        return None

    def _settled(self, draft: Draft) -> Draft:
        """Return a draft in which every item that was built is kept at the dose that it has come to."""
        kept = []
        for item in draft.moves.values():
            candidate = in_form(self._candidates.get(item.exercise.id), item.form)
            assert candidate is not None  # it was built from the candidates
            kept.append(Kept(candidate, item.dose))
        return replace(draft, kept=tuple(kept), count=len(kept))

    def _attempts(self, draft: Draft, step: ProgressStep, more: Progress, among: set[str]) -> Iterator[Draft]:
        match step.figure:
            case ProgressFigure.MOVES:
                if len(draft.kept) < min(self._moves_wanted(), draft.budget.moves_at_most):
                    yield replace(draft, count=draft.count + step.by)
            case ProgressFigure.HARDER:
                for one in (one for one in draft.kept if one.id in among):
                    harder = self._first(one.candidate.exercise.harder, draft)
                    if harder is not None:
                        yield draft.with_other(one, _in_as_few_sets(harder, one), ChangeKind.HARDER)
            case _:
                yield from self._raised(draft, step, more, among)

    def _raised(self, draft: Draft, step: ProgressStep, more: Progress, among: set[str]) -> Iterator[Draft]:
        """Yield the draft with one figure of one move raised: the lowest first, by as much as the limits allow."""
        name = step.figure.value
        movable = [one for one in draft.kept if one.id in among and getattr(one.dose, name) is not None]
        for one in sorted(movable, key=lambda one: int(getattr(one.dose, name))):
            value = int(getattr(one.dose, name))
            most = getattr(most_dose(one.candidate.exercise, one.form, self._dosing, more), name) or 0
            by = min(step.by, most - value)
            # A hold goes up by its whole step or to its most; repeats may go up by fewer, where time is short.
            for raised in range(by, by - 1 if step.figure is ProgressFigure.HOLD_SECONDS else 0, -1) if by > 0 else ():
                dose = with_figures(one.dose, {name: value + raised})
                if is_allowed(dose, one, self._dosing, more):
                    yield draft.with_dose(one, dose)

    def _moves_wanted(self) -> int:
        """Return how many moves a routine of this stage has at least."""
        sizes = (branch.then.session_size for branch in self._decision.fired)
        return max((size.moves_at_least for size in sizes if size and size.moves_at_least is not None), default=0)


def _in_as_few_sets(harder: Kept, instead_of: Kept) -> Kept:
    """Return the harder move in no more sets than the one whose place it takes: it is harder, and that is the one thing."""
    sets = min(harder.dose.sets, instead_of.dose.sets)
    return replace(harder, dose=replace(harder.dose, sets=sets))
