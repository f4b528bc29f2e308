"""What must hold of every pose and every picture, measured on the skin of the body that is drawn."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from recommender.loaders.figures import load_figures
from recommender.models.figures import Figures, Place
from tests.support.mirroring import mirrored, mirrored_kit
from tests.support.sample import spread
from tests.support.shipped_poses import EVERYTHING, POSES, ROOT
from tools.figures.arrows import COLOUR
from tools.figures.build import MOTION_BYTES, STILL_BYTES, compressed, usual_body
from tools.figures.checks import CONTACT_CM, faults
from tools.figures.draw import Artist, Picture
from tools.figures.layers import GLOW, Layers, _along_the_edge
from tools.figures.mesh import SKIN_END, load_mesh, load_shape
from tools.figures.motion import motion
from tools.figures.regions import EMPTY

pytestmark = [pytest.mark.deep, pytest.mark.dear]
ArtistOf = Callable[[str], Any]
SVG = "{http://www.w3.org/2000/svg}"
SAMPLE = ("dead_bug/supine", "clamshell/side_lying", "thoracic_extension_chair/chair", "hip_circles/standing")
"""Forms that are drawn whole in the quick tests: lying on the back and side, sitting, standing."""
BODIES = ("ana", "ben", "chen", "dora")


def _forms() -> Iterator[tuple[str, str, str]]:
    """Yield every form on every body: what is right on one only because of a number breaks on the next."""
    shipped = load_figures(POSES)
    for exercise, poses in shipped.exercises.items():
        for form in poses.forms:
            for body in sorted(shipped.kit.bodies):
                yield exercise, form, body


@pytest.mark.parametrize("pose", spread(_forms(), 0, name="-".join, up_to=100 if EVERYTHING else 5))
def test_pose_holds(figures: Figures, artist: ArtistOf, pose: tuple[str, str, str]) -> None:
    """Contacts, floor, joint ranges, and no part of the body through another."""
    exercise, form, body = pose
    drawn = artist(body)
    assert list(faults(drawn, drawn.solve(figures.exercises[exercise].forms[form]))) == []


def test_checks_notice_a_broken_pose(figures: Figures, artist: ArtistOf) -> None:
    drawn = artist("ana")
    solved = drawn.solve(figures.exercises["dead_bug"].forms["supine"])[0]
    name, (vertex, wanted) = next(iter(solved.contacts.items()))
    solved.contacts[name] = (vertex, wanted + np.array([0, CONTACT_CM + 1.5, 0]))
    assert any("from what it should touch" in fault for fault in faults(drawn, [solved]))
    solved.state.at = solved.state.at - np.array([0, 6.0, 0])
    solved.bones = drawn.solver.rig.bones(solved.state)
    assert any("under the floor" in fault for fault in faults(drawn, [solved]))
    solved.state.at = solved.state.at + np.array([0, 14.0, 0])
    for limb in solved.state.limbs.values():
        limb.end = limb.end + np.array([0, 14.0, 0])
    solved.bones = drawn.solver.rig.bones(solved.state)
    assert any("floats" in fault for fault in faults(drawn, [solved]))
    arm = solved.state.limbs["left_arm"]
    arm.end, arm.relative = drawn.solver.rig.bones(solved.state).place["spine03"], True
    solved.bones = drawn.solver.rig.bones(solved.state)
    assert any("left forearm is" in fault and "inside trunk" in fault for fault in faults(drawn, [solved]))


def test_checks_notice_a_body_in_a_wall(figures: Figures, artist: ArtistOf) -> None:
    drawn = artist("chen")
    solved = drawn.solve(figures.exercises["wall_plank"].forms["standing"])[0]
    assert list(faults(drawn, [solved])) == []
    forward = np.array([0, 0, 18.0])
    solved.state.at = solved.state.at + forward
    for limb in solved.state.limbs.values():
        limb.end = limb.end + forward
    solved.bones = drawn.solver.rig.bones(solved.state)
    assert any("inside wall" in fault for fault in faults(drawn, [solved]))


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("exercise", ["seated_piriformis_twist", "seated_twist_floor"])
def test_the_foot_of_a_twist_on_the_floor_is_across_the_other_leg(
    figures: Figures, artist: ArtistOf, exercise: str, body: str
) -> None:
    """Its steps say so; measured from each hip by a number alone, it once stood on the near side."""
    drawn = artist(body)
    for solved in drawn.solve(figures.exercises[exercise].forms["floor_sitting"]):
        foot = [drawn.solver.point(solved.bones, Place(name, "right"))[0] for name in ("ankle_out", "toe_tip")]
        assert min(foot) > drawn.solver.point(solved.bones, Place("knee_front", "left"))[0] + 5


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("key", ["pelvic_tilt/standing_wall", "standing_pelvic_tilt_wall/standing"])
def test_shoulders_stay_on_the_wall_while_the_low_back_flattens(
    figures: Figures, artist: ArtistOf, key: str, body: str
) -> None:
    """The trunk once left the wall in the second drawing, and the head went forward by 11 cm."""
    drawn = artist(body)
    exercise, form = key.split("/")
    for solved in drawn.solve(figures.exercises[exercise].forms[form]):
        at, normal = solved.props.surface("wall_face")
        blade = drawn.solver.point(solved.bones, Place("shoulder_blade", "left"))
        assert abs((blade - at) @ normal) < 3.5


@pytest.mark.parametrize(
    "key",
    [
        "cat_cow/all_fours",
        "cat_cow/all_fours_fists",
        "cat_cow/all_fours_flat_to_dip",
        "thoracic_extension_chair/chair",
        "thoracic_extension_chair/chair_hands_behind_head",
        "thoracic_extension_chair/chair_hands_on_thighs",
    ],
)
def test_the_head_does_not_tip_back_with_the_back(figures: Figures, artist: ArtistOf, key: str) -> None:
    """Steps say eyes on the floor all the time, or chin level; the drawings once looked up by 10 to 20 degrees."""
    drawn = artist("ana")
    exercise, form = key.split("/")
    first, *_, last = drawn.solve(figures.exercises[exercise].forms[form])
    held, bent = (
        drawn.solver.point(solved.bones, Place("head_top")) - drawn.solver.point(solved.bones, Place("chin"))
        for solved in (first, last)
    )
    cosine = held @ bent / (np.linalg.norm(held) * np.linalg.norm(bent))
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))) < 6


@pytest.mark.parametrize("body", BODIES)
def test_a_forearm_lies_flat_with_the_hand(figures: Figures, artist: ArtistOf, body: str) -> None:
    drawn = artist(body)
    propped = drawn.solve(figures.exercises["sphinx"].forms["prone"])[1]
    skin = drawn.skin(propped.bones)
    for side in ("left", "right"):
        assert abs(skin[drawn.solver.support(f"{side}_hand"), 1].min()) < 0.5
        assert abs(skin[drawn.solver.support(f"{side}_elbow"), 1].min()) < CONTACT_CM


def test_a_gripping_hand_is_closed(figures: Figures, artist: ArtistOf) -> None:
    """The tips of the fingers come back towards the heel of the hand; those of a flat hand are far from it."""
    drawn = artist("ana")
    held = drawn.solve(figures.exercises["cycling"].forms["chair"])[0]
    laid = drawn.solve(figures.exercises["dead_bug"].forms["supine"])[0]
    reach = [
        np.linalg.norm(
            drawn.solver.point(solved.bones, Place("fingertips", "right"))
            - drawn.solver.point(solved.bones, Place("wrist_palm", "right"))
        )
        for solved in (held, laid)
    ]
    assert reach[0] < 0.65 * reach[1]


@pytest.fixture(scope="module", params=SAMPLE)
def picture(request: pytest.FixtureRequest, figures: Figures, artist: ArtistOf) -> Picture:
    exercise, form = request.param.split("/")
    return Picture(artist("dora"), figures.exercises[exercise].forms[form])


def test_each_frame_is_light_titled_and_stands_alone(picture: Picture) -> None:
    for svg in picture.drawn().frames:
        assert compressed(svg) <= STILL_BYTES
        root = ElementTree.fromstring(svg)
        assert root.findtext(f"{SVG}title") == picture.figure.alt
        assert root.get("role") == "img"
        paper = root.find(f"{SVG}rect")
        assert paper is not None and paper.get("fill", "").startswith("#f"), (
            "light paper, so that it reads on dark cards"
        )
        assert "href" not in svg and "url(" not in svg and "<script" not in svg and "<text" not in svg


def test_frames_share_one_window(picture: Picture) -> None:
    assert len({re.search(r'viewBox="([^"]+)"', svg)[1] for svg in picture.drawn().frames}) == 1  # type: ignore[index]


@pytest.mark.parametrize("key", ["chin_tuck/standing", "pelvic_tilt/supine"])
def test_a_tiny_move_is_shown_enlarged_beside_the_body(figures: Figures, artist: ArtistOf, key: str) -> None:
    exercise, form = key.split("/")
    picture = Picture(artist("chen"), figures.exercises[exercise].forms[form])
    inset = picture.inset
    assert inset is not None and inset.zoom > 1.5
    for scene in picture.scenes:
        seen = scene.points[: scene.body_points] @ picture.camera.T
        inside = (seen[:, 0] > inset.box.left) & (seen[:, 0] < inset.box.right)
        inside &= (seen[:, 1] > inset.box.bottom) & (seen[:, 1] < inset.box.top)
        assert not inside.any()
    window = picture.window
    assert window.left <= inset.box.left and inset.box.right <= window.right
    assert window.bottom <= inset.box.bottom and inset.box.top <= window.top
    for svg in picture.drawn().frames:
        assert len(ElementTree.fromstring(svg).findall(f"{SVG}svg")) == 1


def test_only_arrows_have_the_arrow_colour(picture: Picture) -> None:
    used = {shade for pair in picture.artist.colours.values() for shade in pair}
    assert COLOUR not in used


def test_arrows_never_lie_on_the_body(picture: Picture) -> None:
    layers = Layers(picture.window, picture.size)
    for scene, arrows in zip(picture.scenes, picture.arrows, strict=True):
        body = picture.regions(scene, layers).body
        for arrow in arrows:
            columns = np.round((arrow.points[:, 0] - layers.window.left) * layers.pixels_per_cm).astype(int)
            rows = np.round((layers.window.top - arrow.points[:, 1]) * layers.pixels_per_cm).astype(int)
            assert not body[rows, columns].any()


def test_the_same_pose_makes_the_same_bytes(figures: Figures, artist: ArtistOf) -> None:
    form = figures.exercises["dead_bug"].forms["supine"]
    assert Picture(artist("ben"), form).drawn() == Picture(artist("ben"), form).drawn()


def test_motion_is_light_and_shows_one_step_at_first(figures: Figures, artist: ArtistOf) -> None:
    svg = motion(Picture(artist("ben"), figures.exercises["chin_tuck"].forms["chair"]))
    assert compressed(svg) <= MOTION_BYTES
    steps = list(ElementTree.fromstring(svg).iter(f"{SVG}g"))
    assert [step.get("id") for step in steps] == [f"s{number}" for number in range(len(steps))]
    assert [step.get("visibility") for step in steps] == [None] + ["hidden"] * (len(steps) - 1)
    assert len(steps) >= 5


def test_the_breath_is_seen_in_the_motion(figures: Figures, artist: ArtistOf) -> None:
    """The belly goes in with every step on the way out: its outline at the front is not where the step before had it."""
    svg = motion(Picture(artist("ben"), figures.exercises["breathing_relaxation"].forms["chair"]))
    steps = list(ElementTree.fromstring(svg).iter(f"{SVG}g"))
    top = artist("ben").colours["top"][0]
    fronts = [
        max(_rightmost(path.get("d", "")) for path in step.iter(f"{SVG}path") if path.get("fill") == top)
        for step in steps
    ]
    assert fronts == sorted(fronts, reverse=True) and fronts[0] - fronts[-1] > 8 and len(set(fronts)) > 4, fronts


def _rightmost(path: str) -> float:
    """Return how far to the right the ends of the curves of a path reach; it is made of M and relative c only."""
    reached: list[float] = []
    for part in path.split("M")[1:]:
        x, _, *steps = (float(number) for number in re.findall(r"-?\d+", part))
        for step in steps[4::6]:
            x += step
            reached.append(x)
    return max(reached)


def test_the_light_of_a_muscle_grows_with_the_motion(figures: Figures, artist: ArtistOf) -> None:
    svg = motion(Picture(artist("ben"), figures.exercises["glute_squeeze"].forms["chair"]))
    steps = list(ElementTree.fromstring(svg).iter(f"{SVG}g"))
    colour, _, opacity = GLOW[0]
    shown = [
        [float(path.get("opacity", "1")) for path in step.iter(f"{SVG}path") if path.get("fill") == colour]
        for step in steps
    ]
    assert shown[0] == [] and shown[-1] == [opacity]
    lights = [max(light, default=0.0) for light in shown]
    assert lights == sorted(lights) and len(set(lights)) > 3


@pytest.mark.parametrize("key", SAMPLE if EVERYTHING else SAMPLE[:2])
def test_the_mirrored_form_is_the_mirrored_drawing(figures: Figures, artist: ArtistOf, key: str) -> None:
    exercise, form = key.split("/")
    figure = figures.exercises[exercise].forms[form]
    other = Artist(load_mesh(), mirrored_kit(figures.kit), "chen")
    for one, two in zip(_shapes(artist("chen"), figure), _shapes(other, mirrored(figure)), strict=True):
        width, height = min(one.shape[1], two.shape[1]), min(one.shape[0], two.shape[0])
        flipped = two[:height, ::-1][:, :width]
        same = (one[:height, :width] & flipped).sum() / (one[:height, :width] | flipped).sum()
        assert same > 0.97


def _shapes(drawn: Artist, figure: Any) -> Iterator[Any]:
    picture = Picture(drawn, figure)
    layers = Layers(picture.window)
    for scene in picture.scenes:
        yield picture.regions(scene, layers).region != EMPTY


def test_bodies_really_differ(figures: Figures, artist: ArtistOf) -> None:
    """An empty shape file once made two bodies the same without anybody noticing."""
    measures = {body: _measures(artist(body)) for body in figures.kit.bodies}
    for one, two in combinations(measures, 2):
        apart = np.abs(measures[one] - measures[two])
        assert (apart > [1.5, 1.5, 2.0, 1.0]).sum() >= 2, (one, two, measures[one], measures[two])


def _measures(drawn: Artist) -> Any:
    """Return stature, shoulder width, waist girth and hip width in cm."""
    skin = drawn.rest.vertices[:SKIN_END]
    trunk = drawn.rest.part[:SKIN_END] == 0
    heads = drawn.rest.heads
    waist = skin[trunk & (np.abs(skin[:, 1] - heads["spine04"][1]) < 1.5)]
    hips = skin[np.abs(skin[:, 1] - heads["upperleg01.L"][1]) < 1.5]
    hips = hips[np.abs(hips[:, 0]) < 30]
    half = np.ptp(waist[:, 0]) / 2, np.ptp(waist[:, 2]) / 2
    return np.array(
        [
            np.ptp(skin[:, 1]),
            abs(heads["upperarm01.L"][0] - heads["upperarm01.R"][0]),
            np.pi * (half[0] + half[1]),
            np.ptp(hips[:, 0]),
        ]
    )


def test_the_builder_holds_its_types() -> None:
    """`make lint` has not what draws, and so does not read it; a breath was once given where a number was wanted."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "-p", "tools.figures"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_shade_in_the_middle_of_the_cloth_is_no_shade() -> None:
    """It looks like a stain; along the edge it is the side that turns from the light."""
    cloth = np.zeros((200, 200), bool)
    cloth[20:180, 20:180] = True
    stain, turned = np.zeros_like(cloth), np.zeros_like(cloth)
    stain[80:120, 80:120] = True
    turned[150:180, 40:160] = True
    assert (_along_the_edge(stain | turned, cloth) == turned).all()


def test_an_empty_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="is empty"):
        load_shape("macrodetails/universal-female-young-averagemuscle-averageweight")


def test_all_bodies_are_used(figures: Figures) -> None:
    bodies = sorted(figures.kit.bodies)
    assert {usual_body("exercise", f"form_{number}", bodies) for number in range(40)} == set(bodies)
