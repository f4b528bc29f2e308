"""Draw every form whose pose data changed: python -m tools.figures.build [--jobs 2] [--all] [--only cat_cow]

Writes the pictures and manifest.json into recommender/figures/drawn; files that no form needs any more go.
With --stills it leaves the motions for later. With --check 6 it writes nothing: it draws six forms anew, chosen by --seed, and compares every byte.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import random
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from recommender.errors import ContentError
from recommender.figures.manifest import (
    MANIFEST,
    PICTURES,
    Drawing,
    digest,
    drawn_data,
    plain,
    read_manifest,
    source_hash,
    write_manifest,
)
from recommender.loaders.figure_parts import SURFACES
from recommender.loaders.figures import load_figures
from recommender.models.figures import FigureKit, Figures, FormFigure

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "catalogue" / "figures"
OUT = PICTURES
STILL_BYTES, MOTION_BYTES = 6_000, 30_000
"""The most that a frame and a motion may weigh, compressed."""
DIFFERENT = "DIFFERENT"
ROUNDED_BY, ROUNDED_AT_MOST = 4, 0.01
"""By how much figures may differ between processors, in units of a drawing's own scale, and what share of them."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NOT_DRAWING = ("build.py", "preview.py", "checks.py", "blind.py")


@dataclass(frozen=True)
class Task:
    """One form to draw. ``moves`` says that it has a motion: a position of rest is one picture."""

    exercise: str
    form: str
    body: str
    source: str
    pose: str
    moves: bool

    @property
    def key(self) -> str:
        return f"{self.exercise}/{self.form}"


def main() -> int:
    options = _options()
    try:
        figures = load_figures(FIGURES)
    except ContentError as error:
        print(error)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    before = read_manifest(OUT / MANIFEST) if (OUT / MANIFEST).exists() else {}
    wanted = list(tasks(figures))
    if options.check:
        return _check(random.Random(options.seed).sample(wanted, min(options.check, len(wanted))), before)
    changed = [task for task in wanted if options.only in ("", task.exercise)]
    changed = [task for task in changed if options.all or _is_stale(task, before.get(task.key), options.stills)]
    drawings = {task.key: before[task.key] for task in wanted if task.key in before}
    started = time.monotonic()
    for number, (key, drawing, faults) in enumerate(_draw(changed, options.jobs, options.stills), start=1):
        drawings[key] = drawing
        write_manifest(OUT / MANIFEST, drawings)
        print(f"[{number}/{len(changed)}] {key} on {drawing.body}", *faults, sep="\n    " if faults else "", flush=True)
    _sweep(drawings)
    print(f"{len(changed)} of {len(wanted)} forms drawn in {time.monotonic() - started:.0f} s. {_weights(drawings)}")
    return 0


def tasks(figures: Figures) -> Iterator[Task]:
    """Yield every form with the body it is drawn on and the hash of all that its picture depends on."""
    bodies = sorted(figures.kit.bodies)
    builder = _builder_digest()
    for exercise in figures.exercises.values():
        for form in exercise.forms.values():
            body = form.body or usual_body(exercise.exercise, form.form, bodies)
            pose = digest([drawn_data(form), plain(_used(figures.kit, form, body)), builder])[:16]
            yield Task(exercise.exercise, form.form, body, source_hash(form, figures.kit), pose, len(form.frames) > 1)


def _used(kit: FigureKit, form: FormFigure, body: str) -> FigureKit:
    """Return as much of the kit as the picture of a form depends on: a new prop changes no other picture."""
    bases = {frame.start: kit.bases[frame.start] for frame in form.frames if isinstance(frame.start, str)}
    frames = [*form.frames, *(base.frame for base in bases.values())]
    cameras = {form.camera, *(base.camera for base in bases.values())}
    # Those that lie under everybody, and those that a head may rest on without being named as a prop.
    props = {prop.prop for frame in frames for prop in frame.props or ()} | {*SURFACES, "bed_frame"}
    props |= {frame.head_rests for frame in frames if frame.head_rests}
    return replace(
        kit,
        bases=bases,
        cameras={name: camera for name, camera in kit.cameras.items() if name in cameras},
        bodies={body: kit.bodies[body]},
        props={name: shape for name, shape in kit.props.items() if name in props},
    )


def usual_body(exercise: str, form: str, bodies: list[str]) -> str:
    """Return the body that a form is drawn on: always the same for its id, and all of them over the catalogue."""
    digest = hashlib.sha256(f"{exercise}/{form}".encode()).digest()
    return bodies[digest[0] % len(bodies)]


def draw(
    figures: Figures, task: Task, artist: Any, stills_only: bool
) -> tuple[dict[str, str], tuple[int, int], list[str]]:
    """Return the files of a form (name without hash to text), its size in units, and what the checks find."""
    from tools.figures.checks import faults
    from tools.figures.draw import Picture
    from tools.figures.motion import motion

    form: FormFigure = figures.exercises[task.exercise].forms[task.form]
    picture = Picture(artist, form)
    texts = {f"{task.exercise}.{task.form}.{n}": svg for n, svg in enumerate(picture.drawn().frames, start=1)}
    if task.moves and not stills_only:
        texts[f"{task.exercise}.{task.form}.motion"] = motion(picture)
    found = list(faults(artist, picture.solved))
    for name, text in texts.items():
        most = MOTION_BYTES if name.endswith(".motion") else STILL_BYTES
        if (weight := compressed(text)) > most:
            found.append(f"{name} weighs {weight} bytes compressed, more than {most}")
    return texts, picture.size_in_units(), found


def compressed(text: str) -> int:
    """Return the weight of a text in bytes, compressed as it is served."""
    return len(gzip.compress(text.encode(), 9, mtime=0))


def _draw(changed: list[Task], jobs: int, stills_only: bool) -> Iterator[tuple[str, Drawing, list[str]]]:
    one = partial(_draw_one, stills_only=stills_only)
    if jobs <= 1:
        yield from map(one, changed)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(one, changed)


_loaded: dict[str, Any] = {}


def _draw_one(task: Task, stills_only: bool) -> tuple[str, Drawing, list[str]]:
    texts, (width, height), found = _drawn(task, stills_only)
    names = [_write(name, text) for name, text in texts.items()]
    motion = names.pop() if task.moves and not stills_only else None
    return task.key, Drawing(task.source, task.pose, task.body, width, height, tuple(names), motion), found


def _drawn(task: Task, stills_only: bool) -> tuple[dict[str, str], tuple[int, int], list[str]]:
    """Return what draw() does, with an artist that is made once a process."""
    from tools.figures.draw import Artist
    from tools.figures.mesh import load_mesh

    if not _loaded:
        _loaded["figures"] = load_figures(FIGURES)
        _loaded["mesh"] = load_mesh()
    figures = _loaded["figures"]
    if task.body not in _loaded:
        _loaded[task.body] = Artist(_loaded["mesh"], figures.kit, task.body)
    return draw(figures, task, _loaded[task.body], stills_only)


def _write(name: str, text: str) -> str:
    """Write the file under a name that changes with what is in it, and return the name."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    path = OUT / f"{name}-{digest}.svg"
    path.write_text(text, encoding="utf-8")
    return path.name


def _check(sample: list[Task], before: dict[str, Drawing]) -> int:
    """Draw a sample anew; return 1 if one is not what is there, but for rounding."""
    differing = 0
    for task in sample:
        drawing = before.get(task.key)
        if drawing is None or _is_stale(task, drawing, stills_only=True):
            differing += 1
            print(f"{task.key}: its pose data or the builder changed after it was drawn. Run make figures.", flush=True)
            continue
        texts, _, _ = _drawn(task, stills_only=drawing.motion is None)
        there = [(OUT / name).read_text(encoding="utf-8") for name in drawing.files]
        told = _compared("".join(there), "".join(texts.values()))
        differing += told == DIFFERENT
        print(f"{task.key} on {task.body}: {told}", flush=True)
    return int(bool(differing))


def _compared(there: str, anew: str) -> str:
    """Say whether two drawings are the same. Processors differ in the last bit, so a figure may round to its neighbour."""
    if there == anew:
        return "the same bytes"
    if _NUMBER.sub("0", there) != _NUMBER.sub("0", anew):
        return DIFFERENT
    apart = [
        abs(float(one) - float(two)) for one, two in zip(_NUMBER.findall(there), _NUMBER.findall(anew), strict=True)
    ]
    few = sum(by > 0 for by in apart) <= ROUNDED_AT_MOST * len(apart)
    return "the same but for rounding" if few and max(apart) <= ROUNDED_BY else DIFFERENT


def _is_stale(task: Task, drawing: Drawing | None, stills_only: bool) -> bool:
    if drawing is None or drawing.pose != task.pose or (task.moves and drawing.motion is None and not stills_only):
        return True
    return not all((OUT / name).exists() for name in drawing.files)


def _sweep(drawings: dict[str, Drawing]) -> None:
    kept = {name for drawing in drawings.values() for name in drawing.files}
    for path in OUT.glob("*.svg"):
        if path.name not in kept:
            path.unlink()


def _weights(drawings: dict[str, Drawing]) -> str:
    def weight(names: list[str]) -> int:
        return sum(compressed((OUT / name).read_text(encoding="utf-8")) for name in names)

    stills = weight([name for drawing in drawings.values() for name in drawing.frames])
    motions = weight([drawing.motion for drawing in drawings.values() if drawing.motion])
    return f"Compressed: stills {stills / 1e6:.2f} MB, motions {motions / 1e6:.2f} MB."


def _builder_digest() -> str:
    sources = sorted(path for path in Path(__file__).parent.glob("*.py") if path.name not in _NOT_DRAWING)
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="forms drawn at once")
    parser.add_argument("--all", action="store_true", help="draw what has not changed too")
    parser.add_argument("--only", default="", help="one exercise")
    parser.add_argument("--stills", action="store_true", help="draw frames only; a later run draws the motions")
    parser.add_argument("--check", type=int, default=0, help="how many forms to draw anew and compare")
    parser.add_argument("--seed", default="", help="what the sample depends on; none: a fixed one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
