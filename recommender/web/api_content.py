"""The questionnaire, the rules and the catalogue as data, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from recommender.models.content import Content
from recommender.models.questionnaire import Occasion
from recommender.web.content_json import as_json, page_json, rule_json
from recommender.web.language import current_edition, current_language
from recommender.web.site import current_site

_OTHER_PAGES = {"before_session": Occasion.EACH_SESSION, "follow_up": Occasion.FOLLOW_UP}

blueprint = Blueprint("api_content", __name__, url_prefix="/api/v1")


@blueprint.get("/questionnaire")
def questionnaire() -> Response:
    """Every page, question and option, with when each is asked: of the intake, before a session and at a check."""
    return _answer(
        lambda content: {
            "pages": [page_json(page, content.questionnaire) for page in content.questionnaire.intake_pages],
            **{
                name: [page_json(page, content.questionnaire) for page in content.questionnaire.pages_asked(occasion)]
                for name, occasion in _OTHER_PAGES.items()
            },
        }
    )


@blueprint.get("/rules")
def rules() -> Response:
    """Every rule."""
    return _answer(
        lambda content: {"rules": [rule_json(rule, content.questionnaire) for rule in content.rule_set.rules]}
    )


@blueprint.get("/rules/<rule_id>")
def rule(rule_id: str) -> Response:
    """One rule."""
    return _answer(
        lambda content: {"rule": rule_json(_found(content.rule_set.by_id.get(rule_id)), content.questionnaire)}
    )


@blueprint.get("/exercises")
def exercises() -> Response:
    """The catalogue."""
    return _answer(lambda content: {"exercises": as_json(content.catalogue.exercises)})


@blueprint.get("/exercises/<exercise_id>")
def exercise(exercise_id: str) -> Response:
    """One exercise."""
    return _answer(lambda content: {"exercise": as_json(_found(content.catalogue.by_id.get(exercise_id)))})


@blueprint.get("/sources")
def sources() -> Response:
    """The bibliography."""
    return _answer(lambda content: {"sources": as_json(tuple(content.catalogue.sources.values()))})


def _found(wanted: Any) -> Any:
    if wanted is None:
        abort(404)
    return wanted


def _answer(body: Callable[[Content], dict[str, Any]]) -> Response:
    """Return data with the version it belongs to. The ETag is all that it changes with."""
    content, language = current_edition().content, current_language()
    approved = current_site().is_approved
    response = jsonify(
        {**body(content), "rule_set": {"version": content.rule_set.version, "hash": content.hash, "approved": approved}}
    )
    response.set_etag(f"{content.hash}-{language.code}-{language.digest}-{approved}", weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
