#!/usr/bin/env python3
"""Write the tables of docs/api.md from the schemas of the API: `python -m tools.api_docs`. A test says when they are old."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, validate

from recommender.check_in.request import CheckAnswersField, FirstAnswersField
from recommender.errors import ProblemCode
from recommender.presentation.schemas.check_in import CheckInSchema
from recommender.presentation.schemas.exercises import ExerciseListSchema, OneExerciseSchema, SourceListSchema
from recommender.presentation.schemas.index import IndexSchema
from recommender.presentation.schemas.next_page import NextSchema
from recommender.presentation.schemas.problem import ProblemSchema
from recommender.presentation.schemas.questionnaire import AnswerField, ConditionField, QuestionnaireSchema
from recommender.presentation.schemas.recommendation import RecommendationSchema
from recommender.presentation.schemas.requests import AT_ANY_CALL, NEXT
from recommender.presentation.schemas.rules import OneRuleSchema, RuleListSchema, RuleSetNowSchema
from recommender.presentation.schemas.summary import ShortRecommendationSchema
from recommender.service.recommend import load_recommender
from recommender.settings import read_settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"
MARK = "<!-- From here on written by `python -m tools.api_docs`, from the schemas. -->"
BODY = "The body of `POST /api/v1/check-ins`"
# What may be sent besides, without a schema of its own.
MEMBERS = (("The body of any `POST`, besides", AT_ANY_CALL), ("The body of `POST /api/v1/next`", NEXT))
REPLIES: tuple[tuple[str, type[Schema]], ...] = (
    ("The reply of `POST /api/v1/next`", NextSchema),
    ("The reply of `POST /api/v1/recommendations`", RecommendationSchema),
    ("The reply of `POST /api/v1/recommendations?left_out=summary`", ShortRecommendationSchema),
    ("The reply of `POST /api/v1/check-ins`", CheckInSchema),
    ("The reply of `GET /api/v1/questionnaire`", QuestionnaireSchema),
    ("The reply of `GET /api/v1/rules`", RuleListSchema),
    ("The reply of `GET /api/v1/rules/<id>`", OneRuleSchema),
    ("The reply of `GET /api/v1/rule-set`", RuleSetNowSchema),
    ("The reply of `GET /api/v1/exercises`", ExerciseListSchema),
    ("The reply of `GET /api/v1/exercises/<id>`", OneExerciseSchema),
    ("The reply of `GET /api/v1/sources`", SourceListSchema),
    ("The reply of `GET /api/v1/`", IndexSchema),
    ("Every reply about something wrong", ProblemSchema),
)


def shapes(body: Schema) -> tuple[tuple[str, Schema], ...]:
    """Return the schema of the one body that is more than answers, and of every reply, each with its heading."""
    return (BODY, body), *((title, schema()) for title, schema in REPLIES)


def tables(body: Schema) -> str:
    """Return a table of each shape, and of each part of it where it first comes."""
    seen: set[str] = set()
    blocks = [f"## {title}\n\n{_members(members)}" for title, members in MEMBERS]
    for title, schema in shapes(body):
        blocks.append(f"## {title}\n\n{_table(schema)}")
        blocks += [f"### {_name(inner)}\n\n{_table(inner)}" for inner in _inside(schema, seen)]
    return "\n\n".join([*blocks, f"## Problem codes\n\n{_codes()}"]) + "\n"


def _members(members: Mapping[str, str]) -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in members.items()]
    return "\n".join(["| key | meaning |", "|---|---|", *rows])


def _codes() -> str:
    rows = [f"| `{code}` | {code.status} | {code.meaning} |" for code in ProblemCode]
    return "\n".join(["| code | status | what is wrong |", "|---|---|---|", *rows])


def _inside(schema: Schema, seen: set[str]) -> Iterator[Schema]:
    for field in schema.fields.values():
        inner = _innermost(field)
        if isinstance(inner, fields.Nested) and _name(inner.schema) not in seen:
            seen.add(_name(inner.schema))
            yield inner.schema
            yield from _inside(inner.schema, seen)


def _table(schema: Schema) -> str:
    rows = [
        f"| `{field.data_key or name}`{'' if field.required else ' (may be absent)'} | {_type(field)} | {_meaning(field)} |"
        for name, field in schema.fields.items()
    ]
    return "\n".join(["| key | type | meaning |", "|---|---|---|", *rows])


def _meaning(field: fields.Field[Any]) -> str:
    ids = [list(check.choices) for check in field.validators if isinstance(check, validate.OneOf)]
    told = str(field.metadata["description"])
    return f"{told} One of {', '.join(f'`{one}`' for one in ids[0])}." if ids else told


def _type(field: fields.Field[Any]) -> str:
    inner, lists = field, ""
    while isinstance(inner, fields.List):
        inner, lists = inner.inner, f"{lists}list of "
    match inner:
        case fields.Nested():
            name = _name(inner.schema)
            plain = f"[{name}](#{name.lower().replace(' ', '-')})"
        case fields.Integer():
            plain = "integer"
        case fields.Float():
            plain = "number"
        case fields.Boolean():
            plain = "boolean"
        case fields.Date():
            plain = "date"
        case fields.String():
            plain = "string"
        case AnswerField():
            plain = "answer"
        case ConditionField():
            plain = "condition"
        case fields.Dict() | FirstAnswersField() | CheckAnswersField():
            plain = "object"
        case _:
            return str(inner.metadata.get("type", "any"))
    return f"{lists}{plain}{' or null' if field.allow_none else ''}"


def _innermost(field: fields.Field[Any]) -> fields.Field[Any]:
    while isinstance(field, fields.List):
        field = field.inner
    return field


def _name(schema: Schema) -> str:
    """Return the name of a part in words: ``OutcomeReasonSchema`` is "Outcome reason"."""
    name = type(schema).__name__.removesuffix("Schema")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()


def page(text: str, body: Schema) -> str:
    """Return the page with the tables of today after the mark."""
    return f"{text.partition(MARK)[0]}{MARK}\n\n{tables(body)}"


def main() -> int:
    body = load_recommender(read_settings({})).check_in_sheet.schema
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), body), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
