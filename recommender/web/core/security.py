"""Headers on every response, and the refusal of forms sent from other sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, request

_DIRECTIVES = (
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
CONTENT_POLICY = "; ".join(_DIRECTIVES)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Permitted-Cross-Domain-Policies": "none",
}

# The setting of the application with the names of the cookies that only our own pages can have sent.
OWN_COOKIES = "OWN_COOKIES"
_DAY = 24 * 3600
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ANY_ORIGIN = "*"
# What pages of other sites may send to the API beside a body, what they may read of a reply, and what they may read beside the API:
# drawings, and the embedded script.
_ASKED = ("Content-Type", "Accept-Language", "If-None-Match")
_TOLD = ("ETag", "Content-Language", "Retry-After", "RateLimit", "RateLimit-Policy")
_READ_ELSEWHERE = frozenset({"pictures.picture", "embed.script"})
_REMEMBERED_SECONDS = 600
# Where clinicians sign in and sign: a page of another site could lay something over it.
_NEVER_FRAMED = frozenset({"review", "work", "proposals", "sign_in", "lab"})


def policy_with(directive: str) -> str:
    """Return our content policy with another directive in the place of that of the same name."""
    name = directive.partition(" ")[0]
    return "; ".join(directive if one.partition(" ")[0] == name else one for one in _DIRECTIVES)


def secure(
    app: Flask, own_cookies: Iterable[str], hsts_days: int = 0, frame_ancestors: Sequence[str] | None = None
) -> None:
    """Set the headers of every response of the application, and refuse forms from elsewhere.

    ``own_cookies`` are the names of cookies that vouch for a form of an old browser. For so many days a browser that
    came over HTTPS may not come without it; 0 says nothing. ``frame_ancestors`` are the origins whose pages may show ours
    in a frame, but for those on which clinicians sign in and sign.
    """
    framed = _framed(frame_ancestors) if frame_ancestors else HEADERS
    app.config[OWN_COOKIES] = frozenset(own_cookies)

    @app.before_request
    def refuse_forms_from_elsewhere() -> None:
        if request.method not in _SAFE_METHODS and not is_api(request) and not comes_from_here(request):
            abort(403)

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in (HEADERS if request.blueprint in _NEVER_FRAMED else framed).items():
            response.headers.setdefault(name, value)
        if hsts_days and request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={hsts_days * _DAY}"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def allow_origins(app: Flask, origins: Sequence[str] | None) -> None:
    """Let pages of these origins read what the API and the drawings reply; without any, no page of another site may.

    Never with what the browser keeps of a person: no cookie is taken, and none goes along.
    """
    if not origins:
        return

    @app.after_request
    def let_read(response: Response) -> Response:
        if not is_api(request) and request.endpoint not in _READ_ELSEWHERE:
            return response
        if ANY_ORIGIN not in origins:
            response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin is None or not {ANY_ORIGIN, origin} & set(origins):
            return response
        response.headers["Access-Control-Allow-Origin"] = ANY_ORIGIN if ANY_ORIGIN in origins else origin
        response.headers["Access-Control-Expose-Headers"] = ", ".join(_TOLD)
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = ", ".join(_ASKED)
            response.headers["Access-Control-Max-Age"] = str(_REMEMBERED_SECONDS)
        return response


def _framed(ancestors: Sequence[str]) -> Mapping[str, str]:
    """Return the headers of pages that pages of these origins may show in a frame."""
    policy = policy_with(" ".join(("frame-ancestors", *ancestors)))
    others = {name: value for name, value in HEADERS.items() if name != "X-Frame-Options"}  # which knows no origins
    return {**others, "Content-Security-Policy": policy}


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
