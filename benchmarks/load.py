"""gunicorn under load on this machine: every reply compared with the one worked out in this process, no 5xx, memory watched.

Starts its own server on a free port of 127.0.0.1 and stops it by its process id.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from recommender.presentation.recommendation import present
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings

CLIENTS = 8


def expected(recommender: Recommender, count: int) -> list[tuple[bytes, Any]]:
    """Return request bodies, each with the whole reply that is right for it.

    Worked out in this process, where the rules engine and the plain evaluator have to agree on every sheet.
    """
    chance = random.Random(5)
    region = read_settings().region
    sheets = []
    for number in range(count):
        rate = (0.0, 0.005, 0.03)[number % 3]
        answers = random_sheet(recommender.content.questionnaire, recommender.flow, chance, sign_rate=rate)
        raw = raw_answers(answers)
        reply = present(recommender.recommend(recommender.sheet.read(raw)), recommender.content, region)
        sheets.append((json.dumps({"answers": raw}).encode(), json.loads(json.dumps(reply))))
    return sheets


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_megabytes(parent: int) -> float:
    """Return the memory of the server's workers, added up."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Client(threading.Thread):
    """Sends its share of the requests over one connection and counts what is wrong with the answers."""

    def __init__(self, port: int, work: list[tuple[bytes, Any]]) -> None:
        super().__init__()
        self.port, self.work = port, work
        self.wrong: list[str] = []
        self.milliseconds: list[float] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for body, right in self.work:
            start = time.perf_counter()
            connection.request("POST", "/api/v1/recommendations", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
            self.milliseconds.append((time.perf_counter() - start) * 1000)
            if response.status != 200:
                self.wrong.append(f"status {response.status}")
                continue
            if json.loads(text) != right:
                self.wrong.append(f"not the reply for {right['disposition']['level']}")
        connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    given = parser.parse_args()
    sheets = expected(load_recommender(read_settings()), 1_000)
    port = free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "WEB_CONCURRENCY": str(given.workers),
        "THREADS": str(given.threads),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "recommender.cli.main", "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_ready(port)
        memory = [resident_megabytes(server.pid)]
        clients = []
        start = time.perf_counter()
        rounds = 4
        for _ in range(rounds):
            share = given.requests // rounds // CLIENTS
            batch = [
                Client(port, [sheets[(number * share + i) % len(sheets)] for i in range(share)])
                for number in range(CLIENTS)
            ]
            for client in batch:
                client.start()
            for client in batch:
                client.join()
            clients += batch
            memory.append(resident_megabytes(server.pid))
        report(clients, memory, time.perf_counter() - start)
        return 1 if any(client.wrong for client in clients) else 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def wait_until_ready(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not become ready")


def report(clients: list[Client], memory: list[float], seconds: float) -> None:
    took = sorted(time for client in clients for time in client.milliseconds)
    wrong = [fault for client in clients for fault in client.wrong]
    print(f"{len(took)} recommendations in {seconds:.1f} s: {len(took) / seconds:.0f} a second")
    print(f"median {statistics.median(took):.1f} ms, p99 {took[int(len(took) * 0.99)]:.1f} ms, most {took[-1]:.1f} ms")
    print(f"wrong or failed: {len(wrong)} {wrong[:3]}")
    print("memory of the workers, MB, at the start and after each quarter: " + ", ".join(f"{mb:.0f}" for mb in memory))


if __name__ == "__main__":
    sys.exit(main())
