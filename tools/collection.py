#!/usr/bin/env python3
"""Write docs/integrate/collection.json, every call of the API with an example, from the OpenAPI document.

`python -m tools.collection`. Its form is that of Postman 2.1, which Bruno, Insomnia and others read too. A test says when
it is old.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from recommender.presentation.openapi.document import openapi_document
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "integrate" / "collection.json"
_FORM = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_HERE = "http://127.0.0.1:8000"

Json = dict[str, Any]


def collection(recommender: Recommender) -> str:
    """Return the collection as the text of its file."""
    document = openapi_document(recommender, read_settings({}).site_name)
    folders: dict[str, list[Json]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            folders[operation["tags"][0]].append(_request(path, method, operation))
    told = {
        "info": {
            "name": document["info"]["title"],
            "schema": _FORM,
            "description": "Set `site` to the address of the service, and `key` where it looks at keys.",
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [{"key": "site", "value": _HERE}, {"key": "key", "value": ""}],
        "item": [{"name": name, "item": requests} for name, requests in folders.items() if requests],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _request(path: str, method: str, operation: Json) -> Json:
    parameters = operation["parameters"]
    named = {one["name"]: one["example"] for one in parameters if one["in"] == "path"}
    parts = [f":{part[1:-1]}" if part.startswith("{") else part for part in path.removeprefix("/").split("/")]
    address: Json = {"raw": "{{site}}/" + "/".join(parts), "host": ["{{site}}"], "path": parts}
    if named:
        address["variable"] = [{"key": name, "value": value} for name, value in named.items()]
    optional = [one for one in parameters if one["in"] == "query"]
    if optional:
        address["query"] = [
            {"key": one["name"], "value": one["schema"]["enum"][0], "disabled": True} for one in optional
        ]
    asked: Json = {
        "method": method.upper(),
        "description": operation.get("description", operation["summary"]),
        "url": address,
        "header": [],
    }
    if "security" not in operation:
        asked["auth"] = {"type": "noauth"}
    if "requestBody" in operation:
        example = operation["requestBody"]["content"]["application/json"]["example"]
        asked["header"] = [{"key": "Content-Type", "value": "application/json"}]
        asked["body"] = {
            "mode": "raw",
            "raw": json.dumps(example, indent=2, ensure_ascii=False),
            "options": {"raw": {"language": "json"}},
        }
    return {"name": operation["operationId"], "request": asked}


if __name__ == "__main__":
    PAGE.write_text(collection(load_recommender(read_settings({}))), encoding="utf-8")
    sys.exit(0)
