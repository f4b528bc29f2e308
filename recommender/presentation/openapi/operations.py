"""Every call of the API, with its stable id, what it takes, what it gives and what may go wrong."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema

from recommender.presentation.schemas.check_in import CheckInSchema
from recommender.presentation.schemas.exercises import ExerciseListSchema, OneExerciseSchema, SourceListSchema
from recommender.presentation.schemas.index import IndexSchema
from recommender.presentation.schemas.next_page import NextSchema
from recommender.presentation.schemas.questionnaire import QuestionnaireSchema
from recommender.presentation.schemas.recommendation import RecommendationSchema
from recommender.presentation.schemas.rules import OneRuleSchema, RuleListSchema, RuleSetNowSchema

ASKING, CONTENT, SERVICE = "Questions and routines", "Content", "The service"
_OF_ANY, _OF_A_BODY = (405, 429, 500, 503), (400, 401, 403, 413, 415, 422)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. ``request`` names the schema of its body, "" without one; ``parameter`` is the id in its path.

    ``errors`` are the statuses of its problem documents. ``is_tagged`` says that the reply has an ETag.
    """

    id: str
    method: str
    path: str
    summary: str
    tag: str
    reply: type[Schema] | None
    description: str = ""
    request: str = ""
    parameter: str = ""
    has_summary: bool = False
    is_tagged: bool = False

    @property
    def errors(self) -> tuple[int, ...]:
        """Return the statuses with which it may refuse."""
        return (*(_OF_A_BODY if self.request else ()), *((404,) if self.parameter else ()), *_OF_ANY)


OPERATIONS = (
    Operation(
        "nextPage",
        "post",
        "/api/v1/next",
        "The next page of questions",
        ASKING,
        NextSchema,
        description="Everything that a program needs to show the questions, one page at a time, as the site does: of the first "
        "answers, of a check, or before a session. Nothing is kept: send all that was answered each time, and null for a question "
        "that was seen and skipped. With 422 for an answer that cannot be used, the members of the reply stand in the problem "
        "document too, with the page on which to put it right. When an earlier answer is changed, leave out the answers to the "
        "pages after it, or show these again: their questions and options may be others.",
        request="NextRequest",
    ),
    Operation(
        "recommend",
        "post",
        "/api/v1/recommendations",
        "From answers to an outcome, and a routine where one may be shown",
        ASKING,
        RecommendationSchema,
        description="The answers are complete when `POST /api/v1/next` says `done`. No outcome but `routine` and "
        "`routine_review` has a routine.",
        request="RecommendationRequest",
        has_summary=True,
    ),
    Operation(
        "checkIn",
        "post",
        "/api/v1/check-ins",
        "From what was answered, done and how it goes, to what to do next",
        ASKING,
        CheckInSchema,
        description="Send exactly one of `follow_up`, `before_session` and `during_session`.",
        request="CheckInRequest",
    ),
    Operation(
        "getQuestionnaire",
        "get",
        "/api/v1/questionnaire",
        "The questions, with when each is asked",
        CONTENT,
        QuestionnaireSchema,
        is_tagged=True,
    ),
    Operation("listRules", "get", "/api/v1/rules", "Every rule", CONTENT, RuleListSchema, is_tagged=True),
    Operation(
        "getRule",
        "get",
        "/api/v1/rules/{rule_id}",
        "One rule",
        CONTENT,
        OneRuleSchema,
        parameter="rule_id",
        is_tagged=True,
    ),
    Operation(
        "getRuleSet",
        "get",
        "/api/v1/rule-set",
        "Which rules are served now",
        CONTENT,
        RuleSetNowSchema,
        description="For programs that keep a routine: keep none of another hash, or while `withdrawn` is true.",
        is_tagged=True,
    ),
    Operation(
        "listExercises", "get", "/api/v1/exercises", "The catalogue", CONTENT, ExerciseListSchema, is_tagged=True
    ),
    Operation(
        "getExercise",
        "get",
        "/api/v1/exercises/{exercise_id}",
        "One exercise",
        CONTENT,
        OneExerciseSchema,
        parameter="exercise_id",
        is_tagged=True,
    ),
    Operation("listSources", "get", "/api/v1/sources", "The bibliography", CONTENT, SourceListSchema, is_tagged=True),
    Operation("getIndex", "get", "/api/v1/", "Where everything is", SERVICE, IndexSchema),
    Operation(
        "getOpenApi",
        "get",
        "/api/v1/openapi.json",
        "This document",
        SERVICE,
        None,
        description="OpenAPI 3.1, always in English.",
        is_tagged=True,
    ),
)
