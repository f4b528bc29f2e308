"""The one call that matters over JSON: answers in, a recommendation out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from recommender.answer_sheet import WHOLE_SHEET, read_json
from recommender.errors import IntakeError
from recommender.web.language import current_edition
from recommender.web.site import current_site

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.post("/recommendations")
def recommend() -> Response:
    """Return the recommendation for {"answers": {...}}."""
    edition = current_edition()
    body = json_body()
    if not isinstance(body, dict) or WHOLE_SHEET not in body:
        raise IntakeError({WHOLE_SHEET: [gettext('Send an object with the answers: {"answers": {...}}.')]})
    unknown = {name: [gettext("This is not part of the request. Remove it.")] for name in body if name != WHOLE_SHEET}
    if unknown:
        raise IntakeError(unknown)
    _, shown = current_site().recommend(edition.sheet.read(body[WHOLE_SHEET]), edition)
    return jsonify(shown)


def json_body() -> Any:
    """Return the body of the request as plain data.

    Raises:
        HTTPException: it is not sent as JSON, or is none.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return read_json(request.get_data())
    except (ValueError, RecursionError):
        raise BadRequest from None
