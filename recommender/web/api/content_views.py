"""The questionnaire, the rules and the catalogue as data, for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from flask import Blueprint, Response, abort, jsonify, request
from marshmallow import Schema
from marshmallow.experimental.context import Context

from recommender.figures.gallery import Gallery
from recommender.models.content import Content
from recommender.models.questionnaire import Occasion
from recommender.presentation.catalogue import exercise_shown, exercises_shown
from recommender.presentation.schemas.exercises import ExerciseListSchema, OneExerciseSchema, SourceListSchema
from recommender.presentation.schemas.questionnaire import ConditionWriter, QuestionnaireSchema
from recommender.presentation.schemas.rules import OneRuleSchema, RuleListSchema, RuleSetNowSchema
from recommender.rulebook.plain_data import plain_condition
from recommender.web.core.language import current_language, localised_content
from recommender.web.core.state import current_state

Wanted = TypeVar("Wanted")

_OTHER_PAGES = {
    "before_session": Occasion.EACH_SESSION,
    "during_session": Occasion.DURING_SESSION,
    "after_session": Occasion.AFTER_SESSION,
    "follow_up": Occasion.FOLLOW_UP,
}
_QUESTIONNAIRE, _RULES, _ONE_RULE = QuestionnaireSchema(), RuleListSchema(), OneRuleSchema()
_EXERCISES, _ONE_EXERCISE, _SOURCES = ExerciseListSchema(), OneExerciseSchema(), SourceListSchema()

blueprint = Blueprint("api_content", __name__, url_prefix="/api/v1")


@blueprint.get("/questionnaire")
def questionnaire() -> Response:
    """Every page, question and option, with when each is asked: of the intake, before a session and at a check."""
    return _answer(
        _QUESTIONNAIRE,
        lambda content: {
            "version": content.questionnaire.version,
            "pages": content.questionnaire.intake_pages,
            **{name: content.questionnaire.pages_asked(occasion) for name, occasion in _OTHER_PAGES.items()},
        },
    )


@blueprint.get("/rules")
def rules() -> Response:
    """Every rule."""
    return _answer(_RULES, lambda content: {"rules": content.rule_set.rules})


@blueprint.get("/rules/<rule_id>")
def rule(rule_id: str) -> Response:
    """One rule."""
    return _answer(_ONE_RULE, lambda content: {"rule": _found(content.rule_set.by_id.get(rule_id))})


@blueprint.get("/rule-set")
def rule_set_now() -> Response:
    """Which rules are served, for programs that keep a routine: one of other rules, or of withdrawn ones, is to go."""
    state = current_state()
    content = state.ready.content
    told = {
        "version": content.rule_set.version,
        "hash": content.hash,
        "approved": state.is_approved,
        "withdrawn": state.is_withheld,
    }
    response = jsonify(RuleSetNowSchema().dump(told))
    response.set_etag(f"{content.hash}-{state.is_approved}-{state.is_withheld}", weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


@blueprint.get("/exercises")
def exercises() -> Response:
    """The catalogue."""
    return _answer(_EXERCISES, lambda content: {"exercises": exercises_shown(content.catalogue.exercises, _gallery())})


@blueprint.get("/exercises/<exercise_id>")
def exercise(exercise_id: str) -> Response:
    """One exercise."""
    return _answer(
        _ONE_EXERCISE,
        lambda content: {"exercise": exercise_shown(_found(content.catalogue.by_id.get(exercise_id)), _gallery())},
    )


@blueprint.get("/sources")
def sources() -> Response:
    """The bibliography."""
    return _answer(_SOURCES, lambda content: {"sources": tuple(content.catalogue.sources.values())})


def _gallery() -> Gallery:
    return localised_content().gallery


def _found(wanted: Wanted | None) -> Wanted:
    if wanted is None:
        abort(404)
    return wanted


def _answer(schema: Schema, body: Callable[[Content], Mapping[str, object]]) -> Response:
    """Return data with the version it belongs to. The ETag is all that it changes with."""
    content, language = localised_content().content, current_language()
    approved = current_state().is_approved
    rule_set = {"version": content.rule_set.version, "hash": content.hash, "approved": approved}
    write: ConditionWriter = partial(plain_condition, questionnaire=content.questionnaire)
    with Context(write):
        response = jsonify(schema.dump({**body(content), "rule_set": rule_set}))
    response.set_etag(f"{content.hash}-{language.code}-{language.digest}-{_gallery().digest}-{approved}", weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
