"""What people and programs see when something is wrong: instructions, never a trace, never an answer."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, pairwise
from typing import Any, NamedTuple

from flask import Flask, Request, Response, current_app, json, make_response, redirect, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import RequestRedirect

from recommender.check_in.field_names import ANSWERS, BEFORE_SESSION, DURING_SESSION, FOLLOW_UP
from recommender.errors import InputFault, IntakeError, NotApprovedError, Path, ProblemCode, RecommenderError
from recommender.web.core.security import is_api, looks_proxied
from recommender.web.core.state import current_state, log, log_place

PROBLEMS_AT_MOST = 50
"""How much that is wrong a problem document names; whoever sends more has no use for the rest."""
WHOLE_BODY = ""
"""The pointer to the body itself."""
UNUSABLE = "unusable_request"
"""The type of a problem document about parts of the body, each of which has a code of its own."""
_PROBLEMS = "problems"


class _Wrong(NamedTuple):
    """What a status means where no more is known: its code, its title and what to do, in English."""

    code: ProblemCode
    title: str
    detail: str


def N_(text: str) -> str:
    """Return a text that is translated only when it is told."""
    return text


_BY_STATUS = {
    400: _Wrong(ProblemCode.MALFORMED_REQUEST, N_("Bad Request"), N_("The request cannot be read. Send it anew.")),
    401: _Wrong(ProblemCode.KEY_NEEDED, N_("Unauthorized"), N_("Send a key that is good for this service.")),
    403: _Wrong(ProblemCode.KEY_NOT_FOR_THIS, N_("Forbidden"), N_("This key is not for this call.")),
    404: _Wrong(ProblemCode.NOT_FOUND, N_("Not Found"), N_("There is nothing at this address.")),
    405: _Wrong(
        ProblemCode.METHOD_NOT_ALLOWED, N_("Method Not Allowed"), N_("This address does not take this method.")
    ),
    408: _Wrong(ProblemCode.TOO_SLOW, N_("Request Timeout"), N_("The request took too long to arrive.")),
    413: _Wrong(ProblemCode.BODY_TOO_LARGE, N_("Request Entity Too Large"), N_("The body is too large.")),
    414: _Wrong(ProblemCode.ADDRESS_TOO_LONG, N_("Request-URI Too Long"), N_("The address is too long.")),
    415: _Wrong(ProblemCode.NOT_SENT_AS_JSON, N_("Unsupported Media Type"), N_("Send the body as application/json.")),
    417: _Wrong(ProblemCode.EXPECTATION_FAILED, N_("Expectation Failed"), N_("Expectation Failed")),
    429: _Wrong(ProblemCode.TOO_MANY_REQUESTS, N_("Too Many Requests"), N_("Too Many Requests")),
    431: _Wrong(
        ProblemCode.HEADERS_TOO_LARGE, N_("Request Header Fields Too Large"), N_("Request Header Fields Too Large")
    ),
    500: _Wrong(ProblemCode.INTERNAL_ERROR, N_("Internal Server Error"), N_("Something went wrong on our side.")),
    501: _Wrong(ProblemCode.UNKNOWN_CODING, N_("Not Implemented"), N_("Not Implemented")),
    503: _Wrong(
        ProblemCode.NO_SAFE_ANSWER,
        N_("Service Unavailable"),
        N_("We could not check the answers safely, so there is no routine. Try again later."),
    ),
}
_DETAIL_OF = {
    ProblemCode.KEYS_NOT_KNOWN: N_("The key cannot be checked now. Try again later."),
    ProblemCode.NOT_JSON: N_('The body is not JSON. Send an object such as {"answers": {...}}.'),
    ProblemCode.NOT_APPROVED: N_(
        "Clinicians have not approved this rule set, so there is no routine. Try again later."
    ),
}
_HOLD_ANSWERS = frozenset({ANSWERS, FOLLOW_UP, BEFORE_SESSION, DURING_SESSION})
_OF_THE_BODY = frozenset({ProblemCode.NOT_JSON, ProblemCode.BODY_TOO_LARGE, ProblemCode.NOT_SENT_AS_JSON})


class NotJson(BadRequest):
    """The body is no JSON."""

    problem_code = ProblemCode.NOT_JSON


def problem(status: int, code: ProblemCode | None = None) -> Response:
    """Return a problem document about a request as a whole; the status says what is wrong where there is no code."""
    wrong = _BY_STATUS.get(status) or _BY_STATUS[400 if status < 500 else 500]
    code = code or wrong.code
    detail = gettext(_DETAIL_OF.get(code, wrong.detail))
    pointer = WHOLE_BODY if code in _OF_THE_BODY else None
    told = {"pointer": pointer, "question": None, "code": code, "detail": detail}
    return _document(status, code, gettext(wrong.title), detail, problems=[told])


def not_usable(error: IntakeError, more: Mapping[str, Any] | None = None) -> Response:
    """Return a problem document about parts of the body, with what more there is to say."""
    title = gettext("Unprocessable Entity")
    detail = gettext("Some answers cannot be used. See errors for what to do about each.")
    return _document(422, UNUSABLE, title, detail, **parts_at_fault(error), **(more or {}))


def parts_at_fault(error: IntakeError) -> dict[str, Any]:
    """Return what is wrong with parts of the body: by its place, and by a pointer into the body as it was sent."""
    body = json.loads(request.get_data())
    return {
        "errors": {place: list(map(str, told)) for place, told in islice(error.messages.items(), PROBLEMS_AT_MOST)},
        "problems": [_told(fault, body) for fault in error.faults[:PROBLEMS_AT_MOST]],
    }


def _document(status: int, kind: str, title: str, detail: str, **more: Any) -> Response:
    body = {"type": _type(kind), "title": title, "status": status, "detail": detail, **more}
    response = make_response(json.dumps(body), status)
    response.mimetype = "application/problem+json"
    return response


def _type(kind: str) -> str:
    """Return the address of the page about a type: where the site is for the world, else below the address of the request."""
    return f"{current_state().settings.site_url or request.root_path}/{_PROBLEMS}/{kind}"


def _told(fault: InputFault, body: Any) -> dict[str, Any]:
    questions = current_state().ready.content.questionnaire.questions
    return {
        "pointer": _pointer(fault.path, body),
        "question": next(
            (part for holder, part in pairwise(fault.path) if holder in _HOLD_ANSWERS and part in questions), None
        ),
        "code": fault.told.code,
        "detail": str(fault.told),
    }


def _pointer(path: Path, body: Any) -> str:
    """Return the JSON Pointer (RFC 6901) to a part of the body; to what it would stand in where it is missing."""
    pointer = WHOLE_BODY
    for part in path:
        try:
            body = body[part]
        except (KeyError, IndexError, TypeError):
            break
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer


def handle_errors(app: Flask) -> None:
    """Give every error of the application a page, or a problem document under /api."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntakeError, _intake_error)
    app.register_error_handler(NotApprovedError, _not_approved)
    app.register_error_handler(RecommenderError, _not_safe)
    app.register_error_handler(Exception, _unexpected)
    app.log_exception = lambda exc_info: _log_unhandled(exc_info[1])  # type: ignore[method-assign]


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None:
        return make_response(error.response)
    meant = without_slash(request) if status == 404 else None
    if meant is not None:
        return make_response(redirect(meant, 308))
    response = problem(status, getattr(error, "problem_code", None)) if is_api(request) else _page(status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def without_slash(given: Request) -> str | None:
    """Return the address that was meant where there is one without the slash at its end; built from our own list."""
    if not given.path.endswith("/"):
        return None
    routes = current_app.url_map.bind_to_environ(given.environ)
    try:
        endpoint, parts = routes.match(given.path.rstrip("/"), method=given.method)
    except (HTTPException, RequestRedirect):
        return None
    query = given.query_string.decode("ascii", "ignore")
    return routes.build(endpoint, parts) + (f"?{query}" if query else "")


def _intake_error(error: IntakeError) -> Response:
    return not_usable(error) if is_api(request) else _page(422)


def _not_safe(error: RecommenderError) -> Response:
    log.error("no recommendation: %s", error)
    return problem(503) if is_api(request) else _unavailable()


def _not_approved(error: NotApprovedError) -> Response:
    log.warning("no routine: %s", error)
    if is_api(request):
        return problem(503, ProblemCode.NOT_APPROVED)
    return make_response(render_template("shared/unavailable.html", is_withheld=True), 503)


def _unexpected(error: Exception) -> Response:
    log_place(error)
    return problem(500) if is_api(request) else _page(500)


def _log_unhandled(error: BaseException | None) -> None:
    """Log what no handler met, such as a fault in one of them: Flask would write the path, the message and a trace."""
    if error is not None:
        log_place(error)


def _page(status: int) -> Response:
    is_proxy_unknown = status == 403 and looks_proxied(request) and not current_state().settings.trusted_proxies
    body = render_template("shared/error.html", status=status, is_proxy_unknown=is_proxy_unknown)
    return make_response(body, status)


def _unavailable() -> Response:
    return make_response(render_template("shared/unavailable.html"), 503)
