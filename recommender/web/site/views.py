"""Plain pages."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from recommender.web.core.cookie_store import cookie_name
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.questionnaire.answer_store import current_draft
from recommender.web.questionnaire.draft import first_slug
from recommender.web.questionnaire.progress import promise
from recommender.web.site import about as about_view

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
    recommender = current_state().ready
    draft, first = current_draft(), first_slug(recommender)
    questions = localised_content().content.questionnaire.questions
    return make_response(
        render_template(
            "site/start.html",
            first=first,
            begun=bool(draft and draft.answers),
            promise=promise(recommender.flow, questions),
        )
    )


@blueprint.get("/how-it-works")
def how_it_works() -> Response:
    """From the questions to a routine."""
    return make_response(
        render_template("site/how_it_works.html", figures=about_view.figures(current_state().ready.content))
    )


@blueprint.get("/common-questions")
def common_questions() -> Response:
    """What people ask about back pain, with short answers and what they rest on."""
    _ = current_state().ready
    return make_response(render_template("site/common_questions.html"))


@blueprint.get("/who-it-is-for")
def who_it_is_for() -> Response:
    """Who may use this, and what everybody else can do instead."""
    _ = current_state().ready
    return make_response(render_template("site/who_it_is_for.html"))


@blueprint.get("/evidence")
def evidence() -> Response:
    """What is known, what is not, and every source."""
    content = current_state().ready.content
    return make_response(
        render_template(
            "site/evidence.html", figures=about_view.figures(content), groups=about_view.source_groups(content)
        )
    )


@blueprint.get("/privacy")
def privacy() -> Response:
    """What happens to the answers."""
    settings = current_state().settings
    letters = cookie_name(settings, "")
    return make_response(
        render_template(
            "site/privacy.html", hours=settings.answer_hours, secure=settings.secure_cookies, letters=letters
        )
    )


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """How accessible this is, and what is not."""
    return make_response(render_template("site/accessibility.html", hours=current_state().settings.answer_hours))


@blueprint.get("/licences")
def licences() -> Response:
    """Our licence, and those of everything we use."""
    return make_response(
        render_template("site/licences.html", packages=about_view.packages(), notices=about_view.notices())
    )


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What search engines may read."""
    response = make_response(ROBOTS)
    response.mimetype = "text/plain"
    return response
