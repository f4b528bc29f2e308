"""The next routine after a check: the one from before, as far as the rules still allow it, with what the check asks for.

Of what asks for more, one thing changes at a time. What the rules no longer allow is left out or lowered whatever the
check says, and the result goes through the same final check as a first routine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from recommender.assembly.assemble import Builder, account, usable
from recommender.assembly.candidates import Candidate, Screen
from recommender.assembly.changes import changes_between
from recommender.assembly.dose import start_dose
from recommender.assembly.fit import Frame, frame
from recommender.assembly.kept import (
    Kept,
    eased,
    in_form,
    is_allowed,
    may_be_used,
    most_dose,
    split,
    with_figures,
    within_limits,
)
from recommender.assembly.select import MOVE_SLOTS, move_candidates, near_duplicates
from recommender.models.catalogue import Catalogue, Exercise
from recommender.models.check_in import Change, ChangeKind, Done
from recommender.models.decision import Decision
from recommender.models.follow_up import Action, Figure, FollowUp, Progress, ProgressStep
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, Dose, Item
from recommender.models.rules import Branch

# An exercise of the new routine -> (the one whose place it takes, how that is told).
Swaps = dict[str, tuple[Exercise, ChangeKind]]


@dataclass(frozen=True, slots=True)
class CarryPlan:
    """What a check asks for. ``branch`` decided, if any rule did; ``more`` is the branch with the steps of progress.

    ``checks`` were before this one. ``hurting`` are moves to ease now, ``barred`` those that ever hurt.
    """

    follow_up: FollowUp
    branch: Branch | None = None
    more: Branch | None = None
    limits: Progress | None = None
    checks: int = 0
    hurting: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Carried:
    """The next routine and what is different in it. ``is_full`` says that there was nothing left to raise."""

    assembly: Assembly
    changes: tuple[Change, ...]
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """Moves that are meant to stay, and how many moves the routine is to have with others."""

    kept: tuple[Kept, ...]
    count: int
    room: Frame
    swaps: Swaps = field(default_factory=dict)
    items: tuple[Item, ...] = ()

    @property
    def moves(self) -> dict[str, Item]:
        return {item.exercise.id: item for item in self.items if item.exercise.slot in MOVE_SLOTS and _is_move(item)}

    def with_dose(self, one: Kept, dose: Dose) -> _Draft:
        kept = tuple(replace(other, dose=dose) if other is one else other for other in self.kept)
        return replace(self, kept=kept)

    def with_other(self, one: Kept, other: Kept, kind: ChangeKind) -> _Draft:
        kept = tuple(other if before is one else before for before in self.kept)
        return replace(self, kept=kept, swaps={**self.swaps, other.id: (one.candidate.exercise, kind)})


def carry_on(
    catalogue: Catalogue, decision: Decision, intake: Intake, done: tuple[Done, ...], plan: CarryPlan
) -> Carried:
    """Return the next routine; one without items where none can be made.

    Raises:
        DecisionError: the routine cannot be fitted to its time.
    """
    return _Carrier(catalogue, decision, intake, done, plan).carry_on()


class _Carrier:
    def __init__(
        self, catalogue: Catalogue, decision: Decision, intake: Intake, done: tuple[Done, ...], plan: CarryPlan
    ) -> None:
        self._catalogue = catalogue
        self._decision = decision
        self._plan = plan
        self._screen = Screen(catalogue, decision, intake)
        self._candidates = usable(self._screen)
        self._before = split(done, decision)
        self._rooms = self._possible_rooms(frame(decision, intake))

    def carry_on(self) -> Carried:
        draft = self._with_stand_ins(self._built(self._changed(self._start())))
        is_full = False
        if self._plan.follow_up.action is Action.PROGRESS:
            further = self._progressed(draft)
            draft, is_full = further or draft, further is None
        return self._carried(draft, is_full)

    def _carried(self, draft: _Draft, is_full: bool) -> Carried:
        assembly = account(draft.items, draft.room, self._screen, self._catalogue, self._decision, is_carried_on=True)
        changes = changes_between(
            self._before.moves, assembly, draft.swaps, self._decision, self._plan.branch, self._plan.more
        )
        return Carried(assembly, changes, is_full)

    def _possible_rooms(self, room: Frame) -> tuple[Frame, ...]:
        """Return the rooms for the session, the one to use first: as long as before, then the next longer one.

        How long it was is told by the warm-up. ``rows_down`` makes it shorter.
        """
        rows = sorted((row for row in room.plan.rows if row.minutes <= room.minutes), key=lambda row: row.minutes)
        warm_up = self._before.warm_up
        seconds = warm_up.dose.seconds if warm_up else None
        shorter = [number for number, row in enumerate(rows) if seconds is not None and row.warm_up_seconds <= seconds]
        last = shorter[-1] if shorter else len(rows) - 1
        last = max(0, last - self._plan.follow_up.rows_down)
        return tuple(self._room(room, row.minutes) for row in rows[last : last + 2])

    def _room(self, room: Frame, minutes: int) -> Frame:
        row = next(row for row in room.plan.rows if row.minutes == minutes)
        if row == room.row:
            return room
        return Frame(minutes, row, min(row.moves[1], room.moves_at_most), room.plan)

    def _start(self) -> _Draft:
        """Return the moves from before that may stay, the best first, with doses within today's limits."""
        kept = []
        for item in self._before.moves:
            candidate = in_form(self._candidates.get(item.exercise.id), item.form)
            if candidate is not None:
                dose = within_limits(
                    self._share(item.dose),
                    item.exercise,
                    item.form,
                    self._decision,
                    self._plan.limits,
                    self._plan.checks,
                )
                kept.append(Kept(candidate, dose))
        kept.sort(key=lambda one: (-one.candidate.score, one.id))
        return _Draft(tuple(kept), max(1, len(self._before.moves)), self._rooms[0])

    def _share(self, dose: Dose) -> Dose:
        """Return what the check leaves of a dose."""
        wanted = self._plan.follow_up
        return dose if wanted.times is None else eased(dose, wanted.times, wanted.hold_seconds_at_least or 1)

    def _changed(self, draft: _Draft) -> _Draft:
        """Return the draft with what the check asks for, progress apart."""
        wanted = self._plan.follow_up
        if wanted.ease_hurting:
            draft = self._without_hurting(draft)
        for _ in range(wanted.swap_moves):
            draft = self._with_one_swapped(draft)
        return draft

    def _without_hurting(self, draft: _Draft) -> _Draft:
        for one in [one for one in draft.kept if one.id in self._plan.hurting]:
            easier = self._first(one.candidate.exercise.easier, draft)
            if easier is not None:
                draft = draft.with_other(one, easier, ChangeKind.EASIER)
            else:
                kept = tuple(other for other in draft.kept if other is not one)
                draft = replace(draft, kept=kept, count=max(1, draft.count - 1))
        return draft

    def _first(self, exercises: tuple[str, ...], draft: _Draft) -> Kept | None:
        """Return the first of the exercises that may join, at its first dose."""
        taken = {one.id for one in draft.kept} | self._plan.barred | self._plan.hurting
        for name in exercises:
            candidate = self._candidates.get(name)
            if candidate is not None and name not in taken and may_be_used(candidate):
                return self._fresh(candidate)
        return None

    def _fresh(self, candidate: Candidate) -> Kept:
        return Kept(candidate, start_dose(candidate.exercise, candidate.forms[0], self._decision))

    def _with_one_swapped(self, draft: _Draft) -> _Draft:
        """Return the draft with its last choice changed for another of the same part and place; as it is if none fits."""
        for one in [one for one in reversed(draft.kept) if not one.candidate.is_direction]:
            for other in self._alike(one, draft):
                swapped = self._built(draft.with_other(one, self._fresh(other), ChangeKind.SWAPPED))
                if {kept.id for kept in swapped.kept} == set(swapped.moves):
                    return swapped
        return draft

    def _alike(self, one: Kept, draft: _Draft) -> Iterator[Candidate]:
        exercise = one.candidate.exercise
        present = {kept.id for kept in draft.kept} | self._plan.barred
        for candidate in move_candidates(self._candidates.values()):
            other = candidate.exercise
            alike = other.slot == exercise.slot and other.regions & exercise.regions
            clash = any(near_duplicates(other.id, name, self._decision.order) for name in present - {exercise.id})
            if alike and other.id not in present and not clash:
                yield candidate

    def _built(self, draft: _Draft) -> _Draft:
        """Return the draft with its items: the kept moves as far as they go together, and others for those lost."""
        kept = {one.id: one for one in draft.kept}
        candidates = {**self._candidates, **{name: one.candidate for name, one in kept.items()}}
        ends = [item.form.key for item in (self._before.warm_up, self._before.closing) if item is not None]
        doses = {name: one.dose for name, one in kept.items()}
        builder = Builder(self._decision, draft.room, candidates, kept=doses, first=ends)
        away = set(kept) | self._plan.barred | self._plan.hurting
        others = [move for move in move_candidates(self._candidates.values()) if move.exercise.id not in away]
        items = builder.carry([one.candidate for one in draft.kept], others, draft.count)
        return replace(draft, items=items)

    def _with_stand_ins(self, draft: _Draft) -> _Draft:
        """Return the draft in which every move that others let in counts as standing in for one that had to go."""
        swaps = {name: swap for name, swap in draft.swaps.items() if name in draft.moves}
        swapped = {gone.id for gone, _ in swaps.values()}
        before = {item.exercise.id: item.exercise for item in self._before.moves}
        gone = [one for name, one in before.items() if name not in draft.moves and name not in swapped]
        new = [name for name in draft.moves if name not in before and name not in swaps]
        pairs = {name: (one, ChangeKind.SWAPPED) for name, one in zip(new, gone, strict=False)}
        return replace(draft, swaps={**swaps, **pairs})

    def _progressed(self, draft: _Draft) -> _Draft | None:
        """Return the draft with one thing more, or None if nothing can be raised."""
        more = self._plan.more.then.progress if self._plan.more else None
        if more is None or not draft.items:
            return None
        base = self._settled(draft)
        for step in more.steps:
            for room in self._rooms:
                for attempt in self._attempts(replace(base, room=room), step, more):
                    built = self._built(attempt)
                    if _is_as_meant(built, attempt):
                        return built
        return None

    def _settled(self, draft: _Draft) -> _Draft:
        """Return a draft in which every item that was built is kept at the dose that it has come to."""
        kept = []
        for item in draft.moves.values():
            candidate = in_form(self._candidates.get(item.exercise.id), item.form)
            assert candidate is not None  # it was built from the candidates
            kept.append(Kept(candidate, item.dose))
        return replace(draft, kept=tuple(kept), count=len(kept))

    def _attempts(self, draft: _Draft, step: ProgressStep, more: Progress) -> Iterator[_Draft]:
        match step.figure:
            case Figure.MOVES:
                if len(draft.kept) < min(self._moves_wanted(), draft.room.moves_at_most):
                    yield replace(draft, count=draft.count + step.by)
            case Figure.HARDER:
                for one in draft.kept:
                    harder = self._first(one.candidate.exercise.harder, draft)
                    if harder is not None:
                        yield draft.with_other(one, harder, ChangeKind.HARDER)
            case _:
                yield from self._raised(draft, step, more)

    def _raised(self, draft: _Draft, step: ProgressStep, more: Progress) -> Iterator[_Draft]:
        """Yield the draft with one figure of one move raised: the lowest first, by as much as the limits allow."""
        name = step.figure.value
        movable = [one for one in draft.kept if getattr(one.dose, name) is not None]
        for one in sorted(movable, key=lambda one: int(getattr(one.dose, name))):
            value = int(getattr(one.dose, name))
            most = getattr(most_dose(one.candidate.exercise, one.form, self._decision, more), name) or 0
            by = min(step.by, most - value)
            # A hold goes up by its whole step or to its most; repeats may go up by fewer, where time is short.
            for raised in range(by, by - 1 if step.figure is Figure.HOLD_SECONDS else 0, -1) if by > 0 else ():
                dose = with_figures(one.dose, {name: value + raised})
                if is_allowed(dose, one, self._decision, more):
                    yield draft.with_dose(one, dose)

    def _moves_wanted(self) -> int:
        """Return how many moves a routine of this stage has at least."""
        sizes = (branch.then.size for branch in self._decision.fired)
        return max((size.moves_at_least for size in sizes if size and size.moves_at_least is not None), default=0)


def _is_move(item: Item) -> bool:
    return item.slot not in ("warm_up", "closing")


def _is_as_meant(built: _Draft, attempt: _Draft) -> bool:
    """Return whether exactly what was meant has come about: nothing lost, nothing trimmed, nobody else let in."""
    moves: Mapping[str, Item] = built.moves
    if len(moves) != attempt.count:
        return False
    return all(one.id in moves and moves[one.id].dose == one.dose for one in attempt.kept)
