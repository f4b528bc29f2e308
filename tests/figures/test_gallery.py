"""What runs on the site: the manifest of finished drawings, and the text alternative that is always there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from recommender.figures.gallery import Gallery, drawings_of, undrawn
from recommender.figures.manifest import MANIFEST, Drawing, read_manifest, source_hash, write_manifest
from recommender.models.figures import Figures

DRAWING = Drawing("src", "abc", "ana", 800, 600, ("a-1.svg", "a-2.svg"), "a-m.svg")


def test_manifest_is_read_as_written_and_in_a_fixed_order(tmp_path: Path) -> None:
    path = tmp_path / MANIFEST
    write_manifest(path, {"b/x": DRAWING, "a/y": DRAWING})
    first = path.read_bytes()
    assert read_manifest(path) == {"a/y": DRAWING, "b/x": DRAWING}
    write_manifest(path, {"a/y": DRAWING, "b/x": DRAWING})
    assert path.read_bytes() == first


def test_a_drawn_form_has_its_frames_and_is_mirrored_for_the_other_side(figures: Figures) -> None:
    gallery = Gallery(figures, {"dead_bug/supine": DRAWING})
    right, left = (gallery.figure("dead_bug", "supine", side) for side in ("right", "left"))
    assert right is not None and left is not None
    assert right.frames == ("a-1.svg", "a-2.svg") and right.motion == "a-m.svg"
    assert (right.mirrored, left.mirrored) == (False, True)


def test_without_a_drawing_the_text_alternative_stands_alone(figures: Figures) -> None:
    found = Gallery(figures, {}).figure("dead_bug", "supine")
    assert found is not None and found.alt and found.frames == ()


def test_a_form_without_pose_data_has_no_figure(figures: Figures) -> None:
    assert Gallery(figures, {}).figure("dead_bug", "no_such_form") is None
    assert undrawn({"dead_bug/other": DRAWING}, [("dead_bug", "supine")]) == ["dead_bug/supine"]


def test_a_drawing_of_other_poses_is_not_shown(figures: Figures, tmp_path: Path) -> None:
    """It may show what nobody approved."""
    form = figures.exercises["dead_bug"].forms["supine"]
    true = replace(DRAWING, source=source_hash(form, figures.kit))
    write_manifest(tmp_path / MANIFEST, {"dead_bug/supine": true, "clamshell/side_lying": DRAWING})
    assert set(drawings_of(figures, tmp_path)) == {"dead_bug/supine"}
    bent = replace(form, frames=(form.frames[0], replace(form.frames[1], tilt=20.0)))
    changed = replace(figures, exercises={"dead_bug": replace(figures.exercises["dead_bug"], forms={"supine": bent})})
    assert dict(drawings_of(changed, tmp_path)) == {}
    base = replace(figures.kit.bases["supine"], front="down")
    kit = replace(figures.kit, bases={**figures.kit.bases, "supine": base})
    assert dict(drawings_of(replace(figures, kit=kit), tmp_path)) == {}


def test_without_a_manifest_nothing_is_drawn(figures: Figures, tmp_path: Path) -> None:
    assert dict(drawings_of(figures, tmp_path)) == {}
