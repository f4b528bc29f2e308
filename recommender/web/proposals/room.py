"""What the pages of proposed edits stand on: the files of the rules that run, drafts, and what these do to people."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app
from flask_limiter import Limiter

from recommender.models.content import Content
from recommender.proposals.bench import Bench
from recommender.proposals.drafts import Drafts
from recommender.proposals.impact_run import BOUNDS, Bounds, ImpactRuns
from recommender.web.core.state import current_state
from recommender.web.review.approval import content, key
from recommender.web.review.database import answer_while_away
from recommender.web.review.visit import protect_forms, require_visit

# A form that is looked at as somebody types: about one a second, and no more for long.
FORMS_FROM_ONE_ADDRESS = "90 per minute"
# Where an application holds other bounds than the usual ones.
BOUNDS_KEY = "impact_bounds"
_BENCH = "proposal_bench"

blueprint = Blueprint("proposals", __name__)
require_visit(blueprint)
protect_forms(blueprint)
answer_while_away(blueprint)


def limit_forms(app: Flask, limiter: Limiter) -> None:
    """Limit how many forms one address may send."""
    limiter.limit(FORMS_FROM_ONE_ADDRESS, methods=["POST"])(blueprint)


def current_bench() -> Bench:
    """Return the bench of the content that runs, made once for each."""
    known = content()
    kept: tuple[Content, Bench] | None = current_app.extensions.get(_BENCH)
    if kept is None or kept[0] is not known:
        settings = current_state().settings
        kept = current_app.extensions[_BENCH] = (known, Bench(known, settings.rules_dir, settings.catalogue_dir))
    return kept[1]


def current_drafts() -> Drafts:
    """Return the drafts of this service."""
    return Drafts(current_state().settings.data_dir, key())


def current_runs() -> ImpactRuns:
    """Return what works out the impact of drafts."""
    bounds: Bounds = current_app.extensions.get(BOUNDS_KEY, BOUNDS)
    return ImpactRuns(current_drafts(), current_state().settings, bounds)
