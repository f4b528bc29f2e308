"""Check-ins over JSON: the earlier answers, what was done and how it is going in; what to do next out. Nothing is kept."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from recommender.web.api.person import for_person
from recommender.web.api.views import json_body
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state

blueprint = Blueprint("api_check_ins", __name__, url_prefix="/api/v1")


@blueprint.post("/check-ins")
def check_in() -> Response:
    """Return the action, the reasons, the changes, the next recommendation and the next check."""
    body = for_person(json_body())
    localised = localised_content()
    _, shown = current_state().check_in(localised.check_in_sheet.read(body), localised)
    return jsonify(shown)
