"""`POST /api/v1/recommendations` under gunicorn, against a bare Flask view that returns the same bytes under the same settings.

Both are asked by the same 8 connections in turns, so that a busy machine disturbs both alike. Trust the ratio.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bare import REPLY_FILE
from benchmarks.load import CLIENTS, free_port, wait_until_ready
from benchmarks.stages import worked_examples
from recommender.service.recommend import load_recommender
from recommender.settings import read_settings

SECONDS = 4.0
TURNS = 5
REQUESTS = tuple[bytes, ...]


def request(body: bytes) -> bytes:
    head = f"POST /api/v1/recommendations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Client(threading.Thread):
    """Sends requests over one connection until the time is up, and counts the replies. Anything but a 200 ends it."""

    def __init__(self, port: int, requests: REQUESTS, until: float) -> None:
        super().__init__()
        self._port, self._requests, self._until = port, requests, until
        self.answered = 0
        self.fault = ""

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self._port), timeout=30) as connection:
            while time.monotonic() < self._until and not self.fault:
                connection.sendall(self._requests[self.answered % len(self._requests)])
                status, _ = reply(connection)
                if status != 200:
                    self.fault = f"status {status}"
                self.answered += 1


def reply(connection: socket.socket) -> tuple[int, bytes]:
    """Return the status and the body of the next reply on a connection."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(1 << 17)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(1 << 17)
    return int(head[9:12]), body


@contextmanager
def serving(app: str, **environment: str) -> Iterator[int]:
    """Run an application under gunicorn with the settings of the service; give its port, and end it at the end."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--access-logfile", os.devnull, app]
    server = subprocess.Popen(command, env={**os.environ, **environment, "PORT": str(port)})
    try:
        wait_until_ready(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def per_second(port: int, requests: REQUESTS) -> float:
    until = time.monotonic() + SECONDS
    clients = [Client(port, requests, until) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    faults = [client.fault for client in clients if client.fault]
    if faults:
        raise SystemExit(f"not every reply was right: {faults}")
    return sum(client.answered for client in clients) / SECONDS


def one_reply(port: int, asked: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(asked)
        return reply(connection)[1]


def main() -> None:
    raws = worked_examples(load_recommender(read_settings()))
    every = tuple(request(json.dumps({"answers": raw}).encode()) for raw in raws)
    with serving("wsgi:app") as port, tempfile.TemporaryDirectory() as folder:
        replies = {asked: one_reply(port, asked) for asked in every}
        routines = tuple(asked for asked in every if json.loads(replies[asked])["routine"])
        for kind, asked in (("with a routine", routines), ("all worked examples", every)):
            middle = sorted((replies[one] for one in asked), key=len)[len(asked) // 2]
            file = Path(folder) / "reply.json"
            file.write_bytes(middle)
            with serving("benchmarks.bare:create_app()", **{REPLY_FILE: str(file)}) as bare_port:
                turns = [(per_second(port, asked), per_second(bare_port, asked)) for _ in range(TURNS)]
            ours, bare = (statistics.median(rate) for rate in zip(*turns, strict=True))
            ratio = statistics.median(one / other for one, other in turns)
            print(f"{kind}: {ours:.0f} a second, bare Flask with {len(middle)} bytes {bare:.0f}: {ratio:.3f} of it")


if __name__ == "__main__":
    main()
