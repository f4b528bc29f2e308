"""The last check notices every way in which a routine could break a rule. One broken assembly for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sheets import full_intake

from recommender.assembly.guard import check_assembly
from recommender.errors import DecisionError
from recommender.models.catalogue import DoseType, Exercise, Form
from recommender.models.levels import Stage
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly, Item
from recommender.service import Recommender

PEOPLE: dict[str, dict[str, Any]] = {
    "simple": {},
    "glaucoma": {"conditions": ["glaucoma"]},
    "flare": {"duration": "lt_2w", "pain_score": 8, "irritability": "next_day"},
    "pregnant": {
        "age_band": "25_44",
        "conditions": ["pregnant"],
        "preg_weeks": "16_28",
        "assessed": "yes",
        "onset_age": "45_plus",
    },
    "desk": {"sit_hours": "gt_8", "sit_where": "desk"},
}


def recommended(recommender: Recommender, person: str) -> tuple[Recommendation, Assembly]:
    recommendation = recommender.recommend(full_intake(recommender, PEOPLE[person]))
    assert recommendation.assembly is not None
    return recommendation, recommendation.assembly


def with_items(assembly: Assembly, items: list[Item]) -> Assembly:
    return replace(assembly, routine=replace(assembly.routine, items=tuple(items)))


def change_item(assembly: Assembly, number: int, **changes: Any) -> Assembly:
    items = list(assembly.routine.items)
    items[number] = replace(items[number], **changes)
    return with_items(assembly, items)


def change_dose(assembly: Assembly, number: int, **changes: Any) -> Assembly:
    return change_item(assembly, number, dose=replace(assembly.routine.items[number].dose, **changes))


def hold_of(assembly: Assembly) -> int:
    return next(n for n, item in enumerate(assembly.routine.items) if item.dose.type is DoseType.HOLD)


def put_in(assembly: Assembly, exercise: Exercise, form: Form) -> Assembly:
    """Put an exercise in the place of the second item, and keep the books straight."""
    out = assembly.routine.items[1].exercise
    left = [replace(left, exercise=out) if left.exercise.id == exercise.id else left for left in assembly.left_out]
    return replace(change_item(assembly, 1, exercise=exercise, form=form), left_out=tuple(left))


def find(recommender: Recommender, form: str) -> tuple[Exercise, Form]:
    found = recommender.content.catalogue.forms[form]
    return recommender.content.catalogue.by_id[found.exercise], found


Breaker = Callable[[Recommender, Assembly], Assembly]

BREAKS: dict[str, tuple[str, Breaker]] = {
    "an item that a rule leaves out": ("glaucoma", lambda r, a: put_in(a, *find(r, "childs_pose/kneeling"))),
    "lying on the back in late pregnancy": ("pregnant", lambda r, a: put_in(a, *find(r, "knee_rolls/supine"))),
    "an item that is never chosen": ("simple", lambda r, a: put_in(a, *find(r, "crunch/supine"))),
    "a form of another place": ("simple", lambda r, a: put_in(a, *find(r, "heel_slides/supine_bed"))),
    "steps that are not the catalogue's": (
        "simple",
        lambda r, a: change_item(a, 1, form=replace(a.routine.items[1].form, steps=("Jump.",))),
    ),
    "an exercise that is not as the catalogue has it": (
        "simple",
        lambda r, a: change_item(a, 1, exercise=replace(a.routine.items[1].exercise, name="Other")),
    ),
    "a hold that is too long": ("simple", lambda r, a: change_dose(a, hold_of(a), hold_seconds=25)),
    "too many repeats": ("flare", lambda r, a: change_dose(a, 1, reps=6)),
    "a dose without a figure": ("simple", lambda r, a: change_dose(a, 1, reps=None)),
    "more sets than is usual": ("simple", lambda r, a: change_dose(a, 1, sets=9)),
    "no set at all": ("simple", lambda r, a: change_dose(a, 1, sets=0)),
    "seconds that hide the work": ("simple", lambda r, a: change_dose(a, hold_of(a), seconds=1)),
    "a watch-out that is missing": ("pregnant", lambda r, a: without_notes(a)),
    "no warm-up": ("simple", lambda r, a: with_items(a, list(a.routine.items[1:]))),
    "no closing": ("simple", lambda r, a: with_items(a, list(a.routine.items[:-1]))),
    "an order with two trips to the floor": ("simple", lambda r, a: with_items(a, zigzag(a))),
    "a hold before anything has moved": ("simple", lambda r, a: with_items(a, hold_first(a))),
    "an exercise that is neither offered nor left out": ("simple", lambda r, a: replace(a, left_out=a.left_out[1:])),
    "an exercise that is both": ("simple", lambda r, a: replace(a, left_out=(*a.left_out, a.left_out[0]))),
    "more time than was given": (
        "simple",
        lambda r, a: replace(a, routine=replace(a.routine, minutes_budget=15)),
    ),
    "an item that takes longer than it says": ("simple", lambda r, a: change_item(a, 1, seconds=5)),
    "no time to set up": (
        "simple",
        lambda r, a: change_item(a, 2, seconds=a.routine.items[2].seconds - 20),
    ),
    "a total over the minutes": ("simple", lambda r, a: change_item(a, 1, seconds=600)),
    "the wrong stage": ("flare", lambda r, a: replace(a, routine=replace(a.routine, stage=Stage.STRENGTHEN))),
    "an easier move that a rule leaves out": (
        "glaucoma",
        lambda r, a: change_item(a, 1, easier=replace(a.routine.items[1], **of(*find(r, "childs_pose/kneeling")))),
    ),
    "a desk break with something left out": ("desk", lambda r, a: with_broken_break(r, a)),
}


def of(exercise: Exercise, form: Form) -> dict[str, Any]:
    return {"exercise": exercise, "form": form}


def without_notes(assembly: Assembly) -> Assembly:
    return with_items(assembly, [replace(item, notes=()) for item in assembly.routine.items])


def zigzag(assembly: Assembly) -> list[Item]:
    items = list(assembly.routine.items)
    return [items[0], items[1], replace(items[0], slot="mobility"), *items[2:]]


def hold_first(assembly: Assembly) -> list[Item]:
    items = list(assembly.routine.items)
    held = items.pop(hold_of(assembly))
    return [items[0], replace(held, seconds=held.seconds + 15), *items[1:]]


def with_broken_break(recommender: Recommender, assembly: Assembly) -> Assembly:
    exercise, form = find(recommender, "standing_forward_bend/standing")
    short = assembly.breaks[0]
    broken = replace(short, items=(replace(short.items[0], exercise=exercise, form=form), *short.items[1:]))
    return replace(assembly, breaks=(broken,))


@pytest.mark.parametrize("name", BREAKS)
def test_the_guard_refuses(recommender: Recommender, name: str) -> None:
    person, broken = BREAKS[name]
    recommendation, assembly = recommended(recommender, person)
    catalogue = recommender.content.catalogue
    check_assembly(assembly, recommendation.decision, recommendation.intake, catalogue)
    with pytest.raises(DecisionError):
        check_assembly(broken(recommender, assembly), recommendation.decision, recommendation.intake, catalogue)


def test_the_guard_refuses_any_routine_above_routine_review(recommender: Recommender) -> None:
    recommendation, assembly = recommended(recommender, "simple")
    urgent = recommender.recommend(full_intake(recommender, {"told_no_exercise": "yes"}))
    with pytest.raises(DecisionError, match="shows no routine"):
        check_assembly(assembly, urgent.decision, recommendation.intake, recommender.content.catalogue)


def test_a_broken_routine_is_never_recommended(recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    _, assembly = recommended(recommender, "simple")
    broken = change_dose(assembly, hold_of(assembly), hold_seconds=60)
    monkeypatch.setattr("recommender.service.assemble", lambda *_: broken)
    with pytest.raises(DecisionError):
        recommender.recommend(full_intake(recommender, {}))


def test_an_incomplete_intake_is_never_answered(recommender: Recommender) -> None:
    intake = full_intake(recommender, {})
    for question in ("rf_nerve", "rf_emergency", "conditions", "medicines"):
        fewer = {name: answer for name, answer in intake.answers.items() if name != question}
        with pytest.raises(DecisionError):
            recommender.recommend(replace(intake, answers=fewer))


def test_too_few_movements_left_means_see_someone_first(recommender: Recommender) -> None:
    """GEN-06: standing only, not for long, and with nothing to hold or sit on."""
    given = {"place": "standing_desk", "equipment": ["none"], "limits": ["stand_long", "shoulder_up"], "minutes": "5"}
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.level == "see_before_start"
    assert recommendation.assembly is None
    assert "GEN-06" in {branch.rule_id for branch in recommendation.decision.outcomes}


def test_the_only_way_to_close_is_not_spent_on_the_warm_up(recommender: Recommender) -> None:
    """At work, standing, with nothing at hand, a short walk is the only closing item."""
    given = {"place": "standing_desk", "equipment": ["none"], "minutes": "15"}
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.assembly is not None
    items = recommendation.assembly.routine.items
    assert items[0].exercise.id != items[-1].exercise.id
