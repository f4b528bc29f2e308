"""The draft of this request: read from the cookie, checked against the questionnaire, kept for the next page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from recommender.service import Recommender
from recommender.web.answer_cookie import Draft
from recommender.web.journey import is_extra
from recommender.web.site import current_site


def current_draft() -> Draft | None:
    """Return the draft in the request's cookie, or None if there is none that can be read.

    Answers that no longer fit the questionnaire are dropped.
    """
    site = current_site()
    sealed = site.cookie.read(request)
    if sealed is None:
        return None
    recommender = site.ready
    raw = sealed.get("answers")
    answers, _ = recommender.sheet.read_some(raw if isinstance(raw, dict) else {}, recommender.sheet.fields)
    visited = sealed.get("visited")
    slugs = (slug for slug in visited if isinstance(slug, str)) if isinstance(visited, list) else ()
    return Draft(recommender.flow.prune(answers), frozenset(slug for slug in slugs if is_page(recommender, slug)))


def is_page(recommender: Recommender, slug: str) -> bool:
    """Return whether the questionnaire can ever show a page under this slug."""
    return is_extra(slug) or any(page.slug == slug for page in recommender.content.questionnaire.intake_pages)


def first_slug(recommender: Recommender) -> str:
    return recommender.content.questionnaire.intake_pages[0].slug


def go(endpoint: str, draft: Draft | None = None, address: Mapping[str, Any] | None = None) -> Response:
    """Return a redirect, keeping the draft if one is given. ``address`` holds the parts of the address."""
    response = make_response(redirect(url_for(endpoint, **(address or {})), 303))
    if draft is not None:
        current_site().cookie.write(response, draft)
    return response


def forget(response: Response) -> None:
    """Take back everything that the browser keeps for us about this person."""
    current_site().cookie.clear(response)
    current_site().wish_cookie.clear(response)


def start_again_page() -> Response:
    """Return the page that says we no longer have the answers."""
    site = current_site()
    response = make_response(
        render_template("start_again.html", hours=site.settings.answer_hours, first=first_slug(site.ready))
    )
    forget(response)
    return response
