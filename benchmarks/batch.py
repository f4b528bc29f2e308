"""Measure `recommender batch` on many plausible people: one core, two cores, two Dask workers, and that all write the same.

``make batch-proof`` runs 100,000 sheets; ``python -m benchmarks.batch --count 2000`` is a try. The machine may be shared:
beside the rate stands the CPU time of each sheet, and how busy the machine was with other things.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from tools.crowd.people import plausible_people

_COMMAND = (sys.executable, "-m", "recommender.cli.main", "batch")
_SEED = 1
_TICKS = os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    """One run. ``cpu_ms`` is of each sheet; ``megabytes`` the most that any one process took; ``others`` the cores that others used."""

    way: str
    seconds: float
    rate: float
    cpu_ms: float
    megabytes: float
    others: float
    digest: str

    @property
    def row(self) -> str:
        return (
            f"| {self.way} | {self.seconds:.0f} s | {self.rate:.0f} | {self.cpu_ms:.2f} ms | {self.megabytes:.0f} MB "
            f"| {self.others:.2f} | `{self.digest[:16]}` |"
        )


def main() -> int:
    """Print the figures as a table, and return 1 where two runs did not write the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = _sheets(folder / "in.jsonl", given.count)
        print(f"{given.count} sheets of plausible people, {source.stat().st_size / 1e6:.0f} MB of JSON Lines\n")
        print(
            "| way | time | sheets a second | CPU of a sheet | most memory of a process | cores others used | outcomes |"
        )
        print("|---|---|---|---|---|---|---|")
        found = [_one(source, folder, given.count, "one core", "--processes", "1")]
        found.append(_one(source, folder, given.count, "two cores", "--processes", "2"))
        with _cluster() as (address, pids):
            found.append(_one(source, folder, given.count, "two Dask workers", "--scheduler", address, pids=pids))
    same = len({one.digest for one in found}) == 1
    print(f"\n{'All wrote the same bytes.' if same else 'THEY DIFFER.'}")
    return 0 if same else 1


def _sheets(path: Path, count: int) -> Path:
    recommender = load_recommender(read_settings({}))
    with path.open("w", encoding="utf-8") as file:
        for number, intake in enumerate(plausible_people(recommender, count, _SEED), 1):
            file.write(json.dumps({"id": f"p{number}", "answers": raw_answers(intake.answers)}) + "\n")
    return path


def _one(source: Path, folder: Path, count: int, way: str, *options: str, pids: tuple[int, ...] = ()) -> Figures:
    target = folder / f"{way.replace(' ', '-')}.csv"
    busy, own = _busy_seconds(), sum(map(_cpu_seconds, pids))
    begun = time.monotonic()
    command = [*_COMMAND, str(source), str(target), "--id", "id", "--today", "2026-03-01", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begun
    if process.returncode not in (0, 3):
        raise SystemExit(f"{way} ended with {process.returncode}")
    cpu = used.ru_utime + used.ru_stime + sum(map(_cpu_seconds, pids)) - own
    others = max(0.0, (_busy_seconds() - busy - cpu) / seconds)
    megabytes = max([used.ru_maxrss / 1024, *map(_most_megabytes, pids)])
    written = target.read_bytes() + target.with_name(f"{target.name}.bad.csv").read_bytes()
    figures = Figures(way, seconds, count / seconds, cpu / count * 1000, megabytes, others, sha256(written).hexdigest())
    print(figures.row, flush=True)
    return figures


@contextmanager
def _cluster() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Run a cluster of two workers, and yield the address of its scheduler and the ids of its processes."""
    program = (sys.executable, "-m", "tests.support.dask_cluster")
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cluster:
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        yield address, tuple(_family(cluster.pid))
        cluster.communicate()


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _most_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _busy_seconds() -> float:
    """Return for how long all cores of the machine have been at work."""
    user, nice, system, _, _, irq, soft, *_ = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft) / _TICKS


if __name__ == "__main__":
    sys.exit(main())
