"""The routes that show a page to people, from the application's own list, so that new ones are there from their first day."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

# Data, probes and built files are read by programs; what stands on the pages of other sites is looked at there; the rest is
# for clinicians and maintainers, and stays in English.
NOT_FOR_VISITORS = frozenset(
    {
        "api",
        "api_content",
        "api_docs",
        "embed",
        "health",
        "pictures",
        "static_files",
        "rulebook",
        "rule_changes",
        "lab",
        "proposals",
        "review",
        "review_feed",
        "sign_in",
        "styleguide",
        "work",
    }
)
# The provider of single sign-on leads to these, or a release.
NOT_BY_ITSELF = frozenset({"sign_in.go_to_provider", "sign_in.come_back", "review.certificate"})
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


def pages_without_parts(app: Flask) -> list[str]:
    """Return the address of every page and reply that is there by itself, those for clinicians and programs among them."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return [rule.rule for rule in rules if rule.endpoint not in NOT_BY_ITSELF]
