"""What people and programs see when something is wrong: instructions, never a trace, never an answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, json, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from recommender.errors import IntakeError, NotApprovedError, RecommenderError
from recommender.web.security import is_api
from recommender.web.site import log, log_place

_DETAILS = {
    400: 'The body is not JSON. Send an object such as {"answers": {...}}.',
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
    413: "The body is too large.",
    415: "Send the body as application/json.",
    422: "Some answers cannot be used. See errors for what to do about each.",
    500: "Something went wrong on our side.",
    503: "We could not check the answers safely, so there is no routine. Try again later.",
}


def handle_errors(app: Flask) -> None:
    """Give every error of the application a page, or a problem document under /api."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntakeError, _intake_error)
    app.register_error_handler(NotApprovedError, _not_approved)
    app.register_error_handler(RecommenderError, _not_safe)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, detail: str | None = None, errors: Mapping[str, list[str]] | None = None) -> Response:
    """Return an RFC 9457 problem document."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or _DETAILS.get(status, HTTPStatus(status).phrase),
    }
    if errors is not None:
        body["errors"] = dict(errors)
    response = make_response(json.dumps(body), status)
    response.mimetype = "application/problem+json"
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None:
        return make_response(error.response)
    response = problem(status) if is_api(request) else _page(status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _intake_error(error: IntakeError) -> Response:
    return problem(422, errors=error.messages) if is_api(request) else _page(422)


def _not_safe(error: RecommenderError) -> Response:
    log.error("no recommendation: %s", error)
    return problem(503) if is_api(request) else _unavailable()


def _not_approved(error: NotApprovedError) -> Response:
    log.warning("no routine: %s", error)
    if is_api(request):
        return problem(503, "Clinicians have not approved this rule set, so there is no routine. Try again later.")
    return make_response(render_template("unavailable.html", is_withheld=True), 503)


def _unexpected(error: Exception) -> Response:
    log_place(error)
    return problem(500) if is_api(request) else _page(500)


def _page(status: int) -> Response:
    return make_response(render_template("error.html", status=status), status)


def _unavailable() -> Response:
    return make_response(render_template("unavailable.html"), 503)
