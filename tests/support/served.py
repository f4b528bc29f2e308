"""The service as it really runs: gunicorn, in processes of its own, on a port that is free."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:([0-9]+)")
PATIENCE = 60.0
START_PATIENCE = 240.0  # a start loads and tries every rule, which takes long where much else runs


@dataclass(frozen=True)
class Served:
    """A running gunicorn: its process, where it listens, and the file that it logs to."""

    process: int
    port: int
    log: Path

    def connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def send(self, request: bytes) -> bytes:
        """Return everything that is answered until the server closes the connection."""
        with self.connection() as connection:
            connection.sendall(request)
            return rest(connection)

    def get(self, address: str) -> bytes:
        return self.send(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def logged(self, text: str) -> str:
        """Return the log once it holds a text. Lines of it may come a little after the answers."""
        until = time.monotonic() + PATIENCE
        while text not in (log := self.log.read_text(encoding="utf-8")):
            assert time.monotonic() < until, f"'{text}' was never logged: {log}"
            time.sleep(0.05)
        return log


def rest(connection: socket.socket) -> bytes:
    """Return everything that still comes on a connection."""
    received = b""
    while data := connection.recv(1 << 16):
        received += data
    return received


def status(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def request_id(reply: bytes) -> str:
    """Return the id by which the log names the request."""
    found = re.search(rb"(?i)\r\nX-Request-ID: ([0-9a-f]+)\r\n", reply)
    assert found, reply
    return found[1].decode()


@contextmanager
def serving(
    folder: Path,
    app: str = "wsgi:app",
    config: str = "gunicorn.conf.py",
    under: Sequence[str] = (),
    listening: Sequence[socket.socket] = (),
    **environment: str,
) -> Iterator[Served]:
    """Run an application under gunicorn with the configuration of the service, and end it at the end.

    ``under`` is a command that runs it, such as one that takes rights away. It listens on these sockets, if there are
    any, else on a port that is free.
    """
    log = folder / "gunicorn.log"
    places = [f"fd://{one.fileno()}" for one in listening] or ["127.0.0.1:0"]
    bound = [word for place in places for word in ("--bind", place)]
    command = [*under, sys.executable, "-m", "gunicorn", "-c", config, *bound, app]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            env={**os.environ, "DATA_DIR": str(folder / "data"), **environment},
            cwd=ROOT,
            stdout=sink,
            stderr=subprocess.STDOUT,
            pass_fds=[one.fileno() for one in listening],
        )
    try:
        yield Served(process.pid, _port(process, log), log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    until = time.monotonic() + START_PATIENCE
    while time.monotonic() < until and process.poll() is None:
        found = _LISTENING.search(log.read_text(encoding="utf-8"))
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(f"gunicorn did not start: {log.read_text(encoding='utf-8')}")
