"""Applications with views that do what ours must never do, to see what the server makes of it."""

from __future__ import annotations

import threading

from flask import Flask, Response

from recommender.web.app import create_served_app


def create_hanging_app() -> Flask:
    """Return the service, with a view that never answers and one of a megabyte."""
    app = create_served_app()

    @app.get("/hang")
    def hang() -> str:
        threading.Event().wait()
        return ""

    @app.get("/large")
    def large() -> Response:
        return Response(b"x" * 1_000_000, mimetype="text/plain")

    return app
