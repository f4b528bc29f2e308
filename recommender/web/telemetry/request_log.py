"""One line for each request: what was asked for by the pattern of its address, and what came of it.

Never an answer, an address of a person, a referrer, or anything of the path or the query: these may hold a token.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, request, request_started
from structlog.contextvars import bound_contextvars

from recommender.web.telemetry.logs import REQUEST_ID, event_logger, place_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NO_ROUTE = "(none)"
NOT_LOGGED = "recommender.not_logged"
"""The key in the environment of a request that nobody sent."""
ID_HEADER = "X-Request-ID"
_HARMLESS_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_STATIC, _STATIC_ROUTE = "/static/", "/static/<name>"

_events = event_logger("recommender.requests")


@dataclass(slots=True)
class RequestNotes:
    """What is known of the request that is worked on. ``outcome`` is the level of the recommendation, if one was made."""

    request_id: str
    method: str
    route: str = NO_ROUTE
    outcome: str | None = None
    fired: frozenset[str] = frozenset()
    stages: dict[str, float] = field(default_factory=dict)
    status: int = 500
    seconds: float = 0.0


class Observer(Protocol):
    """Whoever counts requests."""

    def observe(self, notes: RequestNotes) -> None: ...


_current: ContextVar[RequestNotes | None] = ContextVar("request notes", default=None)


def note_outcome(level: str, rules: Iterable[str]) -> None:
    """Note what the request came to: the level, and the ids of the rules that fired."""
    notes = _current.get()
    if notes is not None:
        notes.outcome, notes.fired = level, frozenset(rules)


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Note how long a part of the work on the request took."""
    begun = time.perf_counter()
    yield
    notes = _current.get()
    if notes is not None:
        notes.stages[stage] = notes.stages.get(stage, 0.0) + time.perf_counter() - begun


def install_request_log(
    app: Flask, rule_set: Callable[[], str | None], trusts_ids: bool, observer: Observer | None
) -> None:
    """Have each request of the application logged and counted. Call it last: it must see what all others answer.

    ``rule_set`` gives the short hash of the rules that are served. Only a trusted proxy may give a request its id.
    """
    request_started.connect(_note_route, app)
    app.wsgi_app = _RequestLog(app.wsgi_app, rule_set, trusts_ids, observer)  # type: ignore[method-assign]


def _note_route(app: Flask, **_: Any) -> None:
    notes = _current.get()
    if notes is not None and request.url_rule is not None:
        notes.route = request.url_rule.rule


class _RequestLog:
    def __init__(
        self, app: WSGIApplication, rule_set: Callable[[], str | None], trusts_ids: bool, observer: Observer | None
    ) -> None:
        self._app = app
        self._rule_set = rule_set
        self._trusts_ids = trusts_ids
        self._observer = observer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if NOT_LOGGED in environ:
            return self._app(environ, start_response)
        notes, begun = self._begin(environ), time.perf_counter()

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            notes.status = int(status.split(" ", 1)[0])
            return start_response(status, [*headers, (ID_HEADER, notes.request_id)], exc_info)

        token = _current.set(notes)
        try:
            with bound_contextvars(**{REQUEST_ID: notes.request_id}):
                try:
                    return self._app(environ, started)
                finally:
                    notes.seconds = time.perf_counter() - begun
                    self._end(notes, environ)
        finally:
            _current.reset(token)

    def _begin(self, environ: WSGIEnvironment) -> RequestNotes:
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._trusts_ids else ""
        request_id = given if _HARMLESS_ID.fullmatch(given) else uuid.uuid4().hex
        method = environ["REQUEST_METHOD"]
        return RequestNotes(request_id, method if method in _METHODS else "other")

    def _end(self, notes: RequestNotes, environ: WSGIEnvironment) -> None:
        if notes.route == NO_ROUTE and notes.status < 400 and environ.get("PATH_INFO", "").startswith(_STATIC):
            notes.route = _STATIC_ROUTE
        _events.info(
            "request",
            method=notes.method,
            route=notes.route,
            status=notes.status,
            ms=round(notes.seconds * 1000, 1),
            outcome=notes.outcome,
            rule_set=self._rule_set(),
        )
        if self._observer is not None:
            try:
                self._observer.observe(notes)
            except Exception as error:  # a folder that is gone or full must cost figures, not an answer
                _events.error("The request was not counted.", place=place_of(error))
