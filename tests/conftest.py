"""Fixtures: the real rules and catalogue, loaded once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import Phase, settings
from jinja2 import FileSystemBytecodeCache

from recommender.loaders.languages import Language, load_languages
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from recommender.web import startup
from tests.support.needs import left_out
from tests.support.sample import deepen

# The machine is shared: how long an example takes says nothing. In CI the examples are the same each time.
settings.register_profile("laptop", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
# For slips in the code: it is enough to find an example that notices one; a small one would take time to look for.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "laptop")


@pytest.fixture(scope="session", autouse=True)
def languages_read_once() -> Iterator[None]:
    """Let all sites of a process share what they read from the same files of translations; it is most of their start."""
    read: dict[tuple[Any, ...], Mapping[str, Language]] = {}

    def languages(folder: Path, codes: Iterable[str]) -> Mapping[str, Language]:
        codes = tuple(codes)
        files = sorted(file for code in codes for file in (folder / code).glob("*") if file.is_file())
        key = folder, codes, tuple((file, file.read_bytes()) for file in files)
        if key not in read:
            read[key] = load_languages(folder, codes)
        return read[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(startup, "load_languages", languages)
        patch.setattr(startup, "localise", lru_cache(maxsize=8)(startup.localise))
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let all sites of all processes of a run share their compiled templates; it is most of what a first page costs."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "templates"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(folder))}
        )
        yield


@pytest.fixture(scope="session")
def recommender() -> Recommender:
    return load_recommender(read_settings({}))


@pytest.fixture(scope="session")
def solver() -> None:
    """Leave out what needs the extra [proof] where that is not installed."""
    if find_spec("pysat") is None:
        left_out("python-sat is not installed: pip install -e .[proof]")


@pytest.fixture(scope="session")
def diagrams() -> None:
    """Leave out what counts where the library of decision diagrams is not installed."""
    if find_spec("dd") is None or find_spec("dd.cudd") is None:
        left_out("dd is not installed with CUDD: pip install -e .[proof]")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Give each test its speed before pytest chooses among them; then put the tests that share a dear fixture first.

    Each module's stay together. Processes that run out of work take it from the end of what another has left
    (`--dist worksteal`), so by then the dear fixtures are made, and none is made twice.
    """
    deepen(items)
    yield
    items.sort(key=lambda item: item.get_closest_marker("dear") is None)
