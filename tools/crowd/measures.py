"""What the routines of a crowd are like: how well they fill their time, what they are made of, what is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from recommender.assembly.final_check import faults
from recommender.assembly.routine import assemble
from recommender.engine.decide import decide
from recommender.models.catalogue import DefaultRoutine
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import BARRED, Assembly, Item, Routine
from recommender.models.slots import END_SLOTS, MOVE_SLOTS, Slot
from recommender.service.recommend import Recommender

ENOUGH_MOVES = 6
GENERAL = "general"
# Who has a short routine on purpose, whatever the minutes (brief 0.4, 4.2).
SHORT_ON_PURPOSE = (("confidence", "afraid"), ("coping", "struggling"), ("conditions", "widespread_pain"))


@dataclass(frozen=True)
class Person:
    """One person of the crowd with what they were told, by the plain evaluator alone, and what is amiss with it."""

    intake: Intake
    decision: Decision
    assembly: Assembly | None
    faults: tuple[str, ...]

    @cached_property
    def items(self) -> Sequence[Item]:
        return self.assembly.routine.items if self.assembly else ()

    @cached_property
    def moves(self) -> Sequence[Item]:
        return [item for item in self.items if item.slot not in END_SLOTS]

    @cached_property
    def places(self) -> frozenset[str]:
        return self.decision.targets - {GENERAL}

    @property
    def other_days(self) -> Routine | None:
        return self.assembly.other_days if self.assembly else None

    @property
    def asked(self) -> int:
        return int(self.intake.chosen("minutes")[0])

    @property
    def goal(self) -> str:
        return next(iter(self.intake.chosen("goal")), "not asked")

    @property
    def allowed(self) -> int:
        return self.assembly.facts["allowed_movements"] if self.assembly else 0

    @property
    def filled(self) -> float:
        assert self.assembly is not None
        return self.assembly.routine.seconds / (60 * self.assembly.routine.minutes_budget)

    @property
    def main_seconds(self) -> int:
        return sum(item.seconds for item in self.moves)

    @property
    def could_help(self) -> list[str]:
        """Return the usual moves for the main place that this person may do and that are not in the routine."""
        assert self.assembly is not None
        return [
            left.exercise.id
            for left in self.assembly.left_out
            if left.because not in BARRED
            and left.exercise.slot in MOVE_SLOTS
            and left.exercise.default_routine is DefaultRoutine.YES
            and left.exercise.regions & self.places
        ]

    @property
    def has_help(self) -> bool:
        return any(item.exercise.regions & self.places for item in self.moves)

    @property
    def ends(self) -> float:
        assert self.assembly is not None
        minutes = self.assembly.routine.minutes_budget
        return sum(item.seconds for item in self.items if item.slot in END_SLOTS) / (60 * minutes)

    def share(self, slot: Slot) -> float:
        """Return the share of the time between warm-up and closing that moves of a slot take."""
        return sum(item.seconds for item in self.moves if item.exercise.slot is slot) / max(1, self.main_seconds)

    @property
    def stretches(self) -> int:
        return sum(item.exercise.slot is Slot.STRETCH for item in self.moves)

    @property
    def is_short_on_purpose(self) -> bool:
        return any(option in self.intake.chosen(question) for question, option in SHORT_ON_PURPOSE)

    @property
    def should_be_full(self) -> bool:
        """Whether the minutes are to be filled: past the flare, with enough moves, and not short on purpose."""
        return self.decision.stage != "settle" and self.allowed >= ENOUGH_MOVES and not self.is_short_on_purpose

    @property
    def stretches_that_could_be(self) -> int:
        """How many usual stretches this person has or may do."""
        assert self.assembly is not None
        return self.stretches + sum(
            left.because not in BARRED
            and left.exercise.slot is Slot.STRETCH
            and left.exercise.default_routine is DefaultRoutine.YES
            for left in self.assembly.left_out
        )

    @property
    def lacks_stretches(self) -> bool:
        """Whether it has fewer than two held stretches although two may be done and none is to be left out."""
        return self.stretches < 2 <= self.stretches_that_could_be and "joint_only" not in self.intake.chosen(
            "hyper_detail"
        )


def met(recommender: Recommender, intake: Intake) -> Person:
    """Return a person with their routine, and with the faults that the last check finds in it."""
    decision = decide(recommender.content.rule_set, recommender.oracle.fire(intake))
    if not decision.level.shows_routine:
        return Person(intake, decision, None, ())
    catalogue = recommender.content.catalogue
    assembly = assemble(catalogue, decision, intake)
    if not assembly.routine.items:
        return Person(intake, decision, None, ())
    found = faults(assembly, decision, intake, catalogue)
    return Person(intake, decision, assembly, tuple(fault.text for fault in found))


def measured(recommender: Recommender, everybody: Iterable[Person]) -> Mapping[str, Any]:
    """Return the figures of a crowd, as plain data."""
    people = list(everybody)
    some = [one for one in people if one.assembly]
    use = Counter(item.exercise.id for one in some for item in one.items)
    long = [one for one in some if one.assembly and one.assembly.routine.minutes_budget >= 10]
    usual = [one for one in long if one.decision.stage != "settle"]
    helpless = [one for one in some if not one.has_help]
    never = DefaultRoutine.NO
    by_id = recommender.content.catalogue.by_id
    return {
        "people": len(people),
        "levels": dict(Counter(one.decision.level for one in people).most_common()),
        "routines": len(some),
        "refused by the last check": Counter(text for one in some for text in one.faults).most_common(10),
        "stages": dict(Counter(one.decision.stage for one in some)),
        "filled to 90 %, of build and strengthen with six moves or more": _share(
            [one for one in some if one.should_be_full], lambda one: one.filled >= 0.9
        ),
        "fill by stage and minutes": _fills(some),
        "warm-up and closing over 25 % from 10 minutes": _share(long, lambda one: one.ends > 0.25),
        "warm-up and closing, mean share from 10 minutes": _mean(one.ends for one in long),
        "held stretch, mean share of main time": _mean(one.share(Slot.STRETCH) for one in usual),
        "strength, mean share of main time": _mean(one.share(Slot.STRENGTH) for one in usual),
        "by goal (stretch, strength share; from 10 minutes, not settle)": {
            goal: (_mean(o.share(Slot.STRETCH) for o in g), _mean(o.share(Slot.STRENGTH) for o in g))
            for goal in sorted({one.goal for one in usual})
            if (g := [one for one in usual if one.goal == goal])
        },
        "no held stretch, of all routines": _share(some, lambda one: not one.stretches),
        "under two held stretches from 10 minutes, not settle": _share(usual, lambda one: one.stretches < 2),
        "under two though two may be done, of those not short on purpose": _share(
            [one for one in usual if not one.is_short_on_purpose], lambda one: one.lacks_stretches
        ),
        "under two though two may be done, of those short on purpose": _share(
            [one for one in usual if one.is_short_on_purpose], lambda one: one.lacks_stretches
        ),
        "no move for the main place": _share(some, lambda one: not one.has_help),
        "no move for the main place though one may be done": sum(bool(one.could_help) for one in helpless),
        "mean moves by minutes": {
            minutes: _mean(len(one.moves) for one in some if one.asked == minutes) for minutes in (3, 5, 10, 15, 20)
        },
        "most used beside breathing, share of routines": max(
            (round(count / len(some), 3) for name, count in use.items() if not by_id[name].breath), default=0.0
        ),
        "most used": [(name, round(count / len(some), 3)) for name, count in use.most_common(12)],
        "other days: share of routines with strength days": _share(some, lambda one: one.other_days is not None),
        "other days, filled to 90 %, of those whose minutes are to be filled": _share(
            [one for one in some if one.other_days is not None and one.should_be_full],
            lambda one: one.other_days.seconds >= 0.9 * 60 * one.other_days.minutes_budget,
        ),
        "unused": [
            exercise.id
            for exercise in recommender.content.catalogue.exercises
            if exercise.default_routine is not never and not use[exercise.id]
        ],
        "rarely used": [(name, count) for name, count in use.most_common()[::-1] if count < 5],
    }


def _fills(some: Sequence[Person]) -> dict[str, str]:
    told = {}
    for stage in ("settle", "build", "strengthen"):
        for minutes in (3, 5, 10, 15, 20):
            group = [one for one in some if one.decision.stage == stage and one.asked == minutes]
            enough = [one for one in group if one.allowed >= ENOUGH_MOVES and not one.is_short_on_purpose]
            if group:
                mean, full = _mean(one.filled for one in group), _share(enough, lambda one: one.filled >= 0.9)
                told[f"{stage} {minutes}"] = (
                    f"{len(group)} people, mean {mean:.0%}; {full:.0%} of {len(enough)} to 90 %"
                )
    return told


def _mean(values: Iterable[float]) -> float:
    given = list(values)
    return round(sum(given) / max(1, len(given)), 3)


def _share(group: Sequence[Person], is_so: Any) -> float:
    return round(sum(bool(is_so(one)) for one in group) / max(1, len(group)), 3)
