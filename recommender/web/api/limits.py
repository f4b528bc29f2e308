"""How often an address, or a key, may ask the API, told with every reply: the headers of RateLimit.

A sheet is many pages and one recommendation, so pages are counted by themselves. This machine itself has no limit unless
it comes with a key, nor has anybody where the setting says 0. How the headers are written is the draft
draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import lru_cache, partial
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from recommender.review.api_keys import KeyGrant

RECOMMENDATIONS, PAGES = "recommendations", "pages"
# How many pages may be asked for each recommendation: a sheet has no more.
PAGES_OF_A_SHEET = 10
_WINDOW_SECONDS = 60


def limit_calls(
    app: Flask,
    limiter: Limiter,
    counted: dict[str, tuple[Blueprint, ...]],
    a_minute: int,
    grant: Callable[[], KeyGrant | None],
) -> None:
    """Limit the requests of each address or key in a minute: for the blueprints of each name of ``counted`` together.

    ``a_minute`` is for recommendations, and for keys without a limit of their own; 0 is no limit. ``grant`` says which key
    a request came with.
    """
    named = {blueprint.name: name for name, blueprints in counted.items() for blueprint in blueprints}
    most = partial(_most, a_minute, grant)

    def asker() -> str:
        own = grant()
        return get_remote_address() if own is None else f"key {own.id}"

    def is_free() -> bool:
        return most(RECOMMENDATIONS) == 0 or (grant() is None and _is_here(get_remote_address()))

    for name, blueprints in counted.items():
        limit = limiter.shared_limit(partial(_said, most, name), name, key_func=asker, exempt_when=is_free)
        for blueprint in blueprints:
            limit(blueprint)

    @app.after_request
    def tell(response: Response) -> Response:
        name = named.get(request.blueprint or "")
        found = limiter.current_limit if name else None
        if found is None or name is None:
            return response
        seconds = min(_WINDOW_SECONDS, max(0, math.ceil(found.reset_at - time.time())))
        response.headers["RateLimit-Policy"] = f'"{name}";q={most(name)};w={_WINDOW_SECONDS}'
        response.headers["RateLimit"] = f'"{name}";r={max(0, found.remaining)};t={seconds}'
        if response.status_code == 429:
            response.headers["Retry-After"] = str(max(1, seconds))
        return response


def _most(a_minute: int, grant: Callable[[], KeyGrant | None], name: str) -> int:
    """Return how many of something whoever asks now may ask for in a minute."""
    own = grant()
    most = a_minute if own is None or own.a_minute is None else own.a_minute
    return most * PAGES_OF_A_SHEET if name == PAGES else most


def _said(most: Callable[[str], int], name: str) -> str:
    """Return a limit as the limiter reads it. It reads none of nothing, which is nobody's limit anyway."""
    return f"{max(1, most(name))} per minute"


@lru_cache(maxsize=4096)
def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
