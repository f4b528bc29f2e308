"""Headers on every response, and the refusal of forms sent from other sites."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request

from recommender.web.answer_cookie import NAME
from recommender.web.plan_cookie import PLAN

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",  # nothing of ours asks for more; it lets page checkers read /robots.txt
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
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def secure(app: Flask) -> None:
    """Set the headers of every response of the application, and refuse forms from elsewhere."""

    @app.before_request
    def refuse_forms_from_elsewhere() -> None:
        if request.method not in _SAFE_METHODS and not is_api(request) and not comes_from_here(request):
            abort(403)

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def is_api(given: Request) -> bool:
    return given.path.startswith("/api/")


def comes_from_here(given: Request) -> bool:
    """Return whether a form was sent from our own pages.

    Browsers say so in Sec-Fetch-Site. Older ones send Origin, or neither: then the answers cookie, or that of a
    plan, decides, because SameSite=Lax keeps them away from what other sites send. (A referrer policy of no-referrer would make older ones send
    "null" even here, so it is same-origin.)
    """
    site = given.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = given.headers.get("Origin")
    if origin is None or origin == "null":
        return NAME in given.cookies or PLAN in given.cookies
    return urlsplit(origin).netloc == given.host
