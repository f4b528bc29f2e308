"""Choose the movements: the best first, one of each near-duplicate group, in the shares that the rules ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from recommender.assembly.candidates import Candidate
from recommender.assembly.journal import Journal, PassedBy, Purpose, Round
from recommender.assembly.sequence import Placed
from recommender.models.decision import Decision
from recommender.models.rules import Order

MOVE_SLOTS = ("mobility", "stretch", "strength", "relief")

Fits = Callable[[Sequence[Placed]], bool]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the number of moves of one slot, from every rule that speaks of it; the strictest wins."""

    at_least: int = 0
    at_most: int | None = None
    share_at_least: float = 0.0


def slot_limits(decision: Decision) -> dict[str, Limits]:
    limits: dict[str, Limits] = {}
    for _, given in decision.each(lambda branch: branch.then.mix):
        before = limits.get(given.slot, Limits())
        mosts = [most for most in (before.at_most, given.at_most) if most is not None]
        limits[given.slot] = Limits(
            at_least=max(before.at_least, given.at_least or 0),
            at_most=min(mosts, default=None),
            share_at_least=max(before.share_at_least, given.share_at_least or 0.0),
        )
    return limits


def move_candidates(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates that may be moves of the routine, best first."""
    moves = (candidate for candidate in candidates if candidate.exercise.slot in MOVE_SLOTS and candidate.wanted)
    return sorted(moves, key=lambda candidate: (-candidate.score, candidate.exercise.id))


def count_usable(candidates: Iterable[Candidate], decision: Decision) -> int:
    """Return how many movements are left to choose from.

    Each near-duplicate group counts once, and a slot never for more than its limit allows.
    """
    groups: dict[str, set[str]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.exercise.slot, set()).add(_group_key(candidate.exercise.id, decision.order))
    limits = slot_limits(decision)
    return sum(_at_most(len(keys), limits.get(slot, Limits()).at_most) for slot, keys in groups.items())


def purpose(candidate: Candidate) -> str:
    """Return what a move is for: its slot, or "direction" where it is the direction item."""
    return "direction" if candidate.is_direction else candidate.exercise.slot


def placements(candidate: Candidate) -> list[Placed]:
    """Return the candidate as a move, in each of its forms, the one to use first."""
    return [
        Placed(candidate.exercise, form, purpose(candidate), candidate.score, candidate.helps_main_place)
        for form in candidate.forms
    ]


def near_duplicates(first: str, second: str, order: Order) -> bool:
    return first != second and any({first, second} <= group for group in order.near_duplicates or ())


def choose(
    candidates: Sequence[Candidate],
    decision: Decision,
    moves_at_most: int,
    fits: Fits,
    journal: Journal | None = None,
) -> tuple[Placed, ...]:
    """Return the chosen moves, in no particular order yet.

    ``fits`` says whether a set of moves can be put in order within the time. First comes a moving item for the main
    place, then the direction item, then one round for the slots that need a minimum, then the best of the rest. Where no
    move may come in alone, because each would leave out the share of another kind, the best pair opens the routine.
    Every round is written to the journal, if there is one.
    """
    picker = _Picker(candidates, decision, moves_at_most, fits, journal)
    picker.take(
        lambda candidate: candidate.exercise.slot == "mobility" and candidate.helps_main_place,
        Round(Purpose.MAIN_PLACE, "mobility"),
    )
    picker.take(lambda candidate: candidate.is_direction, Round(Purpose.DIRECTION, None))
    for slot, limits in picker.limits.items():
        for _ in range(limits.at_least - picker.count(slot)):
            picker.take(_of_slot(slot), Round(Purpose.SLOT, slot))
    if not picker.chosen and not picker.take(lambda _: True, Round(Purpose.BEST_LEFT, None), whatever_is_left=True):
        picker.take_pair()
    while picker.take(lambda _: True, Round(Purpose.BEST_LEFT, None), whatever_is_left=True):
        pass
    return tuple(picker.chosen)


def join(
    chosen: Sequence[Placed], candidates: Sequence[Candidate], decision: Decision, moves_at_most: int, fits: Fits
) -> tuple[Placed, ...]:
    """Return the chosen moves and as many of the candidates, best first, as may join them."""
    picker = _Picker(candidates, decision, moves_at_most, fits, None)
    picker.chosen.extend(chosen)
    while picker.take(lambda _: True, Round(Purpose.BEST_LEFT, None), whatever_is_left=True):
        pass
    return tuple(picker.chosen)


def within_limits(moves: Sequence[Placed], decision: Decision) -> bool:
    """Return whether a set of moves keeps the most of each slot and the shares that the rules ask for."""
    main = sum(move.helps_main_place for move in moves)
    if main < (decision.order.main_place_share_at_least or 0.0) * len(moves):
        return False
    for slot, limits in slot_limits(decision).items():
        count = sum(move.exercise.slot == slot for move in moves)
        if count < limits.share_at_least * len(moves) or count != _at_most(count, limits.at_most):
            return False
    return True


def _of_slot(slot: str) -> Callable[[Candidate], bool]:
    return lambda candidate: candidate.exercise.slot == slot


class _Picker:
    def __init__(
        self,
        candidates: Sequence[Candidate],
        decision: Decision,
        moves_at_most: int,
        fits: Fits,
        journal: Journal | None,
    ) -> None:
        self._left = list(candidates)
        self._order = decision.order
        self._most = moves_at_most
        self._fits = fits
        self._journal = journal
        self.limits = slot_limits(decision)
        self.chosen: list[Placed] = []

    def count(self, slot: str) -> int:
        return sum(move.exercise.slot == slot for move in self.chosen)

    def take(self, wanted: Callable[[Candidate], bool], this: Round, *, whatever_is_left: bool = False) -> bool:
        """Take the best candidate that is wanted and may join; return whether there was one.

        A candidate waits for the last round while a near-duplicate of it ranks higher.
        """
        if self._journal is not None:
            self._journal.rounds.append(this)
        this.full = len(self.chosen) >= self._most
        if this.full:
            return False
        for candidate in filter(wanted, self._left):
            against = self._try(candidate, whatever_is_left)
            if against is None:
                this.taken = self.chosen[-1]
                self._left.remove(candidate)
                return True
            this.passed.append((candidate, against))
        return False

    def take_pair(self) -> None:
        """Take the best two moves that keep the shares together, though neither does alone; none if there are no such two."""
        for first, second in combinations(self._left, 2):
            if self._against(first) is not PassedBy.SHARES or not self._place(first):
                continue
            if self._try(second, whatever_is_left=True) is None:
                self._left = [candidate for candidate in self._left if candidate not in (first, second)]
                if self._journal is not None:
                    self._journal.rounds += [Round(Purpose.BEST_LEFT, None, taken=move) for move in self.chosen]
                return
            self.chosen.pop()

    def _try(self, candidate: Candidate, whatever_is_left: bool) -> PassedBy | None:
        """Take the candidate and return None, or return why it cannot be taken."""
        if not whatever_is_left and self._is_outranked(candidate):
            return PassedBy.OUTRANKED
        return self._against(candidate) or (None if self._place(candidate) else PassedBy.NO_ROOM)

    def _is_outranked(self, candidate: Candidate) -> bool:
        better = self._left[: self._left.index(candidate)]
        return any(near_duplicates(candidate.exercise.id, other.exercise.id, self._order) for other in better)

    def _place(self, candidate: Candidate) -> bool:
        for placed in placements(candidate):
            if self._fits([*self.chosen, placed]):
                self.chosen.append(placed)
                return True
        return False

    def _against(self, candidate: Candidate) -> PassedBy | None:
        exercise = candidate.exercise
        limit = self.limits.get(exercise.slot, Limits())
        if limit.at_most is not None and self.count(exercise.slot) >= limit.at_most:
            return PassedBy.SLOT_FULL
        if any(near_duplicates(exercise.id, move.exercise.id, self._order) for move in self.chosen):
            return PassedBy.NEAR_DUPLICATE
        return None if self._keeps_shares(candidate) else PassedBy.SHARES

    def _keeps_shares(self, candidate: Candidate) -> bool:
        """Return whether the shares asked for would still hold with this candidate in."""
        total = len(self.chosen) + 1
        main = sum(move.helps_main_place for move in self.chosen) + candidate.helps_main_place
        if main < (self._order.main_place_share_at_least or 0.0) * total:
            return False
        return all(
            self.count(slot) + (candidate.exercise.slot == slot) >= limits.share_at_least * total
            for slot, limits in self.limits.items()
        )


def _at_most(count: int, most: int | None) -> int:
    return count if most is None else min(count, most)


def _group_key(exercise: str, order: Order) -> str:
    groups = [group for group in order.near_duplicates or () if exercise in group]
    return min(groups[0]) if groups else exercise
