"""What every request needs: the settings, the loaded service, and whether it may be trusted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app

from recommender.errors import ContentError, DecisionError
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.presenter import filler, present
from recommender.service import Recommender, load_recommender
from recommender.settings import Settings
from recommender.web.answer_cookie import AnswerCookie

log = logging.getLogger(__name__)
_EXTENSION = "recommender"


@dataclass(frozen=True)
class Site:
    """One application's state. ``recommender`` is None, and ``faults`` says why, if the content cannot be used."""

    settings: Settings
    recommender: Recommender | None
    faults: tuple[str, ...]
    cookie: AnswerCookie
    today: Callable[[], date] = field(default=date.today)

    @property
    def ready(self) -> Recommender:
        """Return the service.

        Raises:
            DecisionError: the content is broken or the self-test failed; nothing may be recommended.
        """
        if self.recommender is None or self.faults:
            raise DecisionError("the service is not ready; see /readyz")
        return self.recommender

    def recommend(self, intake: Intake) -> tuple[Recommendation, dict[str, Any]]:
        """Return the recommendation, as it is and as it is shown.

        Raises:
            DecisionError: whatever went wrong on the way. An error is never a routine.
        """
        recommender = self.ready
        try:
            recommendation = recommender.recommend(intake)
            return recommendation, present(recommendation, recommender.content, self.settings.region)
        except DecisionError:
            raise
        except Exception as error:
            # Not the message: it may quote an answer.
            log_place(error)
            raise DecisionError(f"unexpected {type(error).__name__}") from None


def open_site(settings: Settings, recommender: Recommender | None) -> Site:
    """Return the state for these settings. Broken content does not stop the start: it is logged, and told by /readyz.

    Raises:
        RecommenderError: a setting cannot be used.
    """
    faults: tuple[str, ...] = ()
    if recommender is None:
        try:
            recommender = load_recommender(settings)
        except ContentError as error:
            faults = tuple(str(fault) for fault in error.faults)
    if recommender is not None:
        filler(recommender.content.catalogue, settings.region)
        faults = recommender.faults
    for fault in faults:
        log.error("not ready: %s", fault)
    return Site(settings, recommender, faults, AnswerCookie(settings))


def keep_site(extensions: dict[str, Any], site: Site) -> None:
    extensions[_EXTENSION] = site


def current_site() -> Site:
    """Return the state of the application that handles this request."""
    site: Site = current_app.extensions[_EXTENSION]
    return site


def log_place(error: BaseException) -> None:
    """Log the kind of an error and where it arose, without its message or any value: these may hold answers."""
    frames = []
    trace = error.__traceback__
    while trace:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("%s at %s", type(error).__name__, " > ".join(frames))
