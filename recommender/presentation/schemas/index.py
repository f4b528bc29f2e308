"""The reply that says where everything of the API is."""

from __future__ import annotations

from recommender.presentation.schemas.recommendation import RuleSetSchema
from recommender.presentation.schemas.reply import ReplySchema, part, parts, texts, words


class CallSchema(ReplySchema):
    id = words("Its id in the OpenAPI document.")
    method = words("The method of HTTP.")
    path = words("Its address below that of the site, with the names of ids in braces.")
    summary = words("What it gives, in English.")


class IndexSchema(ReplySchema):
    name = words("What the site calls itself.")
    software = words("Version of the program.")
    openapi = words("Address of the OpenAPI document, below that of the site.")
    docs = words("Address of the page that shows it.")
    problems = words("Address of the page about everything that may be wrong with a request.")
    languages = texts("Tags of the languages that are offered, as `language` of a request takes them.")
    regions = texts("Ids of the countries whose numbers may be asked for, as `region` of a request takes them.")
    calls = parts(CallSchema, "Every call.")
    rule_set = part(RuleSetSchema, "The content that is served.")
