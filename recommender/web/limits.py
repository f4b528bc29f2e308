"""How often, and how many at once, some things may be done: nothing of ours may hold up a page that says whom to call.

Without Redis, or while it is away, each process counts for itself.
"""

from __future__ import annotations

import threading

from flask import Flask, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.errors import ConfigurationError
from werkzeug.exceptions import TooManyRequests

from recommender.errors import RecommenderError
from recommender.settings import Settings
from recommender.web import lab, sign_in

CASES_FROM_ONE_ADDRESS = "20 per minute"
# Tracing a case keeps one core busy for seconds, and anybody may try one: one at a time in each process.
_HEAVY = frozenset({"lab.show", "lab.side_by_side"})
_BUSY_SECONDS = 5


def install_limits(app: Flask, settings: Settings) -> None:
    """Limit tries of passwords, and cases in the lab.

    Raises:
        RecommenderError: REDIS_URL cannot be used.
    """
    limiter = Limiter(
        get_remote_address,
        storage_uri=settings.redis_url or "memory://",
        storage_options={"socket_connect_timeout": 1, "socket_timeout": 1} if settings.redis_url else {},
        in_memory_fallback_enabled=settings.redis_url is not None,
        strategy="fixed-window",
        key_prefix="recommender",
    )
    for limit, key in sign_in.LIMITS:
        limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=sign_in.has_failed)(sign_in.blueprint)
    limiter.limit(CASES_FROM_ONE_ADDRESS, methods=["POST"])(lab.blueprint)
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise RecommenderError("REDIS_URL cannot be used. Is the extra [redis] installed?") from error
    _one_case_at_a_time(app)


def _one_case_at_a_time(app: Flask) -> None:
    gate = threading.Semaphore(1)

    @app.before_request
    def enter() -> None:
        if request.endpoint in _HEAVY:
            if not gate.acquire(blocking=False):
                raise TooManyRequests(retry_after=_BUSY_SECONDS)
            g.is_tracing = True

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if g.pop("is_tracing", False):
            gate.release()
