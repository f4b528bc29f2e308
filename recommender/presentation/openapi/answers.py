"""Answers as JSON Schema: each question of the questionnaire with what can be answered to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from recommender.check_in.request import OCCASIONS
from recommender.models.questionnaire import Question, QuestionKind, Questionnaire
from recommender.questionnaire.answer_sheet import MOVE_LENGTH, TASK_LENGTH

Json = dict[str, Any]

FIRST_ANSWERS = "FirstAnswers"
ANSWERS_AT = {name: f"{''.join(map(str.capitalize, name.split('_')))}Answers" for name in OCCASIONS}
"""The schema of the answers in each member of a check that holds some."""


def answer_schemas(questionnaire: Questionnaire) -> dict[str, Json]:
    """Return the schema of the answers to the intake, and to each kind of check, by the name of each."""
    intake = questionnaire.intake_questions
    told = "Answers by question id. Null, an empty list and an empty text are no answer. "
    first = "Which questions are asked follows from the answers: see `shown_if` and `asked_if` in `GET /api/v1/questionnaire`."
    schemas = {FIRST_ANSWERS: _answers(intake, f"{told}{first}")}
    again = (
        "Those of its own pages, and of every question of the intake that it asks again: `POST /api/v1/next` asks them."
    )
    for name, occasion in OCCASIONS.items():
        own = [question for page in questionnaire.pages_asked(occasion) for question in page.questions]
        schemas[ANSWERS_AT[name]] = _answers((*own, *intake), f"{told}{again}")
    return schemas


def _answers(questions: Iterable[Question], description: str) -> Json:
    properties = {question.id: answer_schema(question) for question in questions}
    return {"type": "object", "description": description, "properties": properties, "additionalProperties": False}


def answer_schema(question: Question) -> Json:
    """Return what can be answered to a question; null is no answer."""
    return {"description": question.text, **_nullable(_of_kind(question))}


def _of_kind(question: Question) -> Json:
    ids = [option.id for option in question.options]
    number = {"type": "integer", "minimum": question.minimum, "maximum": question.maximum}
    match question.kind:
        case QuestionKind.ONE:
            return {"type": "string", "enum": ids}
        case QuestionKind.MANY:
            return {"type": "array", "items": {"type": "string", "enum": ids}, "uniqueItems": True}
        case QuestionKind.NUMBER:
            return number
        case QuestionKind.MOVES:
            move = {"type": "string", "minLength": 1, "maxLength": MOVE_LENGTH}
            return {"type": "array", "items": move, "uniqueItems": True}
        case QuestionKind.TASK:
            words = {"type": "string", "minLength": 1, "maxLength": TASK_LENGTH}
            properties = {"task": words, "score": number}
            return {
                "type": "object",
                "properties": properties,
                "required": ["task", "score"],
                "additionalProperties": False,
            }


def _nullable(schema: Json) -> Json:
    if "enum" in schema:  # makers of clients read a list of ids with null among them as three lists
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}
