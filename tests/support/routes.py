"""The routes that show a page to people, from the application's own list, so that new ones are there from their first day."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

# Data, probes and built files are read by programs; the rest is for clinicians and maintainers, and stays in English.
NOT_FOR_VISITORS = frozenset(
    {"api", "api_content", "health", "pictures", "static_files", "rulebook", "lab", "review", "sign_in", "styleguide"}
)
# The catalogue under filters that some moves fit, and under filters that none fits.
FILTERED = "/exercises?region=low_back&position=supine&leave_out=wrist"
NO_MATCH = "/exercises?region=neck&position=supine&leave_out=lie_back&leave_out=floor"


def api_routes(app: Flask) -> list[str]:
    """Return the calls of the API, such as ``GET /api/v1/rules/<rule_id>``."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    return [f"{method} {rule.rule}" for rule in rules for method in sorted({"GET", "POST"} & (rule.methods or set()))]


def page_rules(app: Flask) -> list[Rule]:
    """Return the routes of pages, those with parameters among them. An address that ends like a file is none."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and "." not in rule.rule]
    return [rule for rule in rules if rule.endpoint.partition(".")[0] not in NOT_FOR_VISITORS]
