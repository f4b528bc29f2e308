"""Clients that are made from the OpenAPI document: whole, right by their own compilers, and able to walk a journey."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tests.support.client_tools import NODE_MODULES, node_tool, python_tool, run
from tests.support.sheets import full_sheet
from tests.support.stand import served

pytestmark = pytest.mark.deep

OURS = Path(__file__).resolve().parent / "clients"
Told = dict[str, Any]
Walk = Callable[[Told], Told]


@pytest.fixture(scope="module")
def site(recommender: Recommender) -> Iterator[str]:
    with served(create_app(replace(read_settings({}), region="GB"), recommender)) as address:
        yield address


@pytest.fixture(scope="module")
def document(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("document") / "openapi.json"
    told = create_app(read_settings({}), recommender).test_client().get("/api/v1/openapi.json")
    assert told.status_code == 200
    path.write_bytes(told.data)
    return path


@pytest.fixture(scope="module")
def python_folder(document: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Python client, and the program that walks by it. A part of the document that the maker passes over is an error."""
    folder: Path = tmp_path_factory.mktemp("python")
    target = folder / "back_routine_client"
    options = ["--path", document, "--output-path", target, "--config", OURS / "openapi-python-client.yaml"]
    maker = [python_tool("openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"]
    run([*maker, *map(str, options)], folder)
    shutil.copy(OURS / "walk.py", folder)
    return folder


@pytest.fixture(scope="module")
def typescript_folder(document: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the types for TypeScript, and the program that walks by them."""
    folder: Path = tmp_path_factory.mktemp("typescript")
    for name in ("walk.ts", "tsconfig.json"):
        shutil.copy(OURS / name, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    run([node_tool("openapi-typescript"), str(document), "--output", "api.d.ts"], folder)
    return folder


def by_python(folder: Path, site: str) -> Walk:
    return lambda sheet: json.loads(run([python_tool("python"), "walk.py", site], folder, typed=json.dumps(sheet)))


def by_typescript(folder: Path, site: str) -> Walk:
    run([node_tool("tsc"), "--project", "tsconfig.json"], folder)
    return lambda sheet: json.loads(run(["node", "walk.js", site, json.dumps(sheet)], folder))


def walks_as_told(walk: Walk, recommender: Recommender) -> None:
    """Hold what a client is told, of somebody with a routine and of an emergency, against the rules themselves."""
    calm, signs = full_sheet(recommender, {}), full_sheet(recommender, {"rf_nerve": ["saddle"]})
    assembly = recommender.recommend(recommender.sheet.read(calm)).assembly
    assert assembly is not None
    told = walk(calm)
    assert told["moves"] == [item.exercise.id for item in assembly.routine.items]
    assert Level(told["level"]).shows_routine
    assert walk(signs) == {"level": Level.EMERGENCY_NOW, "moves": []}


def test_the_client_for_python_is_right_by_its_types(python_folder: Path) -> None:
    options = ["--strict", "--no-incremental", "--cache-dir", "/dev/null"]
    run([python_tool("mypy"), *options, "walk.py", "back_routine_client"], python_folder)


def test_the_client_for_python_walks_a_journey(python_folder: Path, site: str, recommender: Recommender) -> None:
    walks_as_told(by_python(python_folder, site), recommender)


def test_the_client_for_typescript_compiles_and_walks_a_journey(
    typescript_folder: Path, site: str, recommender: Recommender
) -> None:
    walks_as_told(by_typescript(typescript_folder, site), recommender)


def test_the_compiler_of_typescript_finds_a_slip(typescript_folder: Path) -> None:
    walk = (typescript_folder / "walk.ts").read_text(encoding="utf-8")
    assert "reply.done" in walk
    (typescript_folder / "slip.ts").write_text(walk.replace("reply.done", "reply.dome"), encoding="utf-8")
    told = json.loads((typescript_folder / "tsconfig.json").read_text(encoding="utf-8"))
    (typescript_folder / "slip.json").write_text(json.dumps({**told, "files": ["slip.ts"]}), encoding="utf-8")
    with pytest.raises(AssertionError, match="Property 'dome' does not exist"):
        run([node_tool("tsc"), "--noEmit", "--project", "slip.json"], typescript_folder)


def test_the_client_for_python_has_every_call(python_folder: Path, document: Path) -> None:
    told = json.loads(document.read_text(encoding="utf-8"))
    ids = [one["operationId"] for methods in told["paths"].values() for one in methods.values()]
    made = {path.stem.replace("_", "") for path in (python_folder / "back_routine_client" / "api").glob("*/*.py")}
    assert {one.lower() for one in ids} <= made
