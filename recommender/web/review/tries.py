"""Whose tries to sign in are counted together: those of one browser, of one address, of one account."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from itsdangerous import BadData, URLSafeSerializer

from recommender.review.sign_in_tries import (
    ACCOUNT,
    ACCOUNT_FROM_ADDRESS,
    ADDRESS,
    KNOWN_BROWSER,
    Counter,
    begin_try,
    counter,
    forgive,
)
from recommender.review.tables import now
from recommender.web.core.cookie_store import cookie_name, cookie_names, cookie_path
from recommender.web.core.state import current_state, log
from recommender.web.review.database import review_session

_COOKIE = "review-browser"
_ACCOUNTS_OF_ONE_BROWSER = 4
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Try:
    """One try. ``own`` counts for this person alone, ``shared`` for others too."""

    own: tuple[Counter, ...]
    shared: tuple[Counter, ...] = ()

    def begin(self) -> Response | None:
        """Count it. Return the page that says how long to wait, if it comes too soon."""
        session = review_session()
        wait = begin_try(session, (*self.own, *self.shared), now())
        session.commit()
        return _too_soon(wait) if wait else None

    def forgive(self) -> None:
        """Take it back, because it was right."""
        session = review_session()
        forgive(session, self.own, self.shared, now())
        session.commit()


def sign_in_try(email: str) -> Try:
    """Return the try of a password for an account. Where it was used before, nobody else's failures count."""
    account, address = _account(email), _network(request.remote_addr or "")
    known = _known().get(account)
    if known is not None:
        return Try((counter(KNOWN_BROWSER, "browser", account, known),))
    own = counter(ACCOUNT_FROM_ADDRESS, "account from address", account, address)
    return Try((own,), (counter(ADDRESS, "address", address), counter(ACCOUNT, "account", account)))


def remember_browser(response: Response, email: str) -> None:
    """Remember in the browser that this account has signed in there. It lets nobody in."""
    account, known = _account(email), _known()
    kept = {account: known.get(account) or secrets.token_hex(16), **known}
    least = dict(list(kept.items())[:_ACCOUNTS_OF_ONE_BROWSER])
    settings = current_state().settings
    name, path, secure = cookie_name(settings, _COOKIE), cookie_path(settings), settings.secure_cookies
    value = _serializer(current_app).dumps(least)
    response.set_cookie(name, value, max_age=_YEAR, path=path, secure=secure, httponly=True, samesite="Lax")


def _too_soon(wait: timedelta) -> Response:
    log.warning("sign-in asked to wait")
    seconds = int(wait.total_seconds()) + 1
    response = make_response(render_template("review/sign_in_too_often.html", seconds=seconds), 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _known() -> dict[str, str]:
    """Return the accounts that have signed in in this browser, by digest."""
    kept = (request.cookies.get(name) for name in cookie_names(current_state().settings, _COOKIE))
    try:
        given: Any = _serializer(current_app).loads(next(filter(None, kept), ""))
    except BadData:
        return {}
    return given if isinstance(given, dict) else {}


def _serializer(app: Flask) -> URLSafeSerializer:
    assert app.secret_key is not None
    keys = (app.secret_key, *app.config["SECRET_KEY_FALLBACKS"])
    return URLSafeSerializer(list(reversed(keys)), salt="review browser")  # the last one signs, each one is believed


def _account(email: str) -> str:
    return hashlib.sha256(email.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _network(address: str) -> str:
    """Return the network that one customer gets: with IPv6 that is more than one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
