"""For load balancers and operators: is the process alive, and may it serve recommendations."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from recommender.web.site import current_site

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
        response = jsonify(status="not ready", reasons=list(site.faults))
        response.status_code = 503
        return response
    content = site.recommender.content
    return jsonify(status="ready", rule_set={"version": content.rule_set.version, "hash": content.hash})
