"""Choose the movements: the best first, one of each near-duplicate group, in the shares that the rules ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import combinations, takewhile

from recommender.assembly.screening import Candidate
from recommender.assembly.trace import AssemblyTrace, Purpose, RejectionReason, SelectionRound
from recommender.models.decision import Decision
from recommender.models.routine import Placed, is_hold
from recommender.models.slots import NO_BOUNDS, Slot, SlotBounds

Fits = Callable[[Sequence[Placed]], bool]


class Strictness(IntEnum):
    """Which shares a move must keep to join: first all, then all but those of the time, then none.

    Where shares clash, the minutes given come before a share of the time, and the main place before the minutes: a move
    for another place joins beyond its share only when none for the main place is left.
    """

    NONE = 0
    COUNTS = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Room:
    """What choosing must know of the time: how many moves, whether they fit, whether they fill it, and what each takes."""

    moves_at_most: int
    fits: Fits
    is_full: Fits = lambda moves: False
    seconds: Callable[[Placed], int] = lambda move: 0
    bounds: Mapping[str, SlotBounds] = field(default_factory=dict)


def count_usable(candidates: Iterable[Candidate], decision: Decision) -> int:
    """Return how many movements are left to choose from.

    Each near-duplicate group counts once, and a slot never for more than its limit allows.
    """
    groups = [(min(group), group) for group in reversed(decision.order.near_duplicates or ())]
    stands_for = {exercise: first for first, group in groups for exercise in group}
    kinds: dict[str, set[str]] = {}
    for candidate in candidates:
        exercise = candidate.exercise
        kinds.setdefault(exercise.slot, set()).add(stands_for.get(exercise.id, exercise.id))
    bounds = decision.slot_bounds
    return sum(_at_most(len(each), bounds.get(slot, NO_BOUNDS).at_most) for slot, each in kinds.items())


def purpose(candidate: Candidate) -> Slot:
    """Return what a move is for: its slot, or DIRECTION where it is the direction item."""
    return Slot.DIRECTION if candidate.is_direction else candidate.exercise.slot


def placements(candidate: Candidate) -> Iterator[Placed]:
    """Yield the candidate as a move, in each of its forms, the one to use first."""
    exercise, slot = candidate.exercise, purpose(candidate)
    for form in candidate.forms:
        yield Placed(exercise, form, slot, candidate.score, candidate.helps_main_place, is_hold(exercise))


def choose(
    candidates: Sequence[Candidate],
    decision: Decision,
    room: Room,
    assembly_trace: AssemblyTrace | None = None,
    others: Sequence[Candidate] = (),
) -> tuple[Placed, ...]:
    """Return the chosen moves, in no particular order yet.

    First comes a moving item for the main place, then the direction item, then one round for the slots that need a
    minimum, of which ``others`` may be where no candidate is left, then the best of the rest, until the time is filled. Where no move may come in alone,
    because each would leave out the share of another kind, the best pair opens the routine. Every round is written to the
    journal, if there is one.
    """
    picker = _Picker(candidates, decision, room, assembly_trace)
    picker.take(
        lambda candidate: candidate.exercise.slot is Slot.MOBILITY and candidate.helps_main_place,
        SelectionRound(Purpose.MAIN_PLACE, Slot.MOBILITY),
    )
    picker.take(lambda candidate: candidate.is_direction, SelectionRound(Purpose.DIRECTION, None))
    for slot, bounds in room.bounds.items():
        for _ in range(bounds.at_least - picker.count(slot)):
            if not picker.take(_of_slot(slot), SelectionRound(Purpose.SLOT, slot)):
                picker.take(_of_slot(slot), SelectionRound(Purpose.SLOT, slot), among=picker.not_taken(others))
    if not picker.chosen and not picker.take(
        lambda _: True, SelectionRound(Purpose.BEST_LEFT, None), whatever_is_left=True
    ):
        picker.take_pair()
    picker.fill()
    return tuple(picker.chosen)


def join(
    chosen: Sequence[Placed],
    candidates: Sequence[Candidate],
    decision: Decision,
    room: Room,
    least: Strictness = Strictness.COUNTS,
    assembly_trace: AssemblyTrace | None = None,
) -> tuple[Placed, ...]:
    """Return the chosen moves and as many of the candidates, best first, as may join them."""
    picker = _Picker(candidates, decision, room, assembly_trace)
    picker.chosen.extend(chosen)
    picker.fill(least)
    return tuple(picker.chosen)


def within_limits(moves: Sequence[Placed], decision: Decision, before: Sequence[Placed]) -> bool:
    """Return whether a set of moves keeps the most of each slot and the shares that the rules ask for.

    What the rules chose ``before`` may have less for the main place, where no more could be done: then no less than that.
    """
    main = sum(move.helps_main_place for move in moves)
    had = sum(move.helps_main_place for move in before) / max(1, len(before))
    if main < min(had, decision.order.main_place_share_at_least or 0.0) * len(moves):
        return False
    for slot, bounds in decision.slot_bounds.items():
        count = sum(move.exercise.slot == slot for move in moves)
        if count < bounds.share_at_least * len(moves) or count != _at_most(count, bounds.at_most):
            return False
    return True


def _of_slot(slot: str) -> Callable[[Candidate], bool]:
    return lambda candidate: candidate.exercise.slot == slot


class _Picker:
    def __init__(
        self,
        candidates: Sequence[Candidate],
        decision: Decision,
        room: Room,
        assembly_trace: AssemblyTrace | None,
    ) -> None:
        self._left = list(candidates)
        self._decision = decision
        self._main_share = decision.order.main_place_share_at_least or 0.0
        self._room = room
        self._bounds = room.bounds
        self._trace = assembly_trace
        self.chosen: list[Placed] = []

    def count(self, slot: str) -> int:
        return sum(move.exercise.slot == slot for move in self.chosen)

    def not_taken(self, others: Sequence[Candidate]) -> list[Candidate]:
        taken = {move.exercise.id for move in self.chosen}
        return [other for other in others if other.exercise.id not in taken]

    def fill(self, least: Strictness = Strictness.NONE) -> None:
        """Take the best that is left until the time is filled, letting go of shares that nothing left can keep."""
        for strictness in sorted(Strictness, reverse=True):
            while strictness >= least and not self._room.is_full(self.chosen):
                this = SelectionRound(Purpose.BEST_LEFT, None)
                if not self.take(lambda _: True, this, whatever_is_left=True, strictness=strictness):
                    break

    def take(
        self,
        wanted: Callable[[Candidate], bool],
        this: SelectionRound,
        *,
        whatever_is_left: bool = False,
        strictness: Strictness = Strictness.COUNTS,
        among: Sequence[Candidate] | None = None,
    ) -> bool:
        """Take the best candidate that is wanted and may join, or the best ``among`` others; return whether there was one.

        A candidate waits for the last round while a near-duplicate of it ranks higher.
        """
        if self._trace is not None:
            self._trace.rounds.append(this)
        this.full = len(self.chosen) >= self._room.moves_at_most
        if this.full:
            return False
        for candidate in filter(wanted, self._left if among is None else among):
            against = self._try(candidate, whatever_is_left, strictness)
            if against is None:
                this.taken = self.chosen[-1]
                self._left = [other for other in self._left if other is not candidate]
                return True
            this.passed.append((candidate.exercise.id, against))
        return False

    def take_pair(self) -> None:
        """Take the best two moves that keep the shares together, though neither does alone; none if there are no such two."""
        for first, second in combinations(self._left, 2):
            if self._against(first) is not RejectionReason.SHARES or not self._place(first):
                continue
            if self._try(second, whatever_is_left=True) is None:
                self._left = [candidate for candidate in self._left if candidate not in (first, second)]
                if self._trace is not None:
                    self._trace.rounds += [SelectionRound(Purpose.BEST_LEFT, None, taken=move) for move in self.chosen]
                return
            self.chosen.pop()

    def _try(
        self, candidate: Candidate, whatever_is_left: bool, strictness: Strictness = Strictness.COUNTS
    ) -> RejectionReason | None:
        """Take the candidate and return None, or return why it cannot be taken."""
        if not whatever_is_left and self._is_outranked(candidate):
            return RejectionReason.OUTRANKED
        return self._against(candidate, strictness) or (None if self._place(candidate) else RejectionReason.NO_ROOM)

    def _is_outranked(self, candidate: Candidate) -> bool:
        alike = self._decision.alike.get(candidate.exercise.id, ())
        better = takewhile(lambda other: other is not candidate, self._left) if alike else ()
        return any(other.exercise.id in alike for other in better)

    def _place(self, candidate: Candidate) -> bool:
        for placed in placements(candidate):
            if self._room.fits([*self.chosen, placed]):
                self.chosen.append(placed)
                return True
        return False

    def _against(self, candidate: Candidate, strictness: Strictness = Strictness.COUNTS) -> RejectionReason | None:
        exercise = candidate.exercise
        alike = self._decision.alike.get(exercise.id, ())
        if self._bounds.get(exercise.slot, NO_BOUNDS).holds_back(self.count(exercise.slot)):
            return RejectionReason.SLOT_FULL
        if alike and any(move.exercise.id in alike for move in self.chosen):
            return RejectionReason.NEAR_DUPLICATE
        return None if self._keeps_shares(candidate, strictness) else RejectionReason.SHARES

    def _keeps_shares(self, candidate: Candidate, strictness: Strictness) -> bool:
        """Return whether the shares asked for would still hold with this candidate in."""
        if strictness is Strictness.NONE:
            return True
        total = len(self.chosen) + 1
        main = sum(move.helps_main_place for move in self.chosen) + candidate.helps_main_place
        if main < self._main_share * total:
            return False
        if strictness is Strictness.ALL and not self._keeps_time_shares(candidate):
            return False
        return all(
            self.count(slot) + (candidate.exercise.slot == slot) >= bounds.share_at_least * total
            for slot, bounds in self._bounds.items()
            if bounds.share_at_least
        )

    def _keeps_time_shares(self, candidate: Candidate) -> bool:
        """Return whether the candidate takes no time from a slot that needs it, or is of such a slot itself."""
        mine = candidate.exercise.slot
        work = dict.fromkeys(self._bounds, 0)
        total = 0
        for move in (*self.chosen, next(placements(candidate))):
            seconds = self._room.seconds(move)
            total += seconds
            if move.exercise.slot in work:
                work[move.exercise.slot] += seconds
        for slot, bounds in self._bounds.items():
            share = work[slot] / max(1, total)
            if slot == mine and share > bounds.time_share_at_most and self.chosen:
                return False
            if slot != mine and share < bounds.time_share_at_least:
                return False
        return True


def _at_most(count: int, most: int | None) -> int:
    return count if most is None else min(count, most)
