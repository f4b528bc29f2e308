"""Headers on every response, and the refusal of forms sent from other sites."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, request

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",  # nothing of ours asks for more; it lets page checkers read /robots.txt
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# The setting of the application with the names of the cookies that only our own pages can have sent.
OWN_COOKIES = "OWN_COOKIES"
_DAY = 24 * 3600
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def secure(app: Flask, own_cookies: Iterable[str], hsts_days: int = 0) -> None:
    """Set the headers of every response of the application, and refuse forms from elsewhere.

    ``own_cookies`` are the names of cookies that vouch for a form of an old browser. For so many days a browser that
    came over HTTPS may not come without it; 0 says nothing.
    """
    app.config[OWN_COOKIES] = frozenset(own_cookies)

    @app.before_request
    def refuse_forms_from_elsewhere() -> None:
        if request.method not in _SAFE_METHODS and not is_api(request) and not comes_from_here(request):
            abort(403)

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if hsts_days and request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={hsts_days * _DAY}"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def is_api(given: Request) -> bool:
    """Return whether a request is for the JSON interface."""
    return given.path.startswith("/api/")


def comes_from_here(given: Request) -> bool:
    """Return whether a form was sent from our own pages.

    Browsers say so in Sec-Fetch-Site. Older ones send Origin, or neither: then the page that they name as the referrer
    decides, which our policy has them name here, or a cookie of ours, because SameSite=Lax keeps it away from what other
    sites send. (A referrer policy of no-referrer would make older ones send "null" even here, so it is same-origin.)
    """
    state = given.headers.get("Sec-Fetch-Site")
    if state is not None:
        return state in ("same-origin", "none")
    origin = given.headers.get("Origin")
    if origin is None or origin == "null":
        is_vouched_for = not current_app.config[OWN_COOKIES].isdisjoint(given.cookies)
        return is_vouched_for or _is_of(given.referrer or "", given.host)
    return _is_of(origin, given.host)


def looks_proxied(given: Request) -> bool:
    """Return whether a form may be our own, sent through a proxy that names another host than the browser asked for."""
    return "Sec-Fetch-Site" not in given.headers and "://" in given.headers.get("Origin", "")


def _is_of(address: str, host: str) -> bool:
    try:
        return urlsplit(address).netloc == host
    except ValueError:  # an address that no browser sends, such as http://[
        return False
