"""Smaller pages for slow phones: HTML, JSON and the embedded script are packed for browsers that accept it."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

_LEAST_BYTES = 1024
_KINDS = frozenset({"text/html", "application/json", "application/problem+json", "text/javascript"})


def compress(app: Flask) -> None:
    """Pack responses of the application.

    Packing beside a secret is unsafe where an attacker's text is echoed in the same page; here no page repeats anything
    from an address or from another site.
    """

    @app.after_request
    def pack(response: Response) -> Response:
        if response.mimetype not in _KINDS or response.content_encoding or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0 and (response.content_length or 0) >= _LEAST_BYTES:
            response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
            response.content_encoding = "gzip"
        return response
