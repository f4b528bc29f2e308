"""Mixed nonsense at so many requests a second, against gunicorn on this machine: no 5xx, and every 429 says when to come back.

Three in four requests are hostile, over every route; the others are right calls of the API, which the limits are for. Starts its own
server on a free port of 127.0.0.1 and stops it by its process id.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter

from benchmarks.load import free_port, wait_until_ready
from recommender.presentation.openapi.examples import example_bodies
from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tests.support.nonsense import Answered, mixed, sent

CLIENTS = 64  # so that enough are under way at once where an answer takes an eighth of a second


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--a-second", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=17_000)
    given = parser.parse_args()
    recommender = load_recommender(read_settings())
    app = create_app(read_settings({}), recommender)
    requests = mixed(app, example_bodies(recommender), given.seed, given.seconds * given.a_second)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        # The addresses of the requests are those that a proxy names.
        environment = {
            **os.environ,
            "PORT": str(port),
            "DATA_DIR": folder,
            "TRUSTED_PROXIES": "1",
            "WEB_CONCURRENCY": str(given.workers),
            "THREADS": str(given.threads),
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "recommender.cli.main", "serve"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            wait_until_ready(port)
            start = time.perf_counter()
            answered = sent(port, requests, CLIENTS, given.a_second)
            return report(answered, time.perf_counter() - start)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


def report(answered: list[Answered], seconds: float) -> int:
    """Print what came back, and return 1 where any of it is a fault."""
    faults = [one for one in answered if one.fault]
    waits = sorted(int(one.retry_after or 0) for one in answered if one.status == 429)
    print(f"{len(answered)} requests in {seconds:.1f} s: {len(answered) / seconds:.0f} a second")
    print("by status: " + ", ".join(f"{status} {count}" for status, count in sorted(_counted(answered).items())))
    print(f"429: {len(waits)}, to come back in {waits[0]} to {waits[-1]} s" if waits else "429: none")
    print(f"faults: {len(faults)} {[(one.fault, one.request) for one in faults[:3]]}")
    return 1 if faults else 0


def _counted(answered: list[Answered]) -> Counter[int]:
    return Counter(one.status for one in answered)


if __name__ == "__main__":
    sys.exit(main())
