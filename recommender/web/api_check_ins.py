"""Check-ins over JSON: the earlier answers, what was done and how it is going in; what to do next out. Nothing is kept."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from recommender.web.api import json_body
from recommender.web.language import current_edition
from recommender.web.site import current_site

blueprint = Blueprint("api_check_ins", __name__, url_prefix="/api/v1")


@blueprint.post("/check-ins")
def check_in() -> Response:
    """Return the action, the reasons, the changes, the next recommendation and the next check."""
    edition = current_edition()
    _, shown = current_site().check_in(edition.check_in_sheet.read(json_body()), edition)
    return jsonify(shown)
