"""A real routine with all that the last check holds it against, and the changes that break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from recommender.assembly.dose import Dosing, pace
from recommender.assembly.final_check import RoutineFault, faults
from recommender.assembly.final_check.case import Case
from recommender.assembly.final_check.grounds import Grounds
from recommender.models.actions import Actions, Scope, Size
from recommender.models.catalogue import Catalogue
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, Item, LeftOut
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake

PEOPLE: dict[str, dict[str, Any]] = {
    "simple": {"goal": "sit_comfortably", "coping": "worried"},
    "strong": {
        "minutes": "20",
        "pain_score": 1,
        "irritability": "minutes",
        "goal": "sit_comfortably",
        "coping": "worried",
    },
    "glaucoma": {"conditions": ["glaucoma"], "goal": "sit_comfortably"},
    "flare": {"duration": "lt_2w", "pain_score": 8, "irritability": "next_day"},
    "pregnant": {
        "age_band": "25_44",
        "conditions": ["pregnant"],
        "preg_weeks": "16_28",
        "assessed": "yes",
        "onset_age": "45_plus",
    },
    "desk": {"sit_hours": "gt_8", "sit_where": "desk"},
    "brief": {"minutes": "3", "goal": "sit_comfortably"},
}
ROUTINE = "routine"
# Whose routine is made shorter: it has these items, and time left for what a test adds to them.
SHORT = {
    "simple": "marching cat_cow knee_rolls pelvic_tilt single_knee_to_chest pelvic_bridge breathing_relaxation",
    "strong": "walking cat_cow bird_dog childs_pose pelvic_tilt supine_spinal_twist single_knee_to_chest pelvic_bridge "
    "supine_figure_four breathing_relaxation",
}


@dataclass(frozen=True)
class Checked:
    """A routine with all that the last check holds it against."""

    assembly: Assembly
    decision: Decision
    intake: Intake
    catalogue: Catalogue

    @property
    def items(self) -> tuple[Item, ...]:
        return self.assembly.routine.items

    @property
    def case(self) -> Case:
        """The routine as the checks read it."""
        return Case(self.assembly, Grounds(self.decision, self.intake, self.catalogue))

    def faults(self) -> tuple[RoutineFault, ...]:
        return faults(self.assembly, self.decision, self.intake, self.catalogue)

    def found_by(self) -> list[str]:
        return [fault.check for fault in self.faults()]

    def place(self, exercise: str) -> int:
        return [item.exercise.id for item in self.items].index(exercise)

    def routine(self, **changes: Any) -> Checked:
        return replace(self, assembly=replace(self.assembly, routine=replace(self.assembly.routine, **changes)))

    def decided(self, **changes: Any) -> Checked:
        return replace(self, decision=replace(self.decision, **changes))

    def answered(self, **answers: Any) -> Checked:
        """Return the same routine for somebody who gave these answers too."""
        return replace(self, intake=replace(self.intake, answers={**self.intake.answers, **answers}))

    def ordered(self, **changes: Any) -> Checked:
        return self.decided(order=replace(self.decision.order, **changes))

    def with_rule(self, **actions: Any) -> Checked:
        """Return the same routine where one more rule has fired, which does this and nothing else."""
        more = replace(self.decision.fired[0], id="RULE-MORE", then=Actions(**actions))
        return self.decided(fired=(*self.decision.fired, more))

    def with_rules(self, change: Callable[[Actions], Actions]) -> Checked:
        """Return the same routine where every rule that fired does something else."""
        fired = self.decision.fired
        return self.decided(fired=tuple(replace(branch, then=change(branch.then)) for branch in fired))

    def item(self, exercise: str, /, **changes: Any) -> Checked:
        items = list(self.items)
        number = self.place(exercise)
        items[number] = replace(items[number], **changes)
        return self.routine(items=tuple(items))

    def easier(self, exercise: str, /, **changes: Any) -> Checked:
        """Return the routine with another easier move beside an item."""
        own = self.items[self.place(exercise)].easier
        assert own is not None
        return self.item(exercise, easier=replace(own, **changes))

    def dose(self, exercise: str, /, **changes: Any) -> Checked:
        """Return the routine with another dose of one item, and the time that this dose takes."""
        assert self.decision.plan is not None
        timing = self.decision.plan.timing
        item = self.items[self.place(exercise)]
        dose = replace(item.dose, **changes)
        seconds = item.seconds - pace(item.dose, timing).seconds + pace(dose, timing).seconds
        return self.item(exercise, dose=dose, seconds=seconds)

    def easier_dose(self, exercise: str, /, **changes: Any) -> Checked:
        own = self.items[self.place(exercise)].easier
        assert own is not None
        return self.easier(exercise, dose=replace(own.dose, **changes))

    def form(self, exercise: str, /, **changes: Any) -> Checked:
        """Return the routine where the catalogue, too, has the form of an item otherwise."""
        item = self.items[self.place(exercise)]
        form = replace(item.form, **changes)
        own = tuple(form if other.key == form.key else other for other in item.exercise.forms)
        return self.exercise(exercise, forms=own).item(exercise, form=form)

    def exercise(self, exercise: str, /, **changes: Any) -> Checked:
        """Return the routine where the catalogue, too, has the exercise of an item otherwise."""
        changed = replace(self.items[self.place(exercise)].exercise, **changes)
        every = tuple(changed if other.id == exercise else other for other in self.catalogue.exercises)
        return replace(self.item(exercise, exercise=changed), catalogue=replace(self.catalogue, exercises=every))

    def only(self, *exercises: str) -> Checked:
        """Return the routine of these items alone, in this order, with the others among those left out."""
        kept = [self.items[self.place(exercise)] for exercise in exercises]
        gone = [item for item in self.items if item.exercise.id not in exercises]
        because = self.assembly.left_out[0].because
        left_out = (*self.assembly.left_out, *(LeftOut(item.exercise, because) for item in gone))
        return replace(self, assembly=replace(self.assembly, left_out=left_out)).routine(items=self.timed(kept))

    def timed(self, items: list[Item]) -> tuple[Item, ...]:
        """Return the items with the time that they take in this order."""
        assert self.decision.plan is not None
        timing = self.decision.plan.timing
        timed: list[Item] = []
        for before, item in zip([items[0], *items], items, strict=False):
            stays = before.form.position == item.form.position
            set_up = timing.set_up_same_position_seconds if stays else timing.set_up_seconds
            if "floor_transfer" in item.form.tags and not any("floor_transfer" in one.form.tags for one in timed):
                set_up = timing.set_up_on_floor_seconds
            seconds = pace(item.dose, timing).seconds + (0 if item.slot in ("warm_up", "closing") else set_up)
            timed.append(replace(item, seconds=seconds))
        return tuple(timed)

    def at_first_doses(self) -> Checked:
        """Return the routine with every move at its first dose, and time left over."""
        dosing = Dosing(self.decision)
        items = [
            item if item.slot in ("warm_up", "closing") else replace(item, dose=dosing.start(item.exercise, item.form))
            for item in self.items
        ]
        return self.routine(items=self.timed(items))

    def with_time_left(self) -> Checked:
        """Return the routine where no rule asks for the minutes to be filled."""
        assert self.decision.plan is not None
        return self.decided(plan=replace(self.decision.plan, filled_at_least=0.0))

    def in_order(self, *exercises: str) -> Checked:
        """Return the routine in another order."""
        assert len(exercises) == len(self.items)
        return self.routine(items=self.timed([self.items[self.place(exercise)] for exercise in exercises]))

    def alone(self) -> Checked:
        """Return the routine without the easier and harder moves beside its items."""
        return self.routine(items=tuple(replace(item, easier=None, harder=None) for item in self.items))

    def instead_of(self, exercise: str, other: Item, seconds: int) -> Checked:
        """Return the routine with a timed move in the place of one of its own, and every time as it takes."""
        other = replace(other, dose=replace(other.dose, seconds=seconds))
        own = self.items[self.place(exercise)].exercise
        left_out = tuple(
            left._replace(exercise=own) if left.exercise.id == other.exercise.id else left
            for left in self.assembly.left_out
        )
        items = [other if item.exercise.id == exercise else item for item in self.items]
        changed = replace(self, assembly=replace(self.assembly, left_out=left_out))
        return changed.routine(items=self.timed(items))

    def another(self, form_key: str, slot: str | None = None) -> Item:
        """Return any form of the catalogue as an item, at its first dose and with all that the rules say of it."""
        form = self.catalogue.forms[form_key]
        exercise = self.catalogue.by_id[form.exercise]
        dose, notes = Dosing(self.decision).start(exercise, form), Dosing(self.decision).notes(exercise, form)
        return Item(exercise, form, slot or exercise.slot, dose, 0, (), notes)

    def in_break(self, number: int, item: Item) -> Checked:
        """Return the routine with another item in its first break."""
        short, *others = self.assembly.breaks
        items = (*short.items[:number], item, *short.items[number + 1 :])
        return replace(self, assembly=replace(self.assembly, breaks=(replace(short, items=items), *others)))


@cache
def routine_of(recommender: Recommender, person: str) -> Checked:
    """Return what a person is really offered."""
    recommendation = recommender.recommend(full_intake(recommender, PEOPLE[person]))
    assert recommendation.assembly is not None
    # By itself: what breaks a rule here and on the other days too would be told twice (tests/assembly/test_other_days.py).
    alone = replace(recommendation.assembly, other_days=None)
    real = Checked(alone, recommendation.decision, recommendation.intake, recommender.content.catalogue)
    if person not in SHORT:
        return real
    names = SHORT[person].split()
    shorter = real.only(*names).with_rule(session_size=Size(moves_at_most=len(names) - 2))
    return shorter.at_first_doses() if person == "simple" else shorter


@dataclass(frozen=True)
class Breaker:
    """One change that makes exactly one check find one thing, ``about`` an exercise or the routine, and what it ``says``."""

    check: str
    what: str
    about: str
    says: str
    person: str
    change: Callable[[Checked], Checked]


def form_of(key: str) -> Scope:
    return Scope(forms=frozenset({key}))
