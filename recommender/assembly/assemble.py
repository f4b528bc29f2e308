"""Assemble a routine from a decision, and account for every exercise of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from recommender.assembly.breaks import breaks
from recommender.assembly.candidates import Candidate, Refusal, Screen
from recommender.assembly.dose import most_seconds, notes_for, start_dose, work_seconds
from recommender.assembly.fit import Clock, Frame, frame
from recommender.assembly.journal import Journal
from recommender.assembly.select import (
    MOVE_SLOTS,
    Limits,
    choose,
    count_usable,
    join,
    move_candidates,
    near_duplicates,
    slot_limits,
)
from recommender.assembly.sequence import Placed, in_order
from recommender.assembly.tailor import Plan, Tailor
from recommender.models.catalogue import Catalogue, DefaultRoutine, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, Because, Change, Choices, Dose, Item, LeftOut, Outcome, Routine
from recommender.models.rules import Branch
from recommender.models.wishes import NO_WISHES, Wishes

ALLOWED_MOVEMENTS = "allowed_movements"


def assemble(
    catalogue: Catalogue,
    decision: Decision,
    intake: Intake,
    journal: Journal | None = None,
    wishes: Wishes = NO_WISHES,
) -> Assembly:
    """Return the routine for an intake, what was left out and why, and the short routines for breaks.

    The same decision, intake and wishes always give the same routine. A wish that cannot be met is not; the changes
    say so. The steps before any wish are written to the journal, if there is one.

    Raises:
        DecisionError: the routine cannot be fitted to its time.
    """
    screen = Screen(catalogue, decision, intake)
    candidates = usable(screen)
    room = frame(decision, intake)
    builder = Builder(decision, room, candidates, journal, unwanted=wishes.unwanted)
    plan = builder.plan(move_candidates(candidates.values()))
    fitted, changes = builder.tailor(plan).fit(wishes) if plan else (None, ())
    items = builder.items(fitted) if fitted else ()
    chosen = (builder.sequence(plan) or ()) if plan else ()
    passed_over = _PassedOver(chosen, items, changes, decision, room)
    return _account(items, passed_over, room, screen, catalogue, decision, wishes, changes)


def account(items: tuple[Item, ...], room: Frame, screen: Screen, catalogue: Catalogue, decision: Decision) -> Assembly:
    """Return the items of a routine that was carried on, with every other exercise and why it is left out, and the breaks."""
    passed_over = _PassedOver(items, items, (), decision, room, is_carried_on=True)
    return _account(items, passed_over, room, screen, catalogue, decision)


def _account(
    items: tuple[Item, ...],
    passed_over: _PassedOver,
    room: Frame,
    screen: Screen,
    catalogue: Catalogue,
    decision: Decision,
    wishes: Wishes = NO_WISHES,
    changes: tuple[Change, ...] = (),
) -> Assembly:
    candidates = usable(screen)
    moves = move_candidates(candidates.values())
    refusals = [result for result in screen.results if isinstance(result, Refusal)]
    left_out = [LeftOut(refusal.exercise, refusal.because, refusal.reasons) for refusal in refusals]
    left_out += passed_over.each(candidates)
    order = {exercise.id: number for number, exercise in enumerate(catalogue.exercises)}
    return Assembly(
        routine=Routine(room.minutes, decision.stage, items),
        left_out=tuple(sorted(left_out, key=lambda left: order[left.exercise.id])),
        breaks=breaks(screen, catalogue, decision, wishes.unwanted),
        facts={ALLOWED_MOVEMENTS: count_usable(moves, decision) if items else 0},
        changes=changes,
    )


def choices(catalogue: Catalogue, decision: Decision, intake: Intake, wishes: Wishes) -> Mapping[str, Choices]:
    """Return what the person may do with each item of the routine that these wishes give, by exercise id."""
    candidates = usable(Screen(catalogue, decision, intake))
    builder = Builder(decision, frame(decision, intake), candidates)
    plan = builder.plan(move_candidates(candidates.values()))
    return builder.tailor(plan).choices(wishes) if plan else {}


def usable(screen: Screen) -> dict[str, Candidate]:
    """Return the exercises that may be used, by id."""
    return {result.exercise.id: result for result in screen.results if isinstance(result, Candidate)}


class Builder:
    """Builds one routine from candidates.

    ``kept`` are doses from before, ``first`` the forms to begin and end with, ``unwanted`` is never offered.
    """

    def __init__(
        self,
        decision: Decision,
        room: Frame,
        candidates: Mapping[str, Candidate],
        journal: Journal | None = None,
        kept: Mapping[str, Dose] | None = None,
        first: Collection[str] = (),
        unwanted: frozenset[str] = frozenset(),
    ) -> None:
        self._decision = decision
        self._room = room
        self._candidates = candidates
        self._journal = journal
        self._first = first
        self._unwanted = unwanted
        self._clock = Clock(decision, room, journal, kept)
        listed = sorted(room.row.warm_up, key=self._warm_up_rank)
        self._warm_ups = self._placements(listed, "warm_up", room.row.warm_up_seconds)
        self._warm_ups.sort(key=lambda item: item.form.key not in first)
        self._closings = self._placements(decision.order.closing or (), "closing", room.row.closing_seconds)
        endings = {item.exercise.id for item in self._closings}
        # The only way to close must not be spent on the warm-up: a routine has each exercise once.
        self._warm_ups.sort(key=lambda item: endings == {item.exercise.id})
        if journal is not None:
            journal.warm_ups, journal.closings = tuple(self._warm_ups), tuple(self._closings)

    def plan(self, moves: Sequence[Candidate]) -> Plan | None:
        """Return the parts of the routine that the rules choose; None where no routine can be made.

        A routine needs a warm-up, at least one move and a closing item.
        """
        plan = self._around(
            choose(self._free(moves), self._decision, self._room.moves_at_most, self._fits, self._journal)
        )
        sequence = self.sequence(plan) if plan.moves and self._warm_ups else None
        if sequence is None:
            return None
        if self._journal is not None:
            self._journal.sequence = sequence
        return plan

    def carry(self, moves: Sequence[Candidate], others: Sequence[Candidate], moves_at_most: int) -> tuple[Item, ...]:
        """Return a routine of the moves, as far as they go together, filled up with others to so many."""
        most = min(moves_at_most, self._room.moves_at_most)
        chosen = join((), self._free(moves), self._decision, most, self._fits)
        chosen = join(chosen, self._free(others), self._decision, most, self._fits)
        return self.items(self._around(chosen)) if chosen and self._warm_ups else ()

    def _free(self, moves: Sequence[Candidate]) -> list[Candidate]:
        """Return the moves that are not the warm-up already."""
        taken = {item.exercise.id for item in self._warm_ups[:1]}
        return [move for move in moves if move.exercise.id not in taken]

    def _fits(self, moves: Sequence[Placed]) -> bool:
        return self.sequence(self._around(moves)) is not None

    def tailor(self, plan: Plan) -> Tailor:
        return Tailor(plan, self.sequence, self._candidates, self._decision)

    def items(self, plan: Plan) -> tuple[Item, ...]:
        """Return the items of the routine in order, with their doses."""
        sequence = self.sequence(plan) or ()
        doses = self._clock.doses(sequence)
        seconds = self._clock.seconds(sequence, doses)
        chosen_ids = frozenset(placed.exercise.id for placed in sequence)
        return tuple(
            self._item(placed, dose, took, chosen_ids)
            for placed, dose, took in zip(sequence, doses, seconds, strict=True)
        )

    def sequence(self, plan: Plan) -> tuple[Placed, ...] | None:
        """Return the moves in order between a warm-up and a closing item, or None if they do not go together in the time."""
        warm_up = plan.warm_ups[0] if plan.warm_ups else None
        order = self._decision.order
        ordered = in_order(warm_up, plan.moves, None, order)
        if ordered is None:
            return None
        taken = {placed.exercise.id for placed in ordered}
        closings = [item for item in plan.closings if item.exercise.id not in taken]
        last = ordered[-1].form if ordered else None
        for closing in sorted(
            closings, key=lambda item: (item.form.key not in self._first, _moves_far(last, item.form))
        ):
            whole = in_order(warm_up, plan.moves, closing, order)
            if whole and self._clock.least(whole) <= self._room.seconds:
                return whole
        return None

    def _around(self, moves: Sequence[Placed]) -> Plan:
        return Plan(tuple(self._warm_ups), tuple(moves), tuple(self._closings))

    def _warm_up_rank(self, exercise: str) -> tuple[bool, int]:
        """Rank true warm-ups before stand-ins, and among them those that rules prefer; the plan's order settles the rest."""
        candidate = self._candidates.get(exercise)
        if candidate is None or candidate.exercise.slot != "warm_up":
            return True, 0
        return False, -candidate.score

    def _placements(self, exercises: Iterable[str], slot: str, seconds: int) -> list[Placed]:
        """Return every allowed form of the listed exercises, best first, that may be done for so many seconds."""
        return [
            Placed(candidate.exercise, form, slot, 0, candidate.helps_main_place)
            for exercise in exercises
            if (candidate := self._candidates.get(exercise)) and candidate.wanted
            for form in candidate.forms
            if (limit := most_seconds(candidate.exercise, form, self._decision)) is None or seconds <= limit
        ]

    def _item(self, placed: Placed, dose: Dose, seconds: int, taken: frozenset[str]) -> Item:
        notes = notes_for(placed.exercise, placed.form, self._decision)
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
            harder.exercise if harder else None,
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
        dose = start_dose(candidate.exercise, own, self._decision)
        seconds = work_seconds(dose, self._room.plan.timing)
        notes = notes_for(candidate.exercise, own, self._decision)
        return Item(candidate.exercise, own, candidate.exercise.slot, dose, seconds, candidate.reasons, notes)

    def _usual_reasons(self, placed: Placed) -> tuple[Branch, ...]:
        """Return the branches behind an item no rule asked for by name: its part in the order, or the main place."""
        fired = self._decision.fired
        if placed.slot == "warm_up":
            return tuple(branch for branch in fired if branch.then.order and branch.then.order.warm_up_first)
        if placed.slot == "closing":
            return tuple(branch for branch in fired if branch.then.order and branch.then.order.closing)
        return tuple(branch for branch in fired if branch.then.target & placed.exercise.regions)


def _moves_far(last: Form | None, closing: Form) -> bool:
    return last is None or last.position != closing.position


class _PassedOver:
    """Says why an allowed exercise is not in the routine. ``chosen`` is what the rules chose, before any wish."""

    def __init__(
        self,
        chosen: Sequence[Placed | Item],
        items: Sequence[Item],
        changes: Iterable[Change],
        decision: Decision,
        room: Frame,
        is_carried_on: bool = False,
    ) -> None:
        self._chosen = chosen
        self._items = items
        self._changes = {change.wish.unwanted: change for change in changes}
        self._decision = decision
        self._is_carried_on = is_carried_on
        self._limits = slot_limits(decision)
        self._is_full = sum(item.exercise.slot in MOVE_SLOTS for item in chosen) >= room.moves_at_most

    def each(self, candidates: Mapping[str, Candidate]) -> list[LeftOut]:
        in_it = {item.exercise.id for item in self._items}
        return [
            self._left_out(candidate, candidates)
            for candidate in candidates.values()
            if candidate.exercise.id not in in_it
        ]

    def _left_out(self, candidate: Candidate, candidates: Mapping[str, Candidate]) -> LeftOut:
        exercise = candidate.exercise
        change = self._changes.get(exercise.id)
        if change and change.outcome in (Outcome.DONE, Outcome.ONLY_OUT):
            instead = change.wish.instead if change.outcome is Outcome.DONE else None
            return LeftOut(exercise, Because.TAKEN_OUT, instead=candidates[instead].exercise if instead else None)
        if not candidate.wanted:
            return LeftOut(exercise, Because.NOT_FOR_YOUR_ANSWERS)
        if instead_of := self._taken_by(exercise):
            return LeftOut(exercise, Because.NEAR_DUPLICATE, instead=instead_of)
        if limiting := self._limiting(exercise.slot):
            return LeftOut(exercise, Because.NOT_FOR_YOUR_ANSWERS, limiting)
        if self._is_carried_on and exercise.slot in MOVE_SLOTS:
            return LeftOut(exercise, Because.ONE_AT_A_TIME)
        if exercise.slot not in MOVE_SLOTS or not (self._is_full or candidate.helps_main_place):
            return LeftOut(exercise, Because.NOT_FOR_YOUR_ANSWERS)
        return LeftOut(exercise, Because.TIME)

    def _taken_by(self, exercise: Exercise) -> Exercise | None:
        """Return what stands in its place: a near-duplicate, or the one warm-up or closing item a routine has."""
        taken: tuple[Item | Placed, ...] = (*self._items, *self._chosen)
        for item in taken:
            same_part = exercise.slot == item.slot and exercise.slot not in MOVE_SLOTS
            if same_part or near_duplicates(exercise.id, item.exercise.id, self._decision.order):
                return item.exercise
        return None

    def _limiting(self, slot: str) -> tuple[Branch, ...]:
        """Return the branches that allow no more moves of this slot than the rules chose."""
        most = self._limits.get(slot, Limits()).at_most
        if most is None or sum(item.exercise.slot == slot for item in self._chosen) < most:
            return ()
        given = self._decision.each(lambda branch: branch.then.mix)
        return tuple(branch for branch, limit in given if limit.slot == slot and limit.at_most == most)
