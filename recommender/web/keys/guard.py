"""Who may ask: where keys are looked at, a request with a key is its own, and one without goes on as an address, or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, g, request
from werkzeug.exceptions import Forbidden, ServiceUnavailable, Unauthorized

from recommender.errors import ProblemCode
from recommender.review.api_keys import KeyGrant, Scope
from recommender.web.keys.key_ring import KeyRing, NotKnown

OFF, REQUIRED = "off", "required"
_GRANT = "api_key"
_SCHEME = "bearer"
_SOON_SECONDS = 5


class KeyNeeded(Unauthorized):
    """The request has no key, or one that is none."""

    problem_code = ProblemCode.KEY_NEEDED


class KeyNotForThis(Forbidden):
    """The key is not for this call."""

    problem_code = ProblemCode.KEY_NOT_FOR_THIS


class KeysNotKnown(ServiceUnavailable):
    """Nobody can say what the keys may do."""

    problem_code = ProblemCode.KEYS_NOT_KNOWN


def guard_calls(app: Flask, ring: KeyRing, mode: str, scopes: Mapping[str, Scope]) -> None:
    """Look at the keys of requests for these blueprints, each with the kind of call that it is; before anything counts them."""
    if mode == OFF:
        return

    def look_at_key() -> None:
        scope = scopes.get(request.blueprint or "")
        if scope is None or request.method == "OPTIONS":
            return
        given = request.headers.get("Authorization")
        if given is None and mode != REQUIRED:
            return
        setattr(g, _GRANT, _granted(ring, given or "", scope))

    app.before_request_funcs.setdefault(None, []).insert(0, look_at_key)

    @app.after_request
    def say_what_is_needed(response: Response) -> Response:
        if response.status_code == 401 and request.blueprint in scopes:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


def current_grant() -> KeyGrant | None:
    """Return what the key of this request may do; None without one."""
    grant: KeyGrant | None = g.get(_GRANT)
    return grant


def _granted(ring: KeyRing, given: str, scope: Scope) -> KeyGrant:
    """Return what a key may do.

    Raises:
        HTTPException: it may not do this, or nobody knows.
    """
    scheme, _, key = given.partition(" ")
    try:
        grant = ring.grant_of(key.strip()) if scheme.lower() == _SCHEME else None
    except NotKnown:
        raise KeysNotKnown(retry_after=_SOON_SECONDS) from None
    if grant is None:
        raise KeyNeeded
    if scope not in grant.scopes:
        raise KeyNotForThis
    return grant
