"""Which language a request is answered in: as the address asks, as chosen before, or as the browser prefers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from babel.support import NullTranslations
from flask import Flask, Response, request
from flask_babel import Babel, Domain, get_locale

from recommender.edition import Edition
from recommender.loaders.languages import SOURCE, SOURCE_LANGUAGE, Language
from recommender.web.site import current_site

NAME = "language"
ASKED = "lang"
_ENGLISH_ONLY = frozenset({"rulebook", "lab", "review", "sign_in", "styleguide"})
_WITHOUT_LANGUAGE = frozenset({"static_files", "health"})
_YEAR = 365 * 24 * 3600


class _Loaded(Domain):  # type: ignore[misc]
    """Translations that were read and checked at start, in place of files that are looked up by name."""

    def get_translations(self) -> NullTranslations:
        return current_language().interface


def install_languages(app: Flask) -> None:
    """Give templates and views ``gettext`` in the language of the request, and remember a choice made by address."""
    babel = Babel(app, locale_selector=_code)
    babel.domain_instance = _Loaded()

    @app.after_request
    def name_language(response: Response) -> Response:
        if request.blueprint in _WITHOUT_LANGUAGE:
            return response
        asked = request.args.get(ASKED)
        is_page = response.mimetype == "text/html"
        if is_page and asked and asked in current_site().languages and asked != request.cookies.get(NAME):
            secure = current_site().settings.secure_cookies
            response.set_cookie(NAME, asked, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
        response.headers.setdefault("Content-Language", current_language().code)
        response.vary.update(("Accept-Language", "Cookie"))
        return response


def address_in(language: Language, kept: Mapping[str, Any]) -> str:
    """Return the address of this page in another language, with the parts that the page itself vouches for.

    Nothing else of the address is repeated: a page that holds answers must not echo what came with a request.
    """
    return "?" + urlencode({**kept, ASKED: language.code}, doseq=True)


def current_language() -> Language:
    """Return the language of this request; outside of one, the source language."""
    return current_site().languages.get(str(get_locale()).replace("_", "-"), SOURCE_LANGUAGE)


def current_edition() -> Edition:
    """Return the content in the language of this request.

    Raises:
        DecisionError: the service is not ready.
    """
    site = current_site()
    _ = site.ready
    return site.editions[current_language().code]


def is_english_only() -> bool:
    """Return whether this request is about the rules themselves, which are read and approved as they were written."""
    return request.blueprint in _ENGLISH_ONLY


def _code() -> str:
    if is_english_only():
        return SOURCE
    codes = list(current_site().languages)
    for wanted in (request.args.get(ASKED), request.cookies.get(NAME)):
        if wanted and wanted in codes:
            return wanted.replace("-", "_")
    return (request.accept_languages.best_match(codes) or codes[0]).replace("-", "_")
