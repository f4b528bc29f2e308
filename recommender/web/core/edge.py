"""What is settled before a view reads a request: a host that is none, a body that breaks off, what the server refused.

None of it may surface as an error of ours: it is the request that is wrong, and it is told so like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REFUSED = "recommender.refused"
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?!.{{254}})({_LABEL}(\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]{{2,45}}\])(:[0-9]{{1,5}})?")
# A path that an address may begin with. Two slashes would make a host of what follows.
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


def install_edge(app: Flask, trusted_proxies: int) -> None:
    """Refuse what cannot be read, before anything else of the application sees it.

    So many proxies in front are believed about whom they speak for, and where the site is for that person.
    """
    app.before_request(_refuse_as_told)
    app.before_request(_read_body)
    app.wsgi_app = _AddressCheck(app.wsgi_app)  # type: ignore[method-assign]
    if trusted_proxies:
        each = dict.fromkeys(("x_for", "x_proto", "x_host", "x_prefix"), trusted_proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, **each)  # type: ignore[method-assign]


def refused(environ: WSGIEnvironment, status: int) -> WSGIEnvironment:
    """Return the environment of a request that the application answers with this error and nothing else."""
    sound = {"HTTP_HOST": "localhost", "SCRIPT_NAME": "", "wsgi.url_scheme": "http"}
    return {**environ, **sound, _REFUSED: status}


class _AddressCheck:
    """Keeps away what no address of the site can be made with: Flask would fail before it could tell."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host, prefix, scheme = environ.get("HTTP_HOST"), environ.get("SCRIPT_NAME", ""), environ["wsgi.url_scheme"]
        if (host and not _HOST.fullmatch(host)) or not _PREFIX.fullmatch(prefix) or scheme not in ("http", "https"):
            environ = refused(environ, 400)
        return self._app(environ, start_response)


def _refuse_as_told() -> None:
    status = request.environ.get(_REFUSED)
    if status is not None:
        abort(status)


def _read_body() -> None:
    """Read the body, so that no view waits for it and none meets an error of the server that reads it."""
    try:
        request.get_data()
    except HTTPException:
        raise
    except Exception:  # a server has exceptions of its own for a body that breaks off or is badly cut into chunks
        abort(400)
