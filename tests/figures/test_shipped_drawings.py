"""The committed drawings: every form has its own, made from the pose data that is there now, light and self-contained."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from recommender.figures.manifest import MANIFEST, Drawing, read_manifest
from recommender.models.figures import Figures
from tests.support.shipped_poses import ROOT
from tools.figures.build import MOTION_BYTES, OUT, STILL_BYTES, compressed, tasks

ALL_STILLS_BYTES, ALL_MOTIONS_BYTES = 3_000_000, 6_000_000
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawings() -> dict[str, Drawing]:
    return dict(read_manifest(OUT / MANIFEST))


def test_every_form_is_drawn_from_the_pose_data_that_is_there_now(
    figures: Figures, drawings: dict[str, Drawing]
) -> None:
    """Where it is not: make figures."""
    wanted = {task.key: (task.pose, task.body) for task in tasks(figures)}
    assert {key: (drawing.pose, drawing.body) for key, drawing in drawings.items()} == wanted
    for key, drawing in drawings.items():
        exercise, form = key.split("/")
        count = len(figures.exercises[exercise].forms[form].frames)
        assert (len(drawing.frames), drawing.motion is not None) == (count, count > 1), key


def test_the_folder_holds_what_the_manifest_names_and_nothing_else(drawings: dict[str, Drawing]) -> None:
    named = {name for drawing in drawings.values() for name in drawing.files}
    assert {path.name for path in OUT.iterdir()} == {*named, MANIFEST}


def test_drawings_are_light(drawings: dict[str, Drawing]) -> None:
    stills = {name: _weight(OUT / name) for drawing in drawings.values() for name in drawing.frames}
    motions = {drawing.motion: _weight(OUT / drawing.motion) for drawing in drawings.values() if drawing.motion}
    assert {name: weight for name, weight in stills.items() if weight > STILL_BYTES} == {}
    assert {name: weight for name, weight in motions.items() if weight > MOTION_BYTES} == {}
    assert sum(stills.values()) < ALL_STILLS_BYTES and sum(motions.values()) < ALL_MOTIONS_BYTES


def test_drawings_name_nothing_outside_and_say_what_they_show(figures: Figures, drawings: dict[str, Drawing]) -> None:
    for key, drawing in drawings.items():
        exercise, form = key.split("/")
        for name in drawing.files:
            root = ElementTree.fromstring((OUT / name).read_text(encoding="utf-8"))
            assert root.findtext(f"{SVG}title") == figures.exercises[exercise].forms[form].alt, name
            assert root.get("viewBox") == f"0 0 {drawing.width} {drawing.height}", name
            used = {part.tag.removeprefix(SVG) for part in root.iter()}
            assert used <= {"svg", "title", "rect", "path", "g"}, name
            assert not any("href" in key or "url(" in text for part in root.iter() for key, text in part.items()), name


def test_all_people_are_shown(figures: Figures, drawings: dict[str, Drawing]) -> None:
    shown = [drawing.body for drawing in drawings.values()]
    assert set(shown) == set(figures.kit.bodies)
    assert all(shown.count(body) >= len(shown) / 10 for body in figures.kit.bodies)


@pytest.mark.deep
def test_drawn_anew_a_sample_is_the_same_but_for_rounding() -> None:
    pytest.importorskip("numba")
    command = [sys.executable, "-m", "tools.figures.build", "--check", "5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("the same b") == 5


@pytest.mark.deep
def test_only_few_figures_may_round_and_none_far() -> None:
    pytest.importorskip("numba")
    compared = importlib.import_module("tools.figures.build")._compared
    line = " ".join(f"L{number} {number + 1}" for number in range(200))
    assert compared(line, line) == "the same bytes"
    assert compared(line, line.replace("L7 8", "L7 9")) == "the same but for rounding"
    for changed in (
        line.replace("L7 8", "L7 80"),
        line.replace("L7 8", "M7 8"),
        line.replace("L", "L1"),
        f"{line} L1 2",
    ):
        assert compared(line, changed) == "DIFFERENT"


def _weight(path: Path) -> int:
    return compressed(path.read_text(encoding="utf-8"))
