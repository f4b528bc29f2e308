"""Do clients that are slow, silent or stuck hold up the others? `GET /healthz` and a page, timed beside them.

Starts a quiet server, and one more for each line, on free ports of 127.0.0.1, and stops them by their process ids. Both are
asked in turns, so that a busy machine disturbs both alike: trust the ratio. ``--worker gthread`` measures gunicorn's own
threaded worker instead of ours.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence

from benchmarks.load import free_port, wait_until_ready

_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
_BODY = (
    b"POST /api/v1/recommendations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 60000\r\n\r\n{"answers": {"'
)
_READ = b"GET /exercises HTTP/1.1\r\nHost: localhost\r\n\r\n" * 4
KINDS: dict[str, tuple[bytes, bytes]] = {
    "heads, a byte a second": (_HEAD, b"x"),
    "bodies, a byte a second": (_BODY, b"x"),
    "single bytes from the first": (b"", b"G"),
    "silence": (b"", b""),
    "readers that never read": (_READ, b""),
}


def hold(port: int, begun: bytes, more: bytes, over: threading.Event) -> None:
    """Keep one slow client going, a new one for each that the server ends."""
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(begun)
            while not over.wait(1.0):
                if more:
                    client.sendall(more)


def times(ports: Sequence[int], seconds: float) -> tuple[list[list[float]], list[int]]:
    """Return how long each request took at each port, in ms, one after the other by turns, and how many failed there."""
    taken: list[list[float]] = [[] for _ in ports]
    failed = [0 for _ in ports]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        address = ("/healthz", "/")[len(taken[0]) % 2]
        for number, port in enumerate(ports):
            begun = time.perf_counter()
            failed[number] += not is_answered(port, address)
            taken[number].append((time.perf_counter() - begun) * 1000)
            time.sleep(0.01)
    return taken, failed


def is_answered(port: int, address: str) -> bool:
    """Ask for a page, and return whether it came."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            while data := client.recv(1 << 16):
                received += data
    except OSError:
        return False
    return received.startswith(b"HTTP/1.1 200")


@contextlib.contextmanager
def serving(worker: str | None) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--access-logfile", os.devnull]
    command += ["--worker-class", worker] if worker else []
    log = subprocess.DEVNULL
    server = subprocess.Popen([*command, "wsgi:app"], env={**os.environ, "PORT": str(port)}, stdout=log, stderr=log)
    try:
        wait_until_ready(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="*", default=[8, 20, 200])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--worker", help="a worker class of gunicorn's, in place of ours")
    given = parser.parse_args()
    with serving(given.worker) as quiet:
        for name, (begun, more) in KINDS.items():
            for count in given.clients:
                with serving(given.worker) as held:
                    over = threading.Event()
                    slow = [threading.Thread(target=hold, args=(held, begun, more, over)) for _ in range(count)]
                    for thread in slow:
                        thread.start()
                    taken, failed = times((held, quiet), given.seconds)
                    over.set()
                    for thread in slow:
                        thread.join()
                beside, alone = (p99(one) for one in taken)
                print(
                    f"{name}, {count} clients: p99 {beside:.0f} ms beside them, {alone:.0f} ms quiet: "
                    f"{beside / alone:.1f} times; {failed[0]} of {len(taken[0])} failed, quiet {failed[1]}; "
                    f"{os.getloadavg()[0]:.0f} processes wanted a core",
                    flush=True,
                )


if __name__ == "__main__":
    main()
