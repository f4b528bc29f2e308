"""For load balancers and operators: is the process alive, and may it serve recommendations."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, jsonify

from recommender.web.core.state import AppState, current_state
from recommender.web.telemetry.logs import event_logger

NOT_APPROVED = (
    "REQUIRE_APPROVED is set, and clinicians have not approved this rule set, or it is not known that they have."
)
STUCK = "The rules engine does not answer."

_TOLD = "readiness_told"

blueprint = Blueprint("health", __name__)
_events = event_logger(__name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 while the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> Response:
    """200 when recommendations may be served, with what is to be mended all the same; else 503 with the reasons."""
    state = current_state()
    reasons = why_not_ready(state)
    _tell_of_a_change(reasons)
    if state.recommender is None or reasons:
        return _not_ready(reasons)
    content = state.recommender.content
    rule_set = {"version": content.rule_set.version, "hash": content.hash, "approved": state.is_approved}
    told = {"newer_rule_set_refused": list(state.refused)}
    warnings = state.record_faults()
    return jsonify(status="ready", rule_set=rule_set, **told, **({"warnings": warnings} if warnings else {}))


def why_not_ready(state: AppState) -> tuple[str, ...]:
    """Return why no recommendation may be served; () where they may."""
    if state.recommender is None or state.faults:
        return state.faults
    if state.recommender.engine.is_stuck:
        return (STUCK,)
    return (NOT_APPROVED, *state.record_faults()) if state.is_withheld else ()


def _tell_of_a_change(reasons: tuple[str, ...]) -> None:
    """Write to the log that this process is ready, or no longer, when a probe first learns of it."""
    told = current_app.extensions.get(_TOLD, ())
    if reasons == told:
        return
    current_app.extensions[_TOLD] = reasons
    if reasons:
        _events.error("The service is not ready.", reasons=reasons)
    else:
        _events.info("The service is ready again.")


def _not_ready(reasons: Sequence[str]) -> Response:
    response = jsonify(status="not ready", reasons=list(reasons))
    response.status_code = 503
    return response
