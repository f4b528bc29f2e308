"""Plain pages."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from recommender.web.draft import current_draft, first_slug
from recommender.web.site import current_site

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def start() -> Response:
    """What this is, and the way in."""
    recommender = current_site().ready
    draft = current_draft()
    return make_response(
        render_template("start.html", first=first_slug(recommender), begun=bool(draft and draft.answers))
    )


@blueprint.get("/privacy")
def privacy() -> Response:
    """What happens to the answers."""
    return make_response(render_template("privacy.html", minutes=current_site().settings.answer_minutes))
