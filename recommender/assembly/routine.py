"""Assemble a routine from a decision, and account for every exercise of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import ceil
from typing import NamedTuple

from recommender.assembly.breaks import breaks
from recommender.assembly.dose import Dosing
from recommender.assembly.edits import RoutineEditor, Selection
from recommender.assembly.screening import Candidate, Excluded, ExerciseScreening
from recommender.assembly.selection import Room, Strictness, choose, count_usable, join
from recommender.assembly.sequence import Sequencing
from recommender.assembly.time_budget import Clock, TimeBudget, time_budget
from recommender.assembly.trace import AssemblyTrace, SelectionRound
from recommender.models.catalogue import Catalogue, DefaultRoutine, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.edits import NO_EDITS, RoutineEdits
from recommender.models.questionnaire import Intake
from recommender.models.routine import (
    AppliedEdit,
    Assembly,
    Choices,
    Dose,
    EditOutcome,
    ExclusionReason,
    Item,
    LeftOut,
    Placed,
    Routine,
)
from recommender.models.rules import Branch
from recommender.models.slots import MOVE_SLOTS, Slot

ALLOWED_MOVEMENTS = "allowed_movements"


def assemble(
    catalogue: Catalogue,
    decision: Decision,
    intake: Intake,
    assembly_trace: AssemblyTrace | None = None,
    edits: RoutineEdits = NO_EDITS,
) -> Assembly:
    """Return the routine for an intake, what was left out and why, and the short routines for breaks.

    The same decision, intake and wishes always give the same routine. A wish that cannot be met is not; the changes
    say so. The steps before any wish are written to the journal, if there is one.

    Raises:
        DecisionError: the routine cannot be fitted to its time.
    """
    screen = ExerciseScreening(catalogue, decision, intake)
    budget = time_budget(decision, intake)
    builder = Builder(screen.dosing, decision, budget, screen.candidates, assembly_trace, unwanted=edits.unwanted)
    plan = builder.plan(screen.moves, screen.others)
    fitted, changes = builder.tailor(plan, screen.moves).fit(edits) if plan else (None, ())
    items = builder.items(fitted) if fitted else ()
    chosen = (builder.sequence(plan) or ()) if plan else ()
    passed_over = _PassedOver(chosen, items, changes, decision, budget)
    return _account(items, passed_over, budget, screen, catalogue, decision, edits, changes)


def account(
    items: tuple[Item, ...], budget: TimeBudget, screen: ExerciseScreening, catalogue: Catalogue, decision: Decision
) -> Assembly:
    """Return the items of a routine that was carried on, with every other exercise and why it is left out, and the breaks."""
    passed_over = _PassedOver(items, items, (), decision, budget, is_carried_on=True)
    return replace(_account(items, passed_over, budget, screen, catalogue, decision), is_carried_on=True)


def _account(
    items: tuple[Item, ...],
    passed_over: _PassedOver,
    budget: TimeBudget,
    screen: ExerciseScreening,
    catalogue: Catalogue,
    decision: Decision,
    edits: RoutineEdits = NO_EDITS,
    changes: tuple[AppliedEdit, ...] = (),
) -> Assembly:
    return Assembly(
        routine=Routine(budget.minutes, decision.stage, items),
        left_out=tuple(passed_over.each(screen)),
        breaks=breaks(screen, catalogue, decision, edits.unwanted),
        facts={ALLOWED_MOVEMENTS: count_usable(screen.moves, decision) if items else 0},
        changes=changes,
    )


def choices(catalogue: Catalogue, decision: Decision, intake: Intake, edits: RoutineEdits) -> Mapping[str, Choices]:
    """Return what the person may do with each item of the routine that these wishes give, by exercise id."""
    screen = ExerciseScreening(catalogue, decision, intake)
    builder = Builder(screen.dosing, decision, time_budget(decision, intake), screen.candidates)
    plan = builder.plan(screen.moves, screen.others)
    return builder.tailor(plan, screen.moves).choices(edits) if plan else {}


class Builder:
    """Builds one routine from candidates.

    ``kept`` are doses from before, ``first`` the forms to begin and end with, ``unwanted`` is never offered.
    """

    def __init__(
        self,
        dosing: Dosing,
        decision: Decision,
        budget: TimeBudget,
        candidates: Mapping[str, Candidate],
        assembly_trace: AssemblyTrace | None = None,
        kept: Mapping[str, Dose] | None = None,
        first: Collection[str] = (),
        unwanted: frozenset[str] = frozenset(),
    ) -> None:
        self._dosing = dosing
        self._decision = decision
        self._budget = budget
        self._candidates = candidates
        self._trace = assembly_trace
        self._first = first
        self._unwanted = unwanted
        self._sequenced: tuple[Selection, tuple[Placed, ...] | None] | None = None
        self._bounds = decision.slot_bounds_in(budget.minutes)
        self._clock = Clock(dosing, budget, assembly_trace, kept, decision.order.floor_tag, self._bounds)
        self._sequencing = Sequencing(decision.order)
        listed = sorted(budget.row.warm_up, key=self._warm_up_rank)
        self._warm_ups = self._placements(listed, Slot.WARM_UP, budget.row.warm_up_seconds)
        self._warm_ups.sort(key=lambda item: item.form.key not in first)
        self._closings = self._placements(decision.order.closing or (), Slot.CLOSING, budget.row.closing_seconds)
        endings = {item.exercise.id for item in self._closings}
        # The only way to close must not be spent on the warm-up: a routine has each exercise once.
        self._warm_ups.sort(key=lambda item: endings == {item.exercise.id})
        self._ends = self._possible_ends()
        if assembly_trace is not None:
            assembly_trace.warm_ups, assembly_trace.closings = tuple(self._warm_ups), tuple(self._closings)

    def _possible_ends(self) -> list[Ends]:
        """Return with which of warm-up and closing item a routine may be made, most ends first; the warm-up before the other."""
        most = min(self._budget.row.ends_at_most, bool(self._warm_ups) + bool(self._closings))
        every = [Ends(True, True), Ends(True, False), Ends(False, True), Ends(False, False)]
        usable = [
            ends
            for ends in every
            if sum(ends) <= most and ends.warm_up <= bool(self._warm_ups) and ends.closing <= bool(self._closings)
        ]
        return usable

    def plan(self, moves: Sequence[Candidate], others: Sequence[Candidate] = ()) -> Selection | None:
        """Return the parts of the routine that the rules choose; None where no routine can be made.

        It has a warm-up and a closing item, unless fewer moves for the main place than there should be go with them: then
        these give way. ``others`` are usual moves for other places, which only fill up what time is left.
        """
        best: Selection | None = None
        rounds: list[SelectionRound] = []
        for ends in self._ends:
            plan = self._chosen(moves, others, ends)
            if plan.moves and self.sequence(plan) and (best is None or _helping(plan) > _helping(best)):
                best = plan
                rounds = list(self._trace.rounds) if self._trace is not None else []
            if best is not None and _helping(best) >= self._wanted_for_main_place(moves):
                break
        if best is not None and self._trace is not None:
            self._trace.sequence = self.sequence(best) or ()
            self._trace.rounds[:] = rounds
        return best

    def _chosen(self, moves: Sequence[Candidate], others: Sequence[Candidate], ends: Ends) -> Selection:
        if self._trace is not None:
            self._trace.rounds.clear()
        fewer = ends != self._ends[0]
        room = self._room(ends, self._least_for_main_place if fewer else self._budget.moves_at_most)
        spare = [] if fewer else self._free(others, ends)
        chosen = choose(self._free(moves, ends), self._decision, room, self._trace, spare)
        if spare and not room.is_full(chosen):
            left = _not_in(chosen, spare)
            chosen = join(chosen, left, self._decision, room, Strictness.NONE, self._trace)
        return self._around(chosen, ends)

    def _room(self, ends: Ends, moves_at_most: int) -> Room:
        least, full_from = self._budget.row.moves[0], self._budget.full_from_seconds

        def is_full(moves: Sequence[Placed]) -> bool:
            if len(moves) < least:
                return False
            sequence = self.sequence(self._around(moves, ends))
            return sequence is not None and self._clock.at_start(sequence) >= full_from

        return Room(
            moves_at_most=min(moves_at_most, self._budget.moves_at_most),
            fits=lambda moves: self.sequence(self._around(moves, ends)) is not None,
            is_full=is_full,
            seconds=self._clock.start_seconds,
            bounds=self._bounds,
        )

    def _wanted_for_main_place(self, moves: Sequence[Candidate]) -> int:
        """Return how many moves for the main place there should be, as far as so many may be done."""
        helping = [move for move in moves if move.helps_main_place]
        return min(self._least_for_main_place, count_usable(helping, self._decision))

    @cached_property
    def _least_for_main_place(self) -> int:
        return ceil((self._decision.order.main_place_share_at_least or 0.0) * self._budget.row.moves[0])

    def carry(self, moves: Sequence[Candidate], others: Sequence[Candidate], moves_at_most: int) -> tuple[Item, ...]:
        """Return a routine of the moves, as far as they go together, filled up with others to so many."""
        for ends in self._ends:
            room = replace(self._room(ends, moves_at_most), is_full=lambda moves: False)
            kept, new = self._free(moves, ends), self._free(others, ends)
            chosen = join((), kept, self._decision, room)
            chosen = join(chosen, new, self._decision, room)
            chosen = join(chosen, _not_in(chosen, kept), self._decision, room, Strictness.NONE)
            if chosen:
                return self.items(self._around(chosen, ends))
        return ()

    def _free(self, moves: Sequence[Candidate], ends: Ends) -> list[Candidate]:
        """Return the moves that are not the warm-up already."""
        taken = {item.exercise.id for item in self._warm_ups[: int(ends.warm_up)]}
        return [move for move in moves if move.exercise.id not in taken]

    def tailor(self, plan: Selection, moves: Sequence[Candidate]) -> RoutineEditor:
        return RoutineEditor(plan, self.sequence, self._candidates, moves, self._decision)

    def items(self, plan: Selection) -> tuple[Item, ...]:
        """Return the items of the routine in order, with their doses."""
        sequence = self.sequence(plan) or ()
        doses = self._clock.doses(sequence)
        seconds = self._clock.seconds(sequence, doses)
        chosen_ids = frozenset(placed.exercise.id for placed in sequence)
        return _with_new_reasons_first(
            self._item(placed, dose, took, chosen_ids)
            for placed, dose, took in zip(sequence, doses, seconds, strict=True)
        )

    def sequence(self, plan: Selection) -> tuple[Placed, ...] | None:
        """Return the moves in order between a warm-up and a closing item, or None if they do not go together in the time."""
        if self._sequenced is None or self._sequenced[0] != plan:
            self._sequenced = plan, self._sequence(plan)
        return self._sequenced[1]

    def _sequence(self, plan: Selection) -> tuple[Placed, ...] | None:
        warm_up = plan.warm_ups[0] if plan.warm_ups else None
        ordered = self._sequencing.best(warm_up, plan.moves)
        if ordered is None:
            return None
        taken = {placed.exercise.id for placed in ordered.items}
        if not plan.closes:
            return ordered.items if self._clock.least(ordered.items) <= self._budget.seconds else None
        closings = [item for item in plan.closings if item.exercise.id not in taken]
        last = ordered.items[-1].form if ordered.items else None
        for closing in sorted(
            closings, key=lambda item: (item.form.key not in self._first, _moves_far(last, item.form))
        ):
            # The best order without an ending is the best with it too, where the ending may follow it.
            whole = self._sequencing.closed(ordered, closing) or self._sequencing.best(warm_up, plan.moves, closing)
            if whole and self._clock.least(whole.items) <= self._budget.seconds:
                return whole.items
        return None

    def _around(self, moves: Sequence[Placed], ends: Ends) -> Selection:
        warm_ups = tuple(self._warm_ups) if ends.warm_up else ()
        return Selection(warm_ups, tuple(moves), tuple(self._closings) if ends.closing else (), closes=ends.closing)

    def _warm_up_rank(self, exercise: str) -> tuple[bool, int]:
        """Rank true warm-ups before stand-ins, and among them those that rules prefer; the plan's order settles the rest."""
        candidate = self._candidates.get(exercise)
        if candidate is None or candidate.exercise.slot is not Slot.WARM_UP:
            return True, 0
        return False, -candidate.score

    def _placements(self, exercises: Iterable[str], slot: Slot, seconds: int) -> list[Placed]:
        """Return every allowed form of the listed exercises, best first, that may be done for so many seconds."""
        return [
            Placed(candidate.exercise, form, slot, 0, candidate.helps_main_place)
            for exercise in exercises
            if (candidate := self._candidates.get(exercise)) and candidate.usable
            for form in candidate.forms
            if (limit := self._dosing.most_seconds(candidate.exercise, form)) is None or seconds <= limit
        ]

    def _item(self, placed: Placed, dose: Dose, seconds: int, taken: frozenset[str]) -> Item:
        notes = self._dosing.notes(placed.exercise, placed.form)
        reasons = self._candidates[placed.exercise.id].reasons or self._usual_reasons(placed)
        easier, harder = (self._allowed(others, taken) for others in (placed.exercise.easier, placed.exercise.harder))
        return Item(
            placed.exercise,
            placed.form,
            placed.slot,
            dose,
            seconds,
            reasons,
            notes,
            self._instead(easier, placed.form) if easier else None,
            self._instead(harder, placed.form) if harder else None,
        )

    def _allowed(self, exercises: Iterable[str], taken: frozenset[str]) -> Candidate | None:
        """Return the first of the exercises that this person may and would do, rather one not in the routine yet."""
        wanted = [exercise for exercise in exercises if exercise not in self._unwanted]
        known = [self._candidates[exercise] for exercise in wanted if exercise in self._candidates]
        usual = DefaultRoutine.YES
        allowed = [move for move in known if move.wanted or move.exercise.default_routine is usual]
        return min(allowed, key=lambda move: move.exercise.id in taken, default=None)

    def _instead(self, candidate: Candidate, form: Form) -> Item:
        """Return an exercise at its first dose, in the position the person is in if it can be done there."""
        own = min(candidate.forms, key=lambda other: other.position != form.position)
        dose = self._dosing.start(candidate.exercise, own)
        seconds = self._dosing.work_seconds(dose)
        notes = self._dosing.notes(candidate.exercise, own)
        return Item(candidate.exercise, own, candidate.exercise.slot, dose, seconds, candidate.reasons, notes)

    def _usual_reasons(self, placed: Placed) -> tuple[Branch, ...]:
        """Return the branches behind an item no rule asked for by name: its part in the order, the main place, the time."""
        fired = self._decision.fired
        if placed.slot is Slot.WARM_UP:
            return tuple(branch for branch in fired if branch.then.order and branch.then.order.warm_up_first)
        if placed.slot is Slot.CLOSING:
            return tuple(branch for branch in fired if branch.then.order and branch.then.order.closing)
        if not placed.helps_main_place:
            return tuple(branch for branch in fired if branch.then.plan)
        return tuple(branch for branch in self._targeting if branch.then.target_regions & placed.exercise.regions)

    @cached_property
    def _targeting(self) -> list[Branch]:
        return [branch for branch in self._decision.fired if branch.then.target_regions]


class Ends(NamedTuple):
    """With which of the two ends a routine is made."""

    warm_up: bool
    closing: bool


def _with_new_reasons_first(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items, each with a reason in front that none before it has in front, if it has such a one."""
    said: set[str] = set()
    result = []
    for item in items:
        reasons = tuple(sorted(item.reasons, key=lambda branch: branch.id in said))
        said.update(branch.id for branch in reasons[:1])
        result.append(replace(item, reasons=reasons))
    return tuple(result)


def _helping(plan: Selection) -> int:
    return sum(move.helps_main_place for move in plan.moves)


def _not_in(chosen: Sequence[Placed], moves: Sequence[Candidate]) -> list[Candidate]:
    taken = {placed.exercise.id for placed in chosen}
    return [move for move in moves if move.exercise.id not in taken]


def _moves_far(last: Form | None, closing: Form) -> bool:
    return last is None or last.position != closing.position


class _PassedOver:
    """Says why an exercise is not in the routine. ``chosen`` is what the rules chose, before any wish."""

    def __init__(
        self,
        chosen: Sequence[Placed | Item],
        items: Sequence[Item],
        changes: Iterable[AppliedEdit],
        decision: Decision,
        budget: TimeBudget,
        is_carried_on: bool = False,
    ) -> None:
        self._chosen = chosen
        self._items = items
        self._in_their_places = (*items, *chosen)
        self._changes = {change.edit.unwanted: change for change in changes}
        self._decision = decision
        self._is_carried_on = is_carried_on
        taken = sum(item.exercise.slot in MOVE_SLOTS for item in chosen)
        seconds = sum(item.seconds for item in items)
        self._is_full = taken >= budget.moves_at_most or seconds >= budget.full_from_seconds

    def each(self, screen: ExerciseScreening) -> Iterator[LeftOut]:
        """Yield every exercise that is not in the routine, in the order of the catalogue."""
        in_it = {item.exercise.id for item in self._items}
        for result in screen.results:
            if isinstance(result, Excluded):
                yield LeftOut(result.exercise, result.because, result.reasons)
            elif result.exercise.id not in in_it:
                yield self._left_out(result, screen.candidates)

    def _left_out(self, candidate: Candidate, candidates: Mapping[str, Candidate]) -> LeftOut:
        exercise = candidate.exercise
        change = self._changes.get(exercise.id)
        if change and change.outcome in (EditOutcome.DONE, EditOutcome.ONLY_OUT):
            instead = change.edit.instead if change.outcome is EditOutcome.DONE else None
            return LeftOut(
                exercise, ExclusionReason.TAKEN_OUT, instead=candidates[instead].exercise if instead else None
            )
        if not candidate.wanted:
            return LeftOut(exercise, ExclusionReason.NOT_FOR_YOUR_ANSWERS)
        instead_of = self._taken_by(exercise)
        if instead_of is not None:
            return LeftOut(exercise, ExclusionReason.NEAR_DUPLICATE, instead=instead_of)
        if limiting := self._limiting.get(exercise.slot):
            return LeftOut(exercise, ExclusionReason.NOT_FOR_YOUR_ANSWERS, limiting)
        if self._is_carried_on and exercise.slot in MOVE_SLOTS:
            return LeftOut(exercise, ExclusionReason.ONE_AT_A_TIME)
        if exercise.slot not in MOVE_SLOTS or not self._is_full:
            return LeftOut(exercise, ExclusionReason.NOT_FOR_YOUR_ANSWERS)
        return LeftOut(exercise, ExclusionReason.TIME)

    def _taken_by(self, exercise: Exercise) -> Exercise | None:
        """Return what stands in its place: a near-duplicate, or the one warm-up or closing item a routine has."""
        alike = self._decision.alike.get(exercise.id, ())
        is_end = exercise.slot not in MOVE_SLOTS
        for item in self._in_their_places if alike or is_end else ():
            same_part = is_end and exercise.slot is item.slot
            if same_part or item.exercise.id in alike:
                return item.exercise
        return None

    @cached_property
    def _limiting(self) -> Mapping[str, tuple[Branch, ...]]:
        """The branches that allow no more moves of a slot than the rules chose, by that slot."""
        given = list(self._decision.each(lambda branch: branch.then.slot_limits))
        return {
            slot: tuple(branch for branch, limit in given if limit.slot == slot and limit.at_most == bounds.at_most)
            for slot, bounds in self._decision.slot_bounds.items()
            if bounds.holds_back(sum(item.exercise.slot == slot for item in self._chosen))
        }
