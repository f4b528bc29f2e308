"""A steady, bounded load of sampled answer sheets, each answer held against the one that is right."""

from __future__ import annotations

import http.client
import json
import math
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.faults_under_load.cases import Case, plain

CLIENTS = 8
LONGEST_ANSWER_SECONDS = 60.0
PATIENCE = 300.0
RIGHT, WRONG, CUT_OFF = "right", "wrong", "cut off"
UNAPPROVED = "right, and said not to be approved"
BESIDE_PER_SECOND = 2.0
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_HEADERS = {"Content-Type": "application/json", "Connection": "close"}


@dataclass(frozen=True)
class Asked:
    """One request: when it was begun and over, and ``RIGHT``, ``WRONG`` or why there was no answer."""

    begun: float
    over: float
    verdict: str


class Load:
    """Asks for recommendations until it is left. ``nodes`` gives the ports to try, in this order.

    The next node is tried where nobody listens at one, as every load balancer does; nothing else is tried again.
    """

    def __init__(self, nodes: Callable[[], Sequence[int]], cases: Sequence[Case], per_second: float) -> None:
        self._nodes, self._cases, self._per_second = nodes, cases, per_second
        self._asked: list[Asked] = []
        self._under_way: dict[int, float] = {}
        self._changed = threading.Condition()
        self._is_over = threading.Event()
        self._clients = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]
        self._clients.append(threading.Thread(target=self._look_beside))
        self.beside: list[Asked] = []

    def __enter__(self) -> Load:
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for client in self._clients:
            client.join()

    @property
    def asked(self) -> list[Asked]:
        """Everything that was asked and is over, in the order in which it was begun."""
        with self._changed:
            return sorted(self._asked, key=lambda one: one.begun)

    def go_on_for(self, seconds: float) -> None:
        """Return when requests of so many seconds, begun from now on, are over."""
        until = time.monotonic() + seconds
        self._wait(lambda: any(one.begun > until for one in self._asked))

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Return when something holds, which is looked for after each request."""
        self._wait(holds)

    def wait_until_well(self, moment: float, in_a_row: int) -> None:
        """Return when, after a moment, so many requests in a row have been answered rightly."""
        self._wait(lambda: well_from(self._settled(), moment, in_a_row))

    def _settled(self) -> list[Asked]:
        """Return what was asked before anything that has no answer yet."""
        first = min(self._under_way.values(), default=math.inf)
        return [one for one in self.asked if one.begun < first]

    def _wait(self, holds: Callable[[], Any]) -> None:
        with self._changed:
            assert self._changed.wait_for(holds, timeout=PATIENCE), f"not within {PATIENCE:.0f} s"

    def _ask(self, number: int) -> None:
        pause = CLIENTS / self._per_second
        due = time.monotonic() + pause * number / CLIENTS
        turn = number
        while not self._is_over.wait(max(0.0, due - time.monotonic())):
            with self._changed:
                begun = self._under_way[number] = time.monotonic()
            verdict = self._verdict(self._cases[turn % len(self._cases)])
            with self._changed:
                del self._under_way[number]
                self._asked.append(Asked(begun, time.monotonic(), verdict))
                self._changed.notify_all()
            turn += CLIENTS
            due = max(due + pause, time.monotonic())  # what took long is not made up for

    def _look_beside(self) -> None:
        """Use what leans on the database and on Redis: somebody signs in with a wrong password, somebody tries a case."""
        while not self._is_over.wait(1 / BESIDE_PER_SECOND):
            page = ("/sign-in", "/lab")[len(self.beside) % 2]
            begun = time.monotonic()
            told = "nobody listens"
            for port in self._nodes():
                try:
                    told = str(sent_form(port, page))
                    break
                except ConnectionRefusedError:
                    continue
                except TimeoutError:
                    told = "no answer"
                    break
                except (OSError, http.client.HTTPException):
                    told = CUT_OFF
                    break
            self.beside.append(Asked(begun, time.monotonic(), f"{page} {told}"))

    def _verdict(self, case: Case) -> str:
        why = "nobody listens"
        for port in self._nodes():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_ANSWER_SECONDS)
            try:
                connection.request("POST", "/api/v1/recommendations", case.body, _HEADERS)
                response = connection.getresponse()
                return verdict(response.status, response.read(), case)
            except ConnectionRefusedError:
                continue
            except TimeoutError:
                return f"no answer in {LONGEST_ANSWER_SECONDS:.0f} s"
            except (OSError, http.client.HTTPException):
                return CUT_OFF
            finally:
                connection.close()
        return why


def sent_form(port: int, page: str) -> int:
    """Return the status with which the form of a page is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_ANSWER_SECONDS)
    with closing(connection):
        connection.request("GET", page)
        shown = connection.getresponse()
        token = _TOKEN.search(shown.read().decode())
        cookie = SimpleCookie(shown.headers.get("Set-Cookie", ""))
        headers = {
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        fields = {"csrf_token": token[1] if token else "", "email": "nobody@example.org", "password": "wrong"}
        connection.request("POST", page, urlencode(fields), headers)
        answered = connection.getresponse()
        answered.read()
        return answered.status


def verdict(status: int, text: bytes, case: Case) -> str:
    """Return what a whole reply is. A routine beside an error is as wrong as another routine than the right one."""
    try:
        reply = json.loads(text)
    except ValueError:
        return f"status {status}" if status != 200 else WRONG
    if status != 200:
        return WRONG if reply.get("routine") or reply.get("disposition") else f"status {status}"
    told = plain(reply)
    right = case.right.get(told.get("rule_set", {}).get("hash"))
    if told == right:
        return RIGHT
    # Not known to be approved is what a reply may be at any time, but for that.
    if right is not None and right["rule_set"]["approved"] and told.pop("not_approved", None):
        told["rule_set"]["approved"] = not told["rule_set"]["approved"]
        return UNAPPROVED if told == {name: part for name, part in right.items() if name != "not_approved"} else WRONG
    return WRONG


def well_from(asked: Sequence[Asked], moment: float, wanted: int) -> float | None:
    """Return when the first of the next ``wanted`` requests in a row that are right was begun; None if there are none yet."""
    after = [one for one in asked if one.over > moment]
    in_a_row = 0
    for number, one in enumerate(after):
        in_a_row = in_a_row + 1 if one.verdict == RIGHT else 0
        if in_a_row == wanted:
            return after[number + 1 - wanted].begun
    return None
