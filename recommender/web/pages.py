"""Plain pages."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from recommender.web import about_view, journey
from recommender.web.draft import current_draft, first_slug
from recommender.web.site import current_site

# The pages of the questionnaire hold nothing for a search engine; programs have no need of one.
ROBOTS = """User-agent: *
Disallow: /questions
Disallow: /check-answers
Disallow: /result
Disallow: /plan
Disallow: /api
Disallow: /lab
Disallow: /review
Disallow: /sign-in
Allow: /
"""

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def start() -> Response:
    """What this is, and the way in."""
    recommender = current_site().ready
    draft = current_draft()
    return make_response(
        render_template(
            "start.html",
            first=first_slug(recommender),
            begun=bool(draft and draft.answers),
            minutes=journey.progress_at(recommender.flow.walk({}), first_slug(recommender)).minutes_left,
        )
    )


@blueprint.get("/how-it-works")
def how_it_works() -> Response:
    """From the questions to a routine."""
    return make_response(render_template("how_it_works.html", figures=about_view.figures(current_site().ready.content)))


@blueprint.get("/who-it-is-for")
def who_it_is_for() -> Response:
    """Who may use this, and what everybody else can do instead."""
    _ = current_site().ready
    return make_response(render_template("who_it_is_for.html"))


@blueprint.get("/evidence")
def evidence() -> Response:
    """What is known, what is not, and every source."""
    content = current_site().ready.content
    return make_response(
        render_template("evidence.html", figures=about_view.figures(content), groups=about_view.source_groups(content))
    )


@blueprint.get("/privacy")
def privacy() -> Response:
    """What happens to the answers."""
    settings = current_site().settings
    return make_response(render_template("privacy.html", hours=settings.answer_hours, secure=settings.secure_cookies))


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """How accessible this is, and what is not."""
    return make_response(render_template("accessibility.html", hours=current_site().settings.answer_hours))


@blueprint.get("/licences")
def licences() -> Response:
    """Our licence, and those of everything we use."""
    return make_response(render_template("licences.html", packages=about_view.packages(), notices=about_view.notices()))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What search engines may read."""
    response = make_response(ROBOTS)
    response.mimetype = "text/plain"
    return response
