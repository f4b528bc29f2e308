"""How often, and how many at once, some things may be done: nothing of ours may hold up a page that says whom to call.

Each feature says of itself what is limited. Without Redis, or while it is away, each process counts for itself.
"""

from __future__ import annotations

import threading
import time

from flask import Blueprint, Flask, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.errors import ConfigurationError
from werkzeug.exceptions import TooManyRequests

from recommender.errors import RecommenderError
from recommender.settings import Settings

_BUSY_SECONDS = 5
_PUT_BACK_SECONDS = 60.0


def install_limits(app: Flask, settings: Settings) -> Limiter:
    """Return the limiter of an application, by address where a feature names no other key.

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
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise RecommenderError("REDIS_URL cannot be used. Is the extra [redis] installed?") from error
    if settings.redis_url is None:
        _begin_anew_with_the_clock(app, limiter)
    return limiter


def _begin_anew_with_the_clock(app: Flask, limiter: Limiter) -> None:
    """Forget what was counted whenever the clock was put back: it would count until that clock's time comes again."""
    lead = time.time() - time.monotonic()

    def look_at_clock() -> None:
        nonlocal lead
        now = time.time() - time.monotonic()
        if now < lead - _PUT_BACK_SECONDS:
            limiter.reset()
        lead = now

    app.before_request_funcs.setdefault(None, []).insert(0, look_at_clock)  # before the limiter's own


def one_at_a_time(app: Flask, blueprint: Blueprint, views: frozenset[str]) -> None:
    """Let each process work on one request for these views of a blueprint at a time; others are told to come back."""
    heavy = {f"{blueprint.name}.{view}" for view in views}
    gate = threading.Semaphore(1)
    entered = f"is_inside_{blueprint.name}"

    @app.before_request
    def enter() -> None:
        if request.endpoint in heavy:
            if not gate.acquire(blocking=False):
                raise TooManyRequests(retry_after=_BUSY_SECONDS)
            setattr(g, entered, True)

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if g.pop(entered, False):
            gate.release()
