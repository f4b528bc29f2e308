"""What every request needs: the settings, the loaded service, and whether it may be trusted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app

from recommender.edition import Edition, make_edition
from recommender.errors import ContentError, DecisionError, NotApprovedError
from recommender.loaders.languages import SOURCE, SOURCE_LANGUAGE, Language, load_languages
from recommender.models.check_in import CheckIn, CheckInResult
from recommender.models.content import Content
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Choices
from recommender.models.wishes import NO_WISHES, Wishes
from recommender.presenter import filler
from recommender.service import Recommender, load_recommender
from recommender.settings import Settings
from recommender.web.answer_cookie import AnswerCookie
from recommender.web.wish_cookie import WishCookie

log = logging.getLogger(__name__)
_EXTENSION = "recommender"


@dataclass(frozen=True)
class Site:
    """One application's state. ``recommender`` is None, and ``faults`` says why, if the content cannot be used.

    ``editions`` holds the content in each language by its code; it is empty without a recommender.
    """

    settings: Settings
    languages: Mapping[str, Language]
    recommender: Recommender | None
    editions: Mapping[str, Edition]
    faults: tuple[str, ...]
    cookie: AnswerCookie
    wish_cookie: WishCookie
    today: Callable[[], date] = field(default=date.today)
    approval: Callable[[Content], bool] = field(default=lambda content: False)

    @property
    def is_approved(self) -> bool:
        """Return whether clinicians have approved exactly this content; False while that is not known."""
        return self.recommender is not None and self.approval(self.recommender.content)

    @property
    def is_withheld(self) -> bool:
        """Return whether routines wait for an approval."""
        return self.settings.require_approved and not self.is_approved

    @property
    def ready(self) -> Recommender:
        """Return the service.

        Raises:
            DecisionError: the content is broken or the self-test failed; nothing may be recommended.
        """
        if self.recommender is None or self.faults:
            raise DecisionError("the service is not ready; see /readyz")
        return self.recommender

    def recommend(
        self, intake: Intake, edition: Edition, wishes: Wishes = NO_WISHES
    ) -> tuple[Recommendation, dict[str, Any]]:
        """Return the recommendation, as it is and as it is shown.

        Raises:
            DecisionError: whatever went wrong on the way. An error is never a routine.
            NotApprovedError: there is a routine, and routines wait for an approval.
        """
        recommender = self.ready
        with _never_by_accident():
            recommendation = recommender.recommend(intake, approved=self.is_approved, wishes=wishes)
            self._refuse_unapproved(recommendation)
            return recommendation, edition.present(recommendation, self.settings.region)

    def choices(self, recommendation: Recommendation) -> Mapping[str, Choices]:
        """Return what the person may do with each item of their routine, by exercise id.

        Raises:
            DecisionError: the choices cannot be worked out.
        """
        return self.ready.choices(recommendation)

    def check_in(self, check: CheckIn, edition: Edition) -> tuple[CheckInResult, dict[str, Any]]:
        """Return what comes of a check, as it is and as it is shown.

        Raises:
            DecisionError: whatever went wrong on the way. An error is never a routine.
            NotApprovedError: there is a routine, and routines wait for an approval.
        """
        recommender = self.ready
        with _never_by_accident():
            result = recommender.check_in(check, approved=self.is_approved)
            self._refuse_unapproved(result.recommendation)
            return result, edition.present_check_in(result, self.settings.region)

    def _refuse_unapproved(self, recommendation: Recommendation) -> None:
        if recommendation.assembly is not None and self.settings.require_approved and not recommendation.approved:
            raise NotApprovedError("routines wait for a clinical approval of this rule set")


@contextmanager
def _never_by_accident() -> Iterator[None]:
    """Make any error that was not raised on purpose a DecisionError."""
    try:
        yield
    except (DecisionError, NotApprovedError):
        raise
    except Exception as error:
        # Not the message: it may quote an answer.
        log_place(error)
        raise DecisionError(f"unexpected {type(error).__name__}") from None


def open_site(
    settings: Settings, recommender: Recommender | None, approval: Callable[[Content], bool] = lambda content: False
) -> Site:
    """Return the state for these settings. Broken content does not stop the start: it is logged, and told by /readyz.

    Raises:
        RecommenderError: a setting cannot be used.
    """
    languages: Mapping[str, Language] = {SOURCE: SOURCE_LANGUAGE}
    faults: list[str] = []
    try:
        languages = load_languages(settings.translations_dir, settings.languages)
        recommender = recommender or load_recommender(settings)
    except ContentError as error:
        faults += map(str, error.faults)
    # The source edition is always there: the rules are read and approved in it, whatever the site speaks.
    spoken = {**languages, SOURCE: SOURCE_LANGUAGE}
    editions = {code: make_edition(recommender, language) for code, language in spoken.items()} if recommender else {}
    if recommender is not None:
        filler(recommender.content.catalogue, settings.region)
        faults += recommender.faults
    for fault in faults:
        log.error("not ready: %s", fault)
    return Site(
        settings,
        languages,
        recommender,
        editions,
        tuple(faults),
        AnswerCookie(settings),
        WishCookie(settings),
        approval=approval,
    )


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
