"""What the checks read: the routine, the fired rules and the answers, and what all of them ask of these."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from functools import cached_property
from math import ceil
from typing import NamedTuple

from recommender.models.actions import Exclusion, Modification, PlanRow, Provision, Scope
from recommender.models.catalogue import Catalogue, DefaultRoutine, DoseType, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, Item
from recommender.models.rules import Branch
from recommender.models.slots import MOVE_SLOTS

END_SLOTS = ("warm_up", "closing")
PLACE = "place"
ROUTINE = "routine"  # what a breach is about that concerns no single item

# What a check yields: the id of the exercise that it concerns, or ROUTINE, and what is wrong.
Breach = tuple[str, str]


class Case:
    """One assembled routine with all that it is held against."""

    def __init__(self, assembly: Assembly, decision: Decision, intake: Intake, catalogue: Catalogue) -> None:
        self.assembly = assembly
        self.decision = decision
        self.intake = intake
        self.catalogue = catalogue
        self.items = assembly.routine.items
        self.moves = tuple(item for item in self.items if item.slot not in END_SLOTS)
        self.instead = tuple(other for item in self.items for other in (item.easier, item.harder) if other)
        self.in_breaks = tuple(item for short in assembly.breaks for item in short.items)

    @cached_property
    def doable(self) -> tuple[Item, ...]:
        """The items of the routine, and the easier and harder moves that may take their place."""
        return (*self.items, *self.instead)

    @cached_property
    def shown(self) -> tuple[Item, ...]:
        """Every item that the person sees with its steps: those that are doable, and those of the breaks."""
        return (*self.doable, *self.in_breaks)

    @cached_property
    def exclusions(self) -> tuple[tuple[Branch, Exclusion], ...]:
        return tuple((branch, exclusion) for branch in self.decision.fired for exclusion in branch.then.exclude)

    @cached_property
    def modifications(self) -> tuple[tuple[Branch, Modification], ...]:
        return tuple((branch, change) for branch in self.decision.fired for change in branch.then.modify)

    @cached_property
    def provisions(self) -> tuple[Provision, ...]:
        return tuple(
            branch.then.equipment_available for branch in self.decision.fired if branch.then.equipment_available
        )

    @cached_property
    def shown_with_changes(self) -> tuple[tuple[Item, tuple[Modification, ...]], ...]:
        """Every item shown, with the modifications that speak of it."""
        changes = [change for _, change in self.modifications]
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
            for branch, exclusion in self.exclusions
            if speaks_of(exclusion.scope, item) and not speaks_of(exclusion.spared, item)
        )

    @cached_property
    def doable_with_equipment(self) -> tuple[tuple[Item, frozenset[str]], ...]:
        """Every item that is doable, with what is there for it: without what the rules spare it."""
        return tuple((item, self._equipment_for(item)) for item in self.doable)

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
        return all(any(map(self.can_be_done, self._ways_of(names))) for names in asked_for)

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
        return way.form.position in {item.form.position for item in self.moves} and self.can_be_done(way)

    def can_be_done(self, way: Way) -> bool:
        """Return whether no rule leaves this form out, and place, position and equipment are there for it."""
        return (
            any(way.form.position in branch.then.positions for branch in self.decision.fired)
            and not way.form.place.isdisjoint(self.intake.chosen(PLACE))
            and self._has_equipment(way)
            and not any(speaks_of(one.scope, way) and not speaks_of(one.spared, way) for _, one in self.exclusions)
            and not any(is_barred(change, way) for _, change in self.modifications)
        )

    def _has_equipment(self, way: Way) -> bool:
        """Return whether all that the form needs is there, and one of each kind."""
        there = self._equipment_for(way)
        return way.form.equipment <= there and not any(group.isdisjoint(there) for group in way.form.equipment_any)

    def _equipment_for(self, way: Item | Way) -> frozenset[str]:
        """Return what is there for a form: without what the rules spare it."""
        given = [one.equipment for one in self.provisions if not speaks_of(one.spared, way)]
        return frozenset[str]().union(*given)

    def work_seconds(self, item: Item) -> int:
        """Return the seconds of the work alone, counted afresh from the time plan; 0 where no rule gave one."""
        if self.decision.plan is None:
            return 0
        timing, dose = self.decision.plan.timing, item.dose
        sides = 1 + dose.per_side
        if dose.seconds is not None:
            return sides * dose.seconds
        between = timing.seconds_per_hold_change if dose.type == "hold" else timing.seconds_per_rep
        rest = (dose.sets - 1) * dose.rest_seconds
        return sides * dose.sets * (dose.reps or 0) * ((dose.hold_seconds or 0) + between) + rest


Check = Callable[[Case], Iterator[Breach]]


class Way(NamedTuple):
    """An exercise in one of its forms."""

    exercise: Exercise
    form: Form


def is_barred(change: Modification, way: Item | Way) -> bool:
    """Return whether the change names the forms that may be used, and this is another of what it speaks of."""
    if not change.only_forms or way.form.key in change.only_forms:
        return False
    named = {key.partition("/")[0] for key in change.only_forms}
    return way.exercise.id in named or (change.scope is not None and speaks_of(change.scope, way))


def speaks_of(scope: Scope, item: Item | Way) -> bool:
    """Return whether the scope names a tag of the item's form, its kind, its exercise or its form."""
    form, exercise = item.form, item.exercise
    if not scope.tags.isdisjoint(form.tags):
        return True
    return exercise.kind in scope.kinds or exercise.id in scope.exercises or form.key in scope.forms


def is_hold(item: Item) -> bool:
    """Return whether the body is still in a stretch or a rest; a strength hold is an effort."""
    exercise = item.exercise
    return (exercise.dose.type == "hold" and exercise.slot != "strength") or exercise.slot == "relief"
