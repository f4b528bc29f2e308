"""Conditions and answers as JSON Schema. Each kind of condition has a name: makers of clients lose one that stands in itself."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

CONDITION, ANSWER = "Condition", "AnswerValue"


def condition_schemas() -> dict[str, Json]:
    """Return the schema of a condition, of each kind of it, and of an answer, by the name of each."""
    several = {"type": "array", "items": _ref(CONDITION)}
    return {
        CONDITION: {
            "description": "When something holds, in the language of the rule files; see the guide above.",
            # One word of an enum: of a const beside objects, a maker of clients makes a client that reads nothing else.
            "anyOf": [{"type": "string", "enum": ["always"]}, *map(_ref, _KINDS)],
        },
        "AllConditions": _object({"all": {**several, "description": "Each of these holds."}}),
        "AnyCondition": _object({"any": {**several, "description": "One of these holds, or more."}}),
        "NotCondition": _object({"not": {**_ref(CONDITION), "description": "This does not hold."}}),
        "AtLeastConditions": _object(
            {"at_least": {**_ref("AtLeast"), "description": "So many of these hold, or more."}}
        ),
        "AtLeast": _object(
            {
                "n": {"type": "integer", "description": "How many."},
                "of": {**several, "description": "The conditions that are counted."},
            }
        ),
        "FindingCondition": _object({"finding": {"type": "string", "description": "The id of a finding that holds."}}),
        "TestCondition": {
            "type": "object",
            "description": "A question, a number or a finding, by its id, with one test.",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": {"not": {"enum": ["all", "any", "not", "at_least", "finding"]}},
            "additionalProperties": _ref("AnswerTest"),
        },
        "AnswerTest": {
            "type": "object",
            "description": "What an answer must be: exactly one of these.",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": _TESTS,
            "additionalProperties": False,
        },
        ANSWER: _ANSWER,
    }


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_KINDS = ("AllConditions", "AnyCondition", "NotCondition", "AtLeastConditions", "FindingCondition", "TestCondition")
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_TESTS: Json = {
    "is": {"type": "string", "description": "It is this option."},
    "in": {**_TEXTS, "description": "It is one of these options."},
    "includes": {"type": "string", "description": "This option is among those ticked."},
    "includes_any": {**_TEXTS, "description": "One of these options is among those ticked, or more."},
    "only": {"type": "string", "description": "This option is the only one that is ticked."},
    "at_least": {"type": "integer", "description": "It is this number or more."},
    "at_most": {"type": "integer", "description": "It is this number or less."},
    "between": {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 2,
        "maxItems": 2,
        "description": "It is one of the numbers from the first to the second, or one of these two.",
    },
}
_ANSWER: Json = {
    "description": "An answer: the id of an option, several, a number, or one thing in a person's own words with its number.",
    "anyOf": [
        {"type": "string"},
        {"type": "integer"},
        {"type": "array", "items": {"type": "string"}},
        {
            "type": "object",
            "properties": {"task": {"type": "string"}, "score": {"type": "integer"}},
            "required": ["task", "score"],
            "additionalProperties": False,
        },
    ],
}
