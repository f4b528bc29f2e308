"""The moves that a person took out or swapped, in their own browser. The server keeps nothing."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from flask import Flask, current_app

from recommender.models.edits import NO_EDITS, RoutineEdit, RoutineEdits
from recommender.settings import Settings
from recommender.web.core.cookie_store import CookieStore
from recommender.web.core.state import current_state
from recommender.web.questionnaire.answer_store import forget_with_answers

EDITS = "changes"
_EXTENSION = "edit_store"


def install_edits(app: Flask, settings: Settings) -> None:
    """Let an application keep edits in the browser, as long as the answers that they belong to."""
    store: CookieStore[RoutineEdits] = CookieStore(
        EDITS, settings, to_data, lambda data: from_data(data, current_state().ready.content.catalogue.by_id)
    )
    app.extensions[_EXTENSION] = store
    forget_with_answers(app, store)


def edit_store() -> CookieStore[RoutineEdits]:
    """Return the store of the application that handles this request."""
    store: CookieStore[RoutineEdits] = current_app.extensions[_EXTENSION]
    return store


def to_data(edits: RoutineEdits) -> dict[str, str | None]:
    """Return edits as JSON data: what is to come instead of each move, or None."""
    return {edit.unwanted: edit.instead for edit in edits.each}


def from_data(data: Mapping[str, Any], exercises: Container[str]) -> RoutineEdits:
    """Return the edits that speak of these exercise ids.

    Whether an edit may be made is decided anew each time it is read, from the answers of that moment.
    """
    edits = NO_EDITS
    for unwanted, instead in data.items():
        if unwanted in exercises and (instead is None or (isinstance(instead, str) and instead in exercises)):
            edits = edits.add(RoutineEdit(unwanted, instead))
    return edits
