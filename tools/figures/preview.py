"""Show forms as one PNG: python -m tools.figures.preview open_book [form ...] [--bodies ana,ben] [--out sheet.png]

For authors of poses. Every row is a form on a body; every frame is numbered. Faults that the checks find are printed.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import cairosvg
from PIL import Image, ImageDraw

from recommender.errors import ContentError
from recommender.loaders.figures import load_figures
from recommender.models.figures import FormFigure
from tools.figures.build import FIGURES, usual_body
from tools.figures.checks import faults
from tools.figures.draw import Artist, Picture
from tools.figures.mesh import CACHE, load_mesh

_GAP = 12


def main() -> int:
    options = _options()
    try:
        figures = load_figures(FIGURES)
    except ContentError as error:
        print(error)
        return 1
    mesh = load_mesh()
    artists: dict[str, Artist] = {}
    rows = []
    for exercise, form in _wanted(options.names, figures.exercises):
        bodies = _bodies(options.bodies, exercise, form, sorted(figures.kit.bodies))
        for body in bodies:
            artist = artists.setdefault(body, Artist(mesh, figures.kit, body))
            picture = Picture(artist, form)
            drawn = picture.drawn()
            for fault in faults(artist, picture.solved):
                print(f"{exercise} {form.form} on {body}: {fault}")
            rows.append(
                (f"{exercise}: {form.form} ({body})", [_png(svg, options.height, options.grey) for svg in drawn.frames])
            )
    out = Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    _sheet(rows, options.columns).save(out)
    print(out)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="an exercise id, or EXERCISE/FORM; none: every one")
    parser.add_argument(
        "--bodies", default="", help="names after one another with commas, or 'all'; none: the one it is drawn on"
    )
    parser.add_argument("--height", type=int, default=300, help="of a frame, in pixels")
    parser.add_argument("--columns", type=int, default=2, help="forms beside one another")
    parser.add_argument("--grey", action="store_true", help="as printed without colour")
    parser.add_argument("--out", default=str(CACHE / "preview.png"))
    return parser.parse_args()


def _wanted(names: list[str], exercises):  # type: ignore[no-untyped-def]
    chosen = names or sorted(exercises)
    for name in chosen:
        exercise, _, form = name.partition("/")
        if exercise not in exercises:
            sys.exit(f"No pose data for '{exercise}'. Write catalogue/figures/{exercise}.yaml.")
        for key, figure in exercises[exercise].forms.items():
            if form in ("", key):
                yield exercise, figure


def _bodies(wanted: str, exercise: str, form: FormFigure, known: list[str]) -> list[str]:
    if wanted == "all":
        return known
    return wanted.split(",") if wanted else [form.body or usual_body(exercise, form.form, known)]


def _png(svg: str, height: int, grey: bool) -> Image.Image:
    data = cairosvg.svg2png(bytestring=svg.encode(), output_height=height)
    picture = Image.open(io.BytesIO(data)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return white.convert("L" if grey else "RGB").convert("RGB")


def numbered_row(svgs: list[str], height: int) -> Image.Image:
    """Return frames beside one another, each with its number."""
    return _row([_png(svg, height, False) for svg in svgs])


def _row(pictures: list[Image.Image]) -> Image.Image:
    row = Image.new("RGB", (sum(picture.width + _GAP for picture in pictures), pictures[0].height), "white")
    pen = ImageDraw.Draw(row)
    x = 0
    for number, picture in enumerate(pictures, start=1):
        row.paste(picture, (x, 0))
        pen.ellipse((x + 4, 4, x + 22, 22), fill="#1c2333")
        pen.text((x + 10, 7), str(number), fill="white")
        x += picture.width + _GAP
    return row


def _sheet(rows: list[tuple[str, list[Image.Image]]], columns: int) -> Image.Image:
    cells = []
    for label, pictures in rows:
        row = _row(pictures)
        cell = Image.new("RGB", (max(row.width, 260), row.height + 30), "white")
        cell.paste(row, (0, 24))
        ImageDraw.Draw(cell).text((4, 6), label, fill="black")
        cells.append(cell)
    lines = [cells[i : i + columns] for i in range(0, len(cells), columns)]
    width = max(sum(cell.width + 2 * _GAP for cell in line) for line in lines)
    sheet = Image.new("RGB", (width, sum(max(cell.height for cell in line) + _GAP for line in lines)), "white")
    y = 0
    for line in lines:
        x = 0
        for cell in line:
            sheet.paste(cell, (x, y))
            x += cell.width + 2 * _GAP
        y += max(cell.height for cell in line) + _GAP
    return sheet


if __name__ == "__main__":
    sys.exit(main())
