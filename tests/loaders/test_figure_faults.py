"""Broken pose data is named with its line and the nearest right word; what is not drawn fails the check of what is shipped."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from recommender.cli.main import main
from recommender.errors import ContentError
from recommender.loaders.content import load_content
from recommender.settings.folders import content_folder

FAULTS = (
    (
        "clamshell",
        "on right ankle_in,",
        "on right ankle_inn,",
        "landmark 'ankle_inn' is unknown. Did you mean 'ankle_in'?",
    ),
    ("clamshell", "head_rests: floor", "head_rests: flor", "surface 'flor' is unknown. Did you mean 'floor'?"),
    ("clamshell", "start: side_lying", "start: side_lyin", "base 'side_lyin' is unknown. Did you mean 'side_lying'?"),
    ("clamshell", "  side_lying_bed: {", "  side_lying_bad: {", "form 'side_lying_bad' is unknown. Did you mean"),
    ("dead_bug", "exercise: dead_bug", "exercise: dead_bugs", "the file is named 'dead_bug'"),
    ("kit/bases", "head: backward", "head: backwards", "must be up, down, forward, backward, left or right"),
)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped content in folders of one's own, which the settings name."""
    for name in ("rules", "catalogue"):
        shutil.copytree(content_folder(name), tmp_path / name)
        monkeypatch.setenv(f"{name.upper()}_DIR", str(tmp_path / name))
    return tmp_path


@pytest.mark.parametrize(("file", "right", "wrong", "told"), FAULTS, ids=[wrong for _, _, wrong, _ in FAULTS])
def test_a_fault_is_told_with_its_line_and_the_right_word(
    copy: Path, file: str, right: str, wrong: str, told: str
) -> None:
    path = copy / "catalogue" / "figures" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    with pytest.raises(ContentError) as refused:
        load_content(copy / "rules", copy / "catalogue")
    found = [(fault.path, fault.line) for fault in refused.value.faults if told in fault.message]
    assert (f"catalogue/figures/{file}.yaml", line) in found, refused.value.faults


def test_a_shipped_form_without_a_drawing_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("recommender.cli.main.drawings_of", lambda figures: {})
    assert main(["check"]) == 1
    assert "dead_bug/supine has no drawing. Run make figures." in capsys.readouterr().err


def test_in_a_catalogue_of_ones_own_a_form_without_a_drawing_is_a_warning(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(copy / "catalogue" / "figures")
    assert main(["check"]) == 0
    assert "warning: dead_bug/supine has no drawing; people see its steps alone." in capsys.readouterr().err


def test_changed_poses_are_shown_by_no_drawing(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy / "catalogue" / "figures" / "clamshell.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("bend: 70", "bend: 60"), encoding="utf-8")
    assert main(["check"]) == 0
    told = capsys.readouterr().err
    assert "clamshell/side_lying has no drawing" in told and "dead_bug" not in told
