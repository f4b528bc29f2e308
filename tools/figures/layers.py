"""Regions of a picture to the SVG text of one frame, back to front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

import cv2
import numpy as np

from tools.figures.camera import Window
from tools.figures.mesh import Floats
from tools.figures.raster import to_pixels
from tools.figures.regions import IS_HAIR, IS_LEG, IS_SKIN, IS_TOP, Regions
from tools.figures.scene import BODY, BUN, Scene
from tools.figures.trace import Mask, area_path, has_holes, line_path, straight_path

PIXELS_PER_CM = 6.0
UNITS_PER_CM = 8.0
INK = "#1c2333"
PAPER = "#fafbfc"
GHOST = "#6b7280"
GLOW = (("#ff6f66", 8.5, 0.62), ("#ffd9cf", 5.0, 0.85))
"""Colour, reach (cm) and opacity from the rim to the middle: the middle is light enough to show in grey."""
_INK_CM = 0.8
_EDGE_SHARE = 1 / 3
"""So much of the outline of a patch of shade lies along the edge of the cloth."""
_PER_UNIT = PIXELS_PER_CM / UNITS_PER_CM
Colours = Mapping[str, tuple[str, ...]]


@dataclass
class Layers:
    """Collects the paths of one frame. ``size`` is 1, or less for a close-up, so that lines keep their weight."""

    window: Window
    size: float = 1.0
    detail: float = 1.0
    paths: list[str] = field(default_factory=list)

    @property
    def pixels_per_cm(self) -> float:
        return PIXELS_PER_CM / self.size

    @property
    def units_per_cm(self) -> float:
        return UNITS_PER_CM / self.size

    def area(
        self, mask: Mask, fill: str, smooth: float = 5, tolerance: float = 1.5, least: float = 60, opacity: str = ""
    ) -> None:
        """Add a mask as smooth areas."""
        if path := area_path(mask, _PER_UNIT, smooth, tolerance * self.detail, least * self.detail):
            rule = ' fill-rule="evenodd"' if has_holes(mask) else ""
            shown = f' opacity="{opacity}"' if opacity else ""
            self.paths.append(f'<path d="{path}" fill="{fill}"{rule}{shown}/>')

    def straight(self, mask: Mask, fill: str) -> None:
        """Add a mask as polygons."""
        if path := straight_path(mask, _PER_UNIT, 2.4, 60):
            rule = ' fill-rule="evenodd"' if has_holes(mask) else ""
            self.paths.append(f'<path d="{path}" fill="{fill}"{rule}/>')

    def line(self, mask: Mask, stroke: str, dashes: str = "") -> None:
        """Add the middle of a mask as ink."""
        if path := line_path(mask, _PER_UNIT, round(26 * self.detail), 5, 1.3 * self.detail):
            dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
            width = round(_INK_CM * UNITS_PER_CM, 1)
            self.paths.append(
                f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{width}" '
                f'stroke-linecap="round" stroke-linejoin="round"{dashed}/>'
            )


def paint_body(layers: Layers, regions: Regions, colours: Colours) -> None:
    """Add clothes, skin, hair and face, lit and in shade, and then the ink."""
    for region, name in ((IS_SKIN, "skin"), (IS_LEG, "leg"), (IS_TOP, "top"), (IS_HAIR, "hair")):
        mask = regions.region == region
        wide = _grown(mask, 5) & regions.body
        layers.area(wide, colours[name][0], smooth=4)
        if region != IS_HAIR:
            core = cv2.morphologyEx((mask & regions.shade).astype(np.uint8), cv2.MORPH_OPEN, np.ones((13, 13))) > 0
            if region == IS_TOP:
                core = _along_the_edge(np.asarray(core), np.asarray(mask))
            least = 2600 if region == IS_TOP else 900
            layers.area(_grown(core, 3) & wide, colours[name][1], smooth=7, tolerance=2.2, least=least)
    layers.area(regions.brows, colours["hair"][1], smooth=2, tolerance=1, least=12)
    layers.area(regions.eyes, INK, smooth=2, tolerance=1, least=20)
    layers.area(regions.mouth, colours["lips"][0], smooth=2, tolerance=1, least=12)


def paint_ink(layers: Layers, regions: Regions) -> None:
    layers.line(_grown(regions.ink, 3), INK)


def paint_glow(layers: Layers, regions: Regions, centres: Floats, scale: float, strength: float) -> None:
    """Add a patch of light over each of some points (n, 3) of the body at rest, where they are seen."""
    away = np.min([np.linalg.norm(regions.at_rest - centre, axis=-1) for centre in centres], 0)
    for colour, reach, opacity in GLOW:
        layers.area(
            regions.body & (away < reach * scale),
            colour,
            smooth=9,
            tolerance=2,
            least=200,
            opacity=f"{opacity * strength:.2f}",
        )


def paint_props(layers: Layers, regions: Regions, scene: Scene, colours: Colours) -> None:
    """Add every prop but the mat, where it is not hidden."""
    for number, name in enumerate(scene.kinds):
        if number == BODY or name == BUN or name == "mat":
            continue
        seen = regions.kind == number
        top, side, end = colours[name]
        if number in scene.round_kinds:
            layers.area(_grown(seen, 3), side if scene_is_thin(name) else top, smooth=4)
            continue
        layers.straight(_grown(seen, 3), side)
        layers.straight(seen & (regions.face_up[..., 1] > 0.5), top)
        across = np.abs(regions.face_up[..., 0]) > np.abs(regions.face_up[..., 2])
        layers.straight(seen & across & (regions.face_up[..., 1] <= 0.5), end)


def paint_mat(layers: Layers, scene: Scene, camera: Floats, colours: Colours) -> None:
    """Add the whole mat, as if nothing lay on it; what lies on it is painted over it."""
    if "mat" not in scene.kinds:
        return
    window = layers.window
    pixels = to_pixels(scene.points @ camera.T, window, layers.pixels_per_cm).astype(np.int32)
    shape = int(window.height * layers.pixels_per_cm), int(window.width * layers.pixels_per_cm)
    whole, top = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for triangle in scene.of("mat"):
        cv2.fillConvexPoly(whole, pixels[triangle], 255)
        corners = scene.points[triangle]
        if abs(np.ptp(corners[:, 1])) < 1e-6 and corners[0, 1] > -0.5:
            cv2.fillConvexPoly(top, pixels[triangle], 255)
    layers.straight(whole > 0, colours["mat"][2])
    layers.straight(top > 0, colours["mat"][0])


def scene_is_thin(name: str) -> bool:
    """Return whether a round prop is a band, which is painted in one colour."""
    return name in ("towel", "strap", "stick")


def document(layers: Layers, title: str, extra: str = "") -> str:
    """Return the finished SVG, on paper of its own so that it reads on a dark card too."""
    width = round(layers.window.width * layers.units_per_cm)
    height = round(layers.window.height * layers.units_per_cm)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{width}" height="{height}" rx="24" fill="{PAPER}"/>' + "".join(layers.paths) + extra + "</svg>\n"
    )


def _along_the_edge(shade: Mask, cloth: Mask) -> Mask:
    """Return the patches of shade that follow the edge of the cloth; one in the middle of it looks like a stain."""
    within = cv2.erode(cloth.astype(np.uint8), np.ones((13, 13)), borderValue=0) > 0
    count, patches = cv2.connectedComponents(shade.astype(np.uint8))
    for number in range(1, count):
        patch = patches == number
        outline = patch & ~(cv2.erode(patch.astype(np.uint8), np.ones((3, 3))) > 0)
        if (outline & ~within).sum() < _EDGE_SHARE * outline.sum():
            patches[patch] = 0
    return np.asarray(patches > 0)


def _grown(mask: Mask, size: int) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size))) > 0)
