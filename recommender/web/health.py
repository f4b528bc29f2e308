"""For load balancers and operators: is the process alive, and may it serve recommendations."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify

from recommender.web.site import current_site

NOT_APPROVED = (
    "REQUIRE_APPROVED is set, and clinicians have not approved this rule set, or it is not known that they have."
)

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 while the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> Response:
    """200 when recommendations may be served, else 503 with the reasons."""
    site = current_site()
    if site.recommender is None or site.faults:
        return _not_ready(site.faults)
    if site.is_withheld:
        return _not_ready((NOT_APPROVED,))
    content = site.recommender.content
    rule_set = {"version": content.rule_set.version, "hash": content.hash, "approved": site.is_approved}
    return jsonify(status="ready", rule_set=rule_set)


def _not_ready(reasons: Sequence[str]) -> Response:
    response = jsonify(status="not ready", reasons=list(reasons))
    response.status_code = 503
    return response
