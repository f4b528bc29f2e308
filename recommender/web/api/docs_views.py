"""What programmers read: where everything is, the OpenAPI document and the page that shows it, and what each error means.

All of it is in English, as the rule book is.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request

from recommender import __version__
from recommender.errors import ProblemCode
from recommender.presentation.openapi.document import openapi_document
from recommender.presentation.openapi.operations import OPERATIONS
from recommender.service.recommend import Recommender
from recommender.web.api.json_replies import encoded
from recommender.web.core.errors import UNUSABLE
from recommender.web.core.security import policy_with
from recommender.web.core.state import current_state

# The documents of the rule sets that are in use: one goes with its rule set, when another is loaded.
_DOCUMENTS: WeakKeyDictionary[Recommender, Mapping[str, Any]] = WeakKeyDictionary()
_MAKING = Lock()
_OPENAPI, _DOCS, _PROBLEMS = "/api/v1/openapi.json", "/docs", "/problems"

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/api/v1/")
def index() -> Response:
    """Where everything of the API is."""
    state = current_state()
    content = state.ready.content
    calls = [
        {"id": one.id, "method": one.method.upper(), "path": one.path, "summary": one.summary} for one in OPERATIONS
    ]
    return jsonify(
        name=state.settings.site_name,
        software=__version__,
        openapi=_OPENAPI,
        docs=_DOCS,
        problems=_PROBLEMS,
        languages=list(state.offered),
        regions=list(content.catalogue.every_region),
        calls=calls,
        rule_set={"version": content.rule_set.version, "hash": content.hash, "approved": state.is_approved},
    )


@blueprint.get(_OPENAPI)
def openapi() -> Response:
    """The OpenAPI document for the content that is served, at the address that the site has for whoever asks."""
    recommender, site = current_state().ready, current_state().settings.site_url or request.root_path or "/"
    response = make_response(encoded({**_document(recommender), "servers": [{"url": site}]}))
    response.mimetype = "application/json"
    response.set_etag(f"{recommender.content.hash}-{__version__}-{quote(site, safe='')}", weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def _document(recommender: Recommender) -> Mapping[str, Any]:
    """Return the document, worked out at the first request for it."""
    with _MAKING:
        if recommender not in _DOCUMENTS:
            _DOCUMENTS[recommender] = openapi_document(recommender, current_state().settings.site_name)
        return _DOCUMENTS[recommender]


@blueprint.get(_DOCS)
def docs() -> Response:
    """The OpenAPI document as a page on which calls can be tried. Its pictures stand in its style sheet."""
    _ = current_state().ready
    response = make_response(render_template("api/docs.html", openapi=request.root_path + _OPENAPI))
    response.headers["Content-Security-Policy"] = policy_with("img-src 'self' data:")
    return response


@blueprint.get(_PROBLEMS)
def problems() -> Response:
    """Everything that may be wrong with a request."""
    return make_response(render_template("api/problems.html", codes=list(ProblemCode), unusable=UNUSABLE))


@blueprint.get(f"{_PROBLEMS}/<kind>")
def problem(kind: str) -> Response:
    """What one type of a problem document, or one code of its parts, means."""
    if kind == UNUSABLE:
        return problems()
    code = next((code for code in ProblemCode if code == kind), None)
    if code is None:
        abort(404)
    return make_response(render_template("api/problem.html", code=code, unusable=UNUSABLE))
