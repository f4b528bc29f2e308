"""What every request needs: the settings, the loaded service, and whether it may be trusted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from flask import current_app, g, has_app_context, request, url_for

from recommender.errors import DecisionError, NotApprovedError
from recommender.models.edits import NO_EDITS, RoutineEdits
from recommender.web.telemetry.logs import place_of
from recommender.web.telemetry.request_log import note_outcome, timed

if TYPE_CHECKING:  # made elsewhere, and handed over: what is above needs the state, not all that it is made of
    from recommender.loaders.languages import Language
    from recommender.models.check_in import CheckIn, CheckInResult
    from recommender.models.content import Content
    from recommender.models.questionnaire import Intake
    from recommender.models.recommendation import Recommendation
    from recommender.models.routine import Choices
    from recommender.presentation.localised import LocalisedContent
    from recommender.presentation.replies import CheckInShown, RecommendationShown
    from recommender.review.approval_status import Settlement
    from recommender.service.recommend import Recommender
    from recommender.settings import Settings

log = logging.getLogger(__name__)
_EXTENSION, _COUNTRY = "recommender", "country"


class CheckInService(Protocol):
    """The use case of those who come back."""

    def __call__(self, recommender: Recommender, check: CheckIn, *, approved: bool) -> CheckInResult: ...


@dataclass(frozen=True)
class AppState:
    """One application's state. ``recommender`` is None, and ``faults`` says why, if the content cannot be used.

    What ``faults`` say may be told to anybody: what is missing, by name, and never where it is looked for.

    ``localised_by_code`` holds the content in each language by its code; it is empty without a recommender.
    ``country`` says which country was chosen for the request that is being answered, if one was.
    ``refused`` says in the same way why newer content was not taken in place of this.
    """

    settings: Settings
    languages: Mapping[str, Language]
    recommender: Recommender | None
    localised_by_code: Mapping[str, LocalisedContent]
    faults: tuple[str, ...]
    check_in_service: CheckInService
    today: Callable[[], date] = field(default=date.today)
    approval: Callable[[Content], bool] = field(default=lambda content: False)
    settled: Callable[[Content], Mapping[str, Settlement]] = field(default=lambda content: {})
    translation_approval: Callable[[Content, Language], bool] = field(default=lambda content, language: False)
    record_faults: Callable[[], tuple[str, ...]] = field(default=lambda: ())
    refused: tuple[str, ...] = ()
    country: Callable[[], str | None] = field(default=lambda: None)

    @property
    def region(self) -> str | None:
        """Return whose numbers are shown: the country chosen for this request, else that of the setting; None for all."""
        asked: str | None = g.get(_COUNTRY) if has_app_context() else None
        return asked or self.country() or self.settings.region

    @property
    def short_hash(self) -> str | None:
        """Return how the log and the figures name the content; None without any that can be used."""
        return None if self.recommender is None else self.recommender.content.hash[:12]

    @property
    def is_sound(self) -> bool:
        """Return whether the content may be used for recommendations."""
        return self.recommender is not None and not self.faults

    @property
    def is_approved(self) -> bool:
        """Return whether clinicians have approved exactly this content; False while that is not known."""
        return self.recommender is not None and self.approval(self.recommender.content)

    @property
    def is_withheld(self) -> bool:
        """Return whether routines wait for an approval."""
        return self.settings.require_approved and not self.is_approved

    @property
    def offered(self) -> Mapping[str, Language]:
        """Return the languages that people are answered in: all, or where only what is approved is shown, those that are."""
        if not self.settings.require_approved or self.recommender is None:
            return self.languages
        return {code: one for code, one in self.languages.items() if self.is_checked(one)}

    def is_checked(self, language: Language) -> bool:
        """Return whether health professionals have approved this translation, as the record says; the source needs none."""
        if language.is_source:
            return True
        return self.recommender is not None and self.translation_approval(self.recommender.content, language)

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
        self,
        intake: Intake,
        localised: LocalisedContent,
        edits: RoutineEdits = NO_EDITS,
        day: date | None = None,
    ) -> tuple[Recommendation, RecommendationShown]:
        """Return the recommendation, as it is and as it is shown. Its times count from ``day``, or from today.

        Raises:
            DecisionError: whatever went wrong on the way. An error is never a routine.
            NotApprovedError: there is a routine, and routines wait for an approval.
        """
        recommender = self.ready
        with never_by_accident():
            with timed("recommend"):
                recommendation = recommender.recommend(intake, approved=self.is_approved, edits=edits)
            self._refuse_unapproved(recommendation)
            _note(recommendation)
            with timed("present"):
                is_checked = self.is_checked(localised.language)
                shown = localised.present(recommendation, self.region, day or self.today(), is_checked=is_checked)
                return recommendation, shown

    def choices(self, recommendation: Recommendation) -> Mapping[str, Choices]:
        """Return what the person may do with each item of their routine, by exercise id.

        Raises:
            DecisionError: the choices cannot be worked out.
        """
        return self.ready.choices(recommendation)

    def check_in(self, check: CheckIn, localised: LocalisedContent) -> tuple[CheckInResult, CheckInShown]:
        """Return what comes of a check, as it is and as it is shown.

        Raises:
            DecisionError: whatever went wrong on the way. An error is never a routine.
            NotApprovedError: there is a routine, and routines wait for an approval.
        """
        recommender = self.ready
        with never_by_accident():
            with timed("check_in"):
                result = self.check_in_service(recommender, check, approved=self.is_approved)
            self._refuse_unapproved(result.recommendation)
            _note(result.recommendation)
            with timed("present"):
                is_checked = self.is_checked(localised.language)
                return result, localised.present_check_in(result, self.region, is_checked=is_checked)

    def _refuse_unapproved(self, recommendation: Recommendation) -> None:
        if recommendation.assembly is not None and self.settings.require_approved and not recommendation.approved:
            raise NotApprovedError("routines wait for a clinical approval of this rule set")


def _note(recommendation: Recommendation) -> None:
    decision = recommendation.decision
    note_outcome(decision.level, (branch.rule_id for branch in decision.fired))


@contextmanager
def never_by_accident(*meant: type[Exception]) -> Iterator[None]:
    """Make any error that was not raised on purpose a DecisionError; those ``meant`` besides are let through."""
    on_purpose: tuple[type[Exception], ...] = (DecisionError, NotApprovedError, *meant)
    try:
        yield
    except on_purpose:
        raise
    except Exception as error:
        # Not the message: it may quote an answer.
        log_place(error)
        raise DecisionError(f"unexpected {type(error).__name__}") from None


def keep_state(extensions: dict[str, Any], state: AppState) -> None:
    """Keep the state with the extensions of an application."""
    extensions[_EXTENSION] = state


def kept_state(extensions: Mapping[str, Any]) -> AppState:
    """Return the state that is kept with the extensions of an application."""
    state: AppState = extensions[_EXTENSION]
    return state


def is_engine_stuck(extensions: Mapping[str, Any]) -> bool:
    """Return whether the rules engine of an application hangs; False for an application that has none."""
    state: AppState | None = extensions.get(_EXTENSION)
    return state is not None and state.recommender is not None and state.recommender.engine.is_stuck


def current_state() -> AppState:
    """Return the state of the application that handles this request."""
    return kept_state(current_app.extensions)


def answer_for(country: str | None) -> None:
    """Have this request answered with the numbers of a country; None leaves the setting to decide."""
    setattr(g, _COUNTRY, country)


def site_address(endpoint: str, **values: Any) -> str | None:
    """Return the whole address of a page, of SITE_URL and not of the host that a request names; None without SITE_URL.

    SITE_URL holds the path that the site is served under, so that of the request is left out.
    """
    site = current_state().settings.site_url
    if site is None:
        return None
    return site + url_for(endpoint, **values).removeprefix(request.root_path.rstrip("/"))


def log_place(error: BaseException) -> None:
    """Log the kind of an error and where it arose, without its message or any value: these may hold answers."""
    log.error("%s", place_of(error))
