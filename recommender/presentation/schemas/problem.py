"""The reply when something is wrong: a problem document of RFC 9457."""

from __future__ import annotations

from marshmallow import fields

from recommender.errors import ProblemCode
from recommender.presentation.schemas.reply import ReplySchema, parts, whole, words


class OneProblemSchema(ReplySchema):
    pointer = words(
        "A JSON Pointer (RFC 6901) into the body as it was sent; where something is missing, to what it is missing in.",
        null="where it is not about the body",
    )
    question = words("Id of the question that it is about.", null="where it is about none of the questionnaire")
    code = fields.Enum(
        ProblemCode,
        by_value=True,
        required=True,
        metadata={"description": "What is wrong: one of the [problem codes](#problem-codes).", "type": "string"},
    )
    detail = words("What is wrong, and what to do.")


class ProblemSchema(ReplySchema):
    type = words(
        "Address of a page about it: that of the site and `/problems/`, then a [problem code](#problem-codes), or `unusable_request` with 422."
    )
    title = words("The status in words.")
    status = whole("The HTTP status.")
    detail = words("What is wrong, and what to do.")
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={
            "description": "With 422: by question or place in the request, what to do about each. Otherwise absent."
        },
    )
    problems = parts(OneProblemSchema, "Each thing that is wrong, at least one and at most fifty.")
