"""Try one mutant: in a fork of its own, with the slip in place of the module, until the first test that goes red."""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

import pytest

from recommender.errors import RecommenderError
from recommender.loaders import content
from tools.code_mutants.operators import CodeMutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]
SURVIVED, ENDLESS, BROKEN, UNUSED = "survived", "endless", "cannot be loaded", "never loaded"
CPU_SECONDS_AT_MOST = 60  # of one mutant; an endless loop is caught by it
# Stop at the first red test; nothing random, nothing kept, and no plugin or step that takes time and finds no slip.
OPTIONS = (
    *("-x", "-q", "--assert=plain", "--tb=native", "-p", "_hypothesis_pytestplugin", "--hypothesis-profile=mutants"),
    *("-p", "pytest_timeout", "-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception"),
)
# What the tests import that knows no mutated module: loaded once, before the forks.
UNCHANGED = ("recommender.errors", "recommender.settings", "recommender.models", "recommender.loaders")
SHARED = ("hypothesis", "marshmallow", "sqlalchemy.orm", "durable_rules_engine", "flask_babel", "recommender.settings")


@dataclass(frozen=True)
class Target:
    """A module, and the tests that should notice a slip in it: the quickest first, for the first red one ends the try.

    ``is_used_at_start``: the checks of the content and the self-test run this code. Elsewhere they only cost seconds.
    """

    path: str
    tests: tuple[str, ...]
    is_used_at_start: bool = False

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def source(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    def mutants(self) -> list[CodeMutant]:
        return mutants_of(self.source, self.path)


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: the test that noticed it, or ENDLESS, BROKEN or SURVIVED."""

    mutant: CodeMutant
    caught_by: str

    @property
    def is_survivor(self) -> bool:
        return self.caught_by == SURVIVED


def prepare() -> None:
    """Load once what every fork needs: libraries, and the rules and catalogue, which no slip here changes."""
    for name in SHARED:
        importlib.import_module(name)
    content.load_content = functools.cache(content.load_content)
    settings = importlib.import_module("recommender.settings").read_settings({})
    content.load_content(settings.rules_dir, settings.catalogue_dir)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    gc.freeze()


def check_green(targets: Iterable[Target]) -> None:
    """Return quietly if the tests pass without any slip.

    Raises:
        RecommenderError: they do not, and so could not tell a slip.
    """
    for target in {target.tests: target for target in targets}.values():
        caught_by = _heard(*_begin(target, target.source))
        if caught_by != SURVIVED:
            raise RecommenderError(f"without any slip a test is red: {caught_by}")


def verdicts(
    mutants: Sequence[tuple[Target, CodeMutant]], processes: int, seconds: float | None = None
) -> Iterator[Verdict]:
    """Yield the verdicts as they come. After so many ``seconds`` no further mutant is begun.

    Raises:
        RecommenderError: the tests of a module never load it, and so could not tell a slip.
    """
    started = time.monotonic()
    waiting = list(reversed(mutants))
    running: dict[Connection, tuple[CodeMutant, BaseProcess]] = {}
    while waiting or running:
        if seconds is not None and time.monotonic() - started > seconds:
            waiting.clear()
        while waiting and len(running) < processes:
            target, mutant = waiting.pop()
            told, process = _begin(target, mutant.source(target.source))
            running[told] = mutant, process
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            mutant, process = running.pop(ready)
            caught_by = _heard(ready, process)
            if caught_by == UNUSED:
                raise RecommenderError(f"the tests of {mutant.module} do not load it")
            yield Verdict(mutant, caught_by)


def _begin(target: Target, source: str) -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("fork")
    told, tell = context.Pipe(duplex=False)
    process = context.Process(target=_try, args=(target, source, tell))
    process.start()
    tell.close()
    return told, process


def _heard(told: Connection, process: BaseProcess) -> str:
    """Return what a fork said of its mutant; one that was ended by the system went on for ever."""
    try:
        caught_by = str(told.recv())
    except EOFError:
        caught_by = ENDLESS
    told.close()
    process.join()
    return caught_by


def _try(target: Target, source: str, tell: Connection) -> None:
    """Run the tests with this source in place of the module's, and tell what went red first."""
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_AT_MOST, CPU_SECONDS_AT_MOST))
    # Whoever tries mutants may have loaded other modules, and the one with the slip among them: they are loaded anew.
    for name in [name for name in sys.modules if name.startswith("recommender.") and _is_loaded_anew(name, target)]:
        del sys.modules[name]
    slipped = _Slipped(target.module, ROOT / target.path, source)
    sys.meta_path.insert(0, slipped)
    first = _FirstRed()
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        try:
            if not target.is_used_at_start:
                service = vars(importlib.import_module("recommender.service.recommend"))
                service["lint"] = service["differences"] = lambda *_: ()
            code = pytest.main([*OPTIONS, *(str(ROOT / test) for test in target.tests)], plugins=[first])
        except BaseException:
            tell.send(BROKEN)
            os._exit(0)
    if not slipped.was_loaded:
        tell.send(UNUSED)
    else:
        tell.send(SURVIVED if code == pytest.ExitCode.OK else first.test or BROKEN)
    tell.close()
    os._exit(0)  # nothing of what pytest and its plugins do at the end matters here


def _is_loaded_anew(name: str, target: Target) -> bool:
    """Return whether a fork loads a module again: the one with the slip, whatever holds something of it, and most others."""
    held = {getattr(value, "__module__", None) for value in vars(sys.modules[name]).values()}
    return name == target.module or target.module in held or not name.startswith(UNCHANGED)


class _FirstRed:
    """Notes the first test that failed, or the file that could not be collected."""

    def __init__(self) -> None:
        self.test = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.test:
            self.test = report.nodeid


class _Slipped(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from other source than its file's."""

    def __init__(self, module: str, path: Path, source: str) -> None:
        self._module = module
        self._path = path
        self._code = compile(source, str(path), "exec")
        self.was_loaded = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        self.was_loaded = True
        exec(self._code, module.__dict__)
