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
from recommender.web.core.state import answer_for, current_state

# The member of a request that says whose numbers the reply is to have.
REGION = "region"

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.post("/recommendations")
def recommend() -> Response:
    """Return the recommendation for {"answers": {...}}, with the numbers of the country of ``region`` if it is given."""
    localised = localised_content()
    body = for_region(json_body())
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


def for_region(body: Any) -> Any:
    """Return the body without the country that it asks to be answered for, which is noted for this request.

    Raises:
        IntakeError: there is no such country.
    """
    if not isinstance(body, dict) or REGION not in body:
        return body
    known = localised_content().content.catalogue.every_region
    region = body[REGION]
    if region is not None and (not isinstance(region, str) or region not in known):
        code = ProblemCode.UNKNOWN_OPTION if isinstance(region, str) else ProblemCode.WRONG_TYPE
        told = gettext("Give one of these countries, or leave it out: %(known)s.", known=", ".join(known))
        raise IntakeError([InputFault((REGION,), REGION, ErrorText(code, told))])
    answer_for(region)
    return {name: value for name, value in body.items() if name != REGION}


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
