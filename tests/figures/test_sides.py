"""One-sided forms say which side is at work, so that the picture of the other side is the same, mirrored."""

from __future__ import annotations

import re

import pytest
import yaml

from recommender.figures.gallery import FigureSide, Gallery
from recommender.models.figures import Figures
from tests.support.mirroring import mirrored
from tests.support.shipped_poses import ROOT

EXERCISES = ROOT / "catalogue" / "exercises"
BOTH_SIDES_ARE_SEEN = {
    "arm_circles/standing",
    "arm_circles/chair",
    "chest_stretch/chair",
    "hip_circles/standing",
    "hip_circles/standing_hold",
    "hip_circles/standing_back_half",
    "knee_rolls/supine",
    "knee_rolls/supine_bed",
    "seated_twist_chair/chair_eyes_front",
    "shoulder_rolls/standing",
    "shoulder_rolls/chair",
}
"""Their dose counts two sides or two ways round, and their drawings show both."""
SIDE = re.compile(r"\b(left|right)\b")


def _exercises() -> list[dict[str, object]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(EXERCISES.glob("*.yaml"))]


def test_what_is_dosed_for_each_side_says_which_side_is_drawn(figures: Figures) -> None:
    dosed = {
        f"{exercise['id']}/{form['id']}"  # type: ignore[index]
        for exercise in _exercises()
        if exercise["dose"].get("per_side")  # type: ignore[attr-defined]
        for form in exercise["forms"]  # type: ignore[attr-defined]
    }
    sided = {
        f"{poses.exercise}/{form.form}"
        for poses in figures.exercises.values()
        for form in poses.forms.values()
        if form.working_side
    }
    assert dosed - sided == BOTH_SIDES_ARE_SEEN
    assert sided <= dosed


def test_a_form_with_a_side_differs_from_its_mirror(figures: Figures) -> None:
    for poses in figures.exercises.values():
        for form in poses.forms.values():
            if form.working_side:
                assert mirrored(form).frames != form.frames, (poses.exercise, form.form)


def test_words_of_a_one_sided_drawing_hold_for_either_side(figures: Figures) -> None:
    """They are read for the mirrored drawing too."""
    named = {
        f"{poses.exercise}/{form.form}"
        for poses in figures.exercises.values()
        for form in poses.forms.values()
        if form.working_side and SIDE.search(form.alt)
    }
    assert named == set()


def test_steps_that_turn_to_a_side_are_drawn_turning_to_it(figures: Figures) -> None:
    found = 0
    for exercise in _exercises():
        for form in exercise["forms"]:  # type: ignore[attr-defined]
            told = re.search(r"\bTurn .*? to the (left|right)\b", " ".join(form["steps"]))
            if not told:
                continue
            found += 1
            figure = figures.exercises[str(exercise["id"])].forms[form["id"]]
            turns = [frame.upper_back.turn for frame in figure.frames if frame.upper_back and frame.upper_back.turn]
            assert (turns[0] > 0) == (told[1] == "left"), (exercise["id"], form["id"])
            assert figure.working_side in (told[1], None)
    assert found >= 2


@pytest.mark.parametrize(
    ("asked", "sides"),
    [
        (None, (FigureSide("right", False), FigureSide("left", True))),
        ("right", (FigureSide("right", False), FigureSide("left", True))),
        ("left", (FigureSide("left", True), FigureSide("right", False))),
    ],
)
def test_the_side_in_question_comes_first(figures: Figures, asked: str | None, sides: tuple[FigureSide, ...]) -> None:
    found = Gallery(figures, {}).figure("dead_bug", "supine", asked)
    assert found is not None
    assert found.sides == sides
    assert found.mirrored == sides[0].mirrored


def test_what_is_drawn_on_its_left_is_mirrored_for_the_right(figures: Figures) -> None:
    found = Gallery(figures, {}).figure("clamshell", "side_lying", "right")
    assert found is not None and found.mirrored


def test_what_shows_both_sides_is_never_mirrored(figures: Figures) -> None:
    found = Gallery(figures, {}).figure("knee_rolls", "supine", "left")
    assert found is not None and found.sides == () and not found.mirrored
