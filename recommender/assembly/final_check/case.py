"""One routine as the checks read it, with the grounds that it is held against."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from functools import cached_property
from math import ceil

from recommender.assembly.final_check.grounds import Grounds, Way, speaks_of
from recommender.models.actions import Exclusion, Modification, PlanRow
from recommender.models.catalogue import DefaultRoutine, DoseType, Exercise
from recommender.models.routine import Assembly, Item
from recommender.models.rules import Branch
from recommender.models.slots import MOVE_SLOTS

END_SLOTS = ("warm_up", "closing")
ROUTINE = "routine"  # what a breach is about that concerns no single item

# What a check yields: the id of the exercise that it concerns, or ROUTINE, and what is wrong.
Breach = tuple[str, str]


class Case:
    """One assembled routine with all that it is held against."""

    def __init__(self, assembly: Assembly, grounds: Grounds, before: Case | None = None) -> None:
        """``before`` is the case of the routine that this one was made from: the items of both are held against the rules
        there."""
        self.assembly = assembly
        self.grounds = grounds
        self.decision = grounds.decision
        self.intake = grounds.intake
        self.catalogue = grounds.catalogue
        self.items = assembly.routine.items
        self.moves = tuple(item for item in self.items if item.slot not in END_SLOTS)
        self.instead = tuple(other for item in self.items for other in (item.easier, item.harder) if other)
        self.in_breaks = tuple(item for short in assembly.breaks for item in short.items)
        self._held_before = frozenset(map(id, before.doable)) if before else frozenset()

    @cached_property
    def doable(self) -> tuple[Item, ...]:
        """The items of the routine, and the easier and harder moves that may take their place: each once, and none that
        was held before.

        What is the very same object is the same item.
        """
        each = {id(item): item for item in (*self.items, *self.instead)}
        return tuple([item for own, item in each.items() if own not in self._held_before])

    @cached_property
    def shown(self) -> tuple[Item, ...]:
        """Every item that the person sees with its steps: those that are doable, and those of the breaks."""
        return (*self.doable, *self.in_breaks)

    @cached_property
    def shown_with_changes(self) -> tuple[tuple[Item, tuple[Modification, ...]], ...]:
        """Every item shown, with the modifications that speak of it."""
        changes = [change for _, change in self.grounds.modifications]
        return tuple(
            (item, tuple([change for change in changes if change.scope is None or speaks_of(change.scope, item)]))
            for item in self.shown
        )

    @cached_property
    def shown_and_excluded(self) -> tuple[tuple[Item, Branch, Exclusion], ...]:
        """Every item shown of which an exclusion speaks that does not spare it, with that exclusion."""
        return tuple(
            (item, branch, exclusion)
            for item in self.shown
            for branch, exclusion in self.grounds.exclusions
            if speaks_of(exclusion.scope, item) and not speaks_of(exclusion.spared, item)
        )

    @cached_property
    def doable_with_equipment(self) -> tuple[tuple[Item, frozenset[str]], ...]:
        """Every item that is doable, with what is there for it: without what the rules spare it."""
        return tuple((item, self.grounds.equipment_for(item)) for item in self.doable)

    @cached_property
    def may_lack_an_end(self) -> bool:
        """Whether warm-up or closing item may be missing: for want of time, or of one that this person can do.

        Or for want of room for the main place: then there are no more moves than should be for it at the least.
        """
        row = self._row
        ends = sum(item.slot in END_SLOTS for item in self.items)
        return row is not None and (
            ends >= row.ends_at_most < len(END_SLOTS)
            or self.is_for_main_place_alone
            or not self._both_ends_can_be_done(row)
        )

    @cached_property
    def is_for_main_place_alone(self) -> bool:
        """Whether it has no more moves than there should be for the main place at the least."""
        share, row = self.decision.order.main_place_share_at_least, self._row
        return share is not None and row is not None and 0 < len(self.moves) <= ceil(share * row.moves[0])

    def _both_ends_can_be_done(self, row: PlanRow) -> bool:
        asked_for = [names for names in (row.warm_up, self.decision.order.closing) if names is not None]
        return all(any(map(self.grounds.can_be_done, self._ways_of(names))) for names in asked_for)

    def _ways_of(self, names: Container[str]) -> Iterator[Way]:
        for one in self.catalogue.exercises:
            if one.id in names and one.default_routine is DefaultRoutine.YES:
                yield from (Way(one, form) for form in one.forms)

    @cached_property
    def _row(self) -> PlanRow | None:
        minutes = self.assembly.routine.minutes_budget
        rows = self.decision.plan.rows if self.decision.plan else ()
        return max((row for row in rows if row.minutes <= minutes), key=lambda row: row.minutes, default=None)

    @cached_property
    def moves_at_most(self) -> int:
        """How many moves there may be; as many as there are where nothing says so."""
        sizes = [branch.then.session_size for branch in self.decision.fired if branch.then.session_size]
        row = [self._row.moves[1]] if self._row else []
        said = row + [size.moves_at_most for size in sizes if size.moves_at_most is not None]
        return min(said, default=len(self.moves))

    @cached_property
    def left_for_main_place(self) -> tuple[Exercise, ...]:
        """The usual moves for the main place that could join and did not."""
        return tuple(one for one in self.left_to_fill if one.regions & self.decision.targets)

    @cached_property
    def left_to_fill(self) -> tuple[Exercise, ...]:
        """What ``_left_over`` has, in a routine as the rules chose it: a person and a check may take away and add nothing."""
        return () if self.assembly.is_carried_on or self.assembly.changes else self._left_over()

    def _left_over(self) -> tuple[Exercise, ...]:
        """The usual moving exercises that are not in the routine though this person may do them in a position that it uses.

        Not those that are much like one that is in it, or of a part that has all it may have.
        """
        used = {item.exercise.id for item in self.items}
        alike = {one for group in self.decision.order.near_duplicates or () if group & used for one in group}
        full = {slot for slot, most in self._most_of_slots if sum(i.exercise.slot == slot for i in self.moves) >= most}
        return tuple(
            exercise
            for exercise in self.catalogue.exercises
            if exercise.default_routine is DefaultRoutine.YES
            and exercise.slot in MOVE_SLOTS
            and exercise.dose.type is DoseType.REPS
            and exercise.slot not in full
            and exercise.id not in used | alike
            and any(self._may_join(Way(exercise, form)) for form in exercise.forms)
        )

    @cached_property
    def _most_of_slots(self) -> list[tuple[str, int]]:
        limits = [limit for branch in self.decision.fired for limit in branch.then.slot_limits]
        return [(limit.slot, limit.at_most) for limit in limits if limit.at_most is not None]

    def _may_join(self, way: Way) -> bool:
        """Return whether nothing speaks against an exercise in a form, and the routine is in its position anyway."""
        return way.form.position in {item.form.position for item in self.moves} and self.grounds.can_be_done(way)


Check = Callable[[Case], Iterator[Breach]]


def is_hold(item: Item) -> bool:
    """Return whether the body is still in a stretch or a rest; a strength hold is an effort."""
    exercise = item.exercise
    return (exercise.dose.type == "hold" and exercise.slot != "strength") or exercise.slot == "relief"
