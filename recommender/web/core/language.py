"""Which language a request is answered in: as the address asks, as chosen before, or as the browser prefers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from babel.support import NullTranslations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, Domain
from langcodes import closest_match

from recommender.loaders.languages import SOURCE, SOURCE_LANGUAGE, Language
from recommender.web.core.cookie_store import cookie_name, cookie_names, cookie_path
from recommender.web.core.state import current_state

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent

NAME = "language"
ASKED = "lang"
_SETTLED = "language"
_ENGLISH_ONLY = frozenset(
    {
        "rulebook",
        "lab",
        "review",
        "rule_changes",
        "review_feed",
        "sign_in",
        "work",
        "proposals",
        "styleguide",
        "api_docs",
    }
)
_WITHOUT_LANGUAGE = frozenset({"health"})
# On the page of another site nothing is remembered.
_WITHOUT_COOKIES = frozenset({"embed"})
_YEAR = 365 * 24 * 3600
# How far apart two tags may be, as langcodes counts: up to here it is one language as different countries write it.
_NEAR = 10
_MOST_TAGS = 20


class _Loaded(Domain):  # type: ignore[misc]
    """Translations that were read and checked at start, in place of files that are looked up by name."""

    def get_translations(self) -> NullTranslations:
        return current_language().interface


def install_languages(app: Flask) -> None:
    """Give templates and views ``gettext`` in the language of the request, and remember a choice made by address."""
    babel = Babel(app, locale_selector=lambda: current_language().code.replace("-", "_"))
    babel.domain_instance = _Loaded()

    @app.after_request
    def name_language(response: Response) -> Response:
        if request.blueprint in _WITHOUT_LANGUAGE:
            return response
        asked = nearest(request.args.get(ASKED, ""), tuple(current_state().offered))
        is_page = response.mimetype == "text/html"
        settings = current_state().settings
        name, path, secure = cookie_name(settings, NAME), cookie_path(settings), settings.secure_cookies
        is_kept = is_page and request.blueprint not in _WITHOUT_COOKIES
        if is_kept and asked and asked != request.cookies.get(name):
            response.set_cookie(name, asked, max_age=_YEAR, path=path, secure=secure, httponly=True, samesite="Lax")
        response.headers.setdefault("Content-Language", current_language().code)
        response.vary.update(("Accept-Language", "Cookie"))
        return response


def address_in(language: Language, kept: Mapping[str, Any]) -> str:
    """Return the address of this page in another language, with the parts that the page itself vouches for.

    Nothing else of the address is repeated: a page that holds answers must not echo what came with a request.
    """
    return "?" + urlencode({**kept, ASKED: language.code}, doseq=True)


def current_language() -> Language:
    """Return the language of this request, settled once; outside of one, the source language."""
    if not has_request_context():
        return SOURCE_LANGUAGE
    if _SETTLED not in g:
        setattr(g, _SETTLED, current_state().offered.get(_code(), SOURCE_LANGUAGE))
    language: Language = getattr(g, _SETTLED)
    return language


def answer_in(code: str) -> None:
    """Have this request answered in one of the languages offered, whatever else it asks for."""
    setattr(g, _SETTLED, current_state().offered[code])


def localised_content() -> LocalisedContent:
    """Return the content in the language of this request.

    Raises:
        DecisionError: the service is not ready.
    """
    state = current_state()
    _ = state.ready
    return state.localised_by_code[current_language().code]


def is_english_only() -> bool:
    """Return whether this request is about the rules themselves, which are read and approved as they were written."""
    return request.blueprint in _ENGLISH_ONLY


def _code() -> str:
    """Return the code of the language that the request asks for."""
    if is_english_only():
        return SOURCE
    codes = tuple(current_state().offered) or (SOURCE,)
    liked = (tag for tag, quality in request.accept_languages if quality > 0)
    chosen = (request.cookies.get(name) for name in cookie_names(current_state().settings, NAME))
    tags = chain((request.args.get(ASKED), *chosen), islice(liked, _MOST_TAGS))
    found = (code for tag in tags if tag and (code := nearest(tag, codes)))
    return next(found, codes[0])


@lru_cache(maxsize=512)
def nearest(tag: str, offered: tuple[str, ...]) -> str | None:
    """Return the code of the language offered that a tag asks for, perhaps as it is written elsewhere; None without one."""
    try:
        code, distance = closest_match(tag, offered, max_distance=_NEAR)
    except ValueError:  # no tag at all, such as *
        return None
    return code if distance <= _NEAR else None
