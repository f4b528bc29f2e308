"""The one call that matters over JSON: answers in, a recommendation out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext
from werkzeug.exceptions import UnsupportedMediaType

from recommender.errors import ErrorText, InputFault, IntakeError, ProblemCode, faults_by_name
from recommender.questionnaire.answer_sheet import WHOLE_SHEET, read_json
from recommender.web.core.errors import NotJson
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.post("/recommendations")
def recommend() -> Response:
    """Return the recommendation for {"answers": {...}}."""
    localised = localised_content()
    body = json_body()
    if not isinstance(body, dict) or WHOLE_SHEET not in body:
        code = ProblemCode.MISSING if isinstance(body, dict) else ProblemCode.WRONG_TYPE
        told = ErrorText(code, gettext('Send an object with the answers: {"answers": {...}}.'))
        raise IntakeError([InputFault((), WHOLE_SHEET, told)])
    stray = ErrorText(ProblemCode.UNKNOWN_MEMBER, gettext("This is not part of the request. Remove it."))
    unknown = {name: [stray] for name in body if name != WHOLE_SHEET}
    if unknown:
        raise IntakeError(faults_by_name(unknown))
    try:
        intake = localised.sheet.read(body[WHOLE_SHEET])
    except IntakeError as error:
        raise IntakeError(fault.below(WHOLE_SHEET) for fault in error.faults) from None
    _, shown = current_state().recommend(intake, localised)
    return jsonify(shown)


def json_body() -> Any:
    """Return the body of the request as plain data.

    Raises:
        HTTPException: it is not sent as JSON, or is none.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return read_json(request.get_data(), gettext)
    except (ValueError, RecursionError):
        raise NotJson from None
