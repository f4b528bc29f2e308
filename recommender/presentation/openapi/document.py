"""Put the OpenAPI document together: operations, bodies, replies and errors, for the content that is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import fields

from recommender import __version__
from recommender.check_in.field_names import ANSWERS
from recommender.check_in.request import OCCASIONS, CheckAnswersField, FirstAnswersField
from recommender.errors import ProblemCode
from recommender.presentation.openapi.answers import ANSWERS_AT, FIRST_ANSWERS, answer_schemas
from recommender.presentation.openapi.conditions import ANSWER, CONDITION, condition_schemas
from recommender.presentation.openapi.examples import example_bodies
from recommender.presentation.openapi.guide import ABOUT
from recommender.presentation.openapi.operations import ASKING, CONTENT, OPERATIONS, SERVICE, Operation
from recommender.presentation.schemas.next_page import NextSchema
from recommender.presentation.schemas.problem import ProblemSchema
from recommender.presentation.schemas.questionnaire import AnswerField, ConditionField
from recommender.presentation.schemas.requests import AT_ANY_CALL, LEFT_OUT, NEXT, SUMMARY, SUMMARY_MEANS
from recommender.presentation.schemas.summary import ShortRecommendationSchema

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender

Json = dict[str, Any]

_VERSION = "1"
_PROBLEM = "application/problem+json"
_FIRST_MEANS = "The complete answers to the first questions."
_KEY = "key"
_KEY_MEANS = "A key that the operator gave, where the service looks at keys. It belongs on a server, never on a page."
_TAGS = {
    ASKING: "What programs for people need.",
    CONTENT: "What is asked, decided and shown, as data. Replies carry an `ETag`; send it as `If-None-Match`, and 304 says that nothing changed.",
    SERVICE: "About the API itself.",
}
_STATUS_MEANS = {
    400: "The body is not JSON, or the request cannot be read.",
    401: "A key is needed, or the one sent is none or was revoked. Only where the setting `API_KEYS` has keys looked at.",
    403: "The key is not for this kind of call.",
    404: "There is nothing at this address.",
    405: "The address does not take this method.",
    413: "The body is too large.",
    415: "The body is not sent as `application/json`.",
    422: "Something in the body cannot be used: `errors` and `problems` say what, and what to do.",
    429: "Too many requests; `Retry-After` says in how many seconds to come back.",
    500: "Something went wrong on the side of the service.",
    503: "The answers could not be checked safely, or routines wait for a clinical approval. There is no routine.",
}


def openapi_document(recommender: Recommender, site_name: str) -> Json:
    """Return the document, as plain data, for the content that is served."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title=f"{site_name}: the API",
        version=_VERSION,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={
            "description": ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
            "x-software": __version__,
            "x-rule-set": recommender.content.hash,
        },
        tags=[{"name": name, "description": told} for name, told in _TAGS.items()],
    )
    plugin.converter.add_attribute_function(_own_fields)  # type: ignore[union-attr]
    spec.components.security_scheme(_KEY, {"type": "http", "scheme": "bearer", "description": _KEY_MEANS})
    for name, schema in {**condition_schemas(), **answer_schemas(recommender.content.questionnaire)}.items():
        spec.components.schema(name, schema)
    _add_bodies(spec, recommender)
    _add_problems(spec)
    examples = example_bodies(recommender)
    ids = {
        "rule_id": recommender.content.rule_set.rules[0].id,
        "exercise_id": recommender.content.catalogue.exercises[0].id,
    }
    for operation in OPERATIONS:
        spec.path(operation.path, operations={operation.method: _operation(operation, examples, ids)})
    document: Json = spec.to_dict()
    _open_up(document)
    return document


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")


def _add_bodies(spec: APISpec, recommender: Recommender) -> None:
    """Add what can be sent: the body of a check, and those that have some of its members."""
    check = recommender.check_in_sheet.schema
    more = {name: {"type": ["string", "null"], "description": told} for name, told in AT_ANY_CALL.items()}
    spec.components.schema("CheckInRequest", schema=check)
    body = spec.components.schemas["CheckInRequest"]
    body["properties"] |= more
    body["oneOf"] = [{"required": [name]} for name in OCCASIONS]
    own = body["properties"]
    spec.components.schema(
        "RecommendationRequest",
        _object({ANSWERS: {**_ref(FIRST_ANSWERS), "description": _FIRST_MEANS}, **more}, required=[ANSWERS]),
    )
    told = {name: {**own[name], "description": meaning} for name, meaning in NEXT.items()}
    spec.components.schema("NextRequest", _object({**told, **more}, required=[ANSWERS]))


def _object(properties: Json, required: list[str]) -> Json:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _add_problems(spec: APISpec) -> None:
    spec.components.schema("Problem", schema=ProblemSchema)
    for status, told in _STATUS_MEANS.items():
        codes = [code for code in ProblemCode if code.status == status]
        named = f"{told} Codes: {', '.join(f'`{code}`' for code in codes)}."
        content = {_PROBLEM: {"schema": _ref("Problem")}}
        spec.components.response(f"Problem{status}", {"description": named, "content": content})
    either = {"anyOf": [{"allOf": [_ref("Problem"), _ref(_name(NextSchema))]}, _ref("Problem")]}
    told = f"{_STATUS_MEANS[422]} Where it is an answer of the run, the members of the reply stand beside it."
    spec.components.response("NextProblem", {"description": told, "content": {_PROBLEM: {"schema": either}}})


def _operation(operation: Operation, examples: Json, ids: Json) -> Json:
    parameters = [_LANGUAGE]
    if operation.parameter:
        told = {"name": operation.parameter, "in": "path", "required": True, "schema": {"type": "string"}}
        parameters.append({**told, "description": "Its id.", "example": ids[operation.parameter]})
    if operation.has_summary:
        told = {"name": LEFT_OUT, "in": "query", "required": False, "schema": {"type": "string", "enum": [SUMMARY]}}
        parameters.append({**told, "description": SUMMARY_MEANS})
    if operation.is_tagged:
        told = {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}
        parameters.append({**told, "description": "The `ETag` of the reply that is held already."})
    schema: Any = operation.reply or {"type": "object"}
    if operation.has_summary:
        schema = {"anyOf": [schema, ShortRecommendationSchema]}
    made: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": parameters,
        "responses": {
            "200": {"description": operation.summary, "content": {"application/json": {"schema": schema}}},
            **({"304": {"description": "Nothing has changed since."}} if operation.is_tagged else {}),
            **{str(status): f"Problem{status}" for status in operation.errors},
            **({"422": "NextProblem"} if operation.reply is NextSchema else {}),
        },
    }
    if operation.description:
        made["description"] = operation.description
    if operation.request:
        made["security"] = [{}, {_KEY: []}]  # one or none: the setting of the service decides
        shown = {"example": examples[operation.request]} if operation.request in examples else {}
        made["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.request), **shown}},
        }
    return made


def _own_fields(self: Any, field: fields.Field[Any], ret: Json, **_: Any) -> Json:
    """Say of our own kinds of fields what they hold. ``ret`` is what is said of the field so far."""
    told = field.metadata.get("type")
    match field:
        case ConditionField():
            return _in_place(ret, CONDITION, field.allow_none)
        case AnswerField():
            return _in_place(ret, ANSWER, field.allow_none)
        case FirstAnswersField():
            return _in_place(ret, FIRST_ANSWERS, False)
        case CheckAnswersField():
            return _in_place(ret, ANSWERS_AT[str(field.name)], False)
        case fields.Raw() if told:
            return {"type": told.split(" or ")}
        case _ if told == "list of string":
            return {"type": "array", "items": {"type": "string"}}
    return {}


def _in_place(ret: Json, name: str, allow_none: bool) -> Json:
    ret.pop("type", None)
    return {"anyOf": [_ref(name), {"type": "null"}]} if allow_none else _ref(name)


def _open_up(document: Json) -> None:
    """Let replies have members that this version does not know yet; in requests there are none, and in a condition."""
    whole = condition_schemas()
    for name, schema in document["components"]["schemas"].items():
        if name in _SENT:
            schema["additionalProperties"] = False
        elif name not in whole:
            schema.pop("additionalProperties", None)


_SENT = frozenset(
    {"CheckInRequest", "NextRequest", "RecommendationRequest", "PastCheck", "Done", "DoseDone", FIRST_ANSWERS}
) | frozenset(ANSWERS_AT.values())
_LANGUAGE: Json = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The language of the texts; ids and figures are the same in each.",
    "example": "es",
}
