"""A run that is killed again and again at random comes to the bytes of one clean run; so do more cores, and a cluster."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from recommender.service.recommend import Recommender
from tests.support.needs import left_out
from tests.support.sample import small_and_whole
from tests.support.sheet_files import Batch, raw_sheets, write_sheets

# The processes of the tests have threads; the command that is run has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

SEED = 1917
DAY = ("--today", "2026-03-01")


class Size(NamedTuple):
    sheets: int
    kills: int
    chunk_rows: int

    def __str__(self) -> str:
        return f"{self.sheets} sheets killed {self.kills} times"

    @property
    def options(self) -> tuple[str, ...]:
        return (*DAY, "--chunk-rows", str(self.chunk_rows))


@pytest.fixture(scope="module", params=small_and_whole(Size(40, 3, 2), Size(600, 8, 10), long=Size(5_000, 20, 25)))
def size(request: pytest.FixtureRequest) -> Size:
    found: Size = request.param
    return found


@pytest.fixture(scope="module")
def source(recommender: Recommender, size: Size, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file in which every twentieth sheet cannot be used."""
    sheets = raw_sheets(recommender, size.sheets, SEED, with_signs=20)
    every = [{"pain_score": 99} if number % 20 == 0 else raw for number, raw in enumerate(sheets)]
    return write_sheets(tmp_path_factory.mktemp("killed") / "in.csv", every)


@pytest.fixture
def clean(batch: Batch, recommender: Recommender, source: Path, size: Size) -> tuple[str, str]:
    """Return the digests of what one run on one core writes, after the self-test, which every process would make anew."""
    assert recommender.faults == ()
    target = source.with_name("clean.csv")
    assert batch(source, target, *size.options) == 3
    return digests(target)


def digests(target: Path) -> tuple[str, str]:
    written, bad = (path.read_bytes() for path in (target, target.with_name(target.name + ".bad.csv")))
    return sha256(written).hexdigest(), sha256(bad).hexdigest()


def finished(target: Path) -> int:
    """Return how many lines the journal of a run has."""
    journal = target.with_name(target.name + ".journal")
    return len(journal.read_bytes().splitlines()) if journal.exists() else 0


def test_a_run_killed_again_and_again_at_random_writes_what_a_clean_run_writes(
    batch: Batch, source: Path, clean: tuple[str, str], size: Size
) -> None:
    target, chance = source.with_name("out.csv"), random.Random(SEED)
    for _ in range(size.kills):
        wanted = finished(target) + chance.randint(1, size.sheets // size.chunk_rows // size.kills // 2)
        alive, held = os.pipe()

        def run(alive: int = alive) -> None:
            os.close(alive)
            batch(source, target, "--processes", "2", *size.options)

        process = multiprocessing.get_context("fork").Process(target=run)
        process.start()
        os.close(held)
        while finished(target) < wanted:
            process.join(0.001)
            assert process.is_alive(), "it ended by itself"
        process.join(chance.random() / 50)
        process.kill()
        process.join()
        with os.fdopen(alive, "rb") as pipe:
            assert pipe.read() == b"", "it ends once the processes that were made of it are gone too"
        assert process.exitcode == -signal.SIGKILL
        assert not target.exists()
    assert batch(source, target, "--processes", "2", *size.options) == 3
    assert digests(target) == clean


def test_two_cores_write_what_one_core_writes(batch: Batch, source: Path, clean: tuple[str, str], size: Size) -> None:
    target = source.with_name("two.csv")
    assert batch(source, target, "--processes", "2", *size.options) == 3
    assert digests(target) == clean


COMMAND = (sys.executable, "-m", "recommender.cli.main", "batch")


@pytest.fixture
def scheduler() -> Iterator[str]:
    """Run a Dask cluster of two workers of one thread each, and return the address of its scheduler."""
    if find_spec("distributed") is None:
        left_out("Dask is not installed: pip install -e .[cluster]")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.dask_cluster"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as cluster:
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        assert address.startswith("tcp://")
        yield address
        cluster.communicate()


REFUSED = """
import sys
from recommender.batch.cluster import on_cluster
from recommender.batch.rows import FileForm, FileKind, Options
options = Options(("id", "level"), None, ";", ",", (), None, "2026-03-01", 10)
with on_cluster(sys.argv[1], "f" * 64, options, FileForm(FileKind.CSV, False)):
    pass
"""


@pytest.mark.deep
def test_a_dask_cluster_writes_what_one_core_writes_and_refuses_other_rules(
    source: Path, clean: tuple[str, str], scheduler: str, size: Size
) -> None:
    target = source.with_name("cluster.csv")
    command = [*COMMAND, str(source), str(target), "--id", "id", *size.options, "--scheduler", scheduler]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert digests(target) == clean
    done = subprocess.run([sys.executable, "-c", REFUSED, scheduler], capture_output=True, text=True, check=False)
    assert "A worker has the rules" in done.stderr


@pytest.mark.long
def test_a_scheduler_that_is_not_there_is_told(source: Path, tmp_path: Path) -> None:
    if find_spec("distributed") is None:
        left_out("Dask is not installed: pip install -e .[cluster]")
    command = [*COMMAND, str(source), str(tmp_path / "out.csv"), "--id", "id", "--scheduler", "tcp://127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is not reached" in done.stderr
