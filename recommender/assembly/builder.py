"""Builds one routine from candidates: what it begins and ends with, which moves it has, in which order, with which doses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import ceil
from typing import NamedTuple

from recommender.assembly.edits import RoutineEditor, Selection
from recommender.assembly.screening import Candidate, ExerciseScreening
from recommender.assembly.selection import Room, Strictness, choose, count_usable, join, placements
from recommender.assembly.sequence import Sequencing
from recommender.assembly.time_budget import Clock, TimeBudget
from recommender.assembly.trace import AssemblyTrace, SelectionRound
from recommender.models.catalogue import DefaultRoutine, Form
from recommender.models.decision import Decision
from recommender.models.routine import Dose, Item, Placed, Routine, is_hold
from recommender.models.rules import Branch
from recommender.models.slots import END_SLOTS, Slot


class Builder:
    """Builds one routine from candidates: those of the screening, where no others are given.

    ``kept`` are doses from before, ``first`` the forms to begin and end with, ``unwanted`` is never offered.
    """

    def __init__(
        self,
        screen: ExerciseScreening,
        decision: Decision,
        budget: TimeBudget,
        candidates: Mapping[str, Candidate] | None = None,
        assembly_trace: AssemblyTrace | None = None,
        kept: Mapping[str, Dose] | None = None,
        first: Collection[str] = (),
        unwanted: frozenset[str] = frozenset(),
    ) -> None:
        self._screen = screen
        self._dosing = dosing = screen.dosing
        self._decision = decision
        self._budget = budget
        self._candidates = screen.candidates if candidates is None else candidates
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

    def refilled(
        self, kept: Sequence[Candidate], may_join: Iterable[Sequence[Candidate]], ends: Ends, away: frozenset[str]
    ) -> tuple[Item, ...]:
        """Return a routine of the kept moves, filled up from each group of others in turn, without the parts ``away``.

        Where an end gave way to the main place, there are no more moves than should be for it at the least.
        """
        fewer = ends != self._ends[0]
        room = self._room(ends, self._least_for_main_place if fewer else self._budget.moves_at_most)
        room = replace(room, bounds={slot: bounds for slot, bounds in room.bounds.items() if slot not in away})
        chosen = tuple(next(placements(candidate)) for candidate in kept)
        if not room.fits(chosen):
            chosen = join((), kept, self._decision, replace(room, is_full=lambda moves: False), Strictness.NONE)
        for others in may_join:
            chosen = join(chosen, self._free(others, ends), self._decision, room)
        return self.items(self._around(chosen, ends)) if chosen else ()

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
        reasons = _with_new_ones_first(map(self._reasons, sequence))
        chosen_ids = frozenset(placed.exercise.id for placed in sequence)
        return tuple(
            self._item(placed, dose, took, why, chosen_ids)
            for placed, dose, took, why in zip(sequence, doses, seconds, reasons, strict=True)
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
            Placed(candidate.exercise, form, slot, 0, candidate.helps_main_place, is_hold(candidate.exercise))
            for exercise in exercises
            if (candidate := self._candidates.get(exercise)) and candidate.usable
            for form in candidate.forms
            if (limit := self._dosing.most_seconds(candidate.exercise, form)) is None or seconds <= limit
        ]

    def _item(
        self, placed: Placed, dose: Dose, seconds: int, reasons: tuple[Branch, ...], taken: frozenset[str]
    ) -> Item:
        exercise, form = placed.exercise, placed.form
        notes = self._dosing.notes(exercise, form)
        easier, harder = (self._instead(others, form, taken) for others in (exercise.easier, exercise.harder))
        return Item(exercise, form, placed.slot, dose, seconds, reasons, notes, easier, harder)

    def _instead(self, exercises: Iterable[str], form: Form, taken: frozenset[str]) -> Item | None:
        """Return the first of the exercises that this person may and would do, rather one not in the routine yet.

        It is at its first dose, in the position the person is in if it can be done there.
        """
        wanted = [exercise for exercise in exercises if exercise not in self._unwanted]
        known = [self._candidates[exercise] for exercise in wanted if exercise in self._candidates]
        usual = DefaultRoutine.YES
        allowed = [move for move in known if move.wanted or move.exercise.default_routine is usual]
        if not allowed:
            return None
        candidate = min(allowed, key=lambda move: move.exercise.id in taken)
        own = min(candidate.forms, key=lambda other: other.position != form.position)
        return self._screen.at_first_dose(candidate, own)

    def _reasons(self, placed: Placed) -> tuple[Branch, ...]:
        """Return the branches that asked for an item by name, or those behind its part in the order, its place, the time."""
        asked = self._candidates[placed.exercise.id].reasons
        if asked:
            return asked
        if placed.slot in END_SLOTS:
            return self._ordering[placed.slot]
        if placed.helps_main_place:
            return tuple(branch for branch in self._targeting if branch.then.target_regions & placed.exercise.regions)
        return self._planning

    @cached_property
    def _ordering(self) -> Mapping[Slot, tuple[Branch, ...]]:
        ordering = [(branch, branch.then.order) for branch in self._decision.fired if branch.then.order]
        return {
            Slot.WARM_UP: tuple(branch for branch, order in ordering if order.warm_up_first),
            Slot.CLOSING: tuple(branch for branch, order in ordering if order.closing),
        }

    @cached_property
    def _targeting(self) -> list[Branch]:
        return [branch for branch in self._decision.fired if branch.then.target_regions]

    @cached_property
    def _planning(self) -> tuple[Branch, ...]:
        return tuple(branch for branch in self._decision.fired if branch.then.plan)


class Ends(NamedTuple):
    """With which of the two ends a routine is made."""

    warm_up: bool
    closing: bool


def _with_new_ones_first(each: Iterable[tuple[Branch, ...]]) -> Iterator[tuple[Branch, ...]]:
    """Yield the reasons of each item, in front one that none before it has in front, if there is such a one."""
    said: set[str] = set()
    for reasons in each:
        reasons = tuple(sorted(reasons, key=lambda branch: branch.id in said))
        said.update(branch.id for branch in reasons[:1])
        yield reasons


def _helping(plan: Selection) -> int:
    return sum(move.helps_main_place for move in plan.moves)


def _not_in(chosen: Sequence[Placed], moves: Sequence[Candidate]) -> list[Candidate]:
    taken = {placed.exercise.id for placed in chosen}
    return [move for move in moves if move.exercise.id not in taken]


def _moves_far(last: Form | None, closing: Form) -> bool:
    return last is None or last.position != closing.position


def other_days(
    items: Sequence[Item],
    screen: ExerciseScreening,
    decision: Decision,
    budget: TimeBudget,
    unwanted: frozenset[str] = frozenset(),
) -> Routine | None:
    """Return the routine of the other days: the same, with other moves in the place of what is not for every day.

    What stays keeps its dose, and is the same item where nothing else of it changes either; ``unwanted`` never comes in.
    None where every day is alike, or where nothing else would be left to do.
    """
    away = decision.order.not_daily or frozenset()
    moves = [item for item in items if item.slot not in END_SLOTS]
    stays = [item for item in moves if not item.is_of(away)]
    if len(stays) == len(moves):
        return None
    builder = Builder(
        screen,
        decision,
        budget,
        kept={item.exercise.id: item.dose for item in moves},
        first=[item.form.key for item in items if item.slot in END_SLOTS],
        unwanted=unwanted,
    )
    ends = Ends(*(any(item.slot is slot for item in items) for slot in (Slot.WARM_UP, Slot.CLOSING)))
    gone = unwanted.union(item.exercise.id for item in moves)
    end_ids = [item.exercise.id for item in items if item.slot in END_SLOTS]

    def may_come(move: Candidate) -> bool:
        is_new = move.exercise.slot not in away and move.exercise.id not in gone
        return is_new and not any(decision.are_near_duplicates(move.exercise.id, end) for end in end_ids)

    may_join = [list(filter(may_come, group)) for group in (screen.moves, screen.others)]
    kept = [screen.candidates[item.exercise.id]._replace(forms=(item.form,)) for item in stays]
    refilled = builder.refilled(kept, may_join, ends, away)
    same = {item.exercise.id: item for item in items}
    shared = tuple(same[item.exercise.id] if item == same.get(item.exercise.id) else item for item in refilled)
    return Routine(budget.minutes, decision.stage, shared) if shared else None
