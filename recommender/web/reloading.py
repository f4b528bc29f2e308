"""New rules without a restart: the process that serves, or that its workers are copied from, takes them or refuses them.

They are loaded, checked and tried as at start. What is not sound never takes the place of what is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from recommender.errors import RecommenderError
from recommender.web.core.state import AppState, keep_state, kept_state, log, log_place
from recommender.web.startup import about, open_state
from recommender.web.telemetry.logs import event_logger

if TYPE_CHECKING:
    from flask import Flask


_CANNOT_LOAD = "the content cannot be loaded: see the log, or `recommender check`."
_events = event_logger(__name__)


def reload_content(app: Flask) -> None:
    """Take the content that now stands in the folders, if it is sound; else keep what is served, and say why.

    Call it where no request is being answered. Whatever goes wrong, the application stays as it was.
    """
    old = kept_state(app.extensions)
    new = _opened(old)
    if new is not None and (new.is_sound or not old.is_sound):
        same = {
            name: getattr(old, name)
            for name in ("today", "record_faults", "country", "translation_approval", "settled")
        }
        keep_state(app.extensions, replace(new, **same))
        _events.info("The content was reloaded.", **about(new))
        return
    reasons = new.faults if new else (_CANNOT_LOAD,)
    keep_state(app.extensions, replace(old, refused=reasons))
    _events.error("A newer rule set was refused; what is served stays.", reasons=reasons, **about(old))


def _opened(old: AppState) -> AppState | None:
    """Return the state for the same settings and the content as it is now; None where it could not even be looked at."""
    try:
        return open_state(old.settings, None, old.approval)
    except RecommenderError as error:
        log.error("not reloaded: %s", error)
    except Exception as error:
        log_place(error)
    return None
