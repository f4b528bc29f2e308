"""Styles, script and icon, served by WhiteNoise: hash-named, so that a browser may keep them; packed where accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, url_for
from whitenoise import WhiteNoise

FOLDER = Path(__file__).resolve().parents[1] / "static"
_SERVED: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
_LICENCES = "VENDORED.md"
_ENDPOINT = "static_files"
_FOR_EVER, _ASK_EACH_TIME = "public, max-age=31536000, immutable", "no-cache"


def install_static_files(app: Flask, headers: Mapping[str, str]) -> None:
    """Serve the built files, and their licences, under /static with these headers. Nothing else of the folder is served.

    They are answered before the application sees the request.
    """

    def add_headers(own: Headers, path: str, url: str) -> None:
        for name, value in headers.items():
            own[name] = value
        own["Cache-Control"] = _ASK_EACH_TIME if url.endswith(_LICENCES) else _FOR_EVER

    served = WhiteNoise(
        app.wsgi_app,
        max_age=None,
        allow_all_origins=False,
        mimetypes={".md": "text/plain"},
        add_headers_function=add_headers,
    )
    for name in (*_SERVED.values(), _LICENCES):
        served.add_file_to_dictionary(f"/static/{name}", str(FOLDER / name))
    app.wsgi_app = served  # type: ignore[method-assign]
    app.add_url_rule("/static/<name>", _ENDPOINT, build_only=True)


def asset(name: str) -> str:
    """Return the address of a built file, such as app.css."""
    return url_for(_ENDPOINT, name=_SERVED[name])


def read_built(address: str) -> bytes:
    """Return the built file at an address that `asset` gave.

    Raises:
        KeyError: it gave no such address.
    """
    return (FOLDER / {name: name for name in _SERVED.values()}[address.rpartition("/")[2]]).read_bytes()
