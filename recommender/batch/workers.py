"""Who answers the chunks on this machine: this process alone, or several that share the loaded rules."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from recommender.batch.rows import Answered, Chunk
from recommender.errors import RecommenderError

Answer = Callable[[Chunk], Answered]

AHEAD = 4
"""How many chunks for each process may be answered before their turn: what is kept in memory is bounded."""
_SECONDS_TO_END = 10


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Alone:
    """This process."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def in_order(self, every: Iterable[Chunk]) -> Iterator[Answered]:
        return map(self._answer, every)


class _Worker(NamedTuple):
    process: Any
    connection: Connection


class Forked:
    """Processes made of this one after everything is loaded. They end with it, however it ends."""

    def __init__(self, answer: Answer, count: int) -> None:
        self._answer = answer
        self._count = count

    def in_order(self, every: Iterable[Chunk]) -> Iterator[Answered]:
        """Yield what came of each chunk, in their order.

        Raises:
            RecommenderError: a process ended, or could not go on.
        """
        workers = self._forked()
        try:
            yield from self._shared_out(enumerate(every), workers)
        finally:
            for worker in workers:
                worker.connection.close()
            for worker in workers:
                worker.process.join(_SECONDS_TO_END)
                worker.process.kill()  # nothing, where it has ended

    def _forked(self) -> list[_Worker]:
        context = multiprocessing.get_context("fork")
        gc.collect()
        gc.freeze()  # what is loaded stays shared: no collection writes to it any more
        workers: list[_Worker] = []
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            # A process holds no end of ours: so each sees that this one is gone.
            ends = [*(worker.connection for worker in workers), ours]
            process = context.Process(target=_serve, args=(theirs, ends, self._answer), daemon=True)
            process.start()
            theirs.close()
            workers.append(_Worker(process, ours))
        gc.unfreeze()
        return workers

    def _shared_out(self, numbered: Iterator[tuple[int, Chunk]], workers: list[_Worker]) -> Iterator[Answered]:
        idle = list(workers)
        busy: dict[Connection, tuple[_Worker, int, Chunk]] = {}
        done: dict[int, Answered] = {}
        due, begun = 0, 0
        while True:
            while idle and begun - due < AHEAD * len(workers) and (following := next(numbered, None)):
                worker = idle.pop()
                _send(worker, following[1])
                busy[worker.connection] = (worker, *following)
                begun += 1
            if due in done:
                yield done.pop(due)
                due += 1
                continue  # there may be room for another now
            if not busy:
                return
            for connection in wait(list(busy)):
                assert isinstance(connection, Connection)
                worker, number, chunk = busy.pop(connection)
                done[number] = _received(worker, chunk)
                idle.append(worker)


def _send(worker: _Worker, chunk: Chunk) -> None:
    try:
        worker.connection.send(chunk)
    except OSError as error:
        raise _ended(worker, chunk) from error


def _received(worker: _Worker, chunk: Chunk) -> Answered:
    try:
        found = worker.connection.recv()
    except (EOFError, OSError) as error:
        raise _ended(worker, chunk) from error
    if isinstance(found, Answered):
        return found
    raise RecommenderError(found)


def _ended(worker: _Worker, chunk: Chunk) -> RecommenderError:
    worker.process.join()
    return RecommenderError(
        f"A process ended (status {worker.process.exitcode}) while it answered lines {chunk[0].line} to {chunk[-1].line}. "
        "Run the same command again: it goes on from here."
    )


def _serve(connection: Connection, ends: list[Connection], answer: Answer) -> None:
    """Answer chunks until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was started ends this one
    for end in ends:
        end.close()
    with suppress(EOFError, OSError):
        while True:
            chunk = connection.recv()
            try:
                found: Answered | str = answer(chunk)
            except Exception as error:
                found = str(error) or type(error).__name__
            connection.send(found)
