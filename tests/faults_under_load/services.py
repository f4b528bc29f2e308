"""The services that faults are tried on: gunicorn as it is served, with what it leans on in reach of the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from recommender.service.recommend import Recommender
from recommender.settings.folders import content_folder
from tests.faults_under_load.cases import REGION, Case, cases, make_shorter
from tests.faults_under_load.wall_clock import WallClock
from tests.support import databases
from tests.support.gate import DatabaseGate, Gate
from tests.support.needs import left_out
from tests.support.reviewers import release, review_room
from tests.support.served import ROOT, Served, serving, wait_until

SEED = 11
KEY = "a key of forty characters for this test."
_OWN_ENGINE = Path(__file__).parent / "engine_on_the_path"
_SHIPPED, _SHORTER = "gunicorn.conf.py", "python:tests.faults_under_load.shorter_waits"


@dataclass(frozen=True)
class Size:
    """How much is tried: so many sheets, so long a fault, and whether deadlines are those of the service.

    So many sheets are sent a second at most, and so many right answers in a row say that the service is well again.
    """

    sheets: int
    seconds: float
    is_whole: bool
    per_second: float
    in_a_row: int

    @property
    def config(self) -> str:
        return _SHIPPED if self.is_whole else _SHORTER


SMALL, WHOLE = Size(60, 0.6, False, 20.0, 20), Size(300, 15.0, True, 40.0, 50)


@dataclass(kw_only=True)
class Service:
    """What is asked: nodes that serve, in the order in which they are tried, and what they must say."""

    cases: Sequence[Case]
    folder: Path
    size: Size
    nodes: list[Served] = field(default_factory=list)

    @property
    def node(self) -> Served:
        return self.nodes[0]

    def ports(self) -> list[int]:
        return [node.port for node in self.nodes]


@dataclass(kw_only=True)
class Clinic(Service):
    """One whose routines wait for an approval, with PostgreSQL and Redis behind gates, and an engine that can fail.

    ``clock`` is its wall clock; PostgreSQL and Redis have that of the machine.
    """

    database: DatabaseGate
    redis: Gate
    clock: WallClock

    @property
    def engine_fault(self) -> Path:
        return self.folder / "engine-fault"


@dataclass(kw_only=True)
class SmallBox(Service):
    """One with SQLite and rules of its own, in a folder with an odd name, that may not write where its rights end."""

    @property
    def data(self) -> Path:
        return self.folder / "q?x #%41"

    @property
    def rules(self) -> Path:
        return self.folder / "rules"


@dataclass(kw_only=True)
class Pair(Service):
    """Two nodes of one site with one SECRET_KEY, asked by turns. Each can be restarted on another rule set."""

    shorter: Path
    _asked: Iterator[int] = field(default_factory=count)
    _started: Iterator[int] = field(default_factory=count)
    _ends: list[ExitStack] = field(default_factory=lambda: [ExitStack(), ExitStack()])

    def ports(self) -> list[int]:
        ports = super().ports()
        return ports if next(self._asked) % 2 else ports[::-1]

    def start(self, number: int, **settings: str) -> None:
        """Start a node, and end the one that had this number before."""
        self._ends[number].close()
        place = self.folder / f"start-{next(self._started)}"
        place.mkdir()
        node = serving(place, config=self.size.config, REGION=REGION, SECRET_KEY=KEY, **settings)
        self.nodes[number : number + 1] = [self._ends[number].enter_context(node)]

    def end(self) -> None:
        """End both."""
        for one in self._ends:
            one.close()


@contextmanager
def clinic(recommender: Recommender, folder: Path, size: Size) -> Iterator[Clinic]:
    if not databases.postgresql_only() or shutil.which("redis-server") is None:
        left_out("PostgreSQL or Redis is not installed")
    with ExitStack() as stack:
        server = stack.enter_context(databases.postgresql())
        url = stack.enter_context(databases.new_database(server))
        with review_room(recommender, folder, url) as room:
            release(room)
        sheets = cases(size.sheets, seed=SEED, approved=True)
        redis = Gate(stack.enter_context(own_redis()))
        clock = WallClock(folder)
        made = Clinic(cases=sheets, folder=folder, size=size, database=DatabaseGate(url), redis=redis, clock=clock)
        settings = {
            "DATA_DIR": str(folder),
            "DATABASE_URL": made.database.through,
            "REDIS_URL": f"redis://127.0.0.1:{made.redis.port}/0",
            "REQUIRE_APPROVED": "1",
            "ENGINE_FAULT": str(made.engine_fault),
            "PYTHONPATH": f"{_OWN_ENGINE}:{ROOT}",
            **clock.environment,
        }
        made.nodes.append(stack.enter_context(serving(folder, config=size.config, REGION=REGION, **settings)))
        yield made


@contextmanager
def small_box(recommender: Recommender, folder: Path, size: Size) -> Iterator[SmallBox]:
    shorter = folder / "shorter"
    for rules in (folder / "rules", shorter):
        shutil.copytree(content_folder("rules"), rules)
    make_shorter(shorter)
    made = SmallBox(cases=cases(size.sheets, seed=SEED + 1, rule_sets=(None, shorter)), folder=folder, size=size)
    # Root may write anywhere; without these rights it may not either.
    rights = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    settings = {"DATA_DIR": str(made.data), "RULES_DIR": str(made.rules), "AUDIT_KEY": KEY}
    with serving(folder, config=size.config, under=rights, REGION=REGION, **settings) as node:
        made.nodes.append(node)
        yield made


@contextmanager
def pair(recommender: Recommender, folder: Path, size: Size) -> Iterator[Pair]:
    shorter = folder / "rules"
    shutil.copytree(content_folder("rules"), shorter)
    make_shorter(shorter)
    sheets = cases(size.sheets, seed=SEED + 2, rule_sets=(None, shorter))
    made = Pair(cases=sheets, folder=folder, size=size, shorter=shorter)
    try:
        for number in range(2):
            made.start(number)
        yield made
    finally:
        made.end()


@contextmanager
def own_redis() -> Iterator[str]:
    """Give the socket of a Redis that keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        path = Path(folder) / "redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_until(path.exists)
            yield str(path)
        finally:
            server.terminate()
            server.wait(timeout=60)
