"""A bare Flask view that returns bytes from a file: what the service is measured against."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response

from recommender.settings import read_settings

REPLY_FILE = "BARE_REPLY"


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = read_settings().max_body_bytes
    reply = Path(os.environ[REPLY_FILE]).read_bytes()

    @app.post("/api/v1/recommendations")
    def recommend() -> Response:
        return Response(reply, mimetype="application/json")

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    return app
