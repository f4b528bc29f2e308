"""Mixed nonsense over the wire: hostile requests among right ones, over several connections at once, each with what came back."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import punctuation
from typing import Any
from urllib.parse import quote

from flask import Flask

from tests.support.hostile import Attacker, Request

PATIENCE_SECONDS = 120.0
RIGHT_CALLS = {"/api/v1/next": "NextRequest", "/api/v1/recommendations": "RecommendationRequest"}
FAR = "203.0.113.9"  # an address of this machine itself has no limit


@dataclass(frozen=True)
class Answered:
    """What came of one request: its status, 0 without a reply, and ``Retry-After`` where it was there."""

    request: Request
    status: int
    retry_after: str | None = None

    @property
    def fault(self) -> str | None:
        """Return what is wrong with the answer, or None."""
        if not self.status:
            return "no reply"
        if self.status >= 500:
            return f"{self.status}"
        is_told = self.retry_after is not None and self.retry_after.isdecimal() and int(self.retry_after) > 0
        return "429 without when to come back" if self.status == 429 and not is_told else None


def mixed(app: Flask, bodies: Mapping[str, Any], seed: int, amount: int) -> list[Request]:
    """Return hostile requests over every route of the site, one in four of them a right call of the API in their place."""
    attacker, chance = Attacker(app, bodies, seed), random.Random(seed)

    def right() -> Request:
        path = chance.choice(sorted(RIGHT_CALLS))
        return Request("POST", path, "", json.dumps(bodies[RIGHT_CALLS[path]]).encode(), "application/json", sender=FAR)

    return [right() if chance.random() < 0.25 else attacker.request() for _ in range(amount)]


def sent(port: int, requests: Sequence[Request], clients: int, per_second: float | None = None) -> list[Answered]:
    """Send all to a server of this machine and return what came back, in no order.

    ``per_second`` is how many are begun in a second, as far as the server and this machine keep up; None is as many as can be.
    """
    answered: list[Answered] = []
    turn, began = iter(range(len(requests))), time.monotonic()
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        while True:
            with lock:
                number = next(turn, None)
            if number is None:
                break
            if per_second is not None:
                time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            answered.append(_asked(connection, requests[number]))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered


def _asked(connection: http.client.HTTPConnection, request: Request) -> Answered:
    headers = {"X-Forwarded-For": request.sender, "Content-Type": request.media_type, **request.headers}
    try:
        address = quote(f"{request.path}?{request.query}".rstrip("?"), safe=punctuation)
        connection.putrequest(request.method, address, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value.encode("utf-8"))
        connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        reply = connection.getresponse()
        reply.read()
    except (OSError, http.client.HTTPException):
        connection.close()  # the next request opens another
        return Answered(request, 0)
    return Answered(request, reply.status, reply.getheader("Retry-After"))
