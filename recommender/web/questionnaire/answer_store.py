"""The answers so far, in the person's own browser: read for this request, kept for the next page, and forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for

from recommender.settings import Settings
from recommender.web.core.cookie_store import CookieStore
from recommender.web.core.state import current_state
from recommender.web.questionnaire.draft import Draft, first_slug, from_data, to_data

ANSWERS = "answers"
# Where, for this request, a feature above leaves the id of a safety stop that has ended.
ENDED_STOP = "ended_stop"
_EXTENSION, _FORGOTTEN = "answer_store", "forgotten_with_answers"


def install_answers(app: Flask, settings: Settings) -> None:
    """Let an application keep answers in the browser."""
    store: CookieStore[Draft] = CookieStore(
        ANSWERS,
        settings,
        lambda draft: to_data(draft, current_state().ready.content.questionnaire.version),
        lambda data: from_data(data, current_state().ready),
    )
    app.extensions[_EXTENSION] = store
    app.extensions[_FORGOTTEN] = [store]


def forget_with_answers(app: Flask, store: CookieStore[Any]) -> None:
    """Have what another feature keeps forgotten whenever the answers are: it means nothing without them."""
    app.extensions[_FORGOTTEN].append(store)


def answer_store() -> CookieStore[Draft]:
    """Return the store of the application that handles this request."""
    store: CookieStore[Draft] = current_app.extensions[_EXTENSION]
    return store


def current_draft() -> Draft | None:
    """Return the draft that this browser keeps, or None if there is none that can be read.

    Raises:
        DecisionError: the service is not ready.
    """
    return answer_store().read(request)


def new_draft() -> Draft:
    """Return an empty sheet. It begins after the stop that has ended in this browser, if there was one."""
    return Draft(after=g.get(ENDED_STOP))


def go(endpoint: str, draft: Draft | None = None, address: Mapping[str, Any] | None = None) -> Response:
    """Return a redirect, keeping the draft if one is given. ``address`` holds the parts of the address."""
    response = make_response(redirect(url_for(endpoint, **(address or {})), 303))
    if draft is not None:
        answer_store().write(response, draft)
    return response


def forget_answers(response: Response) -> None:
    """Take back the answers, and everything that stands with them."""
    stores: list[CookieStore[Any]] = current_app.extensions[_FORGOTTEN]
    for store in stores:
        store.clear(response)


def start_again_page() -> Response:
    """Return the page that says we no longer have the answers, or lead there. What cannot be read is left alone."""
    if request.method == "POST":  # never the reply to a form: a browser that goes back there would send it again
        return go("questions.check")
    state = current_state()
    hours, first = state.settings.answer_hours, first_slug(state.ready)
    return make_response(render_template("questionnaire/start_again.html", hours=hours, first=first))
