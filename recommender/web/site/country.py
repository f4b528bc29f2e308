"""Whose numbers a request is answered with: the country that the person chose. It is offered, and never assumed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from flask import Response, has_request_context, request
from langcodes import Language as Tag

from recommender.web.core.cookie_store import cookie_name, cookie_names, cookie_path
from recommender.web.core.security import is_api
from recommender.web.core.state import current_state

if TYPE_CHECKING:
    from recommender.models.catalogue import Catalogue, Region

NAME = "country"
_YEAR = 365 * 24 * 3600
_MOST_TAGS = 20


def chosen_country() -> str | None:
    """Return the country chosen for this request; None where none was. For calls of the API no cookie counts."""
    if not has_request_context():
        return None
    if is_api(request):
        return None
    recommender = current_state().recommender
    known = recommender.content.catalogue.every_region if recommender else {}
    kept = (request.cookies.get(name) for name in cookie_names(current_state().settings, NAME))
    return next((country for country in kept if country in known), None)


def keep_country(response: Response, country: str | None) -> None:
    """Have the browser keep a country, or forget the one it keeps. It is no secret, and no part of the answers."""
    settings = current_state().settings
    name, path, secure = cookie_name(settings, NAME), cookie_path(settings), settings.secure_cookies
    if country is None:
        response.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="Lax")
    else:
        response.set_cookie(name, country, max_age=_YEAR, path=path, secure=secure, httponly=True, samesite="Lax")


def offered_country(catalogue: Catalogue) -> Region | None:
    """Return the country that the browser's languages hint at, to be offered first; None where they name none."""
    liked = (tag for tag, quality in request.accept_languages if quality > 0)
    for tag in islice(liked, _MOST_TAGS):
        territory = _territory(tag)
        for region in catalogue.regions.values() if territory else ():
            if territory == region.id or territory in region.territories:
                return region
        if territory:
            return catalogue.elsewhere
    return None


def _territory(tag: str) -> str | None:
    try:
        return Tag.get(tag).territory
    except ValueError:  # no tag at all, such as *
        return None
