"""What goes wrong, one function each: it makes the fault, lets the load go on, mends it, and returns when it was over.

A fault that lasts is over when it is mended; one that strikes at once, when it strikes.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults_under_load.cases import make_shorter
from tests.faults_under_load.load import CUT_OFF, UNAPPROVED, Load, sent_form
from tests.faults_under_load.services import Clinic, Pair, Service, SmallBox
from tests.support.content_copy import RED_FLAG
from tests.support.gate import Gate
from tests.support.served import Served, wait_until

REFUSED = "status 503"
# How a form is answered whose page was shown before the clock was put ahead: it is over a year old then. The API has none.
FORM_TOO_OLD = " 400"
_400_DAYS = 400 * 24 * 3600  # longer than a certificate, a plan or a session lasts
_ROOM_ASKED = 12  # often enough to come to both processes


@dataclass(frozen=True)
class Fault:
    """A fault, how it is made, the service that it befalls, and the reasons for which requests may fail meanwhile.

    ``must_fail`` says that it would not have been a fault had every request been answered. ``told`` is looked for in the log.
    """

    name: str
    how: str
    service: type[Service]
    strike: Callable[[Any, Load], float]
    may_fail: frozenset[str] = frozenset()
    must_fail: bool = False
    told: str = ""


def lasting(load: Load, service: Service) -> float:
    load.go_on_for(service.size.seconds)
    return time.monotonic()


def kill_workers(service: Clinic, load: Load) -> float:
    one, *_ = before = service.node.workers
    os.kill(one, signal.SIGKILL)
    load.wait_for(lambda: one not in service.node.workers and len(service.node.workers) == len(before))
    load.go_on_for(service.size.seconds)
    now = time.monotonic()
    for worker in service.node.workers:
        os.kill(worker, signal.SIGKILL)
    load.go_on_for(service.size.seconds)
    return now


def _engine(fault: str) -> Callable[[Clinic, Load], float]:
    def strike(service: Clinic, load: Load) -> float:
        service.engine_fault.write_text(fault, encoding="utf-8")
        try:
            return lasting(load, service)
        finally:
            service.engine_fault.unlink()

    return strike


def _engine_once(fault: str) -> Callable[[Clinic, Load], float]:
    def strike(service: Clinic, load: Load) -> float:
        before = set(service.node.workers)
        service.engine_fault.write_text(fault, encoding="utf-8")
        load.wait_for(lambda: not service.engine_fault.exists())
        now = time.monotonic()
        load.wait_for(lambda: set(service.node.workers) != before)  # whoever hangs is replaced
        return now

    return strike


def _behind(
    gate: Callable[[Clinic], Gate], begin: Callable[[Gate], None], mend: Callable[[Gate], None]
) -> Callable[[Clinic, Load], float]:
    def strike(service: Clinic, load: Load) -> float:
        begin(gate(service))
        over = lasting(load, service)
        mend(gate(service))
        return over

    return strike


def _database(service: Clinic) -> Gate:
    return service.database


def _redis(service: Clinic) -> Gate:
    return service.redis


def _slow_down(gate: Gate) -> None:
    gate.slow_down(1.0)


def _speed_up(gate: Gate) -> None:
    gate.slow_down(0.0)


def put_clock(service: Clinic, load: Load) -> float:
    """Put the wall clock ahead, then right again, then back, then right again: ahead twice, and back twice."""
    now = time.monotonic()
    for seconds in (_400_DAYS, 0, -_400_DAYS, 0):
        service.clock.put_ahead(seconds)
        load.go_on_for(service.size.seconds / 2)
    return now


def odd_folder(service: SmallBox, load: Load) -> float:
    load.go_on_for(service.size.seconds)
    load.wait_for((service.data / "review.db").exists)  # made for the first who signs in
    assert (service.data / "secret.key").exists()
    return time.monotonic()


def fill_disk(service: SmallBox, load: Load) -> float:
    """No file may grow, the log neither. A worker that is new meanwhile has to do without too."""
    everybody = [service.node.process, *service.node.workers]
    for process in everybody:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    os.kill(service.node.workers[0], signal.SIGKILL)
    over = lasting(load, service)
    for process in (service.node.process, *service.node.workers):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return over


def write_protect(service: SmallBox, load: Load) -> float:
    places = [service.data, *service.data.iterdir()]
    modes = [place.stat().st_mode for place in places]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    os.kill(service.node.workers[0], signal.SIGKILL)
    over = lasting(load, service)
    for place, mode in zip(places, modes, strict=True):
        place.chmod(mode)
    in_a_row = 0

    def room_is_back() -> bool:
        nonlocal in_a_row
        in_a_row = 0 if sent_form(service.node.port, "/sign-in") == 503 else in_a_row + 1
        return in_a_row == _ROOM_ASKED

    wait_until(room_is_back)
    return over


def take_new_rules(service: SmallBox, load: Load) -> float:
    make_shorter(service.rules)
    now = _reload(service.node, load, "The content was reloaded")
    load.go_on_for(service.size.seconds)
    return now


def refuse_bad_rules(service: SmallBox, load: Load) -> float:
    lost = service.folder / RED_FLAG
    kept = lost.read_bytes()
    lost.unlink()
    now = _reload(service.node, load, "A newer rule set was refused")
    load.go_on_for(service.size.seconds)
    lost.write_bytes(kept)
    return now


def restart_in_turn(service: Pair, load: Load) -> float:
    before = {_hash_at(node) for node in service.nodes}
    for number in range(len(service.nodes)):
        service.start(number, RULES_DIR=str(service.shorter))
        load.go_on_for(service.size.seconds)
    after = {_hash_at(node) for node in service.nodes}
    assert (len(before), len(after), len(before | after)) == (1, 1, 2)
    return time.monotonic()


def _hash_at(node: Served) -> str:
    _, _, body = node.get("/readyz").partition(b"\r\n\r\n")
    return str(json.loads(body)["rule_set"]["hash"])


def _reload(node: Served, load: Load, told: str) -> float:
    before = set(node.workers)
    now = time.monotonic()
    os.kill(node.process, signal.SIGHUP)
    load.wait_for(lambda: told in node.log.read_text(encoding="utf-8"))
    load.wait_for(lambda: before.isdisjoint(node.workers))
    return now


FAULTS: Sequence[Fault] = (
    Fault(
        "A worker killed, then every worker",
        "`kill -9`",
        Clinic,
        kill_workers,
        may_fail=frozenset({CUT_OFF}),
    ),
    Fault(
        "The rules engine fails",
        "one fact of a hundred raises `RuntimeError`, `MemoryError` or the engine's own error, from a module put on `PYTHONPATH`",
        Clinic,
        _engine("raise"),
        may_fail=frozenset({REFUSED}),
        must_fail=True,
    ),
    Fault(
        "The rules engine lies",
        "one firing of twenty is kept back or replaced by another rule's, in the same way",
        Clinic,
        _engine("lie"),
        may_fail=frozenset({REFUSED}),
        must_fail=True,
    ),
    Fault(
        "The rules engine hangs in one process",
        "a call never returns, in the same way",
        Clinic,
        _engine_once("hang"),
        may_fail=frozenset({REFUSED, CUT_OFF}),
        must_fail=True,
        told="A request ran for more than [46] s",
    ),
    Fault(
        "It hangs and keeps the interpreter's lock",
        "a C call sleeps, so that no thread of the process runs",
        Clinic,
        _engine_once("hang hard"),
        may_fail=frozenset({REFUSED, CUT_OFF}),
        must_fail=True,
    ),
    Fault(
        "PostgreSQL stopped",
        "connections are cut and refused, by a proxy",
        Clinic,
        _behind(_database, Gate.shut, Gate.open),
    ),
    Fault(
        "PostgreSQL silent",
        "takes everything and never answers, by the proxy",
        Clinic,
        _behind(_database, Gate.freeze, Gate.thaw),
    ),
    Fault(
        "PostgreSQL slow",
        "everything a second late each way, by the proxy",
        Clinic,
        _behind(_database, _slow_down, _speed_up),
    ),
    Fault(
        "Redis stopped", "connections are cut and refused, by a proxy", Clinic, _behind(_redis, Gate.shut, Gate.open)
    ),
    Fault(
        "Redis silent",
        "takes everything and never answers, by the proxy",
        Clinic,
        _behind(_redis, Gate.freeze, Gate.thaw),
    ),
    Fault(
        "The clock is put 400 days ahead, right, 400 days back, and right",
        "the wall clock of every process of the service, by a library in `LD_PRELOAD`",
        Clinic,
        put_clock,
        may_fail=frozenset({REFUSED, UNAPPROVED, FORM_TOO_OLD}),
    ),
    Fault("`DATA_DIR` oddly named", "`q?x #%41`", SmallBox, odd_folder),
    Fault(
        "Disk full, and a worker killed",
        "`RLIMIT_FSIZE` of 0, log included; `kill -9`",
        SmallBox,
        fill_disk,
        may_fail=frozenset({CUT_OFF}),
    ),
    Fault(
        "`DATA_DIR` read-only, and a worker killed",
        "`chmod`, without the right to pass over it; `kill -9`",
        SmallBox,
        write_protect,
        may_fail=frozenset({CUT_OFF}),
    ),
    Fault("SIGHUP with another sound rule set", "most routines have a move less", SmallBox, take_new_rules),
    Fault("SIGHUP with a bad rule set", "a red flag's file is gone", SmallBox, refuse_bad_rules),
    Fault(
        "Two nodes restarted in turn, on another rule set",
        "`kill -TERM`, then a start on rules in which most routines have a move less; the nodes are asked by turns",
        Pair,
        restart_in_turn,
    ),
)
