"""Pose data is checked at load: every fault with its line, and the nearest right word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from recommender.errors import ContentError
from recommender.loaders.figure_sentences import SentenceError, read_contact, read_direction
from recommender.loaders.figures import load_figures
from recommender.models.figures import Figures
from tests.support.shipped_poses import ROOT
from tools.figures.inherit import whole_frames

EXERCISES = ROOT / "catalogue" / "exercises"

GOOD = """exercise: test_move
forms:
  standing:
    alt: A person stands and lifts an arm.
    frames:
      - start: standing
      - left_arm: {points: up, bend: 5, elbow: out}
"""


def test_good_pose_data_loads(folder: Path) -> None:
    (folder / "test_move.yaml").write_text(GOOD)
    assert load_figures(folder).exercises["test_move"].forms["standing"].frames[0].start == "standing"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("start: standing", "start: standin", 6, "base 'standin' is unknown. Did you mean 'standing'?"),
        ("points: up", "points: upp", 7, "names 'upp', which is no direction. Did you mean 'up'?"),
        ("points: up", "touch: palm on left thigh_tp", 7, "landmark 'thigh_tp' is unknown. Did you mean 'thigh_top'?"),
        ("points: up", "touch: plam on left thigh_top", 7, "'plam' is unknown. Did you mean 'palm'?"),
        ("points: up", "touch: palm left thigh_top", 7, "must read 'PART on PLACE'"),
        ("elbow: out", "elbows: out", 7, "'elbows' is not a key that is known here. Did you mean 'elbow'?"),
        ("bend: 5", "bend: five", 7, "must be a number"),
        ("- left_arm", "- tilt: 20\n        left_arm", 7, "must be 'forward' or 'back' and degrees"),
        (
            "- left_arm",
            "- props: [{prop: chiar}]\n        left_arm",
            7,
            "prop 'chiar' is unknown. Did you mean 'chair'?",
        ),
        ("alt: A person", "camera: fornt\n    alt: A person", 4, "camera 'fornt' is unknown. Did you mean 'front'?"),
        (
            "alt: A person",
            "inset: [chinn]\n    alt: A person",
            4,
            "landmark 'chinn' is unknown. Did you mean 'chin'?",
        ),
        (
            "alt: A person",
            "working_side: rigth\n    alt: A person",
            4,
            "must be left or right",
        ),
        ("exercise: test_move", "exercise: other", 1, "the file is named 'test_move'"),
    ],
)
def test_a_fault_names_line_and_nearest_word(folder: Path, right: str, wrong: str, line: int, message: str) -> None:
    assert right in GOOD
    (folder / "test_move.yaml").write_text(GOOD.replace(right, wrong))
    with pytest.raises(ContentError) as caught:
        load_figures(folder)
    told = [str(fault) for fault in caught.value.faults]
    assert any(message in text and f"test_move.yaml:{line}:" in text for text in told), told


def test_a_form_without_text_alternative_is_refused(folder: Path) -> None:
    (folder / "test_move.yaml").write_text(GOOD.replace("    alt: A person stands and lifts an arm.\n", ""))
    with pytest.raises(ContentError, match="'alt' is missing"):
        load_figures(folder)


def test_a_twin_takes_what_it_does_not_say(folder: Path) -> None:
    (folder / "test_move.yaml").write_text(GOOD + "  standing_hold: {like: standing, surface: mat}\n")
    forms = load_figures(folder).exercises["test_move"].forms
    assert forms["standing_hold"].frames == forms["standing"].frames
    assert (forms["standing_hold"].surface, forms["standing"].surface) == ("mat", None)


def test_a_twin_of_nothing_is_refused(folder: Path) -> None:
    (folder / "test_move.yaml").write_text(GOOD + "  other: {like: standin}\n")
    with pytest.raises(ContentError, match="Did you mean 'standing'"):
        load_figures(folder)


def test_sentences() -> None:
    assert read_direction("front 2 up") == (("front", 2.0), ("up", 1.0))
    contact = read_contact("palm on floor by same shoulder")
    assert (contact.part, contact.target.name, contact.by and contact.by.side) == ("palm", "floor", "same")
    with pytest.raises(SentenceError):
        read_direction("2 front")


def test_shipped_pose_data_fits_the_catalogue(figures: Figures) -> None:
    for exercise, poses in figures.exercises.items():
        path = EXERCISES / f"{exercise}.yaml"
        assert path.exists(), f"there is no exercise '{exercise}'"
        forms = {form["id"] for form in yaml.safe_load(path.read_text(encoding="utf-8"))["forms"]}
        assert set(poses.forms) <= forms, f"{exercise} draws forms that it has not"


def test_every_form_of_the_catalogue_has_pose_data(figures: Figures) -> None:
    for path in sorted(EXERCISES.glob("*.yaml")):
        forms = [form["id"] for form in yaml.safe_load(path.read_text(encoding="utf-8"))["forms"]]
        assert path.stem in figures.exercises, f"{path.stem} has no pose data"
        assert set(forms) <= set(figures.exercises[path.stem].forms), path.stem


def test_a_shift_moves_the_hips_once(folder: Path) -> None:
    """The next frame starts where the hips were left; a shift that was inherited moved them again."""
    moved = GOOD.replace("- left_arm", "- shift: left 7\n      - left_arm")
    (folder / "test_move.yaml").write_text(moved)
    loaded = load_figures(folder)
    _, frames = whole_frames(loaded.exercises["test_move"].forms["standing"], loaded.kit)
    assert [frame.shift for frame in frames] == [None, (("left", 7.0),), None]


AT_REST = {
    "prone_lying/prone",
    "prone_lying/prone_bed",
    "breathing_relaxation/side_lying",
    "breathing_relaxation/side_lying_bed",
}
"""Positions in which nothing moves: one picture shows them."""


def test_every_form_that_moves_has_two_frames_and_a_text_that_tells_them_apart(figures: Figures) -> None:
    at_rest = {
        f"{e}/{form}" for e, poses in figures.exercises.items() for form, f in poses.forms.items() if len(f.frames) < 2
    }
    assert at_rest == AT_REST
    for exercise, poses in figures.exercises.items():
        for form, figure in poses.forms.items():
            if f"{exercise}/{form}" in AT_REST:
                continue
            numbers = re.findall(r"\b(\d):? ", figure.alt)
            assert [int(number) for number in numbers][: len(figure.frames)] == list(
                range(1, len(figure.frames) + 1)
            ), f"{exercise}/{form}: the text alternative numbers each frame"


def test_bodies_differ_in_sex_hair_and_colours(figures: Figures) -> None:
    bodies = list(figures.kit.bodies.values())
    assert len(bodies) >= 3
    assert {body.sex for body in bodies} == {"female", "male"}
    assert len({body.hair for body in bodies}) >= 3
    assert len({body.colours["skin"] for body in bodies}) == len(bodies)
