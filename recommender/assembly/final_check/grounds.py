"""What a routine is held against: the fired rules, the answers and the catalogue, and what all checks ask of these."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from recommender.loaders.forbidden import shipped_forbidden_moves
from recommender.loaders.safety import shipped_safety_net
from recommender.models.actions import Exclusion, Modification, Provision, Scope
from recommender.models.catalogue import Catalogue, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.forbidden import ForbiddenMoves
from recommender.models.questionnaire import Intake
from recommender.models.routine import Item
from recommender.models.rules import Branch
from recommender.models.safety import floors_above

PLACE = "place"
NO_FORM = Scope()


class Grounds:
    """What a routine is held against, the same for that of the other days: worked out once for both."""

    def __init__(self, decision: Decision, intake: Intake, catalogue: Catalogue) -> None:
        self.decision = decision
        self.intake = intake
        self.catalogue = catalogue

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

    def asks_for(self, exercise: Exercise) -> bool:
        """Return whether some rule prefers the exercise."""
        wishes = (wish for branch in self.decision.fired for wish in branch.then.prefer)
        return any(exercise.id in wish.exercises or wish.good_for & exercise.good_for for wish in wishes)

    @cached_property
    def positions(self) -> frozenset[str]:
        """The positions that some rule gives."""
        return frozenset(position for branch in self.decision.fired for position in branch.then.positions)

    @cached_property
    def is_below_a_floor(self) -> bool:
        """Whether the level is less than the package's own least for these answers."""
        return any(floors_above(self.decision.level, self.intake, shipped_safety_net().floors))

    @cached_property
    def forbidden(self) -> tuple[ForbiddenMoves, ...]:
        """The rows of the package's own table that speak of these answers."""
        return shipped_forbidden_moves().rows_for(self.intake)

    def can_be_done(self, way: Way) -> bool:
        """Return whether no rule leaves this form out, and place, position and equipment are there for it."""
        return (
            way.form.position in self.positions
            and not way.form.place.isdisjoint(self.intake.chosen(PLACE))
            and self._has_equipment(way)
            and not any(speaks_of(one.scope, way) and not speaks_of(one.spared, way) for _, one in self.exclusions)
            and not any(is_barred(change, way) for _, change in self.modifications)
        )

    def _has_equipment(self, way: Way) -> bool:
        """Return whether all that the form needs is there, and one of each kind."""
        there = self.equipment_for(way)
        return way.form.equipment <= there and not any(group.isdisjoint(there) for group in way.form.equipment_any)

    def equipment_for(self, way: Item | Way) -> frozenset[str]:
        """Return what is there for a form: without what the rules spare it."""
        given = [one.equipment for one in self._sparing if not speaks_of(one.spared, way)]
        return self._there_for_every_form.union(*given)

    @cached_property
    def _there_for_every_form(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.equipment for one in self.provisions if one.spared == NO_FORM))

    @cached_property
    def _sparing(self) -> tuple[Provision, ...]:
        """What is there for some forms only."""
        return tuple(one for one in self.provisions if one.spared != NO_FORM)

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
