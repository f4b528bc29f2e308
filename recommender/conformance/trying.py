"""Try the cases of a kit on a service, in this process or over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from recommender.conformance.compare import differences, expected_of
from recommender.conformance.kit import Case
from recommender.errors import RecommenderError

CALL = "/api/v1/recommendations"
RULE_SET = "/api/v1/rule-set"
_SECONDS = 60
_TOO_MANY = 429
_LONGEST_WAIT = 120

Reply = tuple[int, Any]
Ask = Callable[[Mapping[str, Any]], Reply]
"""Sends the body of one call and returns the status and the reply."""


class Tried(NamedTuple):
    """One case, and what was not as it must be; () where nothing."""

    case: Case
    differences: tuple[str, ...]


def tried(cases: Iterable[Case], ask: Ask) -> Iterator[Tried]:
    """Yield each case with what differs."""
    for case in cases:
        status, reply = ask({"answers": case.answers})
        if status != 200:
            yield Tried(case, (f"is refused with {status}: {_told(reply)}",))
            continue
        try:
            yield Tried(case, tuple(differences(case.expected, expected_of(reply))))
        except (KeyError, TypeError) as error:
            yield Tried(case, (f"the reply has not the shape of the API: {type(error).__name__} {error}",))


def _told(reply: Any) -> str:
    problems = reply.get("problems") if isinstance(reply, dict) else None
    found = [f"{one.get('question')} {one.get('code')}" for one in problems or () if isinstance(one, dict)]
    return "; ".join(found) or "no problem document"


class Service:
    """A service that speaks the API, at an address such as ``https://back.example``."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        if not address.startswith(("http://", "https://")):
            raise RecommenderError(f"'{address}' is no address of a service. Give one such as http://127.0.0.1:8000.")
        self._address = address.rstrip("/")
        self._headers = dict(headers or {})

    def rule_set(self) -> str | None:
        """Return the hash of the rules that it says it serves; None where it does not say."""
        status, reply = self._sent(Request(self._address + RULE_SET, headers=self._headers))
        told = reply.get("hash") if status == 200 and isinstance(reply, dict) else None
        return told if isinstance(told, str) else None

    def ask(self, body: Mapping[str, Any]) -> Reply:
        """Send one sheet. Where the service says that it is too many, wait as long as it says and send it again.

        Raises:
            RecommenderError: it is not reached, or answers nothing that can be read.
        """
        headers = {**self._headers, "Content-Type": "application/json", "Accept-Language": "en"}
        data = json.dumps(body).encode()
        return self._sent(Request(self._address + CALL, data, headers, method="POST"))

    def _sent(self, request: Request) -> Reply:
        while True:
            try:
                with urlopen(request, timeout=_SECONDS) as answer:
                    return answer.status, json.load(answer)
            except HTTPError as error:
                with error:
                    wait = error.headers.get("Retry-After", "")
                    if error.code == _TOO_MANY and wait.isdigit() and int(wait) <= _LONGEST_WAIT:
                        time.sleep(int(wait))
                        continue
                    return error.code, _read(error.read())
            except (URLError, TimeoutError, OSError, ValueError) as error:
                raise RecommenderError(f"{self._address} cannot be asked: {error}.") from error


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
