"""Styles, script and icon: hash-named, so that a browser may keep them for a year; gzip siblings where accepted."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, request, url_for

FOLDER = Path(__file__).resolve().parent / "static"
_SERVED: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
_PLAIN = {name: (FOLDER / name).read_bytes() for name in (*_SERVED.values(), "VENDORED.md")}
_PACKED = {name: (FOLDER / f"{name}.gz").read_bytes() for name in _SERVED.values()}
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "md": "text/plain"}
_FOR_EVER = "public, max-age=31536000, immutable"

blueprint = Blueprint("static_files", __name__)


def asset(name: str) -> str:
    """Return the address of a built file, such as app.css."""
    return url_for("static_files.serve", name=_SERVED[name])


def read_built(address: str) -> bytes:
    """Return the built file at an address that `asset` gave."""
    return _PLAIN[address.rpartition("/")[2]]


@blueprint.get("/static/<name>")
def serve(name: str) -> Response:
    """One built file; the licences are in VENDORED.md."""
    if name not in _PLAIN:
        abort(404)
    is_packed = name in _PACKED and request.accept_encodings["gzip"] > 0
    response = make_response(_PACKED[name] if is_packed else _PLAIN[name])
    response.mimetype = _KINDS[name.rpartition(".")[2]]
    response.headers["Cache-Control"] = _FOR_EVER if name in _PACKED else "no-cache"
    response.vary.add("Accept-Encoding")
    if is_packed:
        response.content_encoding = "gzip"
    return response
