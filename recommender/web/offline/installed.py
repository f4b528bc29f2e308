"""What makes the site one that can be installed: its manifest, and the worker that answers without a connection."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, url_for

from recommender.web.core.language import current_language
from recommender.web.core.state import current_state
from recommender.web.core.static_files import asset, read_built

WORKER = "service-worker.js"
# As the pages have it by day.
_PAPER = "#f2eee5"

blueprint = Blueprint("installed", __name__)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """How the site looks among a person's own programs."""
    language, start = current_language(), url_for("pages.start")
    name = current_state().settings.site_name
    response = jsonify(
        name=name,
        short_name=name,
        id=start,
        start_url=start,
        scope=start,
        display="standalone",
        lang=language.code,
        dir=language.direction,
        background_color=_PAPER,
        theme_color=_PAPER,
        icons=[{"src": asset("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    )
    response.mimetype = "application/manifest+json"
    return response


@blueprint.get(f"/{WORKER}")
def worker() -> Response:
    """The worker. It stands at the root, since it may answer only for what lies below it."""
    response = make_response(read_built(asset(WORKER)))
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response
