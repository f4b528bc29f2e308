"""The one call that matters over JSON: answers in, a recommendation out."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext
from werkzeug.exceptions import UnsupportedMediaType

from recommender.errors import ErrorText, InputFault, IntakeError, ProblemCode, faults_by_name
from recommender.presentation.schemas.requests import LEFT_OUT, SUMMARY
from recommender.presentation.summary import summarised
from recommender.questionnaire.answer_sheet import WHOLE_SHEET, read_json
from recommender.web.api.person import for_person
from recommender.web.core.errors import NotJson
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.post("/recommendations")
def recommend() -> Response:
    """Return the recommendation for {"answers": {...}}, with the numbers of the country of ``region`` if it is given."""
    body = json_body()
    is_short = _is_short()
    answers = answers_in(for_person(body))
    localised = localised_content()
    try:
        intake = localised.sheet.read(answers)
    except IntakeError as error:
        raise IntakeError(fault.below(WHOLE_SHEET) for fault in error.faults) from None
    _, shown = current_state().recommend(intake, localised)
    return jsonify(summarised(shown, localised.content.catalogue) if is_short else shown)


def _is_short() -> bool:
    """Return whether the request asks for a short reply.

    Raises:
        IntakeError: it asks for one of another kind.
    """
    asked = request.args.get(LEFT_OUT)
    if asked not in (None, SUMMARY):
        told = gettext("Use one of: %(ids)s.", ids=SUMMARY)
        raise IntakeError([InputFault((LEFT_OUT,), LEFT_OUT, ErrorText(ProblemCode.UNKNOWN_OPTION, told))])
    return asked is not None


def answers_in(body: Any, beside: Set[str] = frozenset()) -> Any:
    """Return the answers of a body that has these and no other members, but for those that may stand ``beside``.

    Raises:
        IntakeError: it has no answers, or other members.
    """
    if not isinstance(body, dict) or WHOLE_SHEET not in body:
        code = ProblemCode.MISSING if isinstance(body, dict) else ProblemCode.WRONG_TYPE
        told = ErrorText(code, gettext('Send an object with the answers: {"answers": {...}}.'))
        raise IntakeError([InputFault((), WHOLE_SHEET, told)])
    stray = ErrorText(ProblemCode.UNKNOWN_MEMBER, gettext("This is not part of the request. Remove it."))
    unknown = {name: [stray] for name in body if name != WHOLE_SHEET and name not in beside}
    if unknown:
        raise IntakeError(faults_by_name(unknown))
    return body[WHOLE_SHEET]


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
