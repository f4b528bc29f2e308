"""One fault tried under load, and what came of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from recommender.service.recommend import Recommender
from tests.faults_under_load.faults import Fault
from tests.faults_under_load.load import RIGHT, WRONG, Load, well_from
from tests.faults_under_load.services import (
    Clinic,
    Pair,
    Service,
    Size,
    SmallBox,
    clinic,
    pair,
    small_box,
)

_MAKERS: Mapping[type[Service], Callable[[Recommender, Path, Size], AbstractContextManager[Service]]] = {
    Clinic: clinic,
    SmallBox: small_box,
    Pair: pair,
}


@dataclass(frozen=True)
class Result:
    """How many were asked, from the fault to the recovery, and how many of them were wrong or failed, and why."""

    fault: Fault
    requests: int
    wrong: int
    failed: Mapping[str, int]
    recovery: float
    beside: Mapping[str, int]


@contextmanager
def made(kind: type[Service], recommender: Recommender, folder: Path, size: Size) -> Iterator[Service]:
    """Run the service that faults of a kind befall."""
    with _MAKERS[kind](recommender, folder, size) as service:
        yield service


def tried(fault: Fault, service: Service) -> Result:
    """Let a fault befall a service that is well and under load, and wait until it is well again."""
    size = service.size
    with Load(service.ports, service.cases, size.per_second) as load:
        load.wait_until_well(time.monotonic(), in_a_row=10)
        begun = time.monotonic()
        over = fault.strike(service, load)
        load.wait_until_well(over, size.in_a_row)
    asked = [one for one in load.asked if one.over > begun]
    well = well_from(load.asked, over, size.in_a_row)
    assert well is not None
    verdicts = Counter(one.verdict for one in asked)
    beside = Counter(one.verdict for one in load.beside if one.over > begun)
    failed = {why: count for why, count in verdicts.items() if why not in (RIGHT, WRONG)}
    return Result(fault, len(asked), verdicts[WRONG], failed, max(0.0, well - over), beside)
