"""A harder move goes one step up on the same tissue, an easier one a step down; never to something easier called harder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from recommender.models.catalogue import Exercise
from recommender.service.recommend import Recommender

FILE = yaml.safe_load((Path(__file__).parent / "ladders.yaml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, int]] = {
    ladder: {exercise: step for step, exercises in enumerate(rows) for exercise in exercises}
    for ladder, rows in FILE["ladders"].items()
}


def is_one_step(lower: str, higher: str) -> bool:
    return any(lower in steps and steps.get(higher) == steps[lower] + 1 for steps in STEPS.values())


def is_the_other_way(lower: str, higher: str) -> bool:
    """Return whether a ladder has the one that is called higher below the other."""
    return any(lower in steps and higher in steps and steps[higher] < steps[lower] for steps in STEPS.values())


def wrong_links(exercises: Iterable[Exercise]) -> Iterator[str]:
    for exercise in exercises:
        pairs = [(exercise.id, other) for other in exercise.harder] + [
            (other, exercise.id) for other in exercise.easier
        ]
        for lower, higher in pairs:
            if not is_one_step(lower, higher) or is_the_other_way(lower, higher):
                yield f"{exercise.id}: {lower} to {higher}"


def test_every_exercise_stands_on_a_ladder_or_is_said_to_stand_alone(recommender: Recommender) -> None:
    placed = {exercise for steps in STEPS.values() for exercise in steps}
    assert placed.isdisjoint(FILE["alone"])
    assert placed | set(FILE["alone"]) == {exercise.id for exercise in recommender.content.catalogue.exercises}


def test_every_link_goes_one_step_on_the_same_ladder(recommender: Recommender) -> None:
    assert list(wrong_links(recommender.content.catalogue.exercises)) == []


def test_what_has_a_harder_move_is_the_easier_move_of_that_one(recommender: Recommender) -> None:
    """The first easier move is offered when something hurts, so it must be there: the way up leads down again."""
    exercises = {exercise.id: exercise for exercise in recommender.content.catalogue.exercises}
    no_way_down = [
        f"{exercise.id} to {other}"
        for exercise in exercises.values()
        for other in exercise.harder
        if exercise.id not in exercises[other].easier
    ]
    assert no_way_down == []


@pytest.mark.parametrize(
    ("exercise", "harder"),
    [
        ("sit_to_stand", "pelvic_bridge"),  # another tissue
        ("scapular_squeeze", "thoracic_extension_chair"),  # another kind of work
        ("pelvic_bridge", "glute_squeeze"),  # easier
        ("heel_slides", "plank"),  # three steps
        ("open_book", "knee_rolls"),  # the same step
    ],
)
def test_a_link_that_goes_elsewhere_is_found(recommender: Recommender, exercise: str, harder: str) -> None:
    one = next(one for one in recommender.content.catalogue.exercises if one.id == exercise)
    assert list(wrong_links([replace(one, harder=(harder,))])) == [f"{exercise}: {exercise} to {harder}"]
